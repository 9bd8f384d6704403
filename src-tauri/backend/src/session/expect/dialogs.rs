//! What the platform answers between sign-in and the first prompt, and the menus a device may show there.

use std::time::Duration;

use super::typed::Typed;
use super::{Conversation, DIALOG_QUIET};
use crate::platforms::screen;
use crate::platforms::steps::names_group;

/// How many lines above a question are looked through for the entries of a menu.
const MENU: usize = 40;

impl Conversation<'_, '_> {
    /// Which of the platform's dialogs the device is in between sign-in and its first prompt, and what to type there.
    pub(super) fn dialog(&self, line: &str, quiet: Duration) -> Option<(usize, Typed)> {
        let mut line = screen::line(line).trim().to_string();
        if line.is_empty() && quiet >= DIALOG_QUIET {
            line = self.line_before(self.terminal.line_start()).unwrap_or_default();
        }
        self.definition.dialogs.iter().enumerate().find_map(|(place, dialog)| {
            let answer = match names_group(&dialog.send) {
                false if !dialog.is_asked(&line) => return None,
                false => Typed::new(&dialog.send, &self.words),
                // More of the menu may be on its way.
                true if quiet < DIALOG_QUIET => return None,
                true => {
                    let said = self.said_since_the_last_answer();
                    let captured = dialog.captured(&said)?;
                    Typed::captured(&dialog.send, &self.words, &captured)
                }
            };
            Some((place, answer))
        })
    }

    /// All that was said since the last answer, as a screen shows it.
    fn said_since_the_last_answer(&self) -> String {
        let from = self.terminal.forgotten().unwrap_or(0);
        screen::line(&String::from_utf8_lossy(&self.terminal.text[from..])).into_owned()
    }

    /// Whether numbered entries stand above the last line.
    pub(super) fn is_menu(&self) -> bool {
        let text = String::from_utf8_lossy(&self.terminal.text).into_owned();
        let is_entry = |line: &str| {
            let line = line.trim_start_matches([' ', '[', '(']);
            let number = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            (1..=2).contains(&number) && line[number..].starts_with([')', '.', ']', ':'])
        };
        text.lines().rev().take(MENU).filter(|line| is_entry(&screen::line(line))).count() >= 2
    }
}
