//! The run history of a job: each device's result in each of the last runs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JobId, RunId};
use crate::outcome::Cause;
use crate::page::Page;
use crate::runs::{DeviceState, RunStatus};

/// Runs in a matrix if the request names no number.
pub const MATRIX_RUNS: i64 = 30;
/// Most runs in a matrix.
pub const MATRIX_MOST_RUNS: i64 = 100;

/// A run in a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatrixRun {
    /// Id of the run.
    pub id: RunId,
    /// State of the run.
    pub status: RunStatus,
    /// When it was queued.
    pub queued_at: Timestamp,
}

/// The result of one device in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatrixCell {
    /// State of the device in that run.
    pub state: DeviceState,
    /// Why it failed.
    pub cause: Option<Cause>,
}

/// A device in a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatrixRow {
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname in the newest of these runs.
    pub hostname: String,
    /// One cell per run, in the order of the runs; null where the device was not in the run.
    pub cells: Vec<Option<MatrixCell>>,
}

/// One page of devices; a named type, because the description of a generic type has no name.
pub type MatrixPage = Page<MatrixRow>;

/// A job's devices against its last runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobMatrix {
    /// The runs, the newest last.
    pub runs: Vec<MatrixRun>,
    /// One page of the devices that were in any of them, by hostname.
    pub devices: MatrixPage,
}

/// The results of a job's devices in its last runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GetJobMatrix {
    /// Id of the job.
    #[serde(skip)]
    pub job_id: JobId,
    /// How many runs, counted from the newest.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 30))]
    pub runs: Option<i64>,
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Devices a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
}

endpoint! {
    GetJobMatrix: Get "/jobs/{job_id}/matrix" by User => JobMatrix,
    |it, to| to.param("job_id", it.job_id).query(it)
}
