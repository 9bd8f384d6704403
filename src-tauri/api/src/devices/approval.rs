//! Approving devices: an admin decides which of them may receive credentials. Not part of NetRaven.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Device;
use crate::endpoint::endpoint;
use crate::ids::DeviceId;
use crate::transport::Transport;
use crate::words::words;

/// Whether credentials may be sent to a device, and the decisions behind that.
///
/// A device that a user other than an admin added, or gave another address, port, transport, jump host or platform, or a
/// tag that brings a further credential or another jump host, waits for an admin: until then no credential is sent to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Whether it waits for an admin.
    pub waiting: bool,
    /// Who gave it its present address, port, transport, platform and tags.
    pub changed_by: Option<String>,
    /// When the address, port, transport, platform or tags were last changed.
    pub changed_at: Option<Timestamp>,
    /// Who approved it last; absent for a device that predates approvals.
    pub approved_by: Option<String>,
    /// When it was approved; absent for a device that was never approved.
    pub approved_at: Option<Timestamp>,
    /// The address that was approved.
    pub approved_address: Option<String>,
    /// The port that was approved.
    pub approved_port: Option<i64>,
    /// The platform that was approved.
    pub approved_type: Option<String>,
    /// The transport that was approved; SSH until another one was.
    #[serde(default)]
    pub approved_transport: Transport,
    /// Whether it would be reached in another way than the approved one: by another jump host of its own, or because of
    /// a tag with one.
    #[serde(default)]
    pub new_way: bool,
    /// Names of its unapproved tags.
    #[serde(default)]
    pub new_tags: Vec<String>,
    /// User names of the credentials that will be sent to it once it is approved, in the order they are tried; empty unless it
    /// waits.
    #[serde(default)]
    pub credentials: Vec<String>,
    /// Changes with the address, the port, the transport, the jump host, the platform and the tags.
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

/// The state of a device as the approving admin saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// The revision of its approval. Refused if it has changed since; if absent, the device is approved as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 64))]
    pub revision: Option<String>,
}

/// Approves sending credentials to a device as it is now. Without a body nothing is compared.
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
    /// Id of the device.
    pub id: DeviceId,
    /// The revision of its approval as seen. Refused if it has changed since; if absent, the device is approved as it is now.
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

/// The outcome of an approval.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovedDevices {
    /// Ids of the devices that are approved now.
    pub approved: Vec<DeviceId>,
    /// Devices that were not approved, and why.
    pub refused: Vec<NotApproved>,
}

/// A device that was not approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotApproved {
    /// Id of the device.
    pub id: DeviceId,
    /// Why, as a sentence.
    pub message: String,
}

endpoint! { ApproveDevices: Post "/devices/approve" by Admin => ApprovedDevices, |it, to| to.json(it) }
