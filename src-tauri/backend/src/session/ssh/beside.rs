//! What is asked beside the shell, on channels of their own of the same connection, and what bounds it.

use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;

use super::link::{Halt, Link, is_gone};
use super::raw::channel::SideChannel;
use super::{exec, sftp};
use crate::session::expect::terminal::{Beside, Bounds, Brought};
use crate::session::report::SessionError;

/// The library gives up a single call by itself after a minute, and reports that like a call to be repeated.
const LONGEST_CALL: Duration = Duration::from_secs(50);
/// After this much silence, keepalives show firewalls that the session is alive.
pub(super) const KEEPALIVE_AFTER: Duration = Duration::from_secs(15);
pub(super) const KEEPALIVE_SECONDS: u32 = 15;
const NO_SECOND_CHANNEL: &str = "Give the whole platform `channel = \"exec\"`, so that no shell is opened, or have all \
                                 of its commands typed into the shell.";

/// Asks beside the shell, if there is one.
pub(super) fn ask(
    link: &Link,
    has_shell: bool,
    request: Beside<'_>,
    idle: Duration,
    bounds: &Bounds<'_>,
) -> Result<Brought, SessionError> {
    let mut aside = Aside { link, has_shell, idle, bounds, heard: Instant::now() };
    match request {
        Beside::Exec(command) => exec::run(&mut aside, command),
        Beside::File(path) => sftp::fetch(&mut aside, path),
    }
}

/// One request beside the shell.
pub(super) struct Aside<'l> {
    pub(super) link: &'l Link,
    pub(super) bounds: &'l Bounds<'l>,
    /// How long the device may be silent.
    pub(super) idle: Duration,
    has_shell: bool,
    /// When something was last heard.
    heard: Instant,
}

impl<'l> Aside<'l> {
    /// Opens a channel.
    pub(super) fn open(&mut self) -> Result<SideChannel<'l>, SessionError> {
        let link = self.link;
        self.attempt(|| SideChannel::open(&link.session))?.map_err(|error| {
            let said = error.message();
            let refused = if self.has_shell {
                let message = format!("The device opens no second channel beside its shell ({said}).");
                SessionError::new(Cause::CommandRejected, message).advising(NO_SECOND_CHANNEL)
            } else {
                let what = "opened no channel; all its sessions may be in use";
                SessionError::new(Cause::Disconnected, format!("Signed in, but the device {what} ({said})."))
            };
            self.unless_lost(&error, refused)
        })
    }

    /// Makes a call into the library. The inner error is what the device, or the library, has against it.
    pub(super) fn attempt<T>(
        &mut self,
        call: impl FnMut() -> Result<T, ssh2::Error>,
    ) -> Result<Result<T, ssh2::Error>, SessionError> {
        let limit = self.idle.min(LONGEST_CALL);
        match self.link.patiently(limit, self.bounds, call) {
            Ok(value) => {
                self.hear();
                Ok(Ok(value))
            }
            Err(Halt::Ssh(error)) => Ok(Err(error)),
            Err(Halt::Cancelled) => Err(SessionError::cancelled()),
            Err(Halt::Late) => Err(self.late(limit)),
        }
    }

    /// Something was heard.
    pub(super) fn hear(&mut self) {
        self.heard = Instant::now();
    }

    /// Ends a wait that has lasted too long, or whose session was cancelled.
    pub(super) fn check(&self) -> Result<(), SessionError> {
        let silence = self.heard.elapsed();
        if self.bounds.cancel.is_cancelled() {
            return Err(SessionError::cancelled());
        }
        if silence >= self.idle || Instant::now() >= self.bounds.deadline {
            return Err(self.late(self.idle));
        }
        if silence >= KEEPALIVE_AFTER {
            self.link.session.set_keepalive(false, KEEPALIVE_SECONDS);
        }
        Ok(())
    }

    /// How many bytes an answer may have.
    pub(super) fn max_bytes(&self) -> usize {
        self.bounds.limits.max_bytes
    }

    pub(super) fn too_large(&self) -> SessionError {
        let limit = self.max_bytes() / 1024;
        let message = format!("The device's answer is larger than the {limit} KiB allowed for a configuration.");
        SessionError::new(Cause::TooLarge, message)
    }

    /// The connection, or the channel on it, ended too early.
    pub(super) fn lost(&self, error: &ssh2::Error) -> SessionError {
        if self.bounds.cancel.is_cancelled() {
            return SessionError::cancelled();
        }
        let message = format!("The connection ended before all of the answer was read ({}).", error.message());
        SessionError::new(Cause::Disconnected, message)
    }

    /// What a refusal means, unless it is no refusal but the end of the connection.
    pub(super) fn unless_lost(&self, error: &ssh2::Error, refused: SessionError) -> SessionError {
        if is_gone(error) { self.lost(error) } else { refused }
    }

    fn late(&self, limit: Duration) -> SessionError {
        let message = if Instant::now() >= self.bounds.deadline {
            let limit = self.bounds.limits.total.as_secs();
            format!("The session took longer than the {limit} s allowed in total.")
        } else {
            format!("The device was silent for {} s before its answer was complete.", limit.as_secs())
        };
        SessionError::new(Cause::Timeout, message)
    }
}
