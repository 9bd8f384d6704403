//! A signed-in connection as the conversation's byte channel: its shell, if it has one, and what is asked beside that.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;
use serde_json::json;
use ssh2::{Channel, ExtendedData};

use super::beside::{self, KEEPALIVE_AFTER, KEEPALIVE_SECONDS};
use super::link::{Halt, Link, SLICE_MS};
use crate::platforms::{Definition, TerminalRules};
use crate::session::expect::terminal::{Beside, Bounds, Brought, ByteChannel, Incoming, Lost};
use crate::session::observer::{Level, Progress};
use crate::session::report::SessionError;

/// What terminal we say we have.
const TERMINAL: &str = "vt100";
/// How long a write may take: the device reads nothing then.
const WRITE_LIMIT: Duration = Duration::from_secs(15);

/// A shell, or a connection that needs none. Dropping it closes the connection without waiting for the device.
pub(in crate::session) struct Shell {
    // Declared before the link, so that it is freed before the link's session; see `Drop`. `None` where no shell is needed.
    channel: Option<Channel>,
    link: Link,
    timeout_ms: u32,
    silent_since: Instant,
    keepalive: bool,
}

impl Shell {
    /// Opens a shell, on a terminal where the platform wants one. Without a command for it, no shell is opened.
    pub(super) fn open(
        link: Link,
        definition: &Definition,
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<Shell, SessionError> {
        let shell = definition.needs_shell().then(|| open_shell(&link, definition.terminal, bounds, progress));
        let channel = shell.transpose()?;
        let timeout_ms = link.session.timeout();
        Ok(Shell { channel, link, timeout_ms, silent_since: Instant::now(), keepalive: false })
    }

    fn set_timeout(&mut self, wait: Duration) {
        // Zero would mean for ever.
        let timeout_ms = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).max(1);
        if timeout_ms != self.timeout_ms {
            self.timeout_ms = timeout_ms;
            self.link.session.set_timeout(timeout_ms);
        }
    }

    /// Why nothing can be read or written any more, in a person's words where it is the connection that is gone. The library's
    /// text is the same for that and for a packet it could not decrypt; the code of its last error distinguishes them.
    fn lost(&self, error: &std::io::Error) -> Lost {
        let gone = ssh2::Error::last_session_error(&self.link.session).is_some_and(|last| super::link::is_gone(&last));
        Lost(if gone {
            "the device, or something on the way to it, closed the TCP connection".to_owned()
        } else {
            error.to_string()
        })
    }

    /// Old devices may stumble over a keepalive, so it is only sent once a silence could lose the connection. The library
    /// then sends them by itself while it waits.
    fn keep_alive(&mut self) {
        if !self.keepalive && self.silent_since.elapsed() >= KEEPALIVE_AFTER {
            self.keepalive = true;
            self.link.session.set_keepalive(false, KEEPALIVE_SECONDS);
        }
    }
}

impl ByteChannel for Shell {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<Incoming, Lost> {
        self.keep_alive();
        self.set_timeout(wait);
        let Some(channel) = self.channel.as_mut() else { return Ok(Incoming::Closed) };
        match channel.read(buffer) {
            Ok(0) if channel.eof() => Ok(Incoming::Closed),
            Ok(0) => Ok(Incoming::Nothing),
            Ok(length) => {
                self.silent_since = Instant::now();
                Ok(Incoming::Bytes(length))
            }
            Err(error) if is_wait(&error) => Ok(Incoming::Nothing),
            Err(error) => Err(self.lost(&error)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        self.set_timeout(Duration::from_millis(250));
        let Some(channel) = self.channel.as_mut() else { return Err(Lost("the shell is closed".to_string())) };
        let started = Instant::now();
        let mut rest = bytes;
        while !rest.is_empty() {
            match channel.write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if is_wait(&error) && started.elapsed() < WRITE_LIMIT => {}
                Err(error) => return Err(self.lost(&error)),
            }
        }
        Ok(())
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn beside(&mut self, request: Beside<'_>, idle: Duration, bounds: &Bounds<'_>) -> Result<Brought, SessionError> {
        self.keep_alive();
        self.set_timeout(Duration::from_millis(u64::from(SLICE_MS)));
        let brought = beside::ask(&self.link, self.channel.is_some(), request, idle, bounds);
        self.silent_since = Instant::now();
        brought
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Freeing a channel says goodbye to the device; a dead one must not hold us up.
        self.set_timeout(Duration::from_millis(100));
        self.link.leave();
        self.channel = None;
    }
}

fn open_shell(
    link: &Link,
    terminal: TerminalRules,
    bounds: &Bounds<'_>,
    progress: &mut Progress<'_>,
) -> Result<Channel, SessionError> {
    let limit = bounds.limits.auth;
    let mut channel = link
        .patiently(limit, bounds, || link.session.channel_session())
        .map_err(|halt| refused(halt, limit, "opened no channel; all its sessions may be in use"))?;
    if !terminal.none {
        // Devices that do not take the size keep their own.
        let size = (terminal.width, terminal.height, 0, 0);
        match link.patiently(limit, bounds, || channel.request_pty(TERMINAL, None, Some(size))) {
            Ok(()) => {}
            Err(Halt::Ssh(error)) if !super::link::is_gone(&error) => {
                let message = format!("The device provides no terminal ({}); trying without one.", error.message());
                progress.session(Level::Warning, message, json!({}));
            }
            Err(halt) => return Err(refused(halt, limit, "provided no terminal")),
        }
    }
    // What a device says on its error stream belongs on the screen too, and unread it would fill the window.
    let _ = link.patiently(limit, bounds, || channel.handle_extended_data(ExtendedData::Merge));
    link.patiently(limit, bounds, || channel.shell()).map_err(|halt| match halt {
        Halt::Ssh(error) if !super::link::is_gone(&error) => {
            let message = format!("Signed in, but the device gives this account no shell ({}).", error.message());
            SessionError::new(Cause::PromptNotSeen, message).expecting("a shell")
        }
        halt => refused(halt, limit, "started no shell"),
    })?;
    Ok(channel)
}

pub(super) fn is_wait(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn refused(halt: Halt, limit: Duration, what: &str) -> SessionError {
    match halt {
        Halt::Cancelled => SessionError::cancelled(),
        Halt::Late => SessionError::new(
            Cause::Timeout,
            format!("Signed in, but the device opened no shell in {} s.", limit.as_secs()),
        ),
        Halt::Ssh(error) => {
            SessionError::new(Cause::Disconnected, format!("Signed in, but the device {what} ({}).", error.message()))
        }
    }
}
