//! Live lines counted by second and level, so that a histogram goes on between two answers of the server.

use std::collections::VecDeque;

use netraven_api::logs::{LEVELS, LogEntry};

/// Most parts kept: some minutes of the quickest feed. A histogram is read again each minute.
const KEPT: usize = 8_192;

/// Lines of each level, in the order of [`LEVELS`].
pub type Levels = [i64; LEVELS.len()];

/// The lines of one second that came in one batch.
#[derive(Clone, Debug)]
struct Part {
    second: i64,
    sum: Levels,
    /// Id and level of each, for the part that an answer of the server ends in.
    lines: Vec<(i64, usize)>,
}

/// The lines that came since a view began.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    parts: VecDeque<Part>,
}

impl Tally {
    /// Counts a batch of lines.
    pub fn take(&mut self, lines: &[LogEntry]) {
        let mut part: Option<Part> = None;
        for line in lines {
            let (second, level) = (line.timestamp.as_second(), place(&line.level));
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

    /// Second and lines of what came behind a line.
    pub fn behind(&self, id: i64) -> impl Iterator<Item = (i64, Levels)> {
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

/// The place of a level in [`LEVELS`]; what has another name counts as the lowest.
#[must_use]
pub fn place(level: &str) -> usize {
    LEVELS.iter().position(|known| known.eq_ignore_ascii_case(level)).unwrap_or_default()
}
