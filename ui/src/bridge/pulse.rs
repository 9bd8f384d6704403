//! Whether a feed still lives: the shell says something at least every ten seconds, if only that it is there.
//!
//! A batch that gets lost on the way holds back all that follow it, and nothing else would show it.

use std::cell::Cell;

use netraven_api::LogId;
use netraven_api::event::{FeedMessage, Link};

/// Seconds between two looks.
pub const LOOK_S: u64 = 5;
/// Looks without a sign of life after which the feed counts as dead.
const PATIENCE: u32 = 6;

/// The signs of life of one feed.
#[derive(Debug, Default)]
pub struct Pulse {
    last: Cell<Option<LogId>>,
    heard: Cell<bool>,
    silent: Cell<u32>,
    over: Cell<bool>,
}

impl Pulse {
    /// Takes note of a batch, even of an empty one.
    pub fn hear(&self, batch: &[FeedMessage]) {
        self.heard.set(true);
        for message in batch {
            match message {
                FeedMessage::Lines { lines } => self.last.set(lines.last().map(|line| line.id).max(self.last.get())),
                FeedMessage::Link { link } => self.over.set(*link == Link::SignedOut),
                FeedMessage::Skipped { .. } | FeedMessage::Changes { .. } => {}
            }
        }
    }

    /// Looks; whether the feed is dead and has to be reopened.
    pub fn look(&self) -> bool {
        let silent = if self.heard.take() { 0 } else { self.silent.get() + 1 };
        self.silent.set(silent);
        silent >= PATIENCE && !self.over.get()
    }

    /// Starts over.
    pub fn reset(&self) {
        self.heard.set(false);
        self.silent.set(0);
    }

    /// The last line that came.
    #[must_use]
    pub fn last(&self) -> Option<LogId> {
        self.last.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(pulse: &Pulse, count: u32) -> Vec<bool> {
        (0..count).map(|_| pulse.look()).collect()
    }

    #[test]
    fn a_feed_without_a_sign_of_life_is_dead_after_half_a_minute_and_begins_behind_its_last_line() {
        let pulse = Pulse::default();
        let line = r#"{"id":7,"timestamp":"2026-11-22T19:36:23Z","log_type":"job","level":"INFO","message":"x"}"#;
        pulse.hear(&[FeedMessage::Lines { lines: vec![serde_json::from_str(line).unwrap()] }]);
        assert_eq!(looks(&pulse, 6), [false; 6]);
        pulse.hear(&[]);
        assert_eq!(looks(&pulse, 6), [false; 6], "an empty batch is a sign of life");
        assert_eq!((looks(&pulse, 1), pulse.last()), (vec![true], Some(LogId::new(7))));
        pulse.reset();
        assert_eq!(looks(&pulse, 5), [false; 5]);
    }

    #[test]
    fn a_feed_that_has_ended_is_not_missed() {
        let pulse = Pulse::default();
        pulse.hear(&[FeedMessage::Link { link: Link::SignedOut }]);
        assert!(!looks(&pulse, 20).contains(&true));
    }
}
