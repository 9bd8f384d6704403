//! The unified log.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JobId, LogId, RunId};
use crate::jobs::JobKind;
use crate::page::Page;
use crate::sorting::{LogColumn, Order};
use crate::words::{Open, words};

mod filter;
mod frame;
mod histogram;
mod meta;

pub use filter::{LiveFilter, LogFilter};
pub use frame::Frame;
pub use histogram::{DEFAULT_BUCKETS, GetLogHistogram, LogBucket, LogHistogram, MAX_BUCKETS, MIN_BUCKETS};
pub use meta::{MetaMatch, NoMetaMatch};

words! {
    /// Severity of a log line, from low to high.
    pub enum Level {
        /// Details for debugging.
        Debug = "DEBUG": "debug",
        /// Normal operation.
        Info = "INFO": "info",
        /// It works, but should be looked at.
        Warning = "WARNING": "warning",
        /// Something failed.
        Error = "ERROR": "error",
        /// Work has stopped.
        Critical = "CRITICAL": "critical",
    }
}

impl Level {
    /// Its meaning, as described by the API.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Level::Debug => "Details for troubleshooting",
            Level::Info => "Normal operation",
            Level::Warning => "Possible problems",
            Level::Error => "Failures",
            Level::Critical => "Failures that stopped work",
        }
    }
}

words! {
    /// Subject of a log line, in NetRaven's words.
    pub enum LogType {
        /// Jobs and their runs.
        Job = "job",
        /// Reaching a device and signing in.
        Connection = "connection",
        /// The dialogue in a device's shell.
        Session = "session",
        /// The system itself.
        System = "system",
    }
}

impl LogType {
    /// The content of lines of this type, as described by the API.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            LogType::Job => "Job activity",
            LogType::Connection => "Connections and sign-ins",
            LogType::Session => "Session commands and output",
            LogType::System => "NetRaven itself",
        }
    }
}

/// Path of the live stream (server-sent events); see [`StreamFilter`].
pub const STREAM_PATH: &str = "/logs/stream";

/// One log line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEntry {
    /// Id; later lines have greater ones. History and live lines share it.
    pub id: LogId,
    /// When it was logged.
    pub timestamp: Timestamp,
    /// Its subject.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub log_type: Open<LogType>,
    /// Its severity.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub level: Level,
    /// Job it belongs to.
    pub job_id: Option<JobId>,
    /// Device it belongs to.
    pub device_id: Option<DeviceId>,
    /// Run it belongs to. Not part of NetRaven's shape.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// Part of the program that logged it.
    pub source: Option<String>,
    /// The text of the line.
    pub message: String,
    /// Structured details.
    pub meta: Option<serde_json::Value>,
    /// Hostname of the device. Not part of NetRaven's shape.
    #[serde(default)]
    pub device_name: Option<String>,
}

/// Lists log lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListLogs {
    /// Page number, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, default = 1))]
    pub page: Option<i64>,
    /// Rows a page, 1 to 100.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, default = 20))]
    pub size: Option<i64>,
    /// Which lines.
    #[serde(flatten)]
    pub filter: LogFilter,
    /// Any of these kinds of job.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub job_type: Vec<Open<JobKind>>,
    /// `timestamp` or `id`; `timestamp` if absent, and `id` with `after` or `before`.
    #[cfg_attr(feature = "openapi", schema(default = LogColumn::default))]
    pub sort: Option<LogColumn>,
    /// `asc` or `desc`; `desc` if absent.
    #[cfg_attr(feature = "openapi", schema(default = "desc"))]
    pub order: Option<Order>,
    /// Only lines with a greater id; to read on without gaps.
    pub after: Option<LogId>,
    /// Only lines with a smaller id.
    pub before: Option<LogId>,
}

impl From<LogFilter> for ListLogs {
    fn from(filter: LogFilter) -> ListLogs {
        ListLogs { filter, ..ListLogs::default() }
    }
}

impl From<LiveFilter> for ListLogs {
    fn from(filter: LiveFilter) -> ListLogs {
        ListLogs::from(LogFilter::from(filter))
    }
}

endpoint! { ListLogs: Get "/logs/" by User => Page<LogEntry>, |it, to| to.query(it) }

/// One log line.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetLog(pub LogId);

endpoint! { GetLog: Get "/logs/{log_id}" by User => LogEntry, |it, to| to.param("log_id", it.0) }

/// The log types.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListLogTypes;

/// One log type, described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LogType))]
pub struct LogTypeInfo {
    /// The type described.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub log_type: Open<LogType>,
    /// The content of its lines.
    pub description: Option<String>,
}

endpoint! { ListLogTypes: Get "/logs/types" by User => Vec<LogTypeInfo> }

/// The log levels.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListLogLevels;

/// One log level, described.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = LogLevel))]
pub struct LogLevelInfo {
    /// The level described.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub level: Level,
    /// What it means.
    pub description: Option<String>,
}

endpoint! { ListLogLevels: Get "/logs/levels" by User => Vec<LogLevelInfo> }

/// Counts of the log.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetLogStats;

/// Answer to [`GetLogStats`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogStats {
    /// Lines in all.
    pub total: i64,
    /// Lines by type.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub by_type: BTreeMap<Open<LogType>, i64>,
    /// Lines by level.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub by_level: BTreeMap<Level, i64>,
    /// Time of the newest line.
    pub last_log_time: Option<Timestamp>,
}

endpoint! { GetLogStats: Get "/logs/stats" by User => LogStats }

/// Query of the live stream. With the header `Last-Event-ID` (or `after`) it begins after that line, otherwise with new lines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct StreamFilter {
    /// Which lines.
    #[serde(flatten)]
    pub filter: LiveFilter,
    /// Begins after this line; `Last-Event-ID` takes precedence.
    pub after: Option<LogId>,
    /// Also sends changes (runs, devices, servers) as events named `changed`; see [`crate::event::Changed`].
    pub changes: Option<bool>,
}
