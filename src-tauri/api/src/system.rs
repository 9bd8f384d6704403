//! Health of the system.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};

/// Whether the API answers.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetHealth;

/// Answer to [`GetHealth`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `healthy`.
    pub status: String,
}

impl Endpoint for GetHealth {
    type Reply = Health;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/health";
    const ACCESS: Access = Access::Open;
    fn request(&self) -> Request {
        Request::to::<Self>()
    }
}

/// State of each part, measured now.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetSystemStatus;

/// State of a part that another kind of server does not report.
pub const UNKNOWN: &str = "unknown";

/// Answer to [`GetSystemStatus`]. Each part is `healthy`, `restarting` or `unhealthy`; see also [`UNKNOWN`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemStatus {
    /// The API.
    pub api: String,
    /// State of PostgreSQL.
    pub postgres: String,
    /// State of Redis.
    pub redis: String,
    /// State of the workers: healthy if at least one has a heartbeat.
    pub worker: String,
    /// State of the scheduler: healthy if one leads and ticks.
    pub scheduler: String,
    /// The server's clock.
    pub system_time: Timestamp,
    /// What is wrong, as sentences. Not part of NetRaven's shape.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Number of workers.
    #[serde(default)]
    pub workers: i64,
    /// Versions, sizes and usage.
    #[serde(default)]
    pub details: SystemDetails,
}

/// What a server works with. A field is absent if the server does not report it or could not find out. Not part of NetRaven's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct SystemDetails {
    /// Its own version.
    pub version: Option<String>,
    /// Version of its PostgreSQL.
    pub postgres_version: Option<String>,
    /// Version of its Redis or Valkey.
    pub redis_version: Option<String>,
    /// Bytes of its database.
    pub database_bytes: Option<i64>,
    /// Free bytes on the disk of its data folder.
    pub disk_free_bytes: Option<i64>,
    /// Total bytes of that disk.
    pub disk_bytes: Option<i64>,
    /// Number of devices waiting in the queue for a worker.
    pub waiting: Option<i64>,
    /// Number of devices held by workers.
    pub leased: Option<i64>,
    /// Since when the first waiting device has been waiting.
    pub waiting_since: Option<Timestamp>,
    /// Time of its oldest log line.
    pub oldest_log: Option<Timestamp>,
    /// Days log lines are kept; 0 for ever.
    pub keep_logs_days: Option<i64>,
}

impl Endpoint for GetSystemStatus {
    type Reply = SystemStatus;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/system/status";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>()
    }
}
