//! Results: one device's outcome in one run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::Evidence;
use crate::ids::{DeviceId, JobId, ResultId, RunId, TagId};
use crate::jobs::JobKind;
use crate::outcome::Cause;
use crate::page::Page;
use crate::sorting::{Order, ResultColumn};
use crate::words::{Open, words};

words! {
    /// The status of a result.
    pub enum ResultStatus {
        /// The work succeeded.
        Success = "success": "Succeeded",
        /// It failed or was cancelled.
        Failure = "failure": "Failed",
    }
}

/// A result. Exactly one exists for each device of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobResult {
    /// Id of the result.
    pub id: ResultId,
    /// Id of the job.
    pub job_id: JobId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// Kind of the job.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// Whether it succeeded.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: ResultStatus,
    /// When the device was finished.
    pub result_time: Timestamp,
    /// When the row was written.
    pub created_at: Timestamp,
    /// For a failure `cause`, `stage`, `message` and the last output, secrets hidden; for a success what was read.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub details: Option<Box<Evidence>>,
    /// Name of the job.
    pub job_name: String,
    /// Hostname of the device.
    pub device_name: String,
    /// Id of the run. Not part of NetRaven's shape.
    #[serde(default)]
    pub run_id: Option<RunId>,
}

impl JobResult {
    /// Why it failed, if the details say so.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.details.as_ref()?.cause.as_ref()?.known().filter(|_| self.status == ResultStatus::Failure)
    }
}

/// Lists results, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListResults {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Results of the device with this id.
    pub device_id: Option<DeviceId>,
    /// Results of the job with this id.
    pub job_id: Option<JobId>,
    /// Results of the run with this id.
    pub run_id: Option<RunId>,
    /// Devices that carry any of these tags now.
    pub tag_id: Vec<TagId>,
    /// Any of these kinds of job.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub job_type: Vec<Open<JobKind>>,
    /// `success` or `failure`, any case.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub status: Vec<Open<ResultStatus>>,
    /// Results at or after this time.
    pub start_time: Option<Timestamp>,
    /// Results at or before this time.
    pub end_time: Option<Timestamp>,
    /// Column the rows are sorted by; `result_time` if absent. Ties are in the order of ids.
    #[cfg_attr(feature = "openapi", schema(default = ResultColumn::default))]
    pub sort: Option<ResultColumn>,
    /// `asc` or `desc`; `desc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "desc"))]
    pub order: Option<Order>,
    /// Only rows with a greater id, in the order of ids; to read on without gaps, instead of `page` and `sort`.
    pub after: Option<ResultId>,
    /// Only rows with a smaller id, in the order of ids.
    pub before: Option<ResultId>,
}

endpoint! { ListResults: Get "/job-results/" by User => Page<JobResult>, |it, to| to.query(it) }

/// One result.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetResult(pub ResultId);

endpoint! {
    GetResult: Get "/job-results/{job_result_id}" by User => JobResult,
    |it, to| to.param("job_result_id", it.0)
}
