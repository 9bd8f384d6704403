//! The number of log lines over time, by level.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, LogType, MetaMatch};
use crate::endpoint::{Access, Endpoint, Method, Request};
use crate::words::Open;

/// Buckets if the request names no number.
pub const DEFAULT_BUCKETS: i64 = 60;
/// Fewest buckets in a request.
pub const MIN_BUCKETS: i64 = 10;
/// Most buckets in a request.
pub const MAX_BUCKETS: i64 = 200;

/// Counts log lines over time. Not part of NetRaven's API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GetLogHistogram {
    /// Any of these types.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub log_type: Vec<Open<LogType>>,
    /// Any of these levels, any case.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub level: Vec<Open<Level>>,
    /// Lines of the job with this id.
    pub job_id: Option<i64>,
    /// Lines of the device with this id.
    pub device_id: Option<i64>,
    /// Lines of the run with this id.
    pub run_id: Option<i64>,
    /// Any of these sources, exact.
    pub source: Vec<String>,
    /// Values in `meta`, all of which must match, as in [`super::ListLogs`].
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub meta: Vec<MetaMatch>,
    /// Lines at or after this time; the oldest line if absent.
    pub start_time: Option<Timestamp>,
    /// Lines at or before this time; now if absent.
    pub end_time: Option<Timestamp>,
    /// Part of the message, any case.
    pub search: Option<String>,
    /// Most buckets, 10 to 200. Their width is rounded, so there may be fewer.
    #[cfg_attr(feature = "openapi", schema(minimum = 10, maximum = 200, default = 60))]
    pub buckets: Option<i64>,
}

/// Answer to [`GetLogHistogram`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogHistogram {
    /// Width of a bucket in seconds.
    pub bucket_s: i64,
    /// Every bucket from the first time to the last, including empty ones. The first and the last may extend beyond the requested
    /// times, but only lines between them are counted.
    pub buckets: Vec<LogBucket>,
    /// Greatest id of a line at the time of counting: later lines are not included.
    pub newest_id: i64,
    /// Whether counting would have taken too long: then only lines since `counted_since` are included.
    pub is_partial: bool,
    /// Start of the counted period.
    pub counted_since: Timestamp,
}

/// The lines in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBucket {
    /// Start of the period.
    pub start: Timestamp,
    /// Lines by level; levels without a line are left out.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub by_level: BTreeMap<Level, i64>,
}

impl Endpoint for GetLogHistogram {
    type Reply = LogHistogram;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/logs/histogram";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}
