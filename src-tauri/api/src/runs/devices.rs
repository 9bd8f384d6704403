//! The devices of a run, a page at a time: a run may have thousands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::Evidence;
use crate::ids::{DeviceId, ResultId, RunId, SnapshotId};
use crate::outcome::{Cause, Stage};
use crate::page::Page;
use crate::sorting::{Order, RunDeviceColumn};
use crate::words::words;

words! {
    /// State of a device within a run.
    pub enum DeviceState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Done, well.
        Success = "success",
        /// Done, badly.
        Failure = "failure",
        /// Cancelled before its end.
        Cancelled = "cancelled",
        /// It has no result. Only of servers that keep no record of runs, and may lose results.
        NoResult = "no_result",
    }
}

/// One device of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDevice {
    /// Device.
    pub device_id: DeviceId,
    /// Its hostname when the run began.
    pub hostname: String,
    /// Its address, with the port when that is not 22.
    pub address: String,
    /// Its platform.
    pub device_type: String,
    /// State.
    pub state: DeviceState,
    /// The stage it is in, or ended in.
    pub stage: Option<Stage>,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// What happened, as a sentence.
    pub message: Option<String>,
    /// How often a worker began with it; above 1 after a worker's death or a retry.
    pub attempt: i64,
    /// Worker that has it, or had it.
    pub worker: Option<String>,
    /// When a worker began with it.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Its result, once it ended.
    pub result_id: Option<ResultId>,
    /// Its result's details: last bytes seen, expected, seen, host keys, timings, commit; secrets hidden. Only where one device
    /// is asked for; a list leaves them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub details: Option<Box<Evidence>>,
    /// Whether its configuration differed from the last snapshot.
    pub changed: Option<bool>,
    /// The snapshot read, or the one it was found equal to.
    pub snapshot_id: Option<SnapshotId>,
}

impl RunDevice {
    /// What happened to it, in words; nothing before its end.
    #[must_use]
    pub fn said(&self) -> Option<&str> {
        match (&self.message, self.state, self.changed) {
            (Some(message), ..) => Some(message.as_str()).filter(|message| !message.is_empty()),
            (None, DeviceState::Success, Some(true)) => Some("Configuration changed"),
            (None, DeviceState::Success, Some(false)) => Some("Configuration unchanged"),
            _ => None,
        }
    }
}

/// Lists the devices of a run, those that ask for attention first. Equal rows are in the order of their hostnames, then of their
/// ids, so that a page is a part of one whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListRunDevices {
    /// Run.
    #[serde(skip)]
    pub run_id: RunId,
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Any of these devices.
    pub device_id: Vec<DeviceId>,
    /// In any of these states.
    pub state: Vec<DeviceState>,
    /// Ended for any of these causes.
    pub cause: Vec<Cause>,
    /// Part of the hostname or of the address, in any case.
    #[cfg_attr(feature = "openapi", schema(max_length = 255))]
    pub search: Option<String>,
    /// What the rows are sorted by; `attention` if absent: failed, cancelled, running, waiting, succeeded. Rows that have nothing
    /// there are last either way.
    #[cfg_attr(feature = "openapi", schema(default = RunDeviceColumn::default))]
    pub sort: Option<RunDeviceColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
}

endpoint! {
    ListRunDevices: Get "/runs/{run_id}/devices" by User => Page<RunDevice>,
    |it, to| to.param("run_id", it.run_id).query(it)
}

/// One device of a run, with the details of its result.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetRunDevice {
    /// Run.
    pub run_id: RunId,
    /// Device.
    pub device_id: DeviceId,
}

endpoint! {
    GetRunDevice: Get "/runs/{run_id}/devices/{device_id}" by User => RunDevice,
    |it, to| to.param("run_id", it.run_id).param("device_id", it.device_id)
}

/// Cancels one device of a run: if it waits it never starts, if it is worked on its session is closed. The others go on.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelDevice {
    /// Run.
    pub run_id: RunId,
    /// Device.
    pub device_id: DeviceId,
}

endpoint! {
    CancelDevice: Post "/runs/{run_id}/devices/{device_id}/cancel" by User => RunDevice,
    |it, to| to.param("run_id", it.run_id).param("device_id", it.device_id)
}
