//! The conversation with a shell: first prompt, privilege, paging off, commands, each answer proven complete.
//!
//! It knows no socket: it speaks to a [`terminal::ByteChannel`], so every chunking, pause and break can be tested.

mod content;
mod cover;
mod first;
mod known_prompt;
mod newline;
mod privilege;
mod proof;
mod questions;
mod reading;
pub(super) mod terminal;
mod view;

use std::time::{Duration, Instant};

use netraven_api::outcome::Stage;
use serde_json::json;

use self::known_prompt::KnownPrompt;
use self::proof::{Ask, short};
use self::terminal::{Bounds, ByteChannel, Terminal};
use super::observer::{Level, Progress};
use super::report::{Answer, Login, SessionError};
use super::transcript::Transcript;
use crate::platforms::{Definition, Refusal};

/// How long a line that may be the first prompt must stay the last thing said: a greeting arrives in pieces.
const PROMPT_QUIET: Duration = Duration::from_millis(50);
/// How long a pager is given to turn out to be the start of a longer line.
const PAGER_QUIET: Duration = Duration::from_millis(10);
/// A question that ends its line is answered after this silence.
const DIALOG_QUIET: Duration = Duration::from_millis(500);

/// What a conversation yields.
pub(super) struct Conversed {
    pub(super) answers: Vec<Answer>,
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

/// Leads the whole conversation, from the open shell to the last proven answer and the goodbye.
pub(super) fn converse(channel: &mut dyn ByteChannel, context: Context<'_, '_>) -> Result<Conversed, SessionError> {
    let Context { definition, login, is_stored, bounds, progress, transcript, bytes_read } = context;
    let terminal = Terminal::new(channel, definition, bounds, transcript, bytes_read);
    progress.enter(Stage::Prompt);
    let prompt = KnownPrompt::unseen();
    let mut conversation = Conversation {
        terminal,
        definition,
        is_stored,
        progress,
        prompt,
        deadline: None,
        refusal: None,
        asked: String::new(),
    };
    let asked_who = conversation.first_prompt(login)?;
    conversation.become_privileged(login)?;
    conversation.turn_paging_off()?;
    conversation.learn_refusal()?;
    let answers = conversation.run_commands()?;
    conversation.say_goodbye();
    Ok(Conversed { answers, prompt: conversation.prompt.shown, asked_who })
}

struct Conversation<'a, 'p> {
    terminal: Terminal<'a>,
    definition: &'a Definition,
    is_stored: &'a dyn Fn(&str) -> bool,
    progress: &'a mut Progress<'p>,
    prompt: KnownPrompt,
    /// When learning the prompt must have ended, however often it is tried.
    deadline: Option<Instant>,
    /// How this device refuses a command, where that was learned.
    refusal: Option<Refusal>,
    /// The command that was sent last.
    asked: String,
}

impl Conversation<'_, '_> {
    /// Turns paging off. A refusal is no reason to stop: pagers are answered all the same.
    fn turn_paging_off(&mut self) -> Result<(), SessionError> {
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
                let message = format!("The device refused `{}`; NetRaven will answer its pager.", short(&command.send));
                self.progress.session(level, message, json!({"command": command.send, "answer": line}));
            }
        }
        Ok(())
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
