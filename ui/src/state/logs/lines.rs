//! The lines themselves: put in order, kept from growing, and counted where they wait or are let go.

use std::collections::VecDeque;

use jiff::Timestamp;
use netraven_api::LogId;
use netraven_api::event::Skip;
use netraven_api::logs::LogEntry;

use super::filter::ReadPosition;
use super::fold::IdRange;
use super::missing::Missing;
use super::pace::Pace;

/// Most lines held.
pub const HELD: usize = 2_000;

/// The lines of a log view.
#[derive(Clone, Debug, Default)]
pub struct LogLines {
    /// By id, ascending.
    rows: VecDeque<LogEntry>,
    waiting: VecDeque<LogEntry>,
    waiting_count: usize,
    paused: bool,
    complete: bool,
    total: Option<i64>,
    missing: Missing,
    position: Option<ReadPosition>,
    /// Time of the newest waiting line that was let go.
    gap: Option<Timestamp>,
    pace: Pace,
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
    pub fn find(&self, id: LogId) -> Option<(usize, &LogEntry)> {
        let index = self.rows.binary_search_by_key(&id, |row| row.id).ok()?;
        Some((self.rows.len() - 1 - index, &self.rows[index]))
    }

    /// The lines from one id to another, the newest first.
    pub fn between(&self, range: IdRange) -> impl DoubleEndedIterator<Item = &LogEntry> + ExactSizeIterator {
        let from = self.rows.partition_point(|row| row.id < range.low);
        let to = self.rows.partition_point(|row| row.id <= range.high).max(from);
        self.rows.range(from..to).rev()
    }

    /// Id of the newest line held or waiting.
    #[must_use]
    pub fn last_id(&self) -> Option<LogId> {
        self.waiting.back().or_else(|| self.rows.back()).map(|row| row.id)
    }

    /// How far down the log is held; nothing where no history was read.
    #[must_use]
    pub fn position(&self) -> Option<ReadPosition> {
        self.position
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
        if let Some(at) = lines.iter().map(|line| line.timestamp).min() {
            // Lines of one moment may fill pages.
            let page = self.position.filter(|position| position.at == at).map_or(1, |position| position.page + 1);
            self.position = Some(ReadPosition { at, page });
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
        self.pace.note(count, written, now);
        self.total = self.total.map(|total| total + i64::try_from(count).unwrap_or_default());
        if self.paused {
            self.waiting_count += count;
        }
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
        let gap = self.gap.take();
        self.read_again_from(gap);
        self.trim();
    }

    /// Lines that were written and are not here.
    #[must_use]
    pub fn missing(&self) -> Missing {
        self.missing
    }

    /// Takes note of lines that will not come.
    pub fn skip(&mut self, lines: u64, why: Skip) {
        self.missing.skip(lines, why);
    }

    /// How quickly lines arrive, and how late.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    fn trim(&mut self) {
        // Rows being read do not vanish while paused; of those that wait only as many are kept as could be shown.
        let rows = if self.paused { &mut self.waiting } else { &mut self.rows };
        let surplus = rows.len().saturating_sub(HELD);
        let gone = rows.drain(..surplus).map(|line| line.timestamp).max();
        self.missing.let_go += surplus;
        if self.paused {
            self.gap = self.gap.max(gone);
        } else {
            self.read_again_from(gone);
        }
    }

    /// Lines up to this time went: older ones are read from there.
    fn read_again_from(&mut self, gone: Option<Timestamp>) {
        let Some(at) = gone else { return };
        self.complete = false;
        if self.position.is_none_or(|position| position.at < at) {
            self.position = Some(ReadPosition { at, page: 1 });
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
    use crate::state::logs::samples::{at, line};

    fn ids(lines: &LogLines) -> Vec<i64> {
        (0..lines.len()).map(|place| lines.newest(place).unwrap().id.get()).collect()
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
    fn older_lines_are_read_by_time_so_that_none_with_a_newer_id_is_left_out() {
        let mut lines = LogLines::default();
        let late = LogEntry { timestamp: at(2), ..line(9) };
        lines.take_history(vec![line(8), line(7)], 5, 2);
        assert_eq!(lines.position(), Some(ReadPosition { at: at(7), page: 1 }));
        lines.take_history(vec![line(7), line(6)], 5, 2);
        lines.take_history(vec![line(6), late], 5, 2);
        assert_eq!((ids(&lines), lines.position()), (vec![9, 8, 7, 6], Some(ReadPosition { at: at(2), page: 1 })));
    }

    #[test]
    fn lines_of_one_moment_are_read_page_by_page() {
        let mut lines = LogLines::default();
        let of_one_moment = |id| LogEntry { timestamp: at(1), ..line(id) };
        lines.take_history(vec![of_one_moment(9), of_one_moment(8)], 5, 2);
        assert_eq!(lines.position(), Some(ReadPosition { at: at(1), page: 1 }));
        lines.take_history(vec![of_one_moment(9), of_one_moment(8)], 5, 2);
        assert_eq!(lines.position(), Some(ReadPosition { at: at(1), page: 2 }));
        lines.take_history(vec![of_one_moment(7), of_one_moment(6)], 5, 2);
        assert_eq!(lines.position(), Some(ReadPosition { at: at(1), page: 3 }));
    }

    #[test]
    fn a_pause_counts_arrivals_and_loses_none() {
        let mut lines = LogLines::default();
        lines.take_live([line(1)], at(1));
        lines.pause();
        lines.take_live([line(2), line(3), line(2)], at(1));
        assert_eq!((ids(&lines), lines.waiting()), (vec![1], 2));
        assert_eq!(lines.last_id(), Some(LogId::new(3)));
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
        assert_eq!((lines.len(), ids(&lines).last(), lines.last_id()), (HELD, Some(&51), Some(LogId::new(held + 50))));
        assert!(lines.has_older());
        assert_eq!(lines.missing().let_go, 50, "what had to go is counted");
        assert_eq!(lines.position(), Some(ReadPosition { at: at(50), page: 1 }), "and is read again from there");
    }

    #[test]
    fn the_lines_between_two_are_those_that_are_held() {
        let mut lines = LogLines::default();
        lines.take_live([line(2), line(4), line(6), line(8)], at(1));
        let between = |low: i64, high: i64| {
            let range = IdRange { low: low.into(), high: high.into() };
            lines.between(range).map(|line| line.id.get()).collect::<Vec<_>>()
        };
        assert_eq!((between(3, 6), between(8, 8), between(9, 12)), (vec![6, 4], vec![8], vec![]));
        assert_eq!(between(7, 3), [] as [i64; 0]);
    }
}
