//! Active schedules, waiting tasks in the queues, and the kinds of job.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::JobId;
use crate::jobs::{JobKind, QueueStatus, ScheduleKind};
use crate::tags::Tag;
use crate::words::Open;

/// An active schedule, in NetRaven's list format: its time zone is in `meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduledJob {
    /// Id of the job.
    pub id: JobId,
    /// Name of the job.
    pub name: String,
    /// Kind of the job.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// What it is for, free text.
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
    /// Arguments for the scheduler: the job's id.
    pub args: Option<Vec<i64>>,
    /// Further details.
    pub meta: Option<serde_json::Value>,
    /// Tags whose devices the job works on.
    pub tags: Vec<Tag>,
    /// Whether it is active.
    pub is_enabled: bool,
    /// Created by the product itself.
    pub is_system_job: bool,
}

/// The enabled jobs with a schedule, by their next start.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListScheduledJobs;

endpoint! { ListScheduledJobs: Get "/jobs/scheduled" by User => Vec<ScheduledJob> }

/// The same schedules, as the scheduler follows them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListSchedulerJobs;

endpoint! { ListSchedulerJobs: Get "/scheduler/jobs" by User => Vec<ScheduledJob> }

/// The queues with their waiting tasks.
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
    /// When a run of it last began.
    pub last_used: Option<Timestamp>,
}

/// The kinds of job.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListJobTypes;

endpoint! { ListJobTypes: Get "/jobs/job-types" by User => Vec<JobType> }
