//! The conversation with a shell: first prompt, privilege, paging off, commands, each answer proven complete.
//!
//! It knows no socket: it speaks to a [`terminal::ByteChannel`], so every chunking, pause and break can be tested.

mod content;
mod proof;
pub(super) mod terminal;

use std::time::{Duration, Instant};

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use self::proof::{Ask, Learned, short};
use self::terminal::{Bounds, ByteChannel, Terminal};
use super::observer::{Level, Progress};
use super::report::{Answer, Fault};
use super::shown;
use super::transcript::Transcript;
use crate::platforms::{Command, Definition, PromptSeen, Purpose, clean};

/// How long a line that may be the first prompt must stay the last thing said: a greeting arrives in pieces.
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// How long a pager is given to turn out to be the start of a longer line.
const PAGER_QUIET: Duration = Duration::from_millis(10);
/// A question that ends its line is answered after this silence.
const DIALOG_QUIET: Duration = Duration::from_millis(500);
/// A device that says nothing recognisable for so long is given a newline.
const NUDGE_AFTER: Duration = Duration::from_secs(3);
const NUDGES: u32 = 2;
const DIALOGS: u32 = 8;

/// What a conversation yields.
pub(super) struct Conversed {
    pub(super) answers: Vec<Answer>,
    pub(super) prompt: String,
}

/// Who speaks: everything a conversation has besides its channel.
pub(super) struct Parties<'a, 'p> {
    pub(super) definition: &'a Definition,
    pub(super) privilege_password: &'a str,
    pub(super) bounds: Bounds<'a>,
    pub(super) progress: &'a mut Progress<'p>,
    pub(super) transcript: &'a mut Transcript,
    pub(super) bytes_read: &'a mut u64,
}

/// Leads the whole conversation, from the open shell to the last proven answer and the goodbye.
pub(super) fn converse(channel: &mut dyn ByteChannel, parties: Parties<'_, '_>) -> Result<Conversed, Fault> {
    let Parties { definition, privilege_password, bounds, progress, transcript, bytes_read } = parties;
    let terminal = Terminal::new(channel, definition, bounds, transcript, bytes_read);
    progress.enter(Stage::Prompt);
    let nobody = PromptSeen { host: String::new(), privileged: false };
    let prompt =
        Learned { seen: nobody, shown: String::new(), decor: Vec::new(), breaks: true, answers_in: Duration::ZERO };
    let mut conversation = Conversation { terminal, definition, progress, prompt };
    conversation.first_prompt()?;
    conversation.become_privileged(privilege_password)?;
    conversation.turn_paging_off()?;
    let answers = conversation.run_commands()?;
    conversation.say_goodbye();
    Ok(Conversed { answers, prompt: conversation.prompt.shown })
}

struct Conversation<'a, 'p> {
    terminal: Terminal<'a>,
    definition: &'a Definition,
    progress: &'a mut Progress<'p>,
    prompt: Learned,
}

impl Conversation<'_, '_> {
    /// Waits for the first prompt, through greetings, pagers and questions, and learns how this device answers a newline.
    fn first_prompt(&mut self) -> Result<(), Fault> {
        let limit = self.terminal.limits().prompt;
        let (mut since, mut nudges, mut dialogs) = (self.terminal.now(), 0, 0);
        loop {
            let line = self.terminal.last_line().into_owned();
            let quiet = self.terminal.quiet();
            let mut wait = NUDGE_AFTER.min(limit / 2).saturating_sub(quiet);
            if self.terminal.now().saturating_duration_since(since) >= limit {
                return Err(self.no_prompt(limit));
            } else if dialogs < DIALOGS
                && let Some(answer) = self.dialog(&line, quiet)
            {
                dialogs += 1;
                since = self.terminal.now();
                self.terminal.forget_line();
                self.terminal.send(&answer)?;
                self.progress.session(Level::Debug, "Answered a question the device asks at sign-in.", json!({}));
            } else if self.definition.is_more(&line) {
                if quiet >= PAGER_QUIET {
                    self.terminal.answer_pager()?;
                }
                wait = PAGER_QUIET;
            } else if let Some(seen) = self.definition.prompt_of(&line) {
                if quiet >= PROMPT_QUIET && self.learn(seen, since + limit)? {
                    break;
                }
                wait = PROMPT_QUIET;
            } else if quiet >= NUDGE_AFTER.min(limit / 2) && nudges < NUDGES {
                nudges += 1;
                self.terminal.send_line("")?;
            }
            // A question that ends its line is only recognised by the silence after it.
            if !self.definition.dialogs.is_empty() {
                wait = wait.min(DIALOG_QUIET);
            }
            self.terminal.pump(wait.max(Duration::from_millis(1)))?;
        }
        if nudges > 0 {
            self.drain(Duration::from_millis(300))?;
        }
        let shown = &self.prompt.shown;
        let message = format!("The device is at its prompt `{shown}`.");
        let meta = json!({"prompt": shown, "privileged": self.prompt.seen.privileged});
        self.progress.session(Level::Debug, message, meta);
        Ok(())
    }

    fn no_prompt(&self, limit: Duration) -> Fault {
        let title = &self.definition.title;
        let message = format!("Signed in, but no prompt of {title} was seen within {} s.", limit.as_secs());
        Fault::new(Cause::PromptNotSeen, message).expecting(self.definition.prompt.pattern.as_str())
    }

    /// What to send if the device asks something between sign-in and its first prompt.
    fn dialog(&self, line: &str, quiet: Duration) -> Option<String> {
        let mut line = shown::line(line).trim().to_string();
        if line.is_empty() && quiet >= DIALOG_QUIET {
            line = self.line_before(self.terminal.line_start())?;
        }
        let asked = |dialog: &&crate::platforms::Dialog| !line.is_empty() && dialog.expect.is_match(&line);
        self.definition.dialogs.iter().find(asked).map(|dialog| dialog.send.clone())
    }

    /// Sends a newline at what looks like the first prompt. A greeting does not answer it; a prompt appears again.
    fn learn(&mut self, seen: PromptSeen, until: Instant) -> Result<bool, Fault> {
        let shown = shown::line(&self.terminal.last_line()).trim_end().to_string();
        let guess = Learned { seen, shown, decor: Vec::new(), breaks: false, answers_in: Duration::ZERO };
        let began = self.terminal.now();
        let limit = until.saturating_duration_since(self.terminal.now()).max(Duration::from_millis(100));
        let Some(first) = self.newline_answer(&guess, true, limit)? else { return Ok(false) };
        let answers_in = self.terminal.now().saturating_duration_since(began);
        self.prompt = Learned { decor: first.decor, breaks: first.breaks, answers_in, ..guess };
        // Lines between the prompts must be there every time; the rest of a greeting is not.
        if !self.prompt.decor.is_empty() && !self.confirm(limit)? {
            return Ok(false);
        }
        Ok(true)
    }

    /// Enters the privileged mode where the platform has one and the session is not in it yet.
    fn become_privileged(&mut self, password: &str) -> Result<(), Fault> {
        let Some(privilege) = self.definition.privilege.as_ref().filter(|_| !self.prompt.seen.privileged) else {
            return Ok(());
        };
        self.progress.enter(Stage::Privilege);
        let command = &privilege.command;
        let refused = |why: &str| {
            Fault::new(Cause::PrivilegeRefused, format!("The device refused `{command}`{why}."))
                .expecting("a privileged prompt")
        };
        let limit = self.terminal.limits().prompt;
        self.terminal.begin();
        self.terminal.send_line(command)?;
        let mut password_sent = false;
        loop {
            let line = self.terminal.last_line().into_owned();
            let shown = shown::line(&line).into_owned();
            let quiet = self.terminal.quiet();
            let mut wait = limit.saturating_sub(quiet);
            if privilege.password_prompt.is_match(&shown) {
                if password_sent {
                    return Err(refused(": it asked for the password again"));
                }
                password_sent = true;
                self.terminal.forget_line();
                self.terminal.send_password(password)?;
            } else if let Some(seen) =
                self.definition.prompt_of(&line).filter(|seen| seen.host == self.prompt.seen.host)
            {
                if seen.privileged {
                    self.prompt.shown = shown.trim_end().to_string();
                    self.prompt.seen = seen;
                    let message = format!("Privileged mode: the prompt is `{}` now.", self.prompt.shown);
                    self.progress.session(Level::Debug, message, json!({"prompt": self.prompt.shown}));
                    return Ok(());
                }
                // The echo may redraw the old prompt first, so one on the first line needs a longer silence.
                let need = if self.terminal.on_first_line() { DIALOG_QUIET } else { PROMPT_QUIET };
                if quiet >= need {
                    let text = String::from_utf8_lossy(&self.terminal.text).into_owned();
                    let line = text
                        .lines()
                        .map(|line| shown::line(line).trim().to_string())
                        .find(|line| privilege.refused.iter().any(|refusal| refusal.is_match(line)));
                    let why = if line.is_some() { "" } else { ": it stayed in the unprivileged mode" };
                    return Err(refused(why).quoting(line));
                }
                wait = need - quiet;
            } else if quiet >= limit {
                let message = format!("The device did not answer `{command}` for {} s.", limit.as_secs());
                return Err(Fault::new(Cause::Timeout, message).expecting(privilege.password_prompt.as_str()));
            }
            self.terminal.pump(wait.max(Duration::from_millis(1)))?;
        }
    }

    /// Turns paging off. A refusal is no reason to stop: pagers are answered all the same.
    fn turn_paging_off(&mut self) -> Result<(), Fault> {
        let definition = self.definition;
        if definition.paging.off.is_empty() {
            return Ok(());
        }
        self.progress.enter(Stage::PagingOff);
        for command in &definition.paging.off {
            let ask = Ask { send: &command.send, end: None, idle: self.terminal.limits().idle, rounds: 0 };
            let told = self.exchange(&ask)?;
            let text = String::from_utf8_lossy(&told.raw).into_owned();
            if let Some(line) = definition.is_error(&text) {
                let level = if command.optional { Level::Debug } else { Level::Warning };
                let message = format!("The device refused `{}`; its pager will be answered.", short(&command.send));
                self.progress.session(level, message, json!({"command": command.send, "answer": line}));
            }
        }
        Ok(())
    }

    fn run_commands(&mut self) -> Result<Vec<Answer>, Fault> {
        let mut answers = Vec::new();
        for (place, command) in self.definition.commands.iter().enumerate() {
            self.progress.enter(Stage::Read);
            if let Some((raw, text)) = self.run(command)? {
                answers.push(Answer { command: place, raw, text });
            }
        }
        Ok(answers)
    }

    /// Runs one command; `None` if it is optional and the device refused it.
    fn run(&mut self, command: &Command) -> Result<Option<(Vec<u8>, String)>, Fault> {
        let started = self.terminal.now();
        // A text may hold two look-alikes in a row with a pause after each; a configuration is worth the second newline.
        let rounds = if command.purpose == Purpose::Config { 2 } else { 1 };
        let ask = Ask { send: &command.send, end: command.end.as_ref(), idle: command.timeout, rounds };
        let told = self.exchange(&ask)?;
        let text = clean(self.definition, command, &told.raw);
        let send = short(&command.send);
        if let Some(line) = self.definition.is_error(&text) {
            if command.optional {
                let message = format!("The device does not know `{send}`, which is optional.");
                self.progress.session(Level::Debug, message, json!({"command": send, "answer": line}));
                return Ok(None);
            }
            let message = format!("The device answered `{send}` with an error.");
            return Err(Fault::new(Cause::CommandRejected, message).quoting(Some(line)));
        }
        if text.trim().is_empty() && !command.optional && command.purpose == Purpose::Config {
            return Err(Fault::new(Cause::EmptyAnswer, format!("The device answered `{send}` with nothing.")));
        }
        if let Some(end) = command.end.as_ref().filter(|_| !told.marked) {
            return Err(self.unproven(&command.send, end.as_str()));
        }
        self.check_content(command, &text)?;
        let took = self.terminal.now().saturating_duration_since(started);
        let message = format!("Read {} bytes in answer to `{send}` in {} ms.", told.raw.len(), took.as_millis());
        let meta = json!({"command": send, "bytes": told.raw.len(), "ms": took.as_millis() as u64});
        self.progress.session(Level::Info, message, meta);
        Ok(Some((told.raw, text)))
    }

    /// Leaves politely. The reading is complete: what happens to this no longer matters.
    fn say_goodbye(&mut self) {
        let definition = self.definition;
        for line in &definition.goodbye {
            if self.terminal.send_line(line).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
