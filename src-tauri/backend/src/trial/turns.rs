//! A session as it was said, cut into turns: what was typed, and what the device answered to it.

use crate::platforms::screen;
use crate::session::{Direction, Transcript};

/// What was typed, and what the device said until something was typed again.
pub(super) struct Turn {
    /// As it may be shown.
    pub(super) typed: String,
    pub(super) said: Said,
}

/// What a device said, as a terminal shows it.
#[derive(Default)]
pub(super) struct Said {
    /// Its whole lines.
    pub(super) lines: Vec<String>,
    /// The unfinished line behind them, such as a prompt.
    pub(super) rest: String,
}

impl Said {
    fn of(bytes: &[u8]) -> Said {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<String> = text.split('\n').map(|line| screen::line(line).into_owned()).collect();
        let rest = lines.pop().unwrap_or_default();
        Said { lines, rest }
    }

    /// Without the echo of what was typed.
    pub(super) fn without_echo(mut self, typed: &str) -> Said {
        if self.lines.first().is_some_and(|first| !typed.is_empty() && first.trim_end().ends_with(typed)) {
            self.lines.remove(0);
        }
        self
    }

    /// Its whole lines as a text.
    pub(super) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// What was said before anything was typed, and the turns after it.
pub(super) fn of(transcript: &Transcript) -> (Said, Vec<Turn>) {
    let (mut opening, mut turns): (Vec<u8>, Vec<(String, Vec<u8>)>) = Default::default();
    for entry in transcript.entries() {
        if entry.direction == Direction::Sent {
            turns.push((String::from_utf8_lossy(&entry.bytes).into_owned(), Vec::new()));
        } else {
            let said = turns.last_mut().map_or(&mut opening, |(_, said)| said);
            said.extend_from_slice(&entry.bytes);
        }
    }
    let turns = turns.into_iter().map(|(typed, said)| Turn { typed, said: Said::of(&said) }).collect();
    (Said::of(&opening), turns)
}
