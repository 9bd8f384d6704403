//! The prompt of a session, and what is known to stand above it.

use std::time::Duration;

use crate::platforms::{Definition, PromptSeen, screen};

/// The prompt of this session and what a newline at it brings.
#[derive(Clone)]
pub(super) struct KnownPrompt {
    pub(super) seen: PromptSeen,
    /// As it looks on the screen.
    pub(super) shown: String,
    /// Known by its text alone: the platform's pattern does not know it.
    pub(super) literal: bool,
    /// Whether numbers in it change from one to the next.
    pub(super) varies: bool,
    /// Lines that this device prints above its prompt.
    pub(super) banner_lines: Vec<String>,
    /// Whether a newline at the prompt begins a new line.
    pub(super) breaks: bool,
    /// How long the first newline took to be answered.
    pub(super) answers_in: Duration,
}

impl KnownPrompt {
    /// No prompt was seen yet.
    pub(super) fn unseen() -> KnownPrompt {
        KnownPrompt {
            seen: PromptSeen { host: String::new(), privileged: false },
            shown: String::new(),
            literal: false,
            varies: false,
            banner_lines: Vec::new(),
            breaks: true,
            answers_in: Duration::ZERO,
        }
    }

    /// Whether a line is this prompt.
    pub(super) fn knows(&self, definition: &Definition, line: &str) -> bool {
        if self.literal {
            return screen::line(line).trim() == self.shown;
        }
        definition
            .prompt_of(line)
            .is_some_and(|seen| seen.privileged == self.seen.privileged && self.is_host(&seen, self.varies))
    }

    /// Whether a line, as a screen shows it, is one of those above the prompt. Its content, such as which of two engines leads,
    /// may have changed since.
    pub(super) fn is_banner_line(&self, line: &str) -> bool {
        self.banner_lines.iter().any(|known| is_alike(known, line))
    }

    /// Whether a prompt, privileged or not, is one of the same host.
    pub(super) fn is_same_host(&self, seen: &PromptSeen) -> bool {
        self.is_host(&PromptSeen { privileged: self.seen.privileged, ..seen.clone() }, true)
    }

    fn is_host(&self, seen: &PromptSeen, varies: bool) -> bool {
        seen.host == self.seen.host || (varies && seen.differs_in_numbers(&self.seen))
    }
}

/// Whether two lines above a prompt are the same one: equal but for numbers or, where it is in brackets, for words.
pub(super) fn is_alike(one: &str, other: &str) -> bool {
    let without = |line: &str, told: fn(char) -> bool| -> String {
        let line = line.trim_start_matches(['*', '!', '+', '~', ' ']);
        line.split(told).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0")
    };
    let alike = |told: fn(char) -> bool| without(one, told) == without(other, told);
    one == other
        || alike(|c| c.is_ascii_digit())
        || (one.contains(['{', '[', '<', '(']) && alike(char::is_alphanumeric))
}
