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
    /// `healthy`.
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

/// State of each part, asked now.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetSystemStatus;

/// Answer to [`GetSystemStatus`]. Each part is `healthy`, `restarting` or `unhealthy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SystemStatus {
    /// The API.
    pub api: String,
    /// PostgreSQL.
    pub postgres: String,
    /// Redis.
    pub redis: String,
    /// At least one worker beats.
    pub worker: String,
    /// A scheduler holds the lead and ticks.
    pub scheduler: String,
    /// The server's clock.
    pub system_time: Timestamp,
    /// Sentences about what is wrong. Not part of NetRaven's shape.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Number of workers.
    #[serde(default)]
    pub workers: i64,
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
