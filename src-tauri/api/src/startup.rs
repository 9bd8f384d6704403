//! Startup and running: whether the changes of a device are saved. Not part of NetRaven.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, SnapshotId};
use crate::words::words;

words! {
    /// Whether a device would come up with the configuration that it runs.
    pub enum SavedState {
        /// Its startup configuration is the running one.
        Saved = "saved": "Saved",
        /// They differ.
        Unsaved = "unsaved": "Unsaved changes",
        /// The startup configuration could not be read.
        Unknown = "unknown": "Not known",
    }
}

/// What the newest backup found out about a device's startup configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartupState {
    /// Whether its changes are saved.
    pub state: SavedState,
    /// When it was compared.
    pub checked_at: Timestamp,
    /// When unsaved changes were first seen; absent unless there are some now.
    #[serde(default)]
    pub unsaved_since: Option<Timestamp>,
    /// Why it is not known, as a sentence.
    #[serde(default)]
    pub reason: Option<String>,
}

/// The difference between a device's startup configuration and its running one, as the newest backup found them.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffStartup(pub DeviceId);

/// Answer to [`DiffStartup`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartupDiff {
    /// Id of the device.
    pub device_id: DeviceId,
    /// The snapshot of the running configuration.
    pub snapshot_id: SnapshotId,
    /// When both were read.
    pub checked_at: Timestamp,
    /// Lines of a unified diff from startup to running with three lines of context, without their ends; secrets are
    /// hidden.
    pub diff: Vec<String>,
}

endpoint! {
    DiffStartup: Get "/devices/{device_id}/startup/diff" by User => StartupDiff,
    |it, to| to.param("device_id", it.0)
}
