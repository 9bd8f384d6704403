//! Why an answer is not proven: the sentences, with what was waited for.

use netraven_api::outcome::{Cause, Stage};

use super::super::report::SessionError;
use super::Conversation;
use super::proof::{ATTEMPTS, Ask};
use super::typed::Typed;
use crate::platforms::screen;

/// What a person does about an answer that the device ended by itself: nothing on the way cut it.
pub(super) const ENDED_ADVICE: &str = "The device ended its answer early: check the device's platform, and that the account may read the whole configuration.";
const LOOK_ALIKE_ADVICE: &str = "Find the line of the configuration that looks like the prompt, for example in a banner, and change it: the device pauses after it.";

impl Conversation<'_, '_> {
    /// The failure of an answer that ended without its marker.
    pub(super) fn unproven(&mut self, command: &Typed, end: &str) -> SessionError {
        self.progress.enter(Stage::ProveComplete);
        let message =
            format!("The answer to `{}` ended without the line that ends a complete answer.", command.short());
        SessionError::new(Cause::Truncated, message).expecting(end).advising(ENDED_ADVICE)
    }

    pub(super) fn restless(&mut self, command: &Typed) -> SessionError {
        self.progress.enter(Stage::ProveComplete);
        let message = format!(
            "The device's prompt after `{}` does not answer a newline with only the prompt: other text appears each time.",
            command.short()
        );
        SessionError::new(Cause::PromptNotSeen, message).expecting(&self.prompt.shown)
    }

    pub(super) fn left_its_mode(&self, command: &Typed, before: &str) -> SessionError {
        let message = format!(
            "The device changed to another prompt, `{}`, in answer to `{}`: the session may have fewer rights there.",
            self.prompt.shown,
            command.short()
        );
        SessionError::new(Cause::PromptNotSeen, message).expecting(before)
    }

    pub(super) fn silent(&self, ask: &Ask<'_>) -> SessionError {
        let (bytes, seconds, send) = (self.terminal.text.len(), ask.idle.as_secs(), ask.command.short());
        let message = match bytes {
            0 => format!("The device did not answer `{send}` for {seconds} s."),
            _ => format!("The device fell silent for {seconds} s after {bytes} bytes of its answer to `{send}`."),
        };
        let last = screen::line(&self.terminal.last_line()).trim().to_string();
        let last = Some(last).filter(|line| !line.is_empty());
        SessionError::new(Cause::Timeout, message).quoting(last).expecting(&self.prompt.shown)
    }
}

/// The failure of an answer in which too many lines looked like the prompt.
pub(super) fn look_alikes(command: &Typed, prompt: &str) -> SessionError {
    let message = format!(
        "The answer to `{}` was read {ATTEMPTS} times; each time a line that looks like the prompt was followed by more text.",
        command.short()
    );
    SessionError::new(Cause::Truncated, message).expecting(prompt).advising(LOOK_ALIKE_ADVICE)
}

/// The failure of an answer that stopped at a question; not `sure` where it may be a prompt nobody knows.
pub(super) fn unanswered(command: &Typed, asked: String, sure: bool) -> SessionError {
    let send = command.short();
    let message = match sure {
        true => format!("The device asks a question in its answer to `{send}`, and no answer to it is defined."),
        false => format!(
            "The device stopped in its answer to `{send}` at a line that looks like a question or another prompt, and no answer to it is defined."
        ),
    };
    SessionError::new(Cause::PromptNotSeen, message).quoting(Some(asked)).expecting("the prompt")
}
