//! What is typed, and what may be shown of it.

use regex::Captures;

use crate::platforms::Words;
use crate::platforms::steps::{SECRET_WORDS, with_captured};

/// Keys as they are typed, and the same text with the words that stand for secrets: only that is logged, recorded and
/// quoted.
#[derive(Clone)]
pub(super) struct Typed {
    pub(super) keys: String,
    pub(super) shown: String,
}

impl Typed {
    /// A text of a platform's file, its words put in.
    pub(super) fn new(text: &str, words: &Words<'_>) -> Typed {
        Typed { keys: words.fill(text), shown: text.to_string() }
    }

    /// As [`Typed::new`], with what a pattern captured.
    pub(super) fn captured(text: &str, words: &Words<'_>, captured: &Captures<'_>) -> Typed {
        Typed { keys: words.fill_captured(text, captured), shown: with_captured(text, captured) }
    }

    /// A text that is typed as it is.
    pub(super) fn plain(text: &str) -> Typed {
        Typed { keys: text.to_string(), shown: text.to_string() }
    }

    /// As it is spoken of.
    pub(super) fn short(&self) -> String {
        short(&self.shown)
    }

    /// Whether a secret is typed.
    pub(super) fn holds_secret(&self) -> bool {
        SECRET_WORDS.iter().any(|word| self.shown.contains(word))
    }
}

/// A command as it is spoken of: some are small programs.
pub(super) fn short(command: &str) -> String {
    match command.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &command[..end]),
        None => command.to_string(),
    }
}
