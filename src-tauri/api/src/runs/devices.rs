//! The devices of a run, a page at a time: a run may have thousands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::evidence::Evidence;
use crate::ids::{DeviceId, ResultId, RunId, SnapshotId};
use crate::outcome::{Cause, Stage};
use crate::page::Page;
use crate::session_policy::SessionLimit;
use crate::sorting::{Order, RunDeviceColumn};
use crate::transport::Transport;
use crate::words::words;

words! {
    /// State of a device within a run.
    pub enum DeviceState {
        /// Waits for a worker.
        Queued = "queued",
        /// A worker is working on it.
        Running = "running",
        /// It succeeded.
        Success = "success",
        /// It failed.
        Failure = "failure",
        /// Cancelled before its end.
        Cancelled = "cancelled",
        /// It has no result. Only for servers that keep no record of runs, and may lose results.
        NoResult = "no_result",
    }
}

/// One device of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunDevice {
    /// Id of the device.
    pub device_id: DeviceId,
    /// Its hostname when the run began.
    pub hostname: String,
    /// Its address, with the port when that is not 22.
    pub address: String,
    /// Its platform.
    pub device_type: String,
    /// What carried, or will carry, the session with it; SSH in a run that recorded nothing else.
    #[serde(default)]
    pub transport: Transport,
    /// State of the device in the run.
    pub state: DeviceState,
    /// The stage it is in, or ended in.
    pub stage: Option<Stage>,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// What happened, as a sentence.
    pub message: Option<String>,
    /// Number of attempts so far; above 1 after a worker's death or a retry.
    pub attempt: i64,
    /// Worker that works or worked on it.
    pub worker: Option<String>,
    /// When the current or last attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Id of its result, once it ended.
    pub result_id: Option<ResultId>,
    /// Its result's details: last output, expected, seen, host keys, timings, commit; secrets hidden. Only if one device
    /// is requested; lists leave them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub details: Option<Box<Evidence>>,
    /// Whether its configuration differed from the last snapshot.
    pub changed: Option<bool>,
    /// Id of the snapshot read, or of the one it was found equal to.
    pub snapshot_id: Option<SnapshotId>,
    /// The limit of sessions that a queued device waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<SessionLimit>,
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

/// Lists the devices of a run, those that need attention first. Ties are in the order of hostnames, then of
/// ids, so that pages do not overlap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListRunDevices {
    /// Id of the run.
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
    /// Sort column; `attention` if absent: failed, cancelled, running, waiting, succeeded. Rows without a value
    /// come last either way.
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
    /// Id of the run.
    pub run_id: RunId,
    /// Id of the device.
    pub device_id: DeviceId,
}

endpoint! {
    GetRunDevice: Get "/runs/{run_id}/devices/{device_id}" by User => RunDevice,
    |it, to| to.param("run_id", it.run_id).param("device_id", it.device_id)
}

/// Cancels one device of a run: a waiting one never starts, the session of an active one is closed. The others continue.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelDevice {
    /// Id of the run.
    pub run_id: RunId,
    /// Id of the device.
    pub device_id: DeviceId,
}

endpoint! {
    CancelDevice: Post "/runs/{run_id}/devices/{device_id}/cancel" by User => RunDevice,
    |it, to| to.param("run_id", it.run_id).param("device_id", it.device_id)
}
