//! The queues, what waits in them, and who works on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::JobKind;
use crate::endpoint::endpoint;
use crate::words::{Open, words};

words! {
    /// How urgent a task is, and so the name of its queue: the most urgent first.
    pub enum Priority {
        /// A person is waiting.
        High = "high",
        /// Everything else.
        Default = "default",
        /// When there is nothing more urgent to do.
        Low = "low",
    }
}

words! {
    /// Whether a worker has work.
    pub enum WorkerState {
        /// It works on devices.
        Busy = "busy",
        /// It waits for a task.
        Idle = "idle",
    }
}

/// State of queues and workers.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetJobStatus;

/// One task waiting in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueJobDetail {
    /// Id of the work.
    pub job_id: String,
    /// When it was queued.
    pub enqueued_at: Option<Timestamp>,
    /// What is done: the kind of job.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub func_name: Option<Open<JobKind>>,
    /// Run and device.
    #[serde(default)]
    pub args: Option<Vec<i64>>,
    /// More about it.
    #[serde(default)]
    pub meta: Option<serde_json::Value>,
}

/// One queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueStatus {
    /// `high`, `default` or `low`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Open<Priority>,
    /// Tasks waiting.
    pub job_count: i64,
    /// When the oldest was queued.
    pub oldest_job_ts: Option<Timestamp>,
    /// The waiting tasks, the oldest first, at most 100.
    pub jobs: Vec<QueueJobDetail>,
}

/// One worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkerStatus {
    /// Id, `host:pid:…`.
    pub id: String,
    /// `busy` or `idle`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: Open<WorkerState>,
    /// Devices it works on now.
    pub jobs_in_progress: i64,
}

/// Answer to [`GetJobStatus`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobDashboardStatus {
    /// Seconds Redis has been up.
    pub redis_uptime: Option<i64>,
    /// Bytes Redis uses.
    pub redis_memory: Option<i64>,
    /// When Redis last answered.
    pub redis_last_heartbeat: Option<Timestamp>,
    /// The queues.
    pub rq_queues: Vec<QueueStatus>,
    /// The workers.
    pub workers: Vec<WorkerStatus>,
}

endpoint! { GetJobStatus: Get "/jobs/status" by User => JobDashboardStatus }
