//! Finds out which platform a device has: a session that asks it a command that cannot exist and the commonest question
//! for facts, and, if that is not enough, a second one that asks what its likely platforms would be asked. Nothing is
//! turned off, entered or changed on the device.

use netraven_api::evidence::ShownKey;
use netraven_api::ids::CredentialId;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::Certainty;
use serde_json::json;

use super::cancel::Cancel;
use super::observer::{Level, LogType, Observer};
use super::report::{Before, Failure, Reading};
use super::transcript::{Direction, Transcript};
use super::{Visit, read};
use crate::platforms::{
    Guess, Registry, Sighting, inquiry, next_questions, recognise as guesses_of, screen, unknown_question,
};

/// What a device of no known platform was recognised as.
pub struct Recognition {
    /// The platforms it may have, the best guess first.
    pub guesses: Vec<Guess>,
    /// The credential that was accepted; `None` where the device asked for none, or did not come to a prompt.
    pub login_id: Option<CredentialId>,
    /// The key the device identified itself with; `None` without SSH.
    pub host_key: Option<ShownKey>,
    /// What was said in the session that told most.
    pub transcript: Transcript,
}

impl Recognition {
    /// The best guess, if it is more than unsure.
    #[must_use]
    pub fn best(&self) -> Option<&Guess> {
        self.guesses.first().filter(|guess| guess.sure != Certainty::Unsure)
    }
}

/// Recognises the platform of a device among those of the registry, the `refuted` ones only if the device itself names
/// them. The definition of the visit is the first inquiry.
///
/// # Errors
/// The [`Failure`] of the session, if it ended before there was anything to judge, or if what was said is not enough.
pub fn recognise(
    registry: &Registry,
    refuted: &[String],
    visit: Visit<'_>,
    cancel: &Cancel,
    observer: &mut dyn Observer,
) -> Result<Recognition, Box<Failure>> {
    let refuted = refuted.to_vec();
    let reading = match read(visit, cancel, observer) {
        Ok(reading) => reading,
        Err(failure) => return of_failure(registry, refuted, failure),
    };
    let mut sighting = Sighting { refuted, ..sighting_of(&reading) };
    let mut recognition = Recognition {
        guesses: guesses_of(registry, &sighting),
        login_id: reading.login_id,
        host_key: reading.host_key,
        transcript: reading.transcript,
    };
    let is_certain = recognition.best().is_some_and(|guess| guess.sure == Certainty::Certain);
    let questions = next_questions(registry, &sighting, &recognition.guesses);
    if is_certain || questions.is_empty() {
        return Ok(recognition);
    }
    let message = "The platform is not certain yet: asking what the likely ones answer.";
    let meta = json!({"guesses": names(&recognition.guesses), "commands": questions});
    observer.log(Level::Debug, LogType::Session, message.to_owned(), meta);
    let mut second = inquiry(registry, &questions);
    second.newline.clone_from(&visit.definition.newline);
    second.terminal = visit.definition.terminal;
    // Credentials that the device has just refused are not sent to it again.
    let accepted = visit.logins.iter().position(|login| Some(login.id) == recognition.login_id);
    let logins = accepted.map_or(visit.logins, |place| &visit.logins[place..=place]);
    let key = visit.before.host_key.or(recognition.host_key.as_ref());
    let before = Before { host_key: key, is_stored: visit.before.is_stored };
    match read(Visit { definition: &second, logins, before: &before, ..visit }, cancel, observer) {
        Ok(more) => {
            sighting.answers.extend(answers_of(&more));
            recognition.guesses = guesses_of(registry, &sighting);
            recognition.transcript = more.transcript;
            Ok(recognition)
        }
        // The first session still tells what it told.
        Err(failure) if failure.cause != Cause::Cancelled && recognition.best().is_some() => Ok(recognition),
        Err(failure) => Err(failure),
    }
}

/// What a device that did not come to a prompt said up to there may be enough.
fn of_failure(registry: &Registry, refuted: Vec<String>, failure: Box<Failure>) -> Result<Recognition, Box<Failure>> {
    let is_judged = matches!(failure.cause, Cause::PromptNotSeen | Cause::Timeout) && failure.stage >= Stage::Prompt;
    if !is_judged {
        return Err(failure);
    }
    let waits_at = failure.said.as_deref().filter(|_| failure.cause == Cause::PromptNotSeen).unwrap_or_default();
    let sighting =
        Sighting { banner: greeting(&failure.transcript), prompt: waits_at.to_owned(), refuted, ..Sighting::default() };
    let (host_key, transcript) = (failure.host_key.clone(), failure.transcript.clone());
    let guesses = guesses_of(registry, &sighting);
    let recognition = Recognition { guesses, login_id: None, host_key, transcript };
    if recognition.best().is_some() { Ok(recognition) } else { Err(failure) }
}

fn sighting_of(reading: &Reading) -> Sighting {
    Sighting {
        ssh_version: reading.ssh_version.clone(),
        banner: format!("{}\n{}", reading.banner, greeting(&reading.transcript)),
        prompt: reading.prompt.clone(),
        answers: answers_of(reading).collect(),
        refuted: Vec::new(),
    }
}

fn answers_of(reading: &Reading) -> impl Iterator<Item = (String, String)> {
    reading.answers.iter().map(|answer| (answer.sent.clone(), answer.text.clone()))
}

/// What the device said in its shell before the first question.
fn greeting(transcript: &Transcript) -> String {
    let asks = |direction: Direction, bytes: &[u8]| {
        direction == Direction::Sent && bytes.starts_with(unknown_question().as_bytes())
    };
    let before = transcript.entries().take_while(|entry| !asks(entry.direction, &entry.bytes));
    let said = before.filter(|entry| entry.direction == Direction::Received);
    let bytes: Vec<u8> = said.flat_map(|entry| entry.bytes.iter().copied()).collect();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    text.lines().map(screen::line).collect::<Vec<_>>().join("\n")
}

fn names(guesses: &[Guess]) -> Vec<&str> {
    guesses.iter().take(5).map(|guess| guess.platform.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_greeting_is_all_that_is_said_before_the_first_question() {
        let mut transcript = Transcript::default();
        transcript.received(Duration::ZERO, b"\x1b[1mWelcome\x1b[0m to Switch OS\r\nsw1#");
        transcript.sent(Duration::ZERO, b"\n");
        transcript.received(Duration::from_secs(1), b"\r\nsw1#");
        transcript.sent(Duration::from_secs(1), format!("{}\n", unknown_question()).as_bytes());
        transcript.received(Duration::from_secs(1), b"% Other OS\r\nsw1#");
        assert_eq!(greeting(&transcript), "Welcome to Switch OS\nsw1#\nsw1#");
    }
}
