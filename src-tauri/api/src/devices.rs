//! Devices of the network.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};
use crate::outcome::Cause;
use crate::page::Page;
use crate::tags::Tag;

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Id.
    pub id: i64,
    /// Name, unique.
    pub hostname: String,
    /// IPv4 or IPv6 address, or a name; unique together with the port.
    pub ip_address: String,
    /// Platform, a Netmiko `device_type` such as `cisco_ios`.
    pub device_type: String,
    /// Description.
    pub description: Option<String>,
    /// SSH port.
    pub port: Option<i64>,
    /// Serial number, as read from the device or entered.
    pub serial_number: Option<String>,
    /// Model, as read from the device or entered.
    pub model: Option<String>,
    /// `local` or `imported`.
    pub source: String,
    /// Notes.
    pub notes: Option<String>,
    /// When it was added.
    pub created_at: Option<Timestamp>,
    /// When it last answered.
    pub last_seen: Option<Timestamp>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Credentials that share a tag with it.
    pub matching_credentials_count: i64,
    /// When it was last changed.
    pub last_updated: Option<Timestamp>,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// Its newest result, `success` or `failure`. Not part of NetRaven's shape, as all below.
    #[serde(default)]
    pub last_result: Option<String>,
    /// Cause of its newest result, if that failed.
    #[serde(default)]
    pub last_cause: Option<Cause>,
    /// Time of its newest result.
    #[serde(default)]
    pub last_result_at: Option<Timestamp>,
    /// Time of its newest snapshot.
    #[serde(default)]
    pub last_snapshot_at: Option<Timestamp>,
}

/// Body of a new device, and of a change (absent fields stay).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInput {
    /// Name; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// Address; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Platform; needed for a new device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_type: Option<String>,
    /// SSH port, 22 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i64>,
    /// Description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Serial number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// Model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `local` or `imported`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Ids of the tags; the tag `default` is always added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<i64>>,
}

/// Lists devices by hostname.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListDevices {
    /// Page number, from 1.
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    pub size: Option<i64>,
    /// Part of the name, any case.
    pub hostname: Option<String>,
    /// Part of the address.
    pub ip_address: Option<String>,
    /// Platform, exact.
    pub device_type: Option<String>,
    /// Part of the serial number.
    pub serial_number: Option<String>,
    /// Part of the model.
    pub model: Option<String>,
    /// `local` or `imported`.
    pub source: Option<String>,
    /// Part of the notes.
    pub notes: Option<String>,
    /// Any of these tags.
    pub tag_id: Vec<i64>,
}

impl Endpoint for ListDevices {
    type Reply = Page<Device>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/devices/";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// One device.
#[derive(Clone, Copy, Debug)]
pub struct GetDevice(pub i64);

impl Endpoint for GetDevice {
    type Reply = Device;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/devices/{device_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}

/// A new device.
#[derive(Clone, Debug)]
pub struct CreateDevice(pub DeviceInput);

impl Endpoint for CreateDevice {
    type Reply = Device;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/devices/";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().json(&self.0)
    }
}

/// Changes a device.
#[derive(Clone, Debug)]
pub struct UpdateDevice(pub i64, pub DeviceInput);

impl Endpoint for UpdateDevice {
    type Reply = Device;
    const METHOD: Method = Method::Put;
    const PATH: &'static str = "/devices/{device_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0).json(&self.1)
    }
}

/// Removes a device with its results and snapshots; the git history keeps its file.
#[derive(Clone, Copy, Debug)]
pub struct DeleteDevice(pub i64);

impl Endpoint for DeleteDevice {
    type Reply = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/devices/{device_id}";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}

/// Rows to add at once; each is taken or refused by itself. Not a route of NetRaven's (its import takes a file).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportDevices {
    /// CSV text with a header line: `hostname,ip_address,device_type` and any of `port,description,tags` (tag names or ids
    /// separated by `|`; unknown names are created).
    pub csv: String,
}

/// One refused row of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportError {
    /// Line number in the file, the header being line 1.
    pub line: i64,
    /// Hostname of the row, if it had one.
    pub hostname: Option<String>,
    /// Why it was refused, as a sentence.
    pub message: String,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Devices added.
    pub added: i64,
    /// Rows refused.
    pub errors: Vec<ImportError>,
}

impl Endpoint for ImportDevices {
    type Reply = Imported;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/devices/import";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().json(self)
    }
}

/// The host key stored for a device on first use. Not part of NetRaven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostKey {
    /// Device.
    pub device_id: i64,
    /// Algorithm, e.g. `ssh-ed25519`.
    pub key_type: String,
    /// Fingerprint as OpenSSH prints it, `SHA256:…`.
    pub sha256: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
}

/// The stored host key of a device.
#[derive(Clone, Copy, Debug)]
pub struct GetHostKey(pub i64);

impl Endpoint for GetHostKey {
    type Reply = HostKey;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/devices/{device_id}/host-key";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}

/// Forgets the stored host key, so that the next session accepts the device's new one.
#[derive(Clone, Copy, Debug)]
pub struct ForgetHostKey(pub i64);

impl Endpoint for ForgetHostKey {
    type Reply = ();
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/devices/{device_id}/host-key";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}
