//! Whether an answer that arrived whole holds what it must: a device may show an account less than there is.

use netraven_api::outcome::{Cause, Stage};

use super::super::report::SessionError;
use super::Conversation;
use super::failures::ENDED_ADVICE;
use super::reading::Sending;
use crate::platforms::{Command, Definition, foreign, is_configuration, significant};

/// An answer of at most this many lines is just a few words.
const FEW_WORDS: usize = 5;

impl Conversation<'_, '_> {
    /// Refuses an answer that lacks what its command's must contain, or holds what it must not.
    pub(super) fn check_content(&mut self, sending: &Sending, text: &str) -> Result<(), SessionError> {
        let error = lacking(sending, text).or_else(|| withheld(sending, text));
        error.map_or(Ok(()), |error| {
            self.progress.enter(Stage::ProveComplete);
            Err(error)
        })
    }
}

/// Whether an answer holds what its command's must and nothing that it must not.
pub(super) fn is_whole(sending: &Sending, text: &str) -> bool {
    lacking(sending, text).is_none() && withheld(sending, text).is_none()
}

/// Whether all that a text says is said in comments.
pub(super) fn only_comments(definition: &Definition, text: &str) -> bool {
    let comment = definition.comment.as_str();
    !comment.is_empty()
        && significant(definition, text)
            .lines()
            .all(|line| line.trim().is_empty() || line.trim_start().starts_with(comment))
}

/// The first line of an answer of a few words that came twice and are no part of a configuration.
pub(super) fn same_few_words(command: &Command, before: &str, now: &str) -> Option<String> {
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !foreign::may_be_log(line));
        lines.map(str::to_string).collect()
    };
    let (before, now) = (words(before), words(now));
    let like_a_text = command.must_contain.as_ref().is_some_and(|must| must.is_match(&now.join("\n")))
        || now.iter().any(|line| is_configuration(line));
    let same = before == now && now.len() <= FEW_WORDS && !like_a_text;
    now.into_iter().next().filter(|_| same)
}

fn lacking(sending: &Sending, text: &str) -> Option<SessionError> {
    let pattern = sending.command.must_contain.as_ref().filter(|pattern| !pattern.is_match(text))?;
    let send = sending.typed.short();
    let (cause, message) = match sending.command.end {
        None => (Cause::Truncated, format!("The answer to `{send}` lacks what every complete answer contains.")),
        // The end was proven, so nothing was cut off: there was no more for this account.
        Some(_) => (
            Cause::EmptyAnswer,
            format!(
                "The answer to `{send}` is complete, but lacks what every configuration contains: this account may not be allowed to read it."
            ),
        ),
    };
    let error = SessionError::new(cause, message).expecting(pattern.as_str());
    Some(if cause == Cause::Truncated { error.advising(ENDED_ADVICE) } else { error })
}

fn withheld(sending: &Sending, text: &str) -> Option<SessionError> {
    sending.command.must_not_contain.as_ref().filter(|pattern| pattern.is_match(text))?;
    let send = sending.typed.short();
    let message = format!("The answer to `{send}` says that parts of it are hidden from this account.");
    Some(SessionError::new(Cause::CommandRejected, message))
}
