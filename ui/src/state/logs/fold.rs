//! Which rows a list of lines has: one for each line, or one for several that say the same one after the other.
//!
//! Lines are the same when level, type, source, device and message are, to the letter. Numbers are not left out of the
//! comparison: an address, an interface or a count is often the only difference between two lines.

use std::collections::BTreeSet;

use netraven_api::LogId;
use netraven_api::logs::LogEntry;

use super::lines::LogLines;

/// The first and the last of several lines by their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdRange {
    /// Id of the oldest.
    pub low: LogId,
    /// Id of the newest.
    pub high: LogId,
}

impl IdRange {
    /// One line.
    #[must_use]
    pub fn one(id: LogId) -> IdRange {
        IdRange { low: id, high: id }
    }

    /// Both and what lies between.
    #[must_use]
    pub fn joined(self, other: IdRange) -> IdRange {
        IdRange { low: self.low.min(other.low), high: self.high.max(other.high) }
    }

    /// Whether a line belongs to both.
    #[must_use]
    pub fn meets(self, other: IdRange) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// What a row stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// One line.
    Line,
    /// Several lines that say the same.
    Fold,
    /// Several lines that say the same, each shown in a row below.
    Open,
    /// One of those.
    Member,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Place of its newest line, see [`LogLines::newest`].
    pub place: usize,
    /// Its lines.
    pub count: usize,
    /// Their ids.
    pub range: IdRange,
    /// What it stands for.
    pub kind: RowKind,
}

/// The rows of a list, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout(Vec<Row>);

impl Layout {
    /// The rows of lines. With `folds` those that say the same are one, but where one of their ids is in `open`.
    #[must_use]
    pub fn of(lines: &LogLines, folds: bool, open: &BTreeSet<LogId>) -> Layout {
        let mut rows = Vec::with_capacity(lines.len());
        let mut place = 0;
        while let Some(newest) = lines.newest(place) {
            let mut count = 1;
            while folds && lines.newest(place + count).is_some_and(|older| is_same(older, newest)) {
                count += 1;
            }
            let low = lines.newest(place + count - 1).map_or(newest.id, |oldest| oldest.id);
            let range = IdRange { low, high: newest.id };
            let is_open = count > 1 && open.range(low..=newest.id).next().is_some();
            let kind = match (count, is_open) {
                (1, _) => RowKind::Line,
                (_, false) => RowKind::Fold,
                (_, true) => RowKind::Open,
            };
            rows.push(Row { place, count, range, kind });
            if is_open {
                let member = |place| {
                    let id = lines.newest(place)?.id;
                    Some(Row { place, count: 1, range: IdRange::one(id), kind: RowKind::Member })
                };
                rows.extend((place..place + count).filter_map(member));
            }
            place += count;
        }
        Layout(rows)
    }

    /// Rows in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The row at an index, the newest at 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Row> {
        self.0.get(index)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.0.iter()
    }

    /// The index of the row that shows these lines; of what has become part of a fold, the fold.
    #[must_use]
    pub fn find(&self, range: IdRange) -> Option<usize> {
        let several = range.low != range.high;
        let shows =
            |row: &Row| row.range.meets(range) && if several { row.count > 1 } else { row.kind != RowKind::Open };
        let exact = self.0.iter().position(|row| row.range == range);
        exact.or_else(|| self.0.iter().position(shows)).or_else(|| self.0.iter().position(|row| row.range.meets(range)))
    }
}

fn is_same(a: &LogEntry, b: &LogEntry) -> bool {
    // What differs most often is compared first.
    a.device_id == b.device_id
        && a.message == b.message
        && a.level == b.level
        && a.log_type == b.log_type
        && a.source == b.source
        && a.device_name == b.device_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::logs::samples::{at, said};

    fn lines(messages: &[&str]) -> LogLines {
        let mut lines = LogLines::default();
        lines.take_live(messages.iter().zip(1..).map(|(message, id)| said(id, message)), at(1));
        lines
    }

    fn shape(layout: &Layout) -> Vec<(i64, i64, RowKind)> {
        layout.iter().map(|row| (row.range.high.get(), row.range.low.get(), row.kind)).collect()
    }

    #[test]
    fn lines_that_say_the_same_one_after_the_other_are_one_row() {
        let lines = lines(&["a", "b", "b", "b", "a", "a"]);
        let none = BTreeSet::new();
        let folded = Layout::of(&lines, true, &none);
        assert_eq!(shape(&folded), [(6, 5, RowKind::Fold), (4, 2, RowKind::Fold), (1, 1, RowKind::Line)]);
        assert_eq!(folded.iter().map(|row| row.count).sum::<usize>(), lines.len());
        assert_eq!(Layout::of(&lines, false, &none).len(), 6);
        assert_eq!(folded.find(IdRange::one(3.into())), Some(1));
        assert_eq!(folded.find(IdRange::one(9.into())), None);
    }

    #[test]
    fn whatever_else_differs_keeps_lines_apart() {
        let mut lines = LogLines::default();
        let mut told = [1, 2, 3, 4, 5].map(|id| said(id, "b"));
        told[1].level = netraven_api::logs::Level::Error;
        told[2].log_type = "session".into();
        told[3].source = Some("scheduler".into());
        told[4].device_id = Some(9.into());
        lines.take_live(told, at(1));
        assert_eq!(Layout::of(&lines, true, &BTreeSet::new()).len(), 5);
    }

    #[test]
    fn an_open_fold_stays_open_while_more_of_the_same_arrive() {
        let mut lines = lines(&["a", "b", "b"]);
        let open = BTreeSet::from([LogId::new(3)]);
        let before = Layout::of(&lines, true, &open);
        let expected = [(3, 2, RowKind::Open), (3, 3, RowKind::Member), (2, 2, RowKind::Member), (1, 1, RowKind::Line)];
        assert_eq!(shape(&before), expected);
        assert_eq!(before.find(IdRange { low: 2.into(), high: 3.into() }), Some(0));
        assert_eq!(
            (
                before.find(IdRange::one(3.into())),
                before.find(IdRange::one(2.into())),
                before.find(IdRange::one(1.into()))
            ),
            (Some(1), Some(2), Some(3))
        );
        lines.take_live([said(4, "b")], at(1));
        let after = Layout::of(&lines, true, &open);
        assert_eq!((after.len(), after.get(0).unwrap().range), (5, IdRange { low: 2.into(), high: 4.into() }));
        assert_eq!(after.find(IdRange { low: 2.into(), high: 3.into() }), Some(0), "what was chosen stays chosen");
    }
}
