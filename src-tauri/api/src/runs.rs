//! Runs: single executions of a job. NetRaven has no such resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JobId, RunId};
use crate::jobs::{JobKind, RunStarted};
use crate::outcome::Cause;
use crate::page::Page;
use crate::sorting::{Order, RunColumn};
use crate::words::{Open, words};

mod charts;
mod devices;
mod filter;
mod order;

pub use charts::{
    GetRunOutcomes, GetRunTimeline, MOST_EDGES, OutcomeBucket, RunOutcomes, RunTimeline, TIMELINE_RUNS, TimelineRun,
};
pub use devices::{CancelDevice, DeviceState, GetRunDevice, ListRunDevices, RunDevice};
pub use filter::RunFilter;

words! {
    /// State of a run.
    pub enum RunStatus {
        /// No device has been started yet.
        Queued = "queued",
        /// Devices are being worked on.
        Running = "running",
        /// Every device succeeded.
        Succeeded = "succeeded",
        /// Some devices failed, some succeeded.
        PartlyFailed = "partly_failed",
        /// Every device failed, or there was none to work on.
        Failed = "failed",
        /// A person cancelled it before its end.
        Cancelled = "cancelled",
        /// Whether or how it ended is unknown; the message says why. Only for servers that keep no record of runs.
        Unknown = "unknown",
    }
}

impl RunStatus {
    /// Whether the run is active.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, RunStatus::Queued | RunStatus::Running)
    }
}

words! {
    /// What started a run.
    pub enum Trigger {
        /// A person.
        Manual = "manual",
        /// The job's schedule.
        Schedule = "schedule",
        /// Unknown. Only for servers that keep no record of runs.
        Unknown = "unknown",
    }
}

/// Number of devices of a run that failed for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CauseCount {
    /// Why they failed.
    pub cause: Cause,
    /// Number of devices.
    pub devices: i64,
}

/// One execution of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Id, ascending over time.
    pub id: RunId,
    /// Id of the job.
    pub job_id: JobId,
    /// Name of the job.
    pub job_name: String,
    /// Kind of the job.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// What started it.
    pub trigger: Trigger,
    /// Who started it, for [`Trigger::Manual`].
    pub triggered_by: Option<String>,
    /// State of the run.
    pub status: RunStatus,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When its first device was started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Number of its devices.
    pub devices: i64,
    /// Number of devices that have succeeded so far.
    pub succeeded: i64,
    /// Number of devices that have failed so far, including cancelled ones.
    pub failed: i64,
    /// Number of devices being worked on now.
    pub running: i64,
    /// Number of configurations that differed from the last snapshot.
    pub changed: i64,
    /// Why it failed as a whole (e.g. no devices), as a sentence.
    pub message: Option<String>,
    /// Commit that holds its changed configurations.
    pub commit: Option<String>,
    /// Whether its cancellation was requested.
    pub cancel_requested: bool,
    /// Failed devices by cause, most first.
    pub causes: Vec<CauseCount>,
    /// Median duration of the job's last finished runs, in seconds.
    pub usual_seconds: Option<f64>,
    /// Id of the run whose devices it repeats; none for a complete run.
    #[serde(default)]
    pub repeats: Option<RunId>,
}

/// Lists runs, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListRuns {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Which runs.
    #[serde(flatten)]
    pub filter: RunFilter,
    /// Any of these states.
    pub status: Vec<RunStatus>,
    /// Column the rows are sorted by; `queued_at` if absent. Ties are in the order of ids.
    #[cfg_attr(feature = "openapi", schema(default = RunColumn::default))]
    pub sort: Option<RunColumn>,
    /// `asc` or `desc`; `desc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "desc"))]
    pub order: Option<Order>,
    /// Only rows with a greater id, in the order of ids; to read on without gaps, instead of `page` and `sort`.
    pub after: Option<RunId>,
    /// Only rows with a smaller id, in the order of ids.
    pub before: Option<RunId>,
}

impl From<RunFilter> for ListRuns {
    fn from(filter: RunFilter) -> ListRuns {
        ListRuns { filter, ..ListRuns::default() }
    }
}

endpoint! { ListRuns: Get "/runs/" by User => Page<Run>, |it, to| to.query(it) }

/// What to include about a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunParts {
    /// Whether all its devices are listed as `results`. A run may have thousands: `/runs/{run_id}/devices` lists them by page.
    #[cfg_attr(feature = "openapi", schema(default = true))]
    pub results: Option<bool>,
}

/// A run, with its devices if requested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: Run,
    /// All its devices with the details of their results: those that need attention first, then by hostname.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub results: Option<Vec<RunDevice>>,
}

impl std::ops::Deref for RunDetail {
    type Target = Run;
    fn deref(&self) -> &Run {
        &self.run
    }
}

/// One run, without its devices: [`ListRunDevices`] lists them, a page at a time.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetRun(pub RunId);

endpoint! {
    GetRun: Get "/runs/{run_id}" by User => RunDetail,
    |it, to| to.param("run_id", it.0).query(&RunParts { results: Some(false) })
}

/// Cancels a run: queued devices never start, open sessions are closed.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelRun(pub RunId);

endpoint! { CancelRun: Post "/runs/{run_id}/cancel" by User => Run, |it, to| to.param("run_id", it.0) }

/// Selects devices of an earlier run to run again: those that match all given filters, or all devices without a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Again {
    /// Only those that failed or were cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<bool>,
    /// Only those that ended with one of these causes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// Only devices with these ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceId>,
}

impl Again {
    /// Those that failed or were cancelled.
    #[must_use]
    pub fn failed() -> Again {
        Again { failed: Some(true), ..Again::default() }
    }

    /// Those that ended with one of these causes.
    #[must_use]
    pub fn causes(causes: Vec<Cause>) -> Again {
        Again { causes, ..Again::default() }
    }

    /// One device.
    #[must_use]
    pub fn device(device_id: DeviceId) -> Again {
        Again { devices: vec![device_id], ..Again::default() }
    }

    /// Whether there is no filter.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.failed != Some(true) && self.causes.is_empty() && self.devices.is_empty()
    }
}

/// Starts a new run of a run's job with that run's devices, or some of them, as far as the job still has them.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunAgain(pub RunId, pub Again);

endpoint! {
    RunAgain: Post "/runs/{run_id}/again" by User => 202 RunStarted,
    |it, to| to.param("run_id", it.0).json(&it.1)
}

/// The four cards: true totals of the runs that fit. Where a device is named, only its own results are counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SummarizeRuns {
    /// Which runs.
    #[serde(flatten)]
    pub filter: RunFilter,
}

/// Answer to [`SummarizeRuns`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunSummary {
    /// Runs in the period.
    pub total: i64,
    /// Runs queued or running.
    pub running: i64,
    /// Runs in which every device succeeded.
    pub succeeded: i64,
    /// Runs in which a device failed, partly or wholly.
    pub failed: i64,
    /// Cancelled runs.
    pub cancelled: i64,
    /// Device results in the period.
    pub device_results: i64,
    /// Devices of active runs that are done.
    pub active_done: i64,
    /// Devices of active runs.
    pub active_devices: i64,
    /// Different causes among the failed results.
    pub failure_causes: i64,
    /// Different devices among the failed results.
    pub failing_devices: i64,
    /// Runs that ended in the four weeks before `start_time`, for comparison, among the newest 5,000. 0 without a `start_time`.
    #[serde(default)]
    pub usual_ended: i64,
    /// Those in which every device succeeded.
    #[serde(default)]
    pub usual_succeeded: i64,
    /// What readers should know about how the runs were counted, as in [`Page::note`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

endpoint! { SummarizeRuns: Get "/runs/summary" by User => RunSummary, |it, to| to.query(it) }
