//! What is sent before the reading, and undone after it, whatever became of it.

use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use super::super::observer::Level;
use super::super::report::SessionError;
use super::proof::Ask;
use super::typed::Typed;
use super::{Conversation, DIALOG_QUIET, ModeChange, PROMPT_QUIET};
use crate::platforms::Step;

/// How long a device is given to take a command that undoes something.
const UNDO: Duration = Duration::from_secs(5);
/// How long a prompt must stand before something is undone there: nothing proves that it is one.
const STANDS: Duration = Duration::from_millis(300);

impl Conversation<'_, '_> {
    /// Sends what the platform wants sent before the reading. The prompt may be another one after it.
    pub(super) fn prepare(&mut self) -> Result<(), SessionError> {
        let definition = self.definition;
        self.mode_change = ModeChange::ToPrivileged;
        for step in &definition.prepare {
            self.progress.enter(Stage::Read);
            self.prepare_by(step)?;
        }
        self.mode_change = ModeChange::Never;
        Ok(())
    }

    fn prepare_by(&mut self, step: &Step) -> Result<(), SessionError> {
        let command = Typed::new(&step.send, &self.words);
        let send = command.short();
        self.prepared.push(send.clone());
        let refused = self.take_step(&command, self.terminal.limits().idle)?;
        let Some(line) = refused else { return Ok(()) };
        self.prepared.pop();
        if step.optional {
            let message = format!("The device does not support `{send}`, which is optional.");
            self.progress.session(Level::Debug, message, json!({"command": send, "answer": line}));
            return Ok(());
        }
        let message = format!("The device refused `{send}`, which must be sent before the configuration is read.");
        Err(SessionError::new(Cause::CommandRejected, message).quoting(Some(line)))
    }

    /// Undoes what was sent before the reading, which may have `failed`. The reading stands, whatever becomes of this.
    pub(super) fn restore(&mut self, failed: Option<Cause>) {
        let definition = self.definition;
        if definition.restore.is_empty() {
            return;
        }
        if let Some(Cause::Cancelled | Cause::Disconnected) = failed {
            return self.leave_prepared();
        }
        let (stage, ends) = (self.progress.stage(), self.terminal.now() + self.terminal.time_left());
        self.deadline = None;
        self.mode_change = ModeChange::Any;
        for step in &definition.restore {
            self.restore_by(step);
        }
        self.mode_change = ModeChange::Never;
        self.terminal.end_at(ends);
        self.progress.enter(stage);
    }

    fn restore_by(&mut self, step: &Step) {
        let command = Typed::new(&step.send, &self.words);
        let send = command.short();
        self.terminal.end_at(self.terminal.now() + UNDO);
        let taken = self.return_to_prompt().and_then(|()| self.take_step(&command, UNDO));
        let why = match taken {
            Ok(None) => return,
            Ok(Some(line)) => {
                let level = if step.optional { Level::Debug } else { Level::Warning };
                let message = format!("The device refused `{send}`: what it undoes may still be in effect there.");
                return self.progress.session(level, message, json!({"command": send, "answer": line}));
            }
            Err(error) if error.cause == Cause::Cancelled => "the session was cancelled".to_string(),
            Err(error) if error.cause == Cause::Disconnected => "the connection was lost".to_string(),
            Err(_) => format!("the device did not take it within {} s", UNDO.as_secs()),
        };
        let message = format!("What `{send}` undoes may still be in effect on the device: {why}.");
        self.progress.session(Level::Warning, message, json!({"command": send}));
    }

    /// Says what is left on a device that can no longer be reached.
    fn leave_prepared(&mut self) {
        if self.prepared.is_empty() {
            return;
        }
        let sent = self.prepared.iter().map(|send| format!("`{send}`")).collect::<Vec<_>>().join(", ");
        let message = format!("{sent} may still be in effect on the device: the session ended before it was undone.");
        self.progress.session(Level::Warning, message, json!({"commands": self.prepared}));
    }

    /// Waits until the device stands at its prompt, wherever the reading ended. Nothing is typed but at a pager or a
    /// question with a known answer: what interrupts a command on one device signs out on another.
    fn return_to_prompt(&mut self) -> Result<(), SessionError> {
        let mut quit = false;
        while !self.at_prompt {
            self.terminal.keep_last_line();
            let line = self.terminal.last_line().into_owned();
            let quiet = self.terminal.quiet();
            let pages = self.definition.is_more(&line) || self.definition.before_more(&line).is_some();
            if let Some(question) = self.definition.question_of(&line) {
                if quiet >= DIALOG_QUIET {
                    self.answer_known(question, None)?;
                }
            } else if pages && quiet >= DIALOG_QUIET {
                if std::mem::replace(&mut quit, true) {
                    self.terminal.answer_pager(None)?;
                } else {
                    self.terminal.forget_line();
                    self.terminal.send("q")?;
                }
            } else if quiet >= STANDS && self.is_host_prompt(&line) {
                self.at_prompt = true;
                break;
            }
            self.terminal.pump(PROMPT_QUIET)?;
        }
        Ok(())
    }

    fn is_host_prompt(&self, line: &str) -> bool {
        let is_host = || self.definition.prompt_of(line).is_some_and(|seen| self.prompt.is_same_host(&seen));
        !line.is_empty() && (self.prompt.knows(self.definition, line) || is_host())
    }

    /// Sends a command and returns the line by which the device refused it, if it did.
    pub(super) fn take_step(&mut self, command: &Typed, idle: Duration) -> Result<Option<String>, SessionError> {
        let ask = Ask { command, end: None, idle, rounds: 0 };
        let told = self.exchange(&ask)?;
        let refused = self.definition.is_error(&String::from_utf8_lossy(&told.raw));
        Ok(refused.map(|line| self.hidden(&line)))
    }
}
