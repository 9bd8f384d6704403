//! What a log view shows, as requests and as a check of the lines that arrive.

use jiff::Timestamp;
use netraven_api::Open;
use netraven_api::logs::{Level, ListLogs, LogEntry, LogType, MetaMatch, StreamFilter};

/// What a log view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Any of these levels.
    pub levels: Vec<Open<Level>>,
    /// Any of these types.
    pub types: Vec<Open<LogType>>,
    /// Any of these sources.
    pub sources: Vec<String>,
    /// Values that `meta` has, all of them.
    pub meta: Vec<MetaMatch>,
    /// Lines of the job with this id.
    pub job_id: Option<i64>,
    /// Lines of the device with this id.
    pub device_id: Option<i64>,
    /// Lines of the run with this id.
    pub run_id: Option<i64>,
    /// Lines at or after this time.
    pub since: Option<Timestamp>,
    /// Lines at or before this time.
    pub until: Option<Timestamp>,
    /// Part of the message, any case.
    pub search: String,
}

/// How far down the log has been read: every line later than this time, and the pages before this one of what is left.
///
/// It is a time and not an id, because pages are in the order of times: a line that came late, from a worker whose clock is
/// behind, has a new id among old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Time of the oldest line read.
    pub at: Timestamp,
    /// The next page of the lines up to it.
    pub page: i64,
}

impl LogFilter {
    /// Whether it asks for what the stream knows nothing of: text, sources, `meta`, an end.
    #[must_use]
    pub fn exceeds_stream(&self) -> bool {
        !self.search.trim().is_empty() || !self.sources.is_empty() || !self.meta.is_empty() || self.until.is_some()
    }

    /// The request for the newest lines, or for those further down.
    #[must_use]
    pub fn history(&self, reach: Option<Reach>) -> ListLogs {
        ListLogs {
            size: Some(100),
            log_type: self.types.clone(),
            level: self.levels.clone(),
            source: self.sources.clone(),
            meta: self.meta.clone(),
            job_id: self.job_id,
            device_id: self.device_id,
            run_id: self.run_id,
            start_time: self.since,
            end_time: reach.map(|reach| reach.at).or(self.until),
            search: Some(self.search.trim().to_owned()).filter(|search| !search.is_empty()),
            page: reach.map(|reach| reach.page).filter(|page| *page > 1),
            ..ListLogs::default()
        }
    }

    /// The filter of the live lines behind `after`.
    #[must_use]
    pub fn stream(&self, after: Option<i64>) -> StreamFilter {
        StreamFilter {
            job_id: self.job_id,
            device_id: self.device_id,
            run_id: self.run_id,
            level: self.levels.clone(),
            log_type: self.types.clone(),
            after,
            changes: None,
        }
    }

    /// Whether a live line belongs in the view; the stream itself knows no period.
    #[must_use]
    pub fn matches(&self, line: &LogEntry) -> bool {
        self.finds(line) && self.until.is_none_or(|until| line.timestamp <= until)
    }

    /// Whether a live line has what is looked for, whenever it was said; the stream itself neither searches nor knows
    /// sources or what is in `meta`.
    #[must_use]
    pub fn finds(&self, line: &LogEntry) -> bool {
        let search = self.search.trim();
        let is_from = |source: &String| line.source.as_ref() == Some(source);
        self.meta.iter().all(|wanted| wanted.matches(line.meta.as_ref()))
            && (self.sources.is_empty() || self.sources.iter().any(is_from))
            && (search.is_empty() || line.message.to_lowercase().contains(&search.to_lowercase()))
    }
}
