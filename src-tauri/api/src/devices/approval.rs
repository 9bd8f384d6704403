//! Approving devices: an admin decides to which of them credentials may be sent. Not part of NetRaven.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Device;
use crate::endpoint::endpoint;
use crate::ids::DeviceId;
use crate::words::words;

/// Whether credentials may be sent to a device, and who decided that.
///
/// A device that somebody other than an admin added, or gave another address, port or platform, or a tag that brings a further
/// credential, waits for an admin: until then no credential is sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Whether it waits for an admin.
    pub waiting: bool,
    /// Who gave it its present address, port, platform and tags.
    pub changed_by: Option<String>,
    /// When.
    pub changed_at: Option<Timestamp>,
    /// Who approved it last; absent for a device that is older than approvals.
    pub approved_by: Option<String>,
    /// When; absent for a device that was never approved.
    pub approved_at: Option<Timestamp>,
    /// The address that was approved.
    pub approved_address: Option<String>,
    /// The port that was approved.
    pub approved_port: Option<i64>,
    /// The platform that was approved.
    pub approved_type: Option<String>,
    /// Names of the tags that were not approved.
    #[serde(default)]
    pub new_tags: Vec<String>,
    /// User names of the credentials that will be sent to it once it is approved, in the order they are tried; none unless it
    /// waits.
    #[serde(default)]
    pub credentials: Vec<String>,
    /// Changes with the address, the port, the platform and the tags.
    pub revision: String,
}

words! {
    /// Whether a device waits.
    pub enum ApprovalState {
        /// An admin has to approve it first.
        Waiting = "waiting",
        /// Credentials are sent to it.
        Approved = "approved",
    }
}

/// As what a device was seen by who approves it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// The revision of its approval. Refused if that has changed since; absent: it is approved as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 64))]
    pub revision: Option<String>,
}

/// Approves that credentials are sent to a device as it is now. Without a body it is not compared with anything.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApproveDevice(pub DeviceId, pub Seen);

endpoint! {
    ApproveDevice: Post "/devices/{device_id}/approve" by Admin => Device,
    |it, to| to.param("device_id", it.0).json(&it.1)
}

/// One of the devices to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenDevice {
    /// Id.
    pub id: DeviceId,
    /// The revision of its approval as it was seen. Refused if that has changed since; absent: it is approved as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// Approves several devices, each by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApproveDevices {
    /// The devices, 1,000 at most.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 1000))]
    pub devices: Vec<SeenDevice>,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovedDevices {
    /// Ids of the devices that are approved now.
    pub approved: Vec<DeviceId>,
    /// Those that are not, and why.
    pub refused: Vec<NotApproved>,
}

/// A device that was not approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotApproved {
    /// Id.
    pub id: DeviceId,
    /// Why, as a sentence.
    pub message: String,
}

endpoint! { ApproveDevices: Post "/devices/approve" by Admin => ApprovedDevices, |it, to| to.json(it) }
