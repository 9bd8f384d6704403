//! One command's answer, from sending it to a text that may be stored: refusals separated from texts, ends proven, and what was
//! printed into it left out.

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use super::super::observer::Level;
use super::super::report::SessionError;
use super::proof::Ask;
use super::terminal::Beside;
use super::typed::Typed;
use super::{Conversation, content};
use crate::platforms::{Command, Keep, Purpose, Via, clean_plain, clean_read, foreign, learn_refusal};

/// How often a configuration is read before its readings must agree.
const READINGS: usize = 3;

/// One sending of a command, with everything put in.
pub(super) struct Sending {
    pub(super) typed: Typed,
    /// What proves its answer. Its `send` is what is typed, by which the echo is found: it may hold a secret.
    pub(super) command: Command,
    /// What stands above its answer in the text.
    pub(super) heading: Option<String>,
    /// Whether something else is sent should the device refuse it.
    pub(super) has_next: bool,
}

/// What a sending brought.
pub(super) enum Answered {
    /// An answer that is proven whole.
    Taken(Taken),
    /// A refusal, or nothing where something else can be sent.
    Refused(SessionError),
    /// An answer that is not whole, to an optional command.
    Incomplete,
}

/// An answer that is proven whole.
pub(super) struct Taken {
    pub(super) raw: Vec<u8>,
    pub(super) text: String,
    /// Whether lines of the log hid the prompt behind it.
    pub(super) covered: bool,
}

/// An answer as it came.
struct Obtained {
    raw: Vec<u8>,
    text: String,
    /// Whether the end marker was there, or none is asked for.
    marked: bool,
    covered: bool,
}

/// Whether the answer to a command is part of what is stored, or compared with that.
pub(super) fn is_stored_part(command: &Command) -> bool {
    is_configuration(command) || command.keep == Keep::Comment
}

/// Whether a command is answered by a configuration.
fn is_configuration(command: &Command) -> bool {
    matches!(command.purpose, Purpose::Config | Purpose::Startup)
}

impl Conversation<'_, '_> {
    /// Learns how this device refuses a command, where its platform cannot know.
    pub(super) fn learn_refusal(&mut self) -> Result<(), SessionError> {
        let Some(command) = &self.definition.unknown_command else { return Ok(()) };
        self.progress.enter(Stage::Read);
        let typed = Typed::plain(command);
        let ask = Ask { command: &typed, end: None, idle: self.terminal.limits().idle, rounds: 0 };
        let told = self.exchange(&ask)?;
        self.refusal = learn_refusal(self.definition, command, &told.raw);
        let message = match self.refusal {
            Some(_) => format!("Learned how the device refuses a command, by `{command}`."),
            None => format!("The device did not refuse `{command}`, which cannot exist, with a short message."),
        };
        self.progress.session(Level::Debug, message, json!({"command": command}));
        Ok(())
    }

    /// Sends a command as often as it takes. With earlier readings of its answer, one of them must agree.
    pub(super) fn run(&mut self, sending: &Sending, mut readings: Vec<String>) -> Result<Answered, SessionError> {
        let started = self.terminal.now();
        let (command, send) = (&sending.command, sending.typed.short());
        let settles = is_stored_part(command) || !readings.is_empty();
        let mut endless: Option<String> = None;
        loop {
            let Obtained { raw, text, marked, covered } = match self.obtain(sending) {
                Err(error) if error.cause == Cause::CommandRejected => return Ok(Answered::Refused(error)),
                obtained => obtained?,
            };
            if let Some(line) = self.definition.refusal(command, &text, marked, self.refusal.as_ref()) {
                let message = format!("The device answered `{send}` with an error.");
                let error = SessionError::new(Cause::CommandRejected, message).quoting(Some(line));
                return Ok(Answered::Refused(error));
            }
            let is_config = is_configuration(command) && !command.optional;
            if (is_config || sending.has_next) && text.trim().is_empty() {
                let message = format!("The device's answer to `{send}` was empty.");
                return Ok(Answered::Refused(SessionError::new(Cause::EmptyAnswer, message)));
            }
            if let Some(end) = command.end.as_ref().filter(|_| !marked) {
                match endless.take() {
                    _ if command.optional => return Ok(Answered::Incomplete),
                    Some(before) => return Err(self.endless(sending, end.as_str(), &before, &text)),
                    None => {
                        let message = format!(
                            "The answer to `{send}` has no end marker although the prompt is back: reading it again."
                        );
                        self.progress.session(Level::Info, message, json!({"command": send}));
                        endless = Some(text);
                        self.progress.enter(Stage::Read);
                        continue;
                    }
                }
            }
            if is_config && content::only_comments(self.definition, &text) {
                let message = format!("The device answered `{send}` with comments only.");
                return Err(SessionError::new(Cause::EmptyAnswer, message));
            }
            if command.optional && !content::is_whole(sending, &text) {
                return Ok(Answered::Incomplete);
            }
            self.check_content(sending, &text)?;
            let text = match settles {
                false => text,
                true => match self.settled(sending, &mut readings, &text)? {
                    Some(text) => text,
                    None => continue,
                },
            };
            let took = self.terminal.now().saturating_duration_since(started);
            let message = format!("Read {} bytes in answer to `{send}` in {} ms.", raw.len(), took.as_millis());
            let meta = json!({"command": send, "bytes": raw.len(), "ms": took.as_millis() as u64});
            self.progress.session(Level::Info, message, meta);
            return Ok(Answered::Taken(Taken { raw, text, covered }));
        }
    }

    fn obtain(&mut self, sending: &Sending) -> Result<Obtained, SessionError> {
        let command = &sending.command;
        if command.via != Via::Shell {
            return self.obtain_beside(sending);
        }
        // A text may hold two look-alikes in a row with a pause after each; a configuration is worth the second newline.
        let rounds = if is_stored_part(command) { 2 } else { 1 };
        let ask = Ask { command: &sending.typed, end: command.end.as_ref(), idle: command.timeout, rounds };
        let told = self.exchange(&ask)?;
        let text = clean_read(self.definition, command, &told.raw, &told.pressed);
        Ok(Obtained { raw: told.raw, text, marked: told.marked, covered: told.covered })
    }

    /// The answer of a command on a channel of its own, or a file. Its end is that of the channel or the file.
    fn obtain_beside(&mut self, sending: &Sending) -> Result<Obtained, SessionError> {
        let (command, typed) = (&sending.command, &sending.typed);
        let (request, shown) = match command.via {
            Via::Sftp => (Beside::File(&typed.keys), format!("sftp:{}", typed.shown)),
            Via::Shell | Via::Exec => (Beside::Exec(&typed.keys), typed.shown.clone()),
        };
        let brought = self.terminal.beside(request, &shown, command.timeout)?;
        let text = clean_plain(self.definition, command, &brought.bytes);
        if let Some(status) = brought.status.filter(|status| *status != 0) {
            let errors = self.definition.encoding.decode(&brought.errors);
            let said = errors.lines().chain(text.lines()).map(str::trim).find(|line| !line.is_empty());
            let message = format!("`{}` ended with status {status} on the device.", typed.short());
            return Err(SessionError::new(Cause::CommandRejected, message).quoting(said.map(str::to_string)));
        }
        let last = text.lines().next_back().unwrap_or_default();
        let marked = command.end.as_ref().is_none_or(|end| end.is_match(last));
        Ok(Obtained { raw: brought.bytes, text, marked, covered: false })
    }

    /// The failure of an answer that was read twice and had no end either time.
    fn endless(&mut self, sending: &Sending, end: &str, before: &str, now: &str) -> SessionError {
        let send = sending.typed.short();
        match content::same_few_words(&sending.command, before, now) {
            Some(line) => {
                let message =
                    format!("The device answered `{send}` twice with a short message instead of a configuration.");
                SessionError::new(Cause::CommandRejected, message).quoting(Some(line)).expecting(end)
            }
            None => self.unproven(&sending.typed, end),
        }
    }

    /// The text without what was printed into it: a first one as it is, another once two readings agree; `None` while it has to be
    /// read again.
    fn settled(
        &mut self,
        sending: &Sending,
        readings: &mut Vec<String>,
        text: &str,
    ) -> Result<Option<String>, SessionError> {
        let (definition, send) = (self.definition, sending.typed.short());
        let text = foreign::without_ends(text).to_string();
        if text.trim().is_empty() && is_configuration(&sending.command) {
            let message = format!("The device answered `{send}` with lines of its log only.");
            return Err(SessionError::new(Cause::EmptyAnswer, message));
        }
        if readings.is_empty() {
            return Ok(Some(text));
        }
        let agreed = readings.iter().rev().find_map(|earlier| foreign::settle(definition, earlier, &text));
        if agreed.is_none() {
            readings.push(text);
            if readings.len() < READINGS {
                let message = format!("Reading the answer to `{send}` again, to find out what belongs to it.");
                self.progress.session(Level::Debug, message, json!({"command": send, "reading": readings.len()}));
                self.progress.enter(Stage::Read);
                return Ok(None);
            }
        }
        let agreed = agreed.or_else(|| {
            let (last, earlier) = readings.split_last()?;
            let mut settled = earlier.iter().map(|earlier| foreign::settle_in_place(definition, earlier, last));
            settled.next_back()?.filter(|_| settled.all(|other| other.is_some()))
        });
        let Some(agreed) = agreed else {
            self.progress.enter(Stage::ProveComplete);
            let message = format!(
                "The answer to `{send}` was read {READINGS} times and differed each time: the device's log or changes interfered."
            );
            return Err(SessionError::new(Cause::Unsettled, message).expecting("two readings that agree"));
        };
        if readings.iter().any(|earlier| earlier.lines().count() != agreed.lines().count()) {
            let message = format!(
                "Removed from the answer to `{send}` what appeared in only one reading, such as lines of the device's log."
            );
            self.progress.session(Level::Info, message, json!({"command": send, "readings": readings.len() + 1}));
        }
        Ok(Some(agreed))
    }
}
