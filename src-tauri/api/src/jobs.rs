//! Jobs: what is done to which devices, and when.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JobId, RunId, TagId};
use crate::page::Page;
use crate::sorting::{JobColumn, Order};
use crate::tags::Tag;
use crate::words::Open;

mod kind;
mod queues;
mod schedule;
mod status;

pub use kind::JobKind;
pub use queues::{GetJobStatus, JobDashboardStatus, Priority, QueueJobDetail, QueueStatus, WorkerState, WorkerStatus};
pub use schedule::{Schedule, ScheduleKind};
pub use status::JobStatus;

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// Id of the job.
    pub id: JobId,
    /// Name, unique, 1 to 255.
    pub name: String,
    /// What it is for, free text.
    pub description: Option<String>,
    /// Whether the schedule is active; the job can still be started by hand.
    pub is_enabled: bool,
    /// The schedule, if there is one.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// What is done on each device.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// NetRaven's status word of the newest run: `pending`, `queued`, `RUNNING`, `COMPLETED_SUCCESS`, …
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: Open<JobStatus>,
    /// Start of the newest run.
    pub started_at: Option<Timestamp>,
    /// End of the newest run.
    pub completed_at: Option<Timestamp>,
    /// The devices of these tags are worked on.
    pub tags: Vec<Tag>,
    /// Or this one device.
    pub device_id: Option<DeviceId>,
    /// Created by the product itself; cannot be changed or deleted.
    pub is_system_job: bool,
    /// Next start by the schedule. Not part of NetRaven's shape, as below.
    #[serde(default)]
    pub next_run: Option<Timestamp>,
    /// Id of the newest run.
    #[serde(default)]
    pub last_run_id: Option<RunId>,
}

/// Body of a new job, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobInput {
    /// Name; needed for a new job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = r"^[\w\-\s]+$"))]
    pub name: Option<String>,
    /// Kind; needed for a new job, fixed afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job_type: Option<JobKind>,
    /// What it is for, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub description: Option<String>,
    /// Whether the schedule is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_enabled: Option<bool>,
    /// The schedule, if there is one.
    #[serde(flatten, serialize_with = "Schedule::write_given")]
    pub schedule: Schedule,
    /// Ids of the tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
    /// One device instead of tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<DeviceId>,
}

/// Lists jobs by name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListJobs {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Any of these status words, any case.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub status: Vec<Open<JobStatus>>,
    /// Enabled or not.
    pub is_enabled: Option<bool>,
    /// Any of `interval`, `cron` and `onetime`.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub schedule_type: Vec<Open<ScheduleKind>>,
    /// Any of these kinds. Not a filter of NetRaven's.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub job_type: Vec<Open<JobKind>>,
    /// Any of these tags.
    pub tag_id: Vec<TagId>,
    /// Column the rows are sorted by; `name` if absent. `last_run_at` is the end of the newest run, or its start while it is
    /// active; `target` the device's hostname or the first of the tags. Ties are in the order of ids, and rows without a value
    /// come last.
    #[cfg_attr(feature = "openapi", schema(default = JobColumn::default))]
    pub sort: Option<JobColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
    /// Only rows with a greater id, in the order of ids; to read on without gaps, instead of `page` and `sort`.
    pub after: Option<JobId>,
    /// Only rows with a smaller id, in the order of ids.
    pub before: Option<JobId>,
}

endpoint! { ListJobs: Get "/jobs/" by User => Page<Job>, |it, to| to.query(it) }

/// One job.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetJob(pub JobId);

endpoint! { GetJob: Get "/jobs/{job_id}" by User => Job, |it, to| to.param("job_id", it.0) }

/// A new job.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateJob(pub JobInput);

endpoint! { CreateJob: Post "/jobs/" by User => 201 Job, |it, to| to.json(&it.0) }

/// Changes a job.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateJob(pub JobId, pub JobInput);

endpoint! { UpdateJob: Put "/jobs/{job_id}" by User => Job, |it, to| to.param("job_id", it.0).json(&it.1) }

/// Removes a job with its runs.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteJob(pub JobId);

endpoint! { DeleteJob: Delete "/jobs/{job_id}" by Admin => 204 (), |it, to| to.param("job_id", it.0) }

/// Starts a job now. Refused while a run of it is active.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunJob(pub JobId);

/// Answer to [`RunJob`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunStarted {
    /// A sentence for people.
    pub message: String,
    /// Id of the job.
    pub job_id: JobId,
    /// Name of the job.
    pub job_name: String,
    /// Id of the work in the queue: the run's id as text.
    pub queue_job_id: String,
    /// Id of the run. Not part of NetRaven's shape.
    #[serde(default)]
    pub run_id: Option<RunId>,
}

endpoint! { RunJob: Post "/jobs/run/{job_id}" by User => 202 RunStarted, |it, to| to.param("job_id", it.0) }

/// The most recent jobs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListRecentJobs {
    /// Most rows, 0 to 100; 20 if absent.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100, default = 20))]
    pub limit: Option<i64>,
}

/// A device named in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceName {
    /// Id of the device.
    pub id: DeviceId,
    /// Hostname of the device.
    pub name: String,
}

/// One job and its newest run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentJob {
    /// Job id.
    pub id: JobId,
    /// Name of the job.
    pub name: String,
    /// What is done on each device.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// When the newest run began.
    pub run_time: Timestamp,
    /// Duration in seconds; none while it runs.
    pub duration: Option<f64>,
    /// NetRaven's status word.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: Open<JobStatus>,
    /// Devices in the run.
    pub devices: Vec<DeviceName>,
    /// Tags of the job.
    pub tags: Vec<Tag>,
    /// Created by the product itself.
    pub is_system_job: bool,
}

endpoint! { ListRecentJobs: Get "/jobs/recent" by User => Vec<RecentJob>, |it, to| to.query(it) }

/// A log line of a job about one of its devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobDeviceLine {
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname.
    pub device_name: String,
    /// Its address.
    pub device_ip: String,
    /// The line.
    pub log: crate::logs::LogEntry,
}

/// Log lines of a job about its devices, the newest first, 1000 at most. Superseded by the results and runs.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListJobDevices(pub JobId);

endpoint! {
    ListJobDevices: Get "/jobs/{job_id}/devices" by User => Vec<JobDeviceLine>,
    |it, to| to.param("job_id", it.0)
}
