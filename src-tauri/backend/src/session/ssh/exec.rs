//! A command on a channel of its own (RFC 4254, section 6.5): both of its streams to their end, and its exit status.

use std::time::Duration;

use netraven_api::outcome::Cause;

use super::beside::Aside;
use super::link::{Halt, is_timeout};
use super::raw::channel::{ERRORS, OUTPUT, SideChannel};
use crate::session::expect::terminal::Brought;
use crate::session::report::SessionError;

/// The largest piece read at once.
const PIECE: usize = 32 * 1024;
/// How long a device may take to close a channel that has nothing more to say.
pub(super) const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// Runs a command; all of what it prints. The command may hold a password, so no sentence quotes it.
pub(super) fn run(aside: &mut Aside<'_>, command: &str) -> Result<Brought, SessionError> {
    let mut execution = Execution::start(aside, command)?.map_err(|error| {
        let message = format!("The device runs no command on a channel of its own ({}).", error.message());
        aside.unless_lost(&error, SessionError::new(Cause::CommandRejected, message))
    })?;
    while execution.pump(aside)? {}
    execution.finish(aside)
}

/// A running command, and what it has printed so far.
pub(super) struct Execution<'l> {
    channel: SideChannel<'l>,
    pub(super) bytes: Vec<u8>,
    pub(super) errors: Vec<u8>,
    piece: Vec<u8>,
}

impl<'l> Execution<'l> {
    /// Starts a command; the inner error is the device's refusal. The command's input stays open: to some devices its
    /// end means that nobody listens any more.
    pub(super) fn start(
        aside: &mut Aside<'l>,
        command: &str,
    ) -> Result<Result<Execution<'l>, ssh2::Error>, SessionError> {
        let channel = aside.open()?;
        let started = aside.attempt(|| channel.exec(command))?;
        let (bytes, errors, piece) = (Vec::new(), Vec::new(), vec![0; PIECE]);
        Ok(started.map(|()| Execution { channel, bytes, errors, piece }))
    }

    /// Waits a little for more; false once all has come.
    pub(super) fn pump(&mut self, aside: &mut Aside<'_>) -> Result<bool, SessionError> {
        aside.check()?;
        // Both streams share one window: what is left unread of one would stop the other.
        let errors = self.channel.read_at_once(ERRORS, &mut self.piece);
        keep(aside, errors, &self.piece, &mut self.errors)?;
        let output = self.channel.read(OUTPUT, &mut self.piece);
        keep(aside, output, &self.piece, &mut self.bytes)?;
        if self.bytes.len() + self.errors.len() > aside.max_bytes() {
            return Err(aside.too_large());
        }
        Ok(!self.channel.is_at_end())
    }

    /// Writes a byte to the command's input. A command that has ended takes none; what it printed says why.
    pub(super) fn put(&self, aside: &mut Aside<'_>, byte: u8) -> Result<(), SessionError> {
        aside.attempt(|| self.channel.write(&[byte])).map(drop)
    }

    /// Waits for the end of a command that has printed all.
    fn finish(self, aside: &mut Aside<'_>) -> Result<Brought, SessionError> {
        let limit = aside.idle.min(CLOSE_LIMIT);
        // The status may come behind the end of the output. A device that does not close has still said everything.
        if let Err(Halt::Cancelled) = aside.link.patiently(limit, aside.bounds, || self.channel.wait_closed()) {
            return Err(SessionError::cancelled());
        }
        if let Some(signal) = self.channel.exit_signal() {
            let message = "The command was ended by a signal before it was finished.";
            return Err(SessionError::new(Cause::Truncated, message).quoting(Some(format!("SIG{signal}"))));
        }
        Ok(Brought { status: self.channel.exit_status(), bytes: self.bytes, errors: self.errors })
    }
}

/// Keeps what was read, if anything was.
fn keep(
    aside: &mut Aside<'_>,
    read: Result<usize, ssh2::Error>,
    piece: &[u8],
    kept: &mut Vec<u8>,
) -> Result<(), SessionError> {
    match read {
        Ok(0) => Ok(()),
        Ok(length) => {
            aside.hear();
            kept.extend_from_slice(&piece[..length]);
            Ok(())
        }
        Err(error) if is_timeout(&error) => Ok(()),
        Err(error) => Err(aside.lost(&error)),
    }
}
