//! What a log view shows, as requests.

use jiff::Timestamp;
use netraven_api::LogId;
use netraven_api::logs::{ListLogs, LogFilter, StreamFilter};

/// How far down the log has been read: every line later than this time, and the pages before this one of what is left.
///
/// It is a time and not an id, because pages are in the order of times: a line that came late, from a worker whose clock is
/// behind, has a new id among old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    /// Time of the oldest line read.
    pub at: Timestamp,
    /// The next page of the lines up to it.
    pub page: i64,
}

/// The request for the newest lines, or for those further down.
#[must_use]
pub fn history(lines: &LogFilter, position: Option<ReadPosition>) -> ListLogs {
    let end_time = position.map(|position| position.at).or(lines.end_time);
    ListLogs {
        size: Some(100),
        page: position.map(|position| position.page).filter(|page| *page > 1),
        filter: LogFilter { end_time, ..lines.clone() },
        ..ListLogs::default()
    }
}

/// The request for the live lines behind `after`.
#[must_use]
pub fn stream(lines: &LogFilter, after: Option<LogId>) -> StreamFilter {
    StreamFilter { filter: lines.live.clone(), after, changes: None }
}
