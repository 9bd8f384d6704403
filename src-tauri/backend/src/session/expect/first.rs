//! From the open shell to the first prompt: greetings, pagers, questions, and signing in where the shell asks for it.

use std::time::Duration;

use netraven_api::outcome::Cause;
use serde_json::json;

use super::super::observer::Level;
use super::super::report::{Login, SessionError};
use super::known_prompt::KnownPrompt;
use super::newline::PACE;
use super::questions::{self, Question};
use super::{Conversation, DIALOG_QUIET, PAGER_QUIET, PROMPT_QUIET};
use crate::platforms::{PromptSeen, foreign, screen};

/// A device that says nothing recognisable for so long is given a newline.
const NUDGE_AFTER: Duration = Duration::from_secs(3);
const NUDGES: u32 = 2;
const DIALOGS: u32 = 8;
/// A question nobody knows is given so long to turn out to be none.
const QUESTION_AFTER: Duration = Duration::from_secs(5);
/// How often a slow first answer is measured again.
const PACES: u32 = 2;

/// What was done so far to reach a prompt.
#[derive(Default)]
struct Done {
    nudges: u32,
    dialogs: u32,
    user: bool,
    password: bool,
    /// Which of the platform's dialogs were answered with a secret.
    secrets: Vec<usize>,
}

/// Whether a question is about who is there, whatever the line that asks it ends with.
fn asks_who(question: Option<Question>) -> bool {
    matches!(question, Some(Question::User | Question::Password | Question::OtherSecret))
}

impl Conversation<'_, '_> {
    /// Waits for the first prompt, through greetings, pagers and questions, and learns how this device answers a
    /// newline. Says whether the shell asked for the credential.
    pub(super) fn first_prompt(&mut self, login: &Login) -> Result<bool, SessionError> {
        let mut done = Done::default();
        let found = self.reach_prompt(login, &mut done);
        self.deadline = None;
        found.map_err(|error| match error.cause {
            // Devices that refuse a password in their shell say so by leaving, or by asking until the time is up.
            Cause::Disconnected if done.password => self.shell_refused(login, "closed the session"),
            Cause::Disconnected => error.quoting(self.line_before(self.terminal.text.len())),
            _ => error,
        })?;
        if done.nudges > 0 {
            self.drain(Duration::from_millis(300))?;
        }
        let shown = &self.prompt.shown;
        let message = format!("The device is at its prompt `{shown}`.");
        let meta = json!({"prompt": shown, "privileged": self.prompt.seen.privileged});
        self.progress.session(Level::Debug, message, meta);
        Ok(done.user || done.password)
    }

    fn reach_prompt(&mut self, login: &Login, done: &mut Done) -> Result<(), SessionError> {
        let limit = self.terminal.limits().prompt;
        let nudge_after = NUDGE_AFTER.min(limit / 2);
        let (mut until, mut late) = (self.terminal.now() + limit, false);
        loop {
            self.deadline = Some(until);
            let line = self.terminal.last_line().into_owned();
            let quiet = self.terminal.quiet();
            let mut wait = nudge_after.saturating_sub(quiet);
            let covered = questions::of(&screen::last_row(&line)).is_none().then(|| self.covered_question()).flatten();
            let asked = covered.unwrap_or_else(|| line.clone());
            let question = questions::of(&screen::last_row(&asked));
            if self.terminal.now() >= until {
                // After being held up, look once more at what arrived before reporting silence.
                if !std::mem::replace(&mut late, true) && self.terminal.pump(Duration::from_millis(1))? {
                    continue;
                }
                return Err(self.no_prompt(limit, &line));
            } else if done.dialogs < DIALOGS
                && let Some((place, answer)) = self.dialog(&line, quiet)
            {
                done.dialogs += 1;
                if answer.holds_secret() {
                    // A second time would be a second failed sign-in.
                    if done.secrets.contains(&place) {
                        return Err(self.shell_refused(login, "asked again"));
                    }
                    done.secrets.push(place);
                    done.password = true;
                }
                until = self.terminal.now() + limit;
                self.terminal.forget_line();
                self.terminal.type_keys(&answer)?;
                self.progress.session(Level::Debug, "Answered a question the device asked at sign-in.", json!({}));
            } else if let Some((known, place)) = self.known_at(&asked) {
                wait = DIALOG_QUIET.saturating_sub(quiet);
                if wait.is_zero() {
                    until = self.terminal.now() + limit;
                    self.answer_known(known, place)?;
                }
            } else if self.definition.is_more(&line) {
                if quiet >= PAGER_QUIET {
                    self.terminal.answer_pager(None)?;
                }
                wait = PAGER_QUIET;
            } else if let Some(seen) = self.prompt_at(&line, question) {
                if quiet >= PROMPT_QUIET && self.learn(seen)? {
                    return Ok(());
                }
                wait = PROMPT_QUIET;
            } else if let Some(question) = question {
                wait = DIALOG_QUIET;
                if quiet >= DIALOG_QUIET && self.answer(question, &asked, login, done)? {
                    until = self.terminal.now() + limit;
                }
            } else if !self.may_nudge(&line) {
                let asked = screen::last_row(&line).trim().to_string();
                wait = self.question_after().saturating_sub(quiet);
                if wait.is_zero() && !questions::states(&asked) {
                    return Err(self.asked_unknown(asked));
                }
                // More of a statement may be on its way, until the limit.
                wait = wait.max(DIALOG_QUIET);
            } else if quiet >= nudge_after && done.nudges < NUDGES {
                done.nudges += 1;
                self.terminal.send_line("")?;
            } else if quiet >= nudge_after && self.terminal.answered_alike() {
                // It answers each newline with the same words: no wait will make a prompt of them.
                return Err(self.strange_prompt(&line));
            }
            // A question that ends its line is only recognised by the silence after it.
            if !self.definition.dialogs.is_empty() {
                wait = wait.min(DIALOG_QUIET);
            }
            self.terminal.pump(wait.max(Duration::from_millis(1)))?;
        }
    }

    /// The prompt at which the device seems to stand. What asks for something is none, whatever it ends with.
    fn prompt_at(&self, line: &str, question: Option<Question>) -> Option<PromptSeen> {
        let seen = self.definition.prompt_of(line).filter(|_| !asks_who(question))?;
        (!self.invites(&screen::last_row(line))).then_some(seen)
    }

    fn invites(&self, line: &str) -> bool {
        questions::invites(line) || (questions::is_words(line) && self.is_menu())
    }

    /// Whether Enter may be typed to see what happens: where nothing is asked, or only the log has spoken.
    fn may_nudge(&self, line: &str) -> bool {
        let row = screen::last_row(line);
        !self.invites(&row)
            && (questions::asks_nothing(&row) || foreign::names_event(&row) || self.is_prompt_before_log(&row))
    }

    fn is_prompt_before_log(&self, line: &str) -> bool {
        let line = line.trim_start();
        let word = line.find(char::is_whitespace).unwrap_or(line.len());
        let mut ends = line[..word].char_indices().filter(|(_, c)| ['#', '>', '$', '%', ']'].contains(c));
        ends.any(|(at, c)| {
            let (prompt, rest) = line.split_at(at + c.len_utf8());
            foreign::may_be_log(rest.trim_start()) && self.definition.prompt_of(prompt).is_some()
        })
    }

    /// How long a device stands at what may be a question before it counts as one.
    fn question_after(&self) -> Duration {
        QUESTION_AFTER.min(self.terminal.limits().prompt)
    }

    fn asked_unknown(&self, asked: String) -> SessionError {
        let message = format!(
            "{}, but the device is waiting at a line that is not a prompt and may be a question, and no answer to it is \
             defined.",
            self.terminal.arrived()
        );
        SessionError::new(Cause::PromptNotSeen, message)
            .quoting(Some(asked))
            .expecting(self.definition.prompt.pattern.as_str())
    }

    /// Answers a question where the answer is known; says whether it did.
    fn answer(&mut self, question: Question, line: &str, login: &Login, done: &mut Done) -> Result<bool, SessionError> {
        let asked = screen::line(line).trim().to_string();
        match question {
            Question::User | Question::Password if done.password => {
                return Err(self.shell_refused(login, "asked again"));
            }
            Question::User if !done.user => {
                done.user = true;
                self.terminal.forget_line();
                self.terminal.send_line(&login.username)?;
                let message =
                    format!("The device asks for a user name in its shell: signing in as {}.", login.username);
                self.progress.session(Level::Info, message, json!({"credential_id": login.id}));
            }
            Question::User => return Err(self.shell_refused(login, "asked for the user name again")),
            Question::Password => {
                let Some(password) = login.password() else {
                    let message = format!(
                        "{}, but the device asks for a password in its shell, and the credential of {} {}.",
                        self.terminal.arrived(),
                        login.username,
                        login.signs_alone()
                    );
                    return Err(SessionError::new(Cause::AuthFailed, message).quoting(Some(asked)));
                };
                done.password = true;
                self.terminal.forget_line();
                self.terminal.send_password(password)?;
            }
            Question::OtherSecret => {
                let message = format!(
                    "{}, but the device asks in its shell for a password or a code that no credential contains. It may \
                     require a password change first.",
                    self.terminal.arrived()
                );
                return Err(SessionError::new(Cause::AuthFailed, message).quoting(Some(asked)));
            }
            Question::ChangePassword(no) if done.dialogs < DIALOGS => {
                done.dialogs += 1;
                self.terminal.forget_line();
                self.terminal.send_line(no)?;
                let message = "The device asks whether to change the password: answered no.";
                self.progress.session(Level::Warning, message, json!({"question": asked}));
            }
            Question::Key(key) if done.dialogs < DIALOGS => {
                done.dialogs += 1;
                self.terminal.forget_line();
                let key = if key == "\n" { self.definition.newline.clone() } else { key.to_string() };
                self.terminal.send(&key)?;
            }
            Question::Colon if !self.is_menu() => return Ok(false),
            _ if self.terminal.quiet() >= self.question_after() => {
                let message = format!(
                    "{}, but the device asks a question before its first prompt, and no answer to it is defined.",
                    self.terminal.arrived()
                );
                return Err(SessionError::new(Cause::PromptNotSeen, message)
                    .quoting(Some(asked))
                    .expecting(self.definition.prompt.pattern.as_str()));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn shell_refused(&self, login: &Login, how: &str) -> SessionError {
        let said = self.line_before(self.terminal.line_start());
        let message = format!("The device's shell did not accept {}: it {how} after the password.", login.username);
        SessionError::new(Cause::AuthFailed, message).quoting(said)
    }

    fn strange_prompt(&self, line: &str) -> SessionError {
        let title = &self.definition.title;
        let arrived = self.terminal.arrived();
        let message = format!("{arrived}, but the device is waiting at a line that is not a {title} prompt.");
        SessionError::new(Cause::PromptNotSeen, message)
            .quoting(Some(screen::line(line).trim().to_string()))
            .expecting(self.definition.prompt.pattern.as_str())
    }

    fn no_prompt(&self, limit: Duration, line: &str) -> SessionError {
        let title = &self.definition.title;
        let (arrived, seconds) = (self.terminal.arrived(), limit.as_secs());
        let message = format!("{arrived}, but no {title} prompt was seen within {seconds} s.");
        let last = screen::line(line).trim().to_string();
        SessionError::new(Cause::PromptNotSeen, message)
            .quoting((questions::of(&last).is_some() || !questions::asks_nothing(&last)).then_some(last))
            .expecting(self.definition.prompt.pattern.as_str())
    }

    /// Sends a newline at what looks like the first prompt. A greeting does not answer it; a prompt appears again.
    fn learn(&mut self, seen: PromptSeen) -> Result<bool, SessionError> {
        let shown = screen::line(&self.terminal.last_line()).trim_end().to_string();
        let guess = KnownPrompt { seen, shown, varies: true, ..KnownPrompt::unseen() };
        let limit = self.terminal.limits().prompt;
        let began = self.terminal.now();
        self.prompt = guess.clone();
        let Some(first) = self.newline_answer(&guess, true, limit)? else { return Ok(false) };
        let answers_in = self.terminal.now().saturating_duration_since(began);
        let varies = self.definition.prompt_of(&self.terminal.last_line()).is_some_and(|now| now != guess.seen);
        self.prompt =
            KnownPrompt { banner_lines: first.banner_lines, breaks: first.breaks, varies, answers_in, ..guess };
        // Lines between the prompts must be there every time; the rest of a greeting is not.
        if (!self.prompt.banner_lines.is_empty() || varies) && !self.confirm(limit)? {
            return Ok(false);
        }
        self.pace(limit)?;
        Ok(true)
    }

    /// Measures again how soon a newline is answered where the first took long: what follows waits as long as that.
    fn pace(&mut self, limit: Duration) -> Result<(), SessionError> {
        for _ in 0..PACES {
            let slowest = self.prompt.answers_in;
            let room = self.deadline.is_some_and(|until| self.terminal.now() + slowest * 2 < until);
            if slowest <= PACE || !room {
                break;
            }
            let began = self.terminal.now();
            if !self.confirm(limit)? {
                break;
            }
            let took = self.terminal.now().saturating_duration_since(began).saturating_sub(self.terminal.quiet());
            self.prompt.answers_in = slowest.min(took);
        }
        Ok(())
    }
}
