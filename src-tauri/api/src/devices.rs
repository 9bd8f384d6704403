//! Devices of the network.

mod approval;
mod import;
mod ssh_import;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::credentials::Credential;
use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JumpHostId, TagId};
use crate::jump_hosts::DeviceWay;
use crate::nullable::given;
use crate::outcome::Cause;
use crate::page::Page;
use crate::platforms::Recognised;
use crate::results::ResultStatus;
use crate::sorting::{DeviceColumn, Order};
use crate::startup::{SavedState, StartupState};
use crate::tags::Tag;
use crate::transport::Transport;
use crate::words::{Open, words};

pub use approval::{
    Approval, ApprovalState, ApproveDevice, ApproveDevices, ApprovedDevices, NotApproved, Seen, SeenDevice,
};
pub use import::{CheckImport, ImportDevices, ImportError, ImportPlan, Imported};
pub use ssh_import::{
    CheckSshConfig, ImportSshConfig, SshConfigInput, SshConfigLogin, SshConfigOutcome, SshConfigRemark, SshHost,
    SshHostCounts, SshHostFate, SshHostKind,
};

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// Id of the device.
    pub id: DeviceId,
    /// Name, unique.
    pub hostname: String,
    /// IPv4 or IPv6 address, or a name; unique together with the port. A link-local address may have a zone, such as
    /// `fe80::1%eth0`: the interface of the computer that connects.
    pub ip_address: String,
    /// Platform, a Netmiko `device_type` such as `cisco_ios`, or `auto` if it is to be recognised.
    pub device_type: String,
    /// What it is, free text.
    pub description: Option<String>,
    /// TCP port.
    pub port: Option<i64>,
    /// Serial number, as read from the device or entered.
    pub serial_number: Option<String>,
    /// Model, as read from the device or entered.
    pub model: Option<String>,
    /// How it was added.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub source: Open<DeviceSource>,
    /// Remarks, free text.
    pub notes: Option<String>,
    /// When it was added.
    pub created_at: Option<Timestamp>,
    /// When it last answered a worker.
    pub last_seen: Option<Timestamp>,
    /// Tags it carries; they decide which jobs and credentials apply.
    pub tags: Vec<Tag>,
    /// Number of credentials that share a tag with it.
    pub matching_credentials_count: i64,
    /// When it was last changed.
    pub last_updated: Option<Timestamp>,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// What carries a session with it; SSH on a server that knows nothing else. Not part of NetRaven's shape, as all
    /// below.
    #[serde(default)]
    pub transport: Transport,
    /// The platform it was recognised as having, if its own is `auto`.
    #[serde(default)]
    pub recognised: Option<Recognised>,
    /// The jump host chosen for it alone.
    #[serde(default)]
    pub jump_host_id: Option<JumpHostId>,
    /// Whether it is reached without a jump host, whatever its tags and the server say.
    #[serde(default)]
    pub direct: bool,
    /// How it is reached, by its own choice, its tags' or the server's; absent if the server knows no jump hosts.
    #[serde(default)]
    pub way: Option<DeviceWay>,
    /// Its newest result.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub last_result: Option<ResultStatus>,
    /// Cause of its newest result, if that failed.
    #[serde(default)]
    pub last_cause: Option<Cause>,
    /// Time of its newest result.
    #[serde(default)]
    pub last_result_at: Option<Timestamp>,
    /// Time of its newest snapshot.
    #[serde(default)]
    pub last_snapshot_at: Option<Timestamp>,
    /// Whether its changes are saved; absent if its platform has no startup configuration, or no backup has looked yet.
    #[serde(default)]
    pub startup: Option<StartupState>,
    /// Whether an admin approved sending credentials to it; absent if the server has no approvals.
    #[serde(default)]
    pub approval: Option<Approval>,
}

/// Body of a new device, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeviceInput {
    /// Name; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = r"^[a-zA-Z0-9][\w\.\-]*$"))]
    pub hostname: Option<String>,
    /// Address: IPv4, IPv6, a link-local one with its zone (`fe80::1%eth0`), or a name; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255))]
    pub ip_address: Option<String>,
    /// Platform, or `auto` to have it recognised; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 50, pattern = r"^[\w\-]+$"))]
    pub device_type: Option<String>,
    /// TCP port. If absent in a new device, 22 for SSH and 23 for telnet; raw TCP needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 65535))]
    pub port: Option<i64>,
    /// What carries a session with it, `ssh` if absent in a new device. Not part of NetRaven's request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<Transport>,
    /// The jump host it is reached through; null leaves that to its tags and the server. Not part of NetRaven's request.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<JumpHostId>))]
    pub jump_host_id: Option<Option<JumpHostId>>,
    /// Whether it is reached without a jump host, whatever its tags and the server say; takes its own jump host away.
    /// Not part of NetRaven's request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct: Option<bool>,
    /// What it is, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub description: Option<String>,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub serial_number: Option<String>,
    /// Model, e.g. `C9300-48P`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 128))]
    pub model: Option<String>,
    /// `local` or `imported`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, pattern = "^(local|imported)$"))]
    pub source: Option<DeviceSource>,
    /// Remarks, free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 100000))]
    pub notes: Option<String>,
    /// Ids of the tags; the tag `default` is always added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
}

words! {
    /// How a device was added.
    pub enum DeviceSource {
        /// Entered by hand.
        Local = "local",
        /// Read from a file.
        Imported = "imported",
    }
}

words! {
    /// A device's newest result, as a filter.
    pub enum LastResult {
        /// Its newest result is a failure.
        Failure = "failure",
        /// Its newest result is a success.
        Success = "success",
        /// It has no result yet.
        Never = "never",
    }
}

/// Lists devices by hostname.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListDevices {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub hostname: Option<String>,
    /// Part of the address.
    pub ip_address: Option<String>,
    /// Any of these platforms, exact.
    pub device_type: Vec<String>,
    /// Part of the serial number.
    pub serial_number: Option<String>,
    /// Part of the model.
    pub model: Option<String>,
    /// Any of these sources.
    pub source: Vec<DeviceSource>,
    /// Part of the notes.
    pub notes: Option<String>,
    /// Any of these tags.
    pub tag_id: Vec<TagId>,
    /// Any of these last results. Not part of NetRaven's request.
    pub last_result: Vec<LastResult>,
    /// With a credential that shares a tag, or without one. Not part of NetRaven's request.
    pub has_credential: Option<bool>,
    /// Approved devices, or those that wait for an admin. Not part of NetRaven's request.
    pub approval: Vec<ApprovalState>,
    /// Any of these: saved, with unsaved changes, or not known; a device without a startup configuration is none of
    /// them. Not part of NetRaven's request.
    pub startup: Vec<SavedState>,
    /// Column the rows are sorted by; `hostname` if absent. Ties are in the order of ids, and rows without a value
    /// come last. Addresses are sorted numerically.
    #[cfg_attr(feature = "openapi", schema(default = DeviceColumn::default))]
    pub sort: Option<DeviceColumn>,
    /// `asc` or `desc`; `asc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "asc"))]
    pub order: Option<Order>,
    /// Only rows with a greater id, in the order of ids; to read on without gaps, instead of `page` and `sort`.
    pub after: Option<DeviceId>,
    /// Only rows with a smaller id, in the order of ids.
    pub before: Option<DeviceId>,
}

endpoint! { ListDevices: Get "/devices/" by User => Page<Device>, |it, to| to.query(it) }

/// One device.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetDevice(pub DeviceId);

endpoint! { GetDevice: Get "/devices/{device_id}" by User => Device, |it, to| to.param("device_id", it.0) }

/// A new device.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateDevice(pub DeviceInput);

endpoint! { CreateDevice: Post "/devices/" by User => 201 Device, |it, to| to.json(&it.0) }

/// Changes a device.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateDevice(pub DeviceId, pub DeviceInput);

endpoint! {
    UpdateDevice: Put "/devices/{device_id}" by User => Device,
    |it, to| to.param("device_id", it.0).json(&it.1)
}

/// Removes a device with its results and snapshots; the git history keeps its file.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteDevice(pub DeviceId);

endpoint! { DeleteDevice: Delete "/devices/{device_id}" by Admin => 204 (), |it, to| to.param("device_id", it.0) }

/// The host key stored for a device, on first use or because an admin trusts it. Not part of NetRaven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HostKey {
    /// Id of the device.
    pub device_id: DeviceId,
    /// Algorithm, e.g. `ssh-ed25519`.
    pub key_type: String,
    /// Fingerprint as OpenSSH prints it, `SHA256:…`.
    pub sha256: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// The admin who trusted it in place of another key; none for a key stored on first use.
    #[serde(default)]
    pub trusted_by: Option<String>,
}

/// The stored host key of a device.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetHostKey(pub DeviceId);

endpoint! { GetHostKey: Get "/devices/{device_id}/host-key" by User => HostKey, |it, to| to.param("device_id", it.0) }

/// Forgets the stored host key, so that the next session accepts the device's new one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgetHostKey(pub DeviceId);

endpoint! {
    ForgetHostKey: Delete "/devices/{device_id}/host-key" by Admin => 204 (),
    |it, to| to.param("device_id", it.0)
}

/// A key that a device showed instead of the stored one, to be trusted from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrustedKey {
    /// Algorithm of the new key, e.g. `ssh-ed25519`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub key_type: String,
    /// Fingerprint of the new key as OpenSSH prints it, `SHA256:…`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub sha256: String,
    /// Fingerprint of the stored key to be replaced.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub replaces: String,
}

/// Stores exactly the key seen in the newest session with the device, replacing the stored one. A device that shows yet
/// another key is refused as before.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrustHostKey(pub DeviceId, pub TrustedKey);

endpoint! {
    TrustHostKey: Put "/devices/{device_id}/host-key" by Admin => HostKey,
    |it, to| to.param("device_id", it.0).json(&it.1)
}

/// The credentials that share a tag with a device, in the order they are tried.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListDeviceCredentials(pub DeviceId);

endpoint! {
    ListDeviceCredentials: Get "/devices/{device_id}/credentials" by User => Vec<Credential>,
    |it, to| to.param("device_id", it.0)
}
