//! What is read once the configuration is proven: the startup configuration, and files that are kept. The configuration
//! stands, whatever comes of these.

use netraven_api::outcome::{Cause, Stage};
use serde_json::json;

use super::super::observer::Level;
use super::super::report::{FetchedFile, SessionError, StartupRead, Unread, text_of};
use super::Conversation;
use super::plan::Gathered;
use super::reading::{Answered, Sending};
use crate::platforms::startup::is_saved;
use crate::platforms::{Command, Purpose};

/// What was read after the configuration.
#[derive(Default)]
pub(in crate::session) struct Extras {
    /// The startup configuration; `None` where the platform has none, or none applied.
    pub(in crate::session) startup: Option<StartupRead>,
    pub(in crate::session) files: Vec<FetchedFile>,
    /// Why nothing more can be asked in this session.
    pub(in crate::session) broke: Option<Cause>,
}

/// Whether a command is sent after the configuration is proven.
pub(super) fn is_extra(command: &Command) -> bool {
    matches!(command.purpose, Purpose::Startup | Purpose::File)
}

impl Conversation<'_, '_> {
    /// Reads what comes after the configuration. Only a session that is cancelled fails.
    pub(super) fn read_extras(&mut self, gathered: &mut Gathered) -> Result<Extras, SessionError> {
        let mut extras = Extras::default();
        match self.read_startup(gathered) {
            Ok(read) => extras.startup = read,
            Err(error) => {
                let unread = self.unread("The startup configuration", error, &mut extras)?;
                extras.startup = Some(StartupRead::Unread(unread));
            }
        }
        let definition = self.definition;
        for command in definition.commands.iter().filter(|command| command.purpose == Purpose::File) {
            self.fetch_files(command, gathered, &mut extras)?;
        }
        Ok(extras)
    }

    /// The startup configuration, proven like the running one and compared with it.
    fn read_startup(&mut self, gathered: &mut Gathered) -> Result<Option<StartupRead>, SessionError> {
        let definition = self.definition;
        let (mut parts, mut covered) = (Vec::new(), false);
        for command in definition.commands.iter().filter(|command| command.purpose == Purpose::Startup) {
            self.progress.enter(Stage::Read);
            if !self.applies(command, &gathered.answers) {
                continue;
            }
            for alternatives in self.sendings(command, gathered)? {
                self.progress.enter(Stage::Read);
                if let Some((sending, taken)) = self.first_taken(alternatives)? {
                    covered |= taken.covered;
                    parts.push((sending, taken.text));
                }
            }
        }
        if parts.is_empty() {
            return Ok(None);
        }
        let running = text_of(definition, &gathered.answers, Purpose::Config);
        if !covered && is_saved(definition, &running, &joined(&parts)) {
            return Ok(Some(StartupRead::Saved));
        }
        // A line of the device's log in it would look like a change that is not saved.
        for (sending, text) in &mut parts {
            self.progress.enter(Stage::Read);
            match self.run(sending, vec![text.clone()])? {
                Answered::Taken(taken) => *text = taken.text,
                Answered::Refused(error) => return Err(error),
                Answered::Incomplete => {}
            }
        }
        let text = joined(&parts);
        Ok(Some(match is_saved(definition, &running, &text) {
            true => StartupRead::Saved,
            false => StartupRead::Unsaved(text),
        }))
    }

    /// Fetches the files of a command. Together, those of a device may be as large as one answer.
    fn fetch_files(
        &mut self,
        command: &Command,
        gathered: &mut Gathered,
        extras: &mut Extras,
    ) -> Result<(), SessionError> {
        let sendings = match extras.broke {
            Some(_) => Err(SessionError::new(Cause::Disconnected, "The session ended before it was fetched.")),
            None if !self.applies(command, &gathered.answers) => return Ok(()),
            None => self.sendings(command, gathered),
        };
        let sendings = match sendings {
            Ok(sendings) => sendings,
            Err(error) => return self.leave_file(command.send.clone(), error, extras),
        };
        for sending in sendings.into_iter().flatten() {
            let path = sending.typed.shown.clone();
            self.progress.enter(Stage::Read);
            let kept: usize = extras.files.iter().flat_map(|file| &file.bytes).map(Vec::len).sum();
            match self.fetch_file(&sending, kept) {
                Ok(bytes) => {
                    let message = format!("Fetched the file `{path}`, {} bytes.", bytes.len());
                    self.progress.session(Level::Info, message, json!({"path": path, "bytes": bytes.len()}));
                    extras.files.push(FetchedFile { path, bytes: Ok(bytes) });
                }
                Err(error) => self.leave_file(path, error, extras)?,
            }
        }
        Ok(())
    }

    fn fetch_file(&mut self, sending: &Sending, kept: usize) -> Result<Vec<u8>, SessionError> {
        let (typed, limit) = (&sending.typed, self.terminal.limits().max_bytes);
        let shown = format!("sftp:{}", typed.shown);
        let fetched = self.terminal.fetch(&typed.keys, &shown, sending.command.timeout);
        let is_too_large = match &fetched {
            Ok(bytes) => kept + bytes.len() > limit,
            Err(error) => error.cause == Cause::TooLarge,
        };
        if !is_too_large {
            return fetched;
        }
        let limit = limit / (1024 * 1024);
        let message =
            format!("With the file `{}`, those of this device exceed the {limit} MiB that are kept.", typed.short());
        Err(SessionError::new(Cause::TooLarge, message))
    }

    fn leave_file(&mut self, path: String, error: SessionError, extras: &mut Extras) -> Result<(), SessionError> {
        let unread = self.unread(&format!("The file `{path}`"), error, extras)?;
        extras.files.push(FetchedFile { path, bytes: Err(unread) });
        Ok(())
    }

    /// Says why something is missing beside the configuration, and notes whether more can be asked after it.
    fn unread(&mut self, what: &str, error: SessionError, extras: &mut Extras) -> Result<Unread, SessionError> {
        if error.cause == Cause::Cancelled {
            return Err(error);
        }
        let is_stuck = self.definition.needs_shell() && !self.at_prompt;
        if is_stuck || error.cause == Cause::Disconnected {
            extras.broke = Some(error.cause);
        }
        let said = error.said.as_deref().map(|said| self.hidden(said));
        let message = format!("{what} was not read. {} The backup stands without it.", error.message);
        self.progress.session(Level::Warning, message, json!({"cause": error.cause, "answer": said}));
        Ok(Unread { message: error.message, said })
    }
}

fn joined(parts: &[(Sending, String)]) -> String {
    parts.iter().map(|(_, text)| text.as_str()).collect()
}
