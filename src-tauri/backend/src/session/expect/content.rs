//! Whether an answer that arrived whole holds what it must: a device may show an account less than there is.

use netraven_api::outcome::{Cause, Stage};

use super::super::report::Fault;
use super::Conversation;
use super::proof::short;
use crate::platforms::Command;

impl Conversation<'_, '_> {
    /// Refuses an answer that lacks what its command's must contain, or holds what it must not.
    pub(super) fn check_content(&mut self, command: &Command, text: &str) -> Result<(), Fault> {
        let fault = lacking(command, text).or_else(|| withheld(command, text));
        fault.map_or(Ok(()), |fault| {
            self.progress.enter(Stage::ProveComplete);
            Err(fault)
        })
    }
}

fn lacking(command: &Command, text: &str) -> Option<Fault> {
    let pattern = command.must_contain.as_ref().filter(|pattern| !pattern.is_match(text))?;
    let send = short(&command.send);
    let (cause, message) = match command.end {
        None => (Cause::Truncated, format!("The answer to `{send}` lacks what every complete one contains.")),
        // The end was proven, so nothing was cut off: there was no more for this account.
        Some(_) => (
            Cause::EmptyAnswer,
            format!(
                "The answer to `{send}` has its end, but lacks what every configuration contains: this account may not be allowed to read it."
            ),
        ),
    };
    Some(Fault::new(cause, message).expecting(pattern.as_str()))
}

fn withheld(command: &Command, text: &str) -> Option<Fault> {
    command.must_not_contain.as_ref().filter(|pattern| pattern.is_match(text))?;
    let send = short(&command.send);
    let message = format!("The answer to `{send}` says that parts of it are withheld from this account.");
    Some(Fault::new(Cause::CommandRejected, message))
}
