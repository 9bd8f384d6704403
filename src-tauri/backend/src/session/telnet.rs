//! A shell over telnet or a bare TCP connection: reached, and carried as it is. Nothing is encrypted, nothing proves
//! who answers, and the shell itself asks who is there.

mod negotiation;

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use netraven_api::outcome::{Cause, Stage};
use netraven_api::transport::Transport;
use serde_json::json;

use self::negotiation::Negotiation;
use super::Visit;
use super::cancel::Watched;
use super::expect::terminal::{Beside, Bounds, Brought, ByteChannel, Incoming, Lost};
use super::observer::{Level, Progress};
use super::report::{Login, SessionError, Target};
use super::ssh::connect::{self, PeerAddress};
use crate::platforms::TerminalRules;

/// What terminal we say we have, as over SSH.
const TERMINAL: &str = "vt100";
/// How long a write may take: the device reads nothing then.
const WRITE_LIMIT: Duration = Duration::from_secs(15);
/// How long one write may wait before it is asked again whether to go on.
const WRITE_SLICE: Duration = Duration::from_millis(250);
/// How many of the first bytes show what kind of server answers.
const FIRST: usize = 4;
/// What a person does about a port that refuses.
const REFUSED: &str = "Check the port, and that telnet or the console line is enabled on the device.";
/// What a person does about a platform that needs more than a shell.
const ALONE: &str =
    "Set the transport of the device to SSH, or choose a platform whose commands are typed into a shell.";

/// An open connection. Dropping it closes the socket.
pub(super) struct PlainShell {
    socket: Arc<TcpStream>,
    _watched: Watched,
    address: PeerAddress,
    /// `None` on a bare connection, which has no options.
    negotiation: Option<Negotiation>,
    transport: Transport,
    first: Vec<u8>,
    received: Vec<u8>,
    text: Vec<u8>,
}

/// Connects for the first credential that may be sent to the device's address; returns its place in the list too.
/// Nothing is sent: the shell has not asked yet.
pub(super) fn open(
    visit: &Visit<'_>,
    logins: &[Login],
    bounds: &Bounds<'_>,
    progress: &mut Progress<'_>,
) -> Result<(PlainShell, usize), SessionError> {
    let target = visit.target;
    if logins.is_empty() {
        return Err(SessionError::new(Cause::NoCredentials, format!("No credential for {target}.")));
    }
    let mut withheld = Vec::new();
    for (place, login) in logins.iter().enumerate() {
        progress.enter(Stage::Reach);
        let permits = |address: Option<IpAddr>| login.permits(address);
        let reached = connect::connect_within(target, &permits, bounds.limits, bounds.cancel);
        if let Some(route) = &target.through {
            route.log(progress);
        }
        match reached {
            Ok(reached) => return Ok((PlainShell::new(visit, reached, bounds, progress), place)),
            Err(error) if error.cause == Cause::OutsideNetworks => {
                let message = format!("{} is not sent to this device. {}", login.username, error.message);
                progress.connection(Level::Warning, message, json!({"credential_id": login.id}));
                withheld.push(format!("{}: {}", login.username, error.message));
            }
            Err(error) => return Err(unreached(error, target)),
        }
    }
    let message = format!("No credential is allowed at the address of {target}. {}", withheld.join(" "));
    Err(SessionError::new(Cause::OutsideNetworks, message))
}

/// A failure to connect, without the words that speak of SSH.
pub(super) fn unreached(error: SessionError, target: &Target) -> SessionError {
    match error.cause {
        Cause::Disconnected => {
            let message = format!(
                "{target} accepted the connection and closed it before it said anything: all its lines may be in use, or \
                 it refuses this address."
            );
            SessionError::new(Cause::Disconnected, message)
        }
        Cause::Refused | Cause::NotConnected => error.advising(REFUSED),
        _ => error,
    }
}

impl PlainShell {
    fn new(
        visit: &Visit<'_>,
        reached: connect::Reached,
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> PlainShell {
        let (address, took) = (reached.address, reached.took.as_millis() as u64);
        let meta = json!({"address": address.to_string(), "ms": took, "transport": visit.transport});
        progress.connection(Level::Info, format!("Connected to {address} in {took} ms."), meta);
        if let Some(warning) = visit.transport.warning() {
            progress.connection(Level::Warning, warning, json!({"transport": visit.transport}));
        }
        let socket = Arc::new(reached.stream);
        let terminal = visit.definition.terminal;
        PlainShell {
            _watched: bounds.cancel.watch(&socket),
            socket,
            address,
            negotiation: (visit.transport == Transport::Telnet).then(|| Negotiation::new(size(terminal))),
            transport: visit.transport,
            first: Vec::new(),
            received: Vec::new(),
            text: Vec::new(),
        }
    }

    /// Takes what came from the device apart; its text is in `text` then.
    fn take(&mut self, length: usize) -> Result<(), Lost> {
        let bytes = &self.received[..length];
        self.first.extend(bytes.iter().take(FIRST.saturating_sub(self.first.len())));
        self.text.clear();
        let mut answer = Vec::new();
        match &mut self.negotiation {
            Some(negotiation) => negotiation.receive(bytes, &mut self.text, &mut answer),
            None => self.text.extend_from_slice(bytes),
        }
        if answer.is_empty() { Ok(()) } else { self.send(&answer) }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let started = Instant::now();
        self.socket.set_write_timeout(Some(WRITE_SLICE)).map_err(|error| lost(&error))?;
        let mut rest = bytes;
        while !rest.is_empty() {
            match (&*self.socket).write(rest) {
                Ok(0) => return Err(lost(&ErrorKind::BrokenPipe.into())),
                Ok(written) => rest = &rest[written..],
                Err(error) if is_wait(&error) && started.elapsed() < WRITE_LIMIT => {}
                Err(error) => return Err(lost(&error)),
            }
        }
        Ok(())
    }

    /// What else speaks first on its port, by the first bytes.
    fn other_protocol(&self) -> Option<&'static str> {
        match self.first.as_slice() {
            b"SSH-" => Some("SSH"),
            // An alert or a handshake, and the version.
            [0x15 | 0x16, 3, 0..=4, ..] => Some("TLS"),
            _ => None,
        }
    }
}

impl ByteChannel for PlainShell {
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<Incoming, Lost> {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // Zero would mean for ever.
            let slice = left.max(Duration::from_millis(1));
            self.socket.set_read_timeout(Some(slice)).map_err(|error| lost(&error))?;
            self.received.resize(buffer.len(), 0);
            match (&*self.socket).read(&mut self.received) {
                Ok(0) => return Ok(Incoming::Closed),
                Ok(length) => {
                    self.take(length)?;
                    if self.other_protocol().is_some() {
                        return Err(Lost("no shell answers on this port".to_owned()));
                    }
                    // There is never more text than there were bytes.
                    let text = self.text.len();
                    buffer[..text].copy_from_slice(&self.text);
                    if text > 0 {
                        return Ok(Incoming::Bytes(text));
                    }
                }
                Err(error) if is_wait(&error) => {}
                Err(error) => return Err(lost(&error)),
            }
            if Instant::now() >= until {
                return Ok(Incoming::Nothing);
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let wire = match &self.negotiation {
            Some(negotiation) => negotiation.typed(bytes),
            None => bare(bytes),
        };
        self.send(&wire)
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn beside(&mut self, request: Beside<'_>, _idle: Duration, _bounds: &Bounds<'_>) -> Result<Brought, SessionError> {
        let what = match request {
            Beside::Exec(_) => "a command that its platform sends on a channel of its own",
            Beside::File(_) => "a file that its platform fetches by SFTP",
        };
        let title = self.transport.title();
        let message = format!("{title} carries a shell alone, so {what} cannot be read over it.");
        Err(SessionError::new(Cause::CommandRejected, message).advising(ALONE))
    }

    fn signed_in(&self) -> bool {
        false
    }

    fn stranger(&self) -> Option<SessionError> {
        let (address, title) = (&self.address, self.transport.title());
        let protocol = self.other_protocol()?;
        let message = format!("{address} speaks {protocol}, but the transport of this device is {title}.");
        let advice = match protocol {
            "SSH" => "Set the transport of the device to SSH.",
            _ => "Check the port, and the transport of the device.",
        };
        Some(SessionError::new(Cause::PromptNotSeen, message).expecting("a shell").advising(advice))
    }
}

impl Drop for PlainShell {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// The terminal as telnet tells it; a platform may ask for none.
fn size(terminal: TerminalRules) -> Option<(&'static str, u16, u16)> {
    let most = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    (!terminal.none).then(|| (TERMINAL, most(terminal.width), most(terminal.height)))
}

/// What is typed on a bare connection: the Enter key of a terminal on a serial line is a carriage return.
fn bare(bytes: &[u8]) -> Vec<u8> {
    let before = std::iter::once(0).chain(bytes.iter().copied());
    before.zip(bytes).map(|(before, byte)| if *byte == b'\n' && before != b'\r' { b'\r' } else { *byte }).collect()
}

fn is_wait(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}

fn lost(error: &std::io::Error) -> Lost {
    Lost(if connect::is_reset(error) {
        "the device, or something on the way to it, closed the TCP connection".to_owned()
    } else {
        error.to_string()
    })
}

#[cfg(test)]
mod tests;
