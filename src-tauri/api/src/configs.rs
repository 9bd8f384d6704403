//! Configurations read from devices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};

/// A snapshot with its text, secrets hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Id.
    pub id: i64,
    /// Device.
    pub device_id: i64,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// `job_id`, `run_id`, `hostname`, `commit`, `sha256`, `bytes`, `secrets_hidden`.
    pub config_metadata: Option<serde_json::Value>,
    /// The text, secrets hidden.
    pub config_data: String,
}

/// A snapshot without its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigHead {
    /// Id.
    pub id: i64,
    /// Device.
    pub device_id: i64,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// As in [`Config`].
    pub config_metadata: Option<serde_json::Value>,
}

/// Lists snapshots with their texts, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListConfigs {
    /// Device.
    pub device_id: Option<i64>,
    /// Rows to skip.
    pub start: Option<i64>,
    /// Most rows, 1 to 500; 50 if absent.
    pub limit: Option<i64>,
}

impl Endpoint for ListConfigs {
    type Reply = Vec<Config>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/list";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// One snapshot.
#[derive(Clone, Copy, Debug)]
pub struct GetConfig(pub i64);

impl Endpoint for GetConfig {
    type Reply = Config;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/{config_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
}

/// The snapshots of a device without their texts, the newest first.
#[derive(Clone, Copy, Debug)]
pub struct ListConfigHistory(pub i64);

impl Endpoint for ListConfigHistory {
    type Reply = Vec<ConfigHead>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/{device_id}/history";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}

/// Opens the sealed raw text of a snapshot, secrets and all, for a restore. Logged with who asked.
#[derive(Clone, Copy, Debug)]
pub struct ExportConfig(pub i64);

/// Answer to [`ExportConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawConfig {
    /// Snapshot.
    pub id: i64,
    /// Device.
    pub device_id: i64,
    /// Hostname.
    pub hostname: String,
    /// The text as the device showed it.
    pub raw: crate::secret::Secret,
}

impl Endpoint for ExportConfig {
    type Reply = RawConfig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/configs/{config_id}/export";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
}
