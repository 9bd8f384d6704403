//! Schedules that are followed, what waits in the queues, and the kinds of job.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::JobId;
use crate::jobs::{JobKind, QueueStatus, ScheduleKind};
use crate::tags::Tag;
use crate::words::Open;

/// A schedule that is followed, in the shape NetRaven lists it in: its time zone stands in `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduledJob {
    /// Job.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Its kind.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// Description.
    pub description: Option<String>,
    /// `interval`, `cron` or `onetime`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub schedule_type: Option<Open<ScheduleKind>>,
    /// Seconds between starts.
    pub interval_seconds: Option<i64>,
    /// Cron fields.
    pub cron_string: Option<String>,
    /// Start, for `onetime`.
    pub scheduled_for: Option<Timestamp>,
    /// When it fires next.
    pub next_run: Option<Timestamp>,
    /// Not used.
    pub repeat: Option<i64>,
    /// What the scheduler hands on: the job.
    pub args: Option<Vec<i64>>,
    /// More about it.
    pub meta: Option<serde_json::Value>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Whether it is followed.
    pub is_enabled: bool,
    /// Made by the product itself.
    pub is_system_job: bool,
}

/// The enabled jobs with a schedule, by their next start.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListScheduledJobs;

endpoint! { ListScheduledJobs: Get "/jobs/scheduled" by User => Vec<ScheduledJob> }

/// The same schedules as the scheduler follows them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListSchedulerJobs;

endpoint! { ListSchedulerJobs: Get "/scheduler/jobs" by User => Vec<ScheduledJob> }

/// The queues with the tasks that wait in them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListQueues;

endpoint! { ListQueues: Get "/scheduler/queue/status" by User => Vec<QueueStatus> }

/// A kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobType {
    /// Its name on the wire.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// Its name for people.
    pub label: String,
    /// What it does.
    pub description: Option<String>,
    /// Name of a Material Design icon.
    pub icon: Option<String>,
    /// When a run of it began last.
    pub last_used: Option<Timestamp>,
}

/// The kinds of job.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListJobTypes;

endpoint! { ListJobTypes: Get "/jobs/job-types" by User => Vec<JobType> }
