//! The conversation with a device: first prompt, privilege, paging off, commands, each answer proven complete.
//!
//! It knows no socket: it speaks to a [`terminal::ByteChannel`], so every chunking, pause and break can be tested.

mod content;
mod cover;
mod dialogs;
mod extras;
mod failures;
mod first;
mod goodbye;
mod known_prompt;
mod known_question;
mod newline;
mod plan;
mod prepare;
mod privilege;
mod proof;
mod questions;
mod reading;
pub(super) mod terminal;
mod typed;
mod view;

use std::time::{Duration, Instant};

use netraven_api::outcome::Stage;
use serde_json::json;

use self::extras::Extras;
use self::known_prompt::KnownPrompt;
use self::terminal::{Bounds, ByteChannel, Terminal};
use self::typed::Typed;
use super::observer::{Level, Progress};
use super::report::{Answer, Login, SessionError};
use super::transcript::Transcript;
use crate::platforms::{Definition, Refusal, Words};

/// How long a line that may be the first prompt must stay the last thing said: a greeting arrives in pieces.
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// How long a pager is given to turn out to be the start of a longer line.
const PAGER_QUIET: Duration = Duration::from_millis(10);
/// A question that ends its line is answered after this silence.
const DIALOG_QUIET: Duration = Duration::from_millis(500);

/// A secret shorter than this is not searched for in what the device says: it would black out half of it.
const SEARCHED: usize = 4;

/// What a conversation yields.
pub(super) struct Conversed {
    pub(super) answers: Vec<Answer>,
    pub(super) extras: Extras,
    /// The prompt when the commands were sent; empty without a shell.
    pub(super) prompt: String,
    /// Whether the shell asked for the credential.
    pub(super) asked_who: bool,
}

/// One side of a conversation: everything it has besides its channel.
pub(super) struct Context<'a, 'p> {
    pub(super) definition: &'a Definition,
    /// The credential that opened the shell, which may ask for it again.
    pub(super) login: &'a Login,
    /// Whether a configuration is the one that is stored.
    pub(super) is_stored: &'a dyn Fn(&str) -> bool,
    pub(super) bounds: Bounds<'a>,
    pub(super) progress: &'a mut Progress<'p>,
    pub(super) transcript: &'a mut Transcript,
    pub(super) bytes_read: &'a mut u64,
}

/// Leads the whole conversation, from the open channel to the last proven answer and the goodbye.
pub(super) fn converse(channel: &mut dyn ByteChannel, context: Context<'_, '_>) -> Result<Conversed, SessionError> {
    let Context { definition, login, is_stored, bounds, progress, transcript, bytes_read } = context;
    let words = Words {
        username: &login.username,
        password: login.password().unwrap_or_default(),
        enable: login.privilege_password().unwrap_or_default(),
    };
    let mut conversation = Conversation {
        terminal: Terminal::new(channel, definition, bounds, transcript, bytes_read),
        definition,
        words,
        is_stored,
        progress,
        prompt: KnownPrompt::unseen(),
        deadline: None,
        refusal: None,
        asked: String::new(),
        at_prompt: false,
        mode_change: ModeChange::Never,
        prepared: Vec::new(),
    };
    conversation.lead(login).map_err(|error| {
        let said = error.said.map(|said| conversation.hidden(&said));
        SessionError { said, ..error }
    })
}

/// Whether an answer may end at a prompt of other rights.
#[derive(Clone, Copy)]
enum ModeChange {
    Never,
    ToPrivileged,
    Any,
}

struct Conversation<'a, 'p> {
    terminal: Terminal<'a>,
    definition: &'a Definition,
    /// What the platform's placeholders stand for: secrets are among it.
    words: Words<'a>,
    is_stored: &'a dyn Fn(&str) -> bool,
    progress: &'a mut Progress<'p>,
    prompt: KnownPrompt,
    /// When learning the prompt must have ended, however often it is tried.
    deadline: Option<Instant>,
    /// How this device refuses a command, where that was learned.
    refusal: Option<Refusal>,
    /// The command that was typed last; a secret may be in it.
    asked: String,
    /// Whether nothing was sent since the last answer was proven.
    at_prompt: bool,
    mode_change: ModeChange,
    /// What was sent before the reading and has to be undone, as it may be shown.
    prepared: Vec<String>,
}

impl Conversation<'_, '_> {
    fn lead(&mut self, login: &Login) -> Result<Conversed, SessionError> {
        if !self.definition.needs_shell() {
            let (answers, extras) = self.run_commands()?;
            return Ok(Conversed { answers, extras, prompt: String::new(), asked_who: false });
        }
        self.progress.enter(Stage::Prompt);
        let asked_who = self.first_prompt(login)?;
        self.become_privileged(login)?;
        self.turn_paging_off()?;
        let read = self.read();
        self.restore(match &read {
            Ok(conversed) => conversed.extras.broke,
            Err(error) => Some(error.cause),
        });
        let conversed = read?;
        if conversed.extras.broke.is_none() {
            self.say_goodbye();
        }
        Ok(Conversed { asked_who, ..conversed })
    }

    fn read(&mut self) -> Result<Conversed, SessionError> {
        self.prepare()?;
        self.learn_refusal()?;
        let prompt = self.prompt.shown.clone();
        let (answers, extras) = self.run_commands()?;
        Ok(Conversed { answers, extras, prompt, asked_who: false })
    }

    /// Turns paging off. A refusal is no reason to stop: pagers are answered all the same.
    fn turn_paging_off(&mut self) -> Result<(), SessionError> {
        let definition = self.definition;
        for command in &definition.paging.off {
            self.progress.enter(Stage::PagingOff);
            let typed = Typed::new(&command.send, &self.words);
            if let Some(line) = self.take_step(&typed, self.terminal.limits().idle)? {
                let level = if command.optional { Level::Debug } else { Level::Warning };
                let message = format!("The device refused `{}`; NetRaven will answer its pager.", typed.short());
                self.progress.session(level, message, json!({"command": typed.shown, "answer": line}));
            }
        }
        Ok(())
    }

    /// Whether the prompt may be one of these rights after one that was privileged or not.
    fn keeps_its_mode(&self, was_privileged: bool) -> bool {
        let is_privileged = self.prompt.seen.privileged;
        match self.mode_change {
            ModeChange::Never => is_privileged == was_privileged,
            ModeChange::ToPrivileged => is_privileged || !was_privileged,
            ModeChange::Any => true,
        }
    }

    /// A text of the device without the secrets of the credential, which it may echo.
    fn hidden(&self, text: &str) -> String {
        let mut secrets = [("{password}", self.words.password), ("{enable}", self.words.enable)];
        // One may begin like the other.
        secrets.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.len()));
        let searched = secrets.iter().filter(|(_, secret)| secret.len() >= SEARCHED);
        searched.fold(text.to_string(), |text, (word, secret)| text.replace(secret, word))
    }
}

#[cfg(test)]
mod tests;
