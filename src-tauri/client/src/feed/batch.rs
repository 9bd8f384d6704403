//! Collects arriving lines, so that the screen gets few large messages: at most one every 33 ms, of at most 500 lines.

use std::time::Duration;

use netraven_api::event::{Changed, FeedMessage, Skip};
use netraven_api::logs::LogEntry;
use tokio::time::Instant;

/// Shortest time between two batches.
const PACE: Duration = Duration::from_millis(33);
/// Most lines in a batch.
pub const MOST_LINES: usize = 500;

/// Content waiting to be passed on.
#[derive(Debug, Default)]
pub struct Batch {
    lines: Vec<LogEntry>,
    changes: Vec<Changed>,
    skipped: u64,
    last: Option<Instant>,
}

impl Batch {
    /// Adds a line.
    pub fn line(&mut self, line: LogEntry) {
        self.lines.push(line);
    }

    /// Adds a line that was not understood.
    pub fn skip(&mut self) {
        self.skipped += 1;
    }

    /// Adds a change; the same change twice in a batch is one.
    pub fn change(&mut self, change: Changed) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// Whether a full batch waits, so that reading should pause until it is passed on.
    pub fn is_full(&self) -> bool {
        self.lines.len() >= MOST_LINES
    }

    /// When the next batch may go, if there is anything in it.
    pub fn due(&self) -> Option<Instant> {
        let is_empty = self.lines.is_empty() && self.changes.is_empty() && self.skipped == 0;
        (!is_empty).then(|| self.last.map_or_else(Instant::now, |last| last + PACE))
    }

    /// Passes one batch on: lines first, then changes, so that a run's end comes after its last line.
    pub fn flush(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) {
        let rest = self.lines.split_off(self.lines.len().min(MOST_LINES));
        let lines = std::mem::replace(&mut self.lines, rest);
        let mut messages = Vec::new();
        if !lines.is_empty() {
            messages.push(FeedMessage::Lines { lines });
        }
        if self.skipped > 0 {
            let lines = std::mem::take(&mut self.skipped);
            messages.push(FeedMessage::Skipped { lines, why: Skip::NotUnderstood });
        }
        if self.lines.is_empty() && !self.changes.is_empty() {
            messages.push(FeedMessage::Changes { changes: std::mem::take(&mut self.changes) });
        }
        self.last = Some(Instant::now());
        sink(messages);
    }

    /// Passes on everything that waits.
    pub fn flush_all(&mut self, sink: &mut impl FnMut(Vec<FeedMessage>)) {
        while self.due().is_some() {
            self.flush(sink);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn line(id: i64) -> LogEntry {
        LogEntry {
            id: id.into(),
            timestamp: Timestamp::UNIX_EPOCH,
            log_type: "job".into(),
            level: netraven_api::logs::Level::Info,
            job_id: None,
            device_id: None,
            run_id: None,
            source: None,
            message: String::new(),
            meta: None,
            device_name: None,
        }
    }

    #[test]
    fn many_lines_go_in_several_batches_and_the_changes_with_the_last() {
        let mut batch = Batch::default();
        (0..1100).for_each(|id| batch.line(line(id)));
        batch.change(Changed::Devices);
        batch.change(Changed::Devices);
        assert!(batch.is_full());
        let mut sizes = Vec::new();
        batch.flush_all(&mut |messages: Vec<FeedMessage>| {
            sizes.push(
                messages
                    .iter()
                    .map(|it| match it {
                        FeedMessage::Lines { lines } => lines.len(),
                        FeedMessage::Changes { changes } => changes.len(),
                        FeedMessage::Link { .. } | FeedMessage::Skipped { .. } => 0,
                    })
                    .collect::<Vec<_>>(),
            );
        });
        assert_eq!(sizes, [vec![500], vec![500], vec![100, 1]]);
        assert!(batch.due().is_none());
    }

    #[test]
    fn a_second_batch_waits_for_its_time() {
        let mut batch = Batch::default();
        batch.line(line(1));
        assert!(batch.due().unwrap() <= Instant::now());
        batch.flush(&mut |_| {});
        batch.line(line(2));
        assert!(batch.due().unwrap() > Instant::now());
    }
}
