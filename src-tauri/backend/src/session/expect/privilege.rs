//! The privileged mode: its command, its password, and what the device makes of both.

use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use super::super::observer::Level;
use super::super::report::{Login, SessionError};
use super::questions::{self, Question};
use super::typed::Typed;
use super::{Conversation, DIALOG_QUIET, PROMPT_QUIET};
use crate::platforms::{Privilege, PromptSeen, screen};

/// Lines of the log over the prompt hide it; after this silence it is asked for again.
const COVERED_QUIET: Duration = Duration::from_secs(1);

impl Conversation<'_, '_> {
    /// Enters the privileged mode where the platform has one and the session is not in it yet, step by step.
    pub(super) fn become_privileged(&mut self, login: &Login) -> Result<(), SessionError> {
        let definition = self.definition;
        for (place, step) in definition.privilege.iter().enumerate() {
            if self.prompt.seen.privileged {
                break;
            }
            self.progress.enter(Stage::Privilege);
            self.step_up(step, place + 1 == definition.privilege.len(), login)?;
        }
        Ok(())
    }

    /// Takes one step, of which only the `last` must make the session privileged.
    fn step_up(&mut self, step: &Privilege, last: bool, login: &Login) -> Result<(), SessionError> {
        let command = Typed::new(&step.command, &self.words);
        let password = Typed::new(&step.password, &self.words);
        let send = command.short();
        let refused = |why: &str| {
            SessionError::new(Cause::PrivilegeRefused, format!("The device refused `{send}`{why}."))
                .expecting("a privileged prompt")
        };
        let limit = self.terminal.limits().prompt;
        self.terminal.begin();
        self.terminal.type_line(&command)?;
        let (mut user_sent, mut password_sent, mut covered_asked) = (false, false, false);
        loop {
            let line = self.terminal.last_line().into_owned();
            let shown = screen::line(&line).into_owned();
            let quiet = self.terminal.quiet();
            let mut wait = limit.saturating_sub(quiet);
            let asks = |line: &str| step.password_prompt.as_ref().is_some_and(|asks| asks.is_match(line));
            let covered = || self.covered_question().is_some_and(|asked| asks(&asked));
            let asked = asks(&shown) || (!password_sent && quiet >= DIALOG_QUIET && covered());
            if asked && password_sent && quiet < DIALOG_QUIET {
                // Lines of the log may have made the device draw its question again.
                wait = DIALOG_QUIET - quiet;
            } else if asked {
                if password_sent {
                    return Err(refused(": it asked for the password again"));
                }
                if password.keys.is_empty() {
                    let alone = login.signs_alone();
                    return Err(refused(&format!(": it asked for a password, and the credential {alone}")));
                }
                password_sent = true;
                self.terminal.forget_line();
                self.terminal.send_password(&password.keys)?;
            } else if let Some(seen) = self.definition.prompt_of(&line).filter(|seen| self.prompt.is_same_host(seen)) {
                if seen.privileged {
                    self.stand_at(seen, &shown);
                    let message = format!("Privileged mode: the prompt is now `{}`.", self.prompt.shown);
                    self.progress.session(Level::Debug, message, json!({"prompt": self.prompt.shown}));
                    return Ok(());
                }
                // The echo may redraw the old prompt first, so one on the first line needs a longer silence.
                let need = if self.terminal.on_first_line() { DIALOG_QUIET } else { PROMPT_QUIET };
                if quiet >= need {
                    let text = String::from_utf8_lossy(&self.terminal.text).into_owned();
                    let line = text
                        .lines()
                        .map(|line| screen::line(line).trim().to_string())
                        .find(|line| step.refused.iter().any(|refusal| refusal.is_match(line)));
                    if line.is_none() && !last {
                        self.stand_at(seen, &shown);
                        return Ok(());
                    }
                    let why = if line.is_some() { "" } else { ": it stayed in unprivileged mode" };
                    return Err(refused(why).quoting(line));
                }
                wait = need - quiet;
            } else if let Some((known, place)) = self.known_at(&line) {
                wait = DIALOG_QUIET.saturating_sub(quiet);
                if wait.is_zero() {
                    self.answer_known(known, place)?;
                }
            } else if questions::of(&shown) == Some(Question::User) && quiet >= PROMPT_QUIET {
                if user_sent {
                    return Err(refused(": it asked for the user name again"));
                }
                user_sent = true;
                self.terminal.forget_line();
                self.terminal.send_line(&login.username)?;
            } else if quiet >= COVERED_QUIET && !covered_asked && self.covered_host_prompt() {
                covered_asked = true;
                self.terminal.send_line("")?;
            } else if quiet >= limit {
                let message = format!("The device did not answer `{send}` for {} s.", limit.as_secs());
                let asked = questions::of(&shown).map(|_| shown.trim().to_string());
                let error = SessionError::new(Cause::Timeout, message).quoting(asked);
                let expected = step.password_prompt.as_ref().map_or("a privileged prompt", |asks| asks.as_str());
                return Err(error.expecting(expected));
            } else if questions::of(&shown).is_some() {
                wait = wait.min(PROMPT_QUIET);
            }
            for need in [DIALOG_QUIET, COVERED_QUIET] {
                if quiet < need {
                    wait = wait.min(need - quiet);
                }
            }
            self.terminal.pump(wait.max(Duration::from_millis(1)))?;
        }
    }

    /// Takes a prompt of the same host for that of the session from now on.
    fn stand_at(&mut self, seen: PromptSeen, shown: &str) {
        self.prompt.varies |= seen.host != self.prompt.seen.host;
        self.prompt.shown = shown.trim_end().to_string();
        self.prompt.seen = seen;
    }
}
