//! Live lines counted by second and level, so that a histogram goes on between two answers of the server.

use std::collections::VecDeque;

use netraven_api::LogId;
use netraven_api::logs::{Level, LogEntry};

/// Most parts kept: some minutes of the quickest feed, should no answer of the server come.
const KEPT: usize = 8_192;

/// Lines of each level, in the order of [`Level::ALL`].
pub type Levels = [i64; Level::ALL.len()];

/// The lines of one second that came in one batch.
#[derive(Clone, Debug)]
struct Part {
    second: i64,
    sum: Levels,
    /// Id and level of each, for the part that an answer of the server ends in.
    lines: Vec<(LogId, usize)>,
}

impl Part {
    fn is_up_to(&self, id: LogId) -> bool {
        self.lines.last().is_none_or(|(last, _)| *last <= id)
    }
}

/// The lines that came since a view began, or since the server was asked last.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    parts: VecDeque<Part>,
}

impl Tally {
    /// Counts a batch of lines.
    pub fn take(&mut self, lines: &[LogEntry]) {
        let mut part: Option<Part> = None;
        for line in lines {
            let (second, level) = (line.timestamp.as_second(), place(line.level));
            if part.as_ref().is_none_or(|part| part.second != second) {
                self.parts.extend(part.take());
            }
            let part = part.get_or_insert(Part { second, sum: Levels::default(), lines: Vec::new() });
            part.sum[level] += 1;
            part.lines.push((line.id, level));
        }
        self.parts.extend(part);
        self.parts.drain(..self.parts.len().saturating_sub(KEPT));
    }

    /// Lets go of the parts up to a line, because an answer of the server has them.
    pub fn forget(&mut self, id: LogId) {
        while self.has_up_to(id) {
            self.parts.pop_front();
        }
    }

    /// Whether there is a part to let go of.
    #[must_use]
    pub fn has_up_to(&self, id: LogId) -> bool {
        self.parts.front().is_some_and(|part| part.is_up_to(id))
    }

    /// Second and lines of what came behind a line.
    pub fn behind(&self, id: LogId) -> impl Iterator<Item = (i64, Levels)> {
        self.parts.iter().filter_map(move |part| {
            let (first, last) = (part.lines.first()?.0, part.lines.last()?.0);
            if first > id {
                return Some((part.second, part.sum));
            }
            (last > id).then(|| {
                let mut sum = Levels::default();
                part.lines.iter().filter(|(line, _)| *line > id).for_each(|(_, level)| sum[*level] += 1);
                (part.second, sum)
            })
        })
    }
}

/// The place of a level in [`Level::ALL`].
#[must_use]
pub fn place(level: Level) -> usize {
    level as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(ids: std::ops::RangeInclusive<i64>, second: i64) -> Vec<LogEntry> {
        let line = |id| {
            let at = jiff::Timestamp::from_second(second).unwrap();
            serde_json::from_value(
                serde_json::json!({ "id": id, "timestamp": at, "log_type": "job", "level": "INFO", "message": "" }),
            )
            .unwrap()
        };
        ids.map(line).collect()
    }

    #[test]
    fn what_the_server_counted_is_let_go_and_nothing_behind_it() {
        let mut tally = Tally::default();
        tally.take(&lines(1..=4, 10));
        tally.take(&lines(5..=8, 11));
        let behind = |tally: &Tally| {
            tally.behind(6.into()).map(|(second, sum)| (second, sum.iter().sum())).collect::<Vec<(i64, i64)>>()
        };
        let before = behind(&tally);
        assert!(tally.has_up_to(6.into()));
        tally.forget(6.into());
        assert_eq!((tally.parts.len(), behind(&tally)), (1, before), "a part that it ends in is kept whole");
        assert!(!tally.has_up_to(6.into()));
        tally.forget(8.into());
        assert!(tally.parts.is_empty());
    }
}
