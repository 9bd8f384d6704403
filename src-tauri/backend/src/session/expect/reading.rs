//! One command's answer, from sending it to a text that may be stored: refusals separated from texts, ends proven, and what was
//! printed into it left out.

use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use super::super::observer::Level;
use super::super::report::{Answer, SessionError, text_of};
use super::proof::{Ask, short};
use super::{Conversation, content};
use crate::platforms::{Command, Purpose, clean_read, foreign, learn_refusal};

/// How often a configuration is read before its readings must agree.
const READINGS: usize = 3;

/// An answer that is proven whole.
struct Taken {
    raw: Vec<u8>,
    text: String,
    /// Whether lines of the log hid the prompt behind it.
    covered: bool,
}

/// An answer that was read once, and how long that took.
struct Once {
    /// Its place among the answers.
    place: usize,
    took: Duration,
}

impl Conversation<'_, '_> {
    /// Learns how this device refuses a command, where its platform cannot know.
    pub(super) fn learn_refusal(&mut self) -> Result<(), SessionError> {
        let Some(command) = &self.definition.unknown_command else { return Ok(()) };
        self.progress.enter(Stage::Read);
        let ask = Ask { send: command, end: None, idle: self.terminal.limits().idle, rounds: 0 };
        let told = self.exchange(&ask)?;
        self.refusal = learn_refusal(self.definition, command, &told.raw);
        let message = match self.refusal {
            Some(_) => format!("Learned how the device refuses a command, by `{command}`."),
            None => format!("The device did not refuse `{command}`, which cannot exist, with a short message."),
        };
        self.progress.session(Level::Debug, message, json!({"command": command}));
        Ok(())
    }

    pub(super) fn run_commands(&mut self) -> Result<Vec<Answer>, SessionError> {
        let (mut answers, mut once, mut covered) = (Vec::new(), Vec::new(), false);
        for (place, command) in self.definition.commands.iter().enumerate() {
            self.progress.enter(Stage::Read);
            let began = self.terminal.now();
            let Some(taken) = self.run(command, Vec::new())? else { continue };
            if command.purpose == Purpose::Config {
                covered |= taken.covered;
                let took = self.terminal.now().saturating_duration_since(began);
                once.push(Once { place: answers.len(), took });
            }
            answers.push(Answer {
                command: place,
                sent: command.send.clone(),
                heading: command.heading.clone(),
                raw: taken.raw,
                text: taken.text,
            });
        }
        let text = text_of(self.definition, &answers, Purpose::Config);
        if covered || !(self.is_stored)(&text) {
            let suspect = covered || foreign::has_log(self.definition, &text);
            self.read_again(&mut answers, &once, suspect)?;
        }
        Ok(answers)
    }

    /// Reads once more what is new: a line printed into it may have no other mark than that it is not there again.
    fn read_again(&mut self, answers: &mut [Answer], once: &[Once], suspect: bool) -> Result<(), SessionError> {
        let took: Duration = once.iter().map(|once| once.took).sum();
        // There may be a third reading as well.
        if !suspect && self.terminal.time_left() < took * 5 / 2 {
            let message = "The configuration differs from the stored one, but was too slow to read a second time: \
                           lines that the device's log may have printed into it were not checked for.";
            self.progress.session(Level::Warning, message, json!({"ms": took.as_millis() as u64}));
            return Ok(());
        }
        for once in once {
            let answer = &mut answers[once.place];
            let command = &self.definition.commands[answer.command];
            let send = short(&command.send);
            let message =
                format!("The answer to `{send}` is new or looks unusual: reading it again before it is stored.");
            self.progress.session(Level::Debug, message, json!({"command": send, "reading": 1}));
            self.progress.enter(Stage::Read);
            if let Some(taken) = self.run(command, vec![answer.text.clone()])? {
                (answer.raw, answer.text) = (taken.raw, taken.text);
            }
        }
        Ok(())
    }

    /// Runs one command, as often as it takes; `None` if it is optional and the device refused it. With earlier readings of its
    /// answer, one of them must agree.
    fn run(&mut self, command: &Command, mut readings: Vec<String>) -> Result<Option<Taken>, SessionError> {
        let started = self.terminal.now();
        // A text may hold two look-alikes in a row with a pause after each; a configuration is worth the second newline.
        let rounds = if command.purpose == Purpose::Config { 2 } else { 1 };
        let ask = Ask { send: &command.send, end: command.end.as_ref(), idle: command.timeout, rounds };
        let send = short(&command.send);
        let mut endless: Option<String> = None;
        loop {
            let told = self.exchange(&ask)?;
            let text = clean_read(self.definition, command, &told.raw, &told.pressed);
            if let Some(line) = self.definition.refusal(command, &text, told.marked, self.refusal.as_ref()) {
                return self.refused(command, line);
            }
            let is_config = command.purpose == Purpose::Config && !command.optional;
            if is_config && text.trim().is_empty() {
                return Err(SessionError::new(
                    Cause::EmptyAnswer,
                    format!("The device's answer to `{send}` was empty."),
                ));
            }
            if let Some(end) = command.end.as_ref().filter(|_| !told.marked) {
                match endless.take() {
                    _ if command.optional => return Ok(None),
                    Some(before) => return Err(self.endless(command, end.as_str(), &before, &text)),
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
            if command.optional && !content::is_whole(command, &text) {
                return Ok(None);
            }
            self.check_content(command, &text)?;
            let text = match command.purpose {
                Purpose::Facts => text,
                Purpose::Config => match self.settled(command, &mut readings, &text)? {
                    Some(text) => text,
                    None => continue,
                },
            };
            let took = self.terminal.now().saturating_duration_since(started);
            let message = format!("Read {} bytes in answer to `{send}` in {} ms.", told.raw.len(), took.as_millis());
            let meta = json!({"command": send, "bytes": told.raw.len(), "ms": took.as_millis() as u64});
            self.progress.session(Level::Info, message, meta);
            return Ok(Some(Taken { raw: told.raw, text, covered: told.covered }));
        }
    }

    fn refused(&mut self, command: &Command, line: String) -> Result<Option<Taken>, SessionError> {
        let send = short(&command.send);
        if command.optional {
            let message = format!("The device does not support `{send}`, which is optional.");
            self.progress.session(Level::Debug, message, json!({"command": send, "answer": line}));
            return Ok(None);
        }
        let message = format!("The device answered `{send}` with an error.");
        Err(SessionError::new(Cause::CommandRejected, message).quoting(Some(line)))
    }

    /// The failure of an answer that was read twice and had no end either time.
    fn endless(&mut self, command: &Command, end: &str, before: &str, now: &str) -> SessionError {
        let send = short(&command.send);
        match content::same_few_words(command, before, now) {
            Some(line) => {
                let message =
                    format!("The device answered `{send}` twice with a short message instead of a configuration.");
                SessionError::new(Cause::CommandRejected, message).quoting(Some(line)).expecting(end)
            }
            None => self.unproven(&command.send, end),
        }
    }

    /// The text without what was printed into it: a first one as it is, another once two readings agree; `None` while it has to be
    /// read again.
    fn settled(
        &mut self,
        command: &Command,
        readings: &mut Vec<String>,
        text: &str,
    ) -> Result<Option<String>, SessionError> {
        let (definition, send) = (self.definition, short(&command.send));
        let text = foreign::without_ends(text).to_string();
        if text.trim().is_empty() {
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
