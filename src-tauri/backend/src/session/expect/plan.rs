//! Which commands are sent and in which words: those that apply, the first of several that the device takes, once for
//! each thing that an answer lists, and once more where what came is new.

use std::collections::HashSet;
use std::time::Duration;

use netraven_api::outcome::{Cause, Stage};
use regex::Captures;
use serde_json::json;

use super::super::observer::Level;
use super::super::report::{Answer, SessionError, text_of};
use super::Conversation;
use super::extras::{Extras, is_extra};
use super::reading::{Answered, Sending, Taken, is_stored_part};
use super::typed::{Typed, short};
use crate::platforms::steps::with_captured;
use crate::platforms::{Command, ForEach, Purpose, Via, foreign};

/// How many things one answer may list.
const LISTED: usize = 500;
const NOTHING_ADVICE: &str =
    "Check the device's platform: `when` and `for_each` of its commands decide which of them are sent.";

/// The answers so far.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) answers: Vec<Answer>,
    /// How each of them was got.
    once: Vec<Once>,
    /// Answers that were only asked for because they list something, by their command.
    listings: Vec<(String, String)>,
}

/// How an answer was got.
struct Once {
    sending: Sending,
    took: Duration,
    /// Whether lines of the log hid the prompt behind it.
    covered: bool,
}

impl Conversation<'_, '_> {
    /// Sends the platform's commands and returns their answers, what is new in them read twice, and what was read after
    /// them.
    pub(super) fn run_commands(&mut self) -> Result<(Vec<Answer>, Extras), SessionError> {
        let definition = self.definition;
        let mut gathered = Gathered::default();
        for (place, command) in definition.commands.iter().enumerate().filter(|(_, command)| !is_extra(command)) {
            self.progress.enter(Stage::Read);
            if !self.applies(command, &gathered.answers) {
                continue;
            }
            for alternatives in self.sendings(command, &mut gathered)? {
                self.progress.enter(Stage::Read);
                let began = self.terminal.now();
                let Some((sending, taken)) = self.first_taken(alternatives)? else { continue };
                let took = self.terminal.now().saturating_duration_since(began);
                let Taken { raw, text, covered } = taken;
                let (sent, heading) = (sending.typed.shown.clone(), sending.heading.clone());
                gathered.answers.push(Answer { command: place, sent, heading, raw, text });
                gathered.once.push(Once { sending, took, covered });
            }
        }
        let is_config = |command: &Command| command.purpose == Purpose::Config;
        let asks = definition.commands.iter().any(is_config);
        if asks && !gathered.answers.iter().any(|answer| is_config(&definition.commands[answer.command])) {
            let message = "No command for the configuration applied to this device, so there is nothing to store.";
            return Err(SessionError::new(Cause::EmptyAnswer, message).advising(NOTHING_ADVICE));
        }
        let text = text_of(definition, &gathered.answers, Purpose::Config);
        let covered = gathered.once.iter().any(|once| once.covered && is_stored_part(&once.sending.command));
        if covered || !(self.is_stored)(&text) {
            let suspect = covered || foreign::has_log(definition, &text);
            self.read_again(&mut gathered.answers, &gathered.once, suspect)?;
        }
        let extras = self.read_extras(&mut gathered)?;
        Ok((gathered.answers, extras))
    }

    /// Reads once more what is new: a line printed into it may have no other mark than that it is not there again.
    fn read_again(&mut self, answers: &mut [Answer], once: &[Once], suspect: bool) -> Result<(), SessionError> {
        let is_stored = |once: &Once| is_stored_part(&once.sending.command);
        let took: Duration = once.iter().filter(|once| is_stored(once)).map(|once| once.took).sum();
        // There may be a third reading as well.
        if !suspect && self.terminal.time_left() < took * 5 / 2 {
            let message = "The configuration differs from the stored one, but was too slow to read a second time: \
                           lines that the device's log may have printed into it were not checked for.";
            self.progress.session(Level::Warning, message, json!({"ms": took.as_millis() as u64}));
            return Ok(());
        }
        for (answer, once) in answers.iter_mut().zip(once).filter(|(_, once)| is_stored(once)) {
            let send = once.sending.typed.short();
            let message =
                format!("The answer to `{send}` is new or looks unusual: reading it again before it is stored.");
            self.progress.session(Level::Debug, message, json!({"command": send, "reading": 1}));
            self.progress.enter(Stage::Read);
            match self.run(&once.sending, vec![answer.text.clone()])? {
                Answered::Taken(taken) => (answer.raw, answer.text) = (taken.raw, taken.text),
                Answered::Refused(error) if !is_skipped(&once.sending.command, &error) => return Err(error),
                Answered::Refused(error) => self.skip(&once.sending.typed, error),
                Answered::Incomplete => {}
            }
        }
        Ok(())
    }

    /// Whether a command is to be sent, by the answers before it.
    pub(super) fn applies(&mut self, command: &Command, answers: &[Answer]) -> bool {
        let Some(when) = &command.when else { return true };
        let applies = answers.iter().any(|answer| when.is_match(&answer.text));
        if !applies {
            let send = short(&command.send);
            let message = format!("`{send}` is not sent: no answer before it matches its `when`.");
            self.progress.session(Level::Debug, message, json!({"command": send, "when": when.as_str()}));
        }
        applies
    }

    /// What is sent for a command, one after the other, each with what takes its place should the device refuse it.
    pub(super) fn sendings(
        &mut self,
        command: &Command,
        gathered: &mut Gathered,
    ) -> Result<Vec<Vec<Sending>>, SessionError> {
        let Some(for_each) = &command.for_each else { return Ok(vec![self.alternatives(command, None)]) };
        let Some(listing) = self.listing(command, for_each, gathered)? else { return Ok(Vec::new()) };
        let (mut sendings, mut known) = (Vec::new(), HashSet::new());
        for captured in for_each.capture.captures_iter(&listing) {
            let alternatives = self.alternatives(command, Some(&captured));
            if !alternatives.first().is_some_and(|first| known.insert(first.typed.shown.clone())) {
                continue;
            }
            let listed_by = short(&for_each.listed_by);
            if captured.iter().skip(1).flatten().any(|group| group.as_str().contains(char::is_control)) {
                let message = format!(
                    "What the platform captures in the answer to `{listed_by}` is not plain text on one line: it cannot be sent."
                );
                return Err(SessionError::new(Cause::CommandRejected, message).expecting(for_each.capture.as_str()));
            }
            if sendings.len() == LISTED {
                let message = format!(
                    "The answer to `{listed_by}` lists more than {LISTED} things, which are too many to send a command for each."
                );
                return Err(SessionError::new(Cause::TooLarge, message).expecting(for_each.capture.as_str()));
            }
            sendings.push(alternatives);
        }
        if sendings.is_empty() {
            let (send, listed_by) = (short(&command.send), short(&for_each.listed_by));
            let message = format!("`{send}` is not sent: the answer to `{listed_by}` lists nothing for it.");
            self.progress.session(Level::Debug, message, json!({"command": send, "listed_by": listed_by}));
        }
        Ok(sendings)
    }

    fn alternatives(&self, command: &Command, captured: Option<&Captures<'_>>) -> Vec<Sending> {
        let heading = command.heading.as_ref().map(|heading| match captured {
            Some(captured) => with_captured(heading, captured),
            None => heading.clone(),
        });
        let sends = std::iter::once(&command.send).chain(&command.or_else).enumerate();
        let sending = |(place, send): (usize, &String)| {
            let typed = match captured {
                Some(captured) => Typed::captured(send, &self.words, captured),
                None => Typed::new(send, &self.words),
            };
            Sending {
                command: Command { send: typed.keys.clone(), ..command.clone() },
                typed,
                heading: heading.clone(),
                has_next: place < command.or_else.len(),
            }
        };
        sends.map(sending).collect()
    }

    /// The answer that lists what a command is sent for; `None` where the device refuses it and the command is
    /// optional.
    fn listing(
        &mut self,
        command: &Command,
        for_each: &ForEach,
        gathered: &mut Gathered,
    ) -> Result<Option<String>, SessionError> {
        let (definition, listed_by) = (self.definition, &for_each.listed_by);
        let lists = |answer: &Answer| {
            let listing = &definition.commands[answer.command];
            listing.send == *listed_by || listing.or_else.contains(listed_by)
        };
        let mut given = Vec::new();
        for (answer, once) in gathered.answers.iter().zip(&gathered.once).filter(|(answer, _)| lists(answer)) {
            given.push(self.sure_listing(&once.sending, &answer.text, once.covered)?);
        }
        if !given.is_empty() {
            return Ok(Some(given.concat()));
        }
        if let Some((_, listing)) = gathered.listings.iter().find(|(known, _)| known == listed_by) {
            return Ok(Some(listing.clone()));
        }
        let via = match command.via {
            Via::Sftp if definition.needs_shell() => Via::Shell,
            Via::Sftp => Via::Exec,
            via => via,
        };
        let plain = Command { via, timeout: command.timeout, ..Command::plain(listed_by) };
        let alternatives = self.alternatives(&plain, None);
        let Some(sending) = alternatives.first() else { return Ok(None) };
        match self.run(sending, Vec::new())? {
            Answered::Taken(taken) => {
                let listing = self.sure_listing(sending, &taken.text, taken.covered)?;
                gathered.listings.push((listed_by.clone(), listing.clone()));
                Ok(Some(listing))
            }
            Answered::Refused(error) if !is_skipped(command, &error) => Err(error),
            Answered::Refused(error) => {
                self.skip(&sending.typed, error);
                Ok(None)
            }
            Answered::Incomplete => Ok(None),
        }
    }

    /// A listing without lines of the log: with one that may be, it is read until two readings agree. What it lacks
    /// would be lacking in the configuration.
    fn sure_listing(&mut self, sending: &Sending, text: &str, covered: bool) -> Result<String, SessionError> {
        if !covered && !foreign::has_log(self.definition, text) {
            return Ok(text.to_string());
        }
        match self.run(sending, vec![text.to_string()])? {
            Answered::Taken(taken) => Ok(taken.text),
            Answered::Refused(error) => Err(error),
            Answered::Incomplete => {
                let message = format!("The answer to `{}` was not complete a second time.", sending.typed.short());
                Err(SessionError::new(Cause::Unsettled, message).expecting("two readings that agree"))
            }
        }
    }

    /// The answer to the first of these that the device does not refuse; `None` if the command is optional and there is
    /// none.
    pub(super) fn first_taken(&mut self, alternatives: Vec<Sending>) -> Result<Option<(Sending, Taken)>, SessionError> {
        for sending in alternatives {
            match self.run(&sending, Vec::new())? {
                Answered::Taken(taken) => return Ok(Some((sending, taken))),
                Answered::Incomplete => return Ok(None),
                Answered::Refused(error) if sending.has_next => {
                    let send = sending.typed.short();
                    let message = format!("The device does not take `{send}`: sending another command instead.");
                    let answer = error.said.as_deref().map(|said| self.hidden(said));
                    self.progress.session(Level::Debug, message, json!({"command": send, "answer": answer}));
                }
                Answered::Refused(error) if !is_skipped(&sending.command, &error) => return Err(error),
                Answered::Refused(error) => self.skip(&sending.typed, error),
            }
        }
        Ok(None)
    }

    /// Leaves out an optional command that the device refused.
    fn skip(&mut self, command: &Typed, error: SessionError) {
        let send = command.short();
        let message = format!("The device does not support `{send}`, which is optional.");
        let answer = error.said.map(|said| self.hidden(&said));
        self.progress.session(Level::Debug, message, json!({"command": send, "answer": answer}));
    }
}

/// Whether this refusal is no reason to stop.
fn is_skipped(command: &Command, error: &SessionError) -> bool {
    command.optional && error.cause == Cause::CommandRejected
}
