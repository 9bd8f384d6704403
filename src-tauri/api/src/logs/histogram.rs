//! How many lines the log holds over time, by level.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, LogType, MetaMatch};
use crate::endpoint::{Access, Endpoint, Method, Request};
use crate::words::Open;

/// Buckets when the caller does not say.
pub const DEFAULT_BUCKETS: i64 = 60;
/// Fewest buckets one can ask for.
pub const MIN_BUCKETS: i64 = 10;
/// Most buckets one can ask for.
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
    /// Values that `meta` has, all of them, as in [`super::ListLogs`].
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub meta: Vec<MetaMatch>,
    /// Lines at or after this time; the oldest line if absent.
    pub start_time: Option<Timestamp>,
    /// Lines at or before this time; now if absent.
    pub end_time: Option<Timestamp>,
    /// Part of the message, any case.
    pub search: Option<String>,
    /// Most buckets, 10 to 200. Their width is a round one, so there may be fewer.
    #[cfg_attr(feature = "openapi", schema(minimum = 10, maximum = 200, default = 60))]
    pub buckets: Option<i64>,
}

/// Answer to [`GetLogHistogram`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogHistogram {
    /// Width of a bucket in seconds.
    pub bucket_s: i64,
    /// Every bucket from the first time to the last, empty ones too. The first and the last may reach beyond the times asked
    /// for, but count only the lines between them.
    pub buckets: Vec<LogBucket>,
    /// Greatest id of a line when it was counted: a line with a greater one is not in it.
    pub newest_id: i64,
    /// Whether counting would have taken too long: only lines since `counted_since` are in it then.
    pub is_partial: bool,
    /// Since when lines are counted.
    pub counted_since: Timestamp,
}

/// The lines of a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogBucket {
    /// When it begins.
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
