//! The number of log lines over time, by level.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, LogFilter};
use crate::endpoint::endpoint;
use crate::ids::LogId;

/// Buckets if the request names no number.
pub const DEFAULT_BUCKETS: i64 = 60;
/// Fewest buckets in a request.
pub const MIN_BUCKETS: i64 = 10;
/// Most buckets in a request.
pub const MAX_BUCKETS: i64 = 200;

/// Counts log lines over time, from the oldest one until now where no times are given. Not part of NetRaven's API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GetLogHistogram {
    /// Which lines.
    #[serde(flatten)]
    pub filter: LogFilter,
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
    pub newest_id: LogId,
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

endpoint! { GetLogHistogram: Get "/logs/histogram" by User => LogHistogram, |it, to| to.query(it) }
