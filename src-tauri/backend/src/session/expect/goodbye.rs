//! Leaving: the commands that end a session, and what a device asks before it lets one go.

use std::time::Duration;

use super::super::report::SessionError;
use super::{Conversation, DIALOG_QUIET, PROMPT_QUIET};

/// How long a platform that knows questions is given to ask one.
const PARTING: Duration = Duration::from_secs(2);

impl Conversation<'_, '_> {
    /// Leaves politely. The reading is complete: what happens to this no longer matters.
    pub(super) fn say_goodbye(&mut self) {
        let definition = self.definition;
        for line in &definition.goodbye {
            self.terminal.begin();
            let sent = self.terminal.send_line(line);
            if sent.is_err() || (!definition.questions.is_empty() && self.answer_parting().is_err()) {
                return;
            }
        }
    }

    /// Answers what the device asks before it lets the session go, such as whether to save.
    fn answer_parting(&mut self) -> Result<(), SessionError> {
        let until = self.terminal.now() + PARTING;
        while self.terminal.now() < until {
            let line = self.terminal.last_line().into_owned();
            let quiet = self.terminal.quiet();
            if let Some(question) = self.definition.question_of(&line) {
                if quiet >= DIALOG_QUIET {
                    self.answer_known(question, None)?;
                }
            } else if quiet >= PROMPT_QUIET && self.prompt.knows(self.definition, &line) {
                return Ok(());
            }
            self.terminal.pump(PROMPT_QUIET)?;
        }
        Ok(())
    }
}
