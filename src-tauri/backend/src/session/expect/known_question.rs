//! Questions that a device may ask at any time and that its platform answers.

use netraven_api::outcome::Cause;
use serde_json::json;

use super::super::observer::Level;
use super::super::report::SessionError;
use super::Conversation;
use super::typed::Typed;
use crate::platforms::screen;
use crate::platforms::steps::names_group;

/// How often one question is answered in one exchange: a device that asks for ever is given up.
const ANSWERS: u32 = 100;

impl Conversation<'_, '_> {
    /// The question with a known answer that a line asks, or one under lines of the log and where it ends.
    pub(super) fn known_at(&self, line: &str) -> Option<(usize, Option<usize>)> {
        let asked = self.definition.question_of(line).map(|question| (question, None));
        asked.or_else(|| self.covered_known().map(|(question, place)| (question, Some(place))))
    }

    /// Answers a question of the platform's at which the device stands; under lines of the log, it ends at `place`.
    pub(super) fn answer_known(&mut self, question: usize, place: Option<usize>) -> Result<(), SessionError> {
        let definition = self.definition;
        let dialog = &definition.questions[question];
        let asked = screen::line(&self.terminal.last_line()).trim().to_string();
        let captured = dialog.expect.captures_iter(&asked).last().filter(|_| names_group(&dialog.send));
        let answer = match captured {
            Some(captured) => Typed::captured(&dialog.send, &self.words, &captured),
            None => Typed::new(&dialog.send, &self.words),
        };
        // A secret that was not accepted may lock the account.
        let most = if answer.holds_secret() { 1 } else { ANSWERS };
        if self.terminal.times_answered(question) >= most {
            let message = match most {
                1 => "The device asked again after it was given a secret of the credential.".to_string(),
                most => format!("The device asked the same question more than {most} times."),
            };
            return Err(SessionError::new(Cause::PromptNotSeen, message)
                .quoting(Some(asked).filter(|asked| !asked.is_empty()))
                .expecting("the prompt"));
        }
        self.terminal.answer_question(question, place, &answer)?;
        let asked = self.hidden(&asked);
        self.progress.session(
            Level::Debug,
            "Answered a question the device asked, as its platform says.",
            json!({"question": asked}),
        );
        Ok(())
    }
}
