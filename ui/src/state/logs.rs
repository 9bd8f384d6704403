//! The lines a log view holds: history and live as one ordered sequence without doubles, of bounded length.

use std::collections::VecDeque;

use jiff::Timestamp;
use netraven_api::logs::{ListLogs, LogEntry, MetaMatch, StreamFilter};

/// Most lines held.
pub const HELD: usize = 2_000;
/// Beyond this it is the clocks that differ, not the lines that are late.
const MOST_LAG_MS: i64 = 120_000;
/// Seconds over which the rate is averaged.
const RATE_SECONDS: i64 = 5;

/// What a log view shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// Any of these levels.
    pub levels: Vec<String>,
    /// Any of these types.
    pub types: Vec<String>,
    /// Any of these sources.
    pub sources: Vec<String>,
    /// Values that `meta` has, all of them.
    pub meta: Vec<MetaMatch>,
    /// Job.
    pub job_id: Option<i64>,
    /// Device.
    pub device_id: Option<i64>,
    /// Run.
    pub run_id: Option<i64>,
    /// Lines at or after this time.
    pub since: Option<Timestamp>,
    /// Lines at or before this time.
    pub until: Option<Timestamp>,
    /// Part of the message, any case.
    pub search: String,
}

impl LogFilter {
    /// The request for the lines before `before`, or the newest.
    #[must_use]
    pub fn history(&self, before: Option<i64>) -> ListLogs {
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
            end_time: self.until,
            search: Some(self.search.trim().to_owned()).filter(|search| !search.is_empty()),
            before,
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

/// The lines of a log view.
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    /// By id, ascending.
    rows: VecDeque<LogEntry>,
    waiting: VecDeque<LogEntry>,
    waiting_count: usize,
    paused: bool,
    arrivals: VecDeque<(i64, usize)>,
    complete: bool,
    total: Option<i64>,
    let_go: usize,
    lag: Option<Lag>,
}

/// How far behind the newest lines were when they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lag {
    at: Timestamp,
    ms: i64,
}

impl LogLines {
    /// Lines held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no line is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The line at a place, the newest at 0.
    #[must_use]
    pub fn newest(&self, place: usize) -> Option<&LogEntry> {
        self.rows.len().checked_sub(place + 1).and_then(|index| self.rows.get(index))
    }

    /// The line of an id and its place, the newest at 0.
    #[must_use]
    pub fn find(&self, id: i64) -> Option<(usize, &LogEntry)> {
        let index = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        Some((self.rows.len() - 1 - index, &self.rows[index]))
    }

    /// Id of the newest line held or waiting.
    #[must_use]
    pub fn last_id(&self) -> Option<i64> {
        self.waiting.back().or_else(|| self.rows.back()).map(|row| row.id)
    }

    /// Id of the oldest line held.
    #[must_use]
    pub fn first_id(&self) -> Option<i64> {
        self.rows.front().map(|row| row.id)
    }

    /// Whether older lines exist that are not held, as far as is known.
    #[must_use]
    pub fn has_older(&self) -> bool {
        !self.complete
    }

    /// Whether older lines still fit.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.rows.len() < HELD
    }

    /// Lines in all that match, by the last answer and what arrived since.
    #[must_use]
    pub fn total(&self) -> Option<i64> {
        self.total
    }

    /// Whether arriving lines wait.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.paused
    }

    /// Lines that wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting_count
    }

    /// Takes in older lines from the history.
    pub fn take_history(&mut self, lines: Vec<LogEntry>, total: i64, page_size: usize) {
        self.complete = lines.len() < page_size;
        if self.rows.is_empty() {
            self.total = Some(total);
        }
        for line in lines {
            insert(&mut self.rows, line);
        }
    }

    /// Takes in live lines, or lets them wait while paused.
    pub fn take_live(&mut self, lines: impl IntoIterator<Item = LogEntry>, now: Timestamp) {
        let mut count = 0;
        let mut written = None;
        for line in lines {
            written = written.max(Some(line.timestamp));
            let new = if self.paused {
                self.rows.binary_search_by_key(&line.id, |row| row.id).is_err() && insert(&mut self.waiting, line)
            } else {
                insert(&mut self.rows, line)
            };
            count += usize::from(new);
        }
        if count == 0 {
            return;
        }
        self.lag = written.map(|written| Lag { at: now, ms: now.as_millisecond() - written.as_millisecond() });
        self.total = self.total.map(|total| total + i64::try_from(count).unwrap_or_default());
        if self.paused {
            self.waiting_count += count;
        }
        self.arrivals.push_back((now.as_second(), count));
        self.trim();
    }

    /// Lets arriving lines wait.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Shows the lines that waited and follows again.
    pub fn resume(&mut self) {
        self.paused = false;
        self.waiting_count = 0;
        for line in std::mem::take(&mut self.waiting) {
            insert(&mut self.rows, line);
        }
        self.trim();
    }

    /// Lines that were held or waited and had to go, because only [`HELD`] fit.
    #[must_use]
    pub fn let_go(&self) -> usize {
        self.let_go
    }

    /// Milliseconds from the writing of the newest lines until they were here, while lines arrive. None where the clocks of
    /// server and window differ too much to tell.
    #[must_use]
    pub fn lag_ms(&self, now: Timestamp) -> Option<i64> {
        let lag = self.lag?;
        let fresh = now.as_second() - lag.at.as_second() < RATE_SECONDS;
        (fresh && (0..=MOST_LAG_MS).contains(&lag.ms)).then_some(lag.ms)
    }

    /// Lines a second over the last few seconds.
    #[must_use]
    pub fn rate(&self, now: Timestamp) -> f64 {
        let since = now.as_second() - RATE_SECONDS;
        let lines: usize = self.arrivals.iter().filter(|(second, _)| *second > since).map(|(_, count)| count).sum();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = lines as f64 / RATE_SECONDS as f64;
        rate
    }

    fn trim(&mut self) {
        // Rows being read do not vanish while paused; of those that wait only as many are kept as could be shown.
        let rows = if self.paused { &mut self.waiting } else { &mut self.rows };
        let surplus = rows.len().saturating_sub(HELD);
        rows.drain(..surplus);
        if surplus > 0 {
            self.complete = false;
            self.let_go += surplus;
        }
        let Some((newest, _)) = self.arrivals.back().copied() else { return };
        while self.arrivals.front().is_some_and(|(second, _)| *second <= newest - RATE_SECONDS) {
            self.arrivals.pop_front();
        }
    }
}

/// Puts a line in its place by id; gives whether it was new.
fn insert(rows: &mut VecDeque<LogEntry>, line: LogEntry) -> bool {
    if rows.back().is_none_or(|last| last.id < line.id) {
        rows.push_back(line);
        return true;
    }
    match rows.binary_search_by_key(&line.id, |row| row.id) {
        Ok(_) => false,
        Err(place) => {
            rows.insert(place, line);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: i64) -> LogEntry {
        LogEntry {
            id,
            timestamp: Timestamp::from_second(id).unwrap(),
            log_type: "job".into(),
            level: "INFO".into(),
            job_id: None,
            device_id: None,
            run_id: None,
            source: None,
            message: format!("line {id}"),
            meta: None,
            device_name: None,
        }
    }

    fn ids(lines: &LogLines) -> Vec<i64> {
        (0..lines.len()).map(|place| lines.newest(place).unwrap().id).collect()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn history_and_live_lines_are_one_sequence_without_doubles() {
        let mut lines = LogLines::default();
        lines.take_live([line(7), line(8)], at(1));
        lines.take_history(vec![line(8), line(7), line(5), line(3)], 4, 100);
        lines.take_live([line(8), line(9), line(6)], at(1));
        assert_eq!(ids(&lines), [9, 8, 7, 6, 5, 3]);
        assert!(!lines.has_older());
    }

    #[test]
    fn a_pause_counts_arrivals_and_loses_none() {
        let mut lines = LogLines::default();
        lines.take_live([line(1)], at(1));
        lines.pause();
        lines.take_live([line(2), line(3), line(2)], at(1));
        assert_eq!((ids(&lines), lines.waiting()), (vec![1], 2));
        assert_eq!(lines.last_id(), Some(3));
        lines.resume();
        assert_eq!((ids(&lines), lines.waiting()), (vec![3, 2, 1], 0));
    }

    #[test]
    fn however_many_arrive_the_newest_are_held_without_a_gap() {
        let held = i64::try_from(HELD).unwrap();
        let mut lines = LogLines::default();
        lines.take_live((1..=10).map(line), at(1));
        lines.pause();
        lines.take_live((11..=held + 50).map(line), at(2));
        assert_eq!(lines.waiting(), HELD + 40);
        lines.resume();
        assert_eq!((lines.len(), lines.first_id(), lines.last_id()), (HELD, Some(51), Some(held + 50)));
        assert!(lines.has_older());
        assert_eq!(lines.let_go(), 50, "what had to go is counted");
    }

    #[test]
    fn lines_are_as_late_as_their_clock_says_unless_it_cannot_be_right() {
        let mut lines = LogLines::default();
        lines.take_live([line(7), line(9)], at(10));
        assert_eq!(lines.lag_ms(at(12)), Some(1_000));
        assert_eq!(lines.lag_ms(at(16)), None, "nothing arrives any more");
        lines.take_live([line(100)], at(20));
        assert_eq!(lines.lag_ms(at(20)), None, "written in the future");
        lines.take_live([line(101)], at(900));
        assert_eq!(lines.lag_ms(at(900)), None, "a clock that differs by minutes");
    }

    #[test]
    fn the_rate_is_of_the_last_seconds() {
        let mut lines = LogLines::default();
        lines.take_live((1..=10).map(line), at(10));
        assert!((lines.rate(at(12)) - 2.0).abs() < 1e-9);
        assert!(lines.rate(at(16)).abs() < 1e-9);
    }
}
