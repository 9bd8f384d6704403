//! Which lines of the log are meant.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Level, LogEntry, LogType, MetaMatch};
use crate::ids::{DeviceId, JobId, RunId};
use crate::words::Open;

/// What the live stream can be narrowed by, a part of every filter of lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LiveFilter {
    /// Lines of the job with this id.
    pub job_id: Option<JobId>,
    /// Lines of the device with this id.
    pub device_id: Option<DeviceId>,
    /// Lines of the run with this id.
    pub run_id: Option<RunId>,
    /// Any of these levels, any case.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub level: Vec<Open<Level>>,
    /// Any of these types.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub log_type: Vec<Open<LogType>>,
}

/// The filter of the lines that are kept, a part of each request for them. What is absent lets every line through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct LogFilter {
    /// What the live stream can be narrowed by, too.
    #[serde(flatten)]
    pub live: LiveFilter,
    /// Any of these sources, exact.
    pub source: Vec<String>,
    /// Lines at or after this time.
    pub start_time: Option<Timestamp>,
    /// Lines at or before this time.
    pub end_time: Option<Timestamp>,
    /// Part of the message, any case.
    pub search: Option<String>,
    /// Values in `meta`, all of which must match: a JSON Pointer, `=` and the value as text, such as `/peer/port=22`; without `=`
    /// the value is null. Not part of NetRaven's API.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub meta: Vec<MetaMatch>,
}

impl From<LiveFilter> for LogFilter {
    fn from(live: LiveFilter) -> LogFilter {
        LogFilter { live, ..LogFilter::default() }
    }
}

impl LogFilter {
    /// Whether it asks for what the stream knows nothing of: text, sources, `meta`, an end.
    #[must_use]
    pub fn exceeds_stream(&self) -> bool {
        self.search.is_some() || !self.source.is_empty() || !self.meta.is_empty() || self.end_time.is_some()
    }

    /// Whether a line of the stream belongs to the lines that are asked for, as far as they reach back.
    #[must_use]
    pub fn matches(&self, line: &LogEntry) -> bool {
        self.finds(line) && self.end_time.is_none_or(|end| line.timestamp <= end)
    }

    /// Whether a line of the stream has what is looked for, whenever it was said; the stream itself neither searches nor knows
    /// sources or what is in `meta`.
    #[must_use]
    pub fn finds(&self, line: &LogEntry) -> bool {
        let is_from = |source: &String| line.source.as_ref() == Some(source);
        let says = |text: &String| line.message.to_lowercase().contains(&text.to_lowercase());
        self.meta.iter().all(|wanted| wanted.matches(line.meta.as_ref()))
            && (self.source.is_empty() || self.source.iter().any(is_from))
            && self.search.as_ref().is_none_or(says)
    }
}
