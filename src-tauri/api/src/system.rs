//! Health of the system.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::words::{Open, words};

words! {
    /// How a part of the system is.
    pub enum Condition {
        /// It answers.
        Healthy = "healthy": "Healthy",
        /// It stopped, and is being started again.
        Restarting = "restarting": "Restarting",
        /// It does not answer.
        Unhealthy = "unhealthy": "Unhealthy",
        /// A server of another kind does not tell how it is.
        Unknown = "unknown": "Not reported",
    }
}

impl Condition {
    /// Whether nothing is known to be wrong.
    #[must_use]
    pub fn is_well(self) -> bool {
        matches!(self, Condition::Healthy | Condition::Unknown)
    }
}

/// Whether the API answers.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetHealth;

/// Answer to [`GetHealth`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `healthy`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: Open<Condition>,
}

endpoint! { GetHealth: Get "/health" by Open => Health }

/// State of each part, measured now.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetSystemStatus;

/// Answer to [`GetSystemStatus`]. Each part is `healthy`, `restarting` or `unhealthy`; `unknown` is what a server of another kind
/// does not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemStatus {
    /// The API.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub api: Open<Condition>,
    /// State of PostgreSQL.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub postgres: Open<Condition>,
    /// State of Redis.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub redis: Open<Condition>,
    /// State of the workers: healthy if at least one has a heartbeat.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub worker: Open<Condition>,
    /// State of the scheduler: healthy if one leads and ticks.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub scheduler: Open<Condition>,
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

endpoint! { GetSystemStatus: Get "/system/status" by User => SystemStatus }
