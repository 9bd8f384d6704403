//! The first bytes a device sends: its SSH version line, or something that is not SSH.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use netraven_api::outcome::Cause;

use super::connect::{PeerAddress, is_reset};
use crate::session::cancel::Cancel;
use crate::session::report::{Limits, SessionError};

/// How often a wait asks whether the session was cancelled.
const SLICE: Duration = Duration::from_millis(100);
/// A device that stays silent for so long may be waiting for our banner.
const SILENT_BEFORE_BANNER: Duration = Duration::from_millis(1500);
/// How long lines that are no SSH banner may go on before one must have come.
const CHATTER: Duration = Duration::from_secs(2);
/// How many bytes before a version line are read before the server counts as not SSH.
const HEARD: usize = 4096;
/// No version line is longer (RFC 4253, 4.2).
const LONGEST_VERSION: usize = 255;

/// Waits for the beginning of the SSH version line, which is left to be read, and refuses what is not SSH. Lines before it, which
/// servers may send, are taken. False for a device that stays silent: some wait for the client's version.
pub(in crate::session) fn await_banner(
    mut stream: &TcpStream,
    address: &PeerAddress,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<bool, SessionError> {
    stream.set_read_timeout(Some(SLICE)).map_err(|_| closed_at_once(address))?;
    let started = Instant::now();
    let (mut heard, mut first_byte): (Vec<u8>, Option<Instant>) = (Vec::new(), None);
    let mut buffer = [0_u8; HEARD];
    loop {
        let seen = match look(stream, &mut buffer, address, cancel)? {
            Peek::Bytes(seen) => seen,
            Peek::Nothing if heard.is_empty() && started.elapsed() < SILENT_BEFORE_BANNER.min(limits.handshake) => {
                continue;
            }
            Peek::Nothing if heard.is_empty() => return Ok(false),
            Peek::Nothing => &[],
            Peek::End if heard.is_empty() => return Err(closed_at_once(address)),
            Peek::End => return Err(not_ssh(address, &heard)),
        };
        let line = seen.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        let begins = heard.last().is_none_or(|byte| *byte == b'\n');
        if begins && !line.is_empty() && (line.starts_with(b"SSH-") || b"SSH-".starts_with(line)) {
            return old_version(address, &String::from_utf8_lossy(line)).map_or(Ok(true), Err);
        }
        // What is no version line is taken, so that the next look waits for what follows it.
        let length = line.len();
        heard.extend_from_slice(line);
        if length > 0 {
            stream.read_exact(&mut buffer[..length]).map_err(|_| closed_at_once(address))?;
        }
        let first_byte = *first_byte.get_or_insert_with(Instant::now);
        if first_byte.elapsed() >= CHATTER.min(limits.handshake) || heard.len() >= HEARD {
            return Err(not_ssh(address, &heard));
        }
    }
}

/// Reads the version line that [`await_banner`] saw beginning.
pub(in crate::session) fn read_version(
    mut stream: &TcpStream,
    address: &PeerAddress,
    limits: &Limits,
    cancel: &Cancel,
) -> Result<String, SessionError> {
    let started = Instant::now();
    let (mut line, mut buffer) = (Vec::new(), [0_u8; LONGEST_VERSION]);
    while started.elapsed() < limits.handshake && line.len() < LONGEST_VERSION && !line.contains(&b'\n') {
        match look(stream, &mut buffer, address, cancel)? {
            Peek::Bytes(seen) => {
                line.extend_from_slice(seen);
                let length = seen.len();
                stream.read_exact(&mut buffer[..length]).map_err(|_| closed_at_once(address))?;
            }
            Peek::Nothing => {}
            Peek::End => break,
        }
    }
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line).trim().to_string();
    old_version(address, &line).map_or(Ok(line), Err)
}

/// What a look at the next bytes brought.
enum Peek<'b> {
    Bytes(&'b [u8]),
    /// Nothing within [`SLICE`].
    Nothing,
    /// The connection ended.
    End,
}

/// Waits a little for the next bytes and leaves them where they are.
fn look<'b>(
    stream: &TcpStream,
    buffer: &'b mut [u8],
    address: &PeerAddress,
    cancel: &Cancel,
) -> Result<Peek<'b>, SessionError> {
    if cancel.is_cancelled() {
        return Err(SessionError::cancelled());
    }
    match stream.peek(buffer) {
        Ok(0) => Ok(Peek::End),
        Ok(seen) => Ok(Peek::Bytes(&buffer[..seen])),
        Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => Ok(Peek::Nothing),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(Peek::Nothing),
        Err(error) if is_reset(&error) => Ok(Peek::End),
        Err(error) => {
            let message = format!("{address} accepted the connection, but reading from it failed ({error}).");
            Err(SessionError::new(Cause::Disconnected, message))
        }
    }
}

/// The failure of a device whose version line names the first version of SSH alone.
pub(super) fn old_version(address: &PeerAddress, line: &str) -> Option<SessionError> {
    let line = line.trim();
    let is_old = line.starts_with("SSH-1.") && line.len() >= "SSH-1.99".len() && !line.starts_with("SSH-1.99");
    is_old.then(|| {
        let message = format!("{address} supports only SSH version 1, which is not safe to use.");
        SessionError::new(Cause::NoCommonCrypto, message).expecting("SSH-2.0").quoting(Some(line.to_string()))
    })
}

/// The failure of a connection that ended before an SSH banner came, however and wherever that shows: as an end, as a reset,
/// or as a socket that is no longer connected.
pub(in crate::session) fn closed_at_once(address: &PeerAddress) -> SessionError {
    let message = format!(
        "{address} accepted the connection and closed it before sending an SSH banner: all its sessions may be in use, or it refuses this address."
    );
    SessionError::new(Cause::Disconnected, message)
}

/// The failure of a port that answers with something else. A server too busy to speak SSH says so in plain text. What it
/// said may be anything, so it is no part of the sentence.
pub(super) fn not_ssh(address: &PeerAddress, seen: &[u8]) -> SessionError {
    let text: String = String::from_utf8_lossy(seen).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text: String = text.trim().chars().take(120).collect();
    let lower = text.to_lowercase();
    let busy = ["maxstartups", "too many", "not allowed at this time", "try again", "no free", "busy", "in use"];
    let error = if busy.iter().any(|word| lower.contains(word)) {
        SessionError::new(Cause::Disconnected, format!("{address} accepts no more connections at the moment."))
    } else {
        SessionError::new(Cause::NotSsh, format!("{address} answered with something that is not SSH."))
            .expecting("a line that starts with SSH-2.0")
    };
    error.quoting(Some(text).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::super::connect::connect;
    use super::*;
    use crate::session::report::Target;

    /// What is made of a server that sends these pieces, one after the other was taken, and leaves.
    fn greeted_by(pieces: &[&'static [u8]]) -> Result<Option<String>, SessionError> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let pieces = pieces.to_vec();
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            stream.set_nodelay(true).unwrap();
            pieces.iter().for_each(|piece| stream.write_all(piece).unwrap());
        });
        let target = Target::direct("127.0.0.1", port);
        let reached = connect(&target, &Limits::default(), &Cancel::new()).ok().unwrap();
        let (limits, cancel) = (Limits::default(), Cancel::new());
        let result = match await_banner(&reached.stream, &reached.address, &limits, &cancel) {
            Ok(true) => read_version(&reached.stream, &reached.address, &limits, &cancel).map(Some),
            other => other.map(|_| None),
        };
        server.join().unwrap();
        result
    }

    #[test]
    fn what_is_not_ssh_is_told_from_what_is() {
        let cause = |bytes| greeted_by(&[bytes]).unwrap_err().cause;
        let version = |pieces: &[&'static [u8]]| greeted_by(pieces).unwrap().unwrap();
        assert_eq!(version(&[b"SSH-2.0-OpenSSH_9.2\r\n"]), "SSH-2.0-OpenSSH_9.2");
        assert_eq!(version(&[b"Hello\r\nSSH-1.99-Cisco-1.25\n"]), "SSH-1.99-Cisco-1.25");
        assert_eq!(version(&[b"He", b"llo\r", b"\nS", b"SH-2", b".0-x\r", b"\n"]), "SSH-2.0-x");
        assert_eq!(cause(b"220 mail.example ESMTP\r\n"), Cause::NotSsh);
        assert_eq!(cause(b"It is SSH-2.0 that is spoken here\r\n"), Cause::NotSsh);
        assert_eq!(cause(b"SSH-1.5-Old\r\n"), Cause::NoCommonCrypto);
        assert_eq!(greeted_by(&[b"SSH-1", b".5-Old\r\n"]).unwrap_err().cause, Cause::NoCommonCrypto);
        assert_eq!(cause(b"Exceeded MaxStartups\r\n"), Cause::Disconnected);
        assert_eq!(cause(b""), Cause::Disconnected);
    }

    /// Bytes that cannot become a version line are taken, so that nothing is looked at twice.
    #[test]
    fn a_stranger_that_stops_in_mid_line_is_waited_for_without_looking_again_and_again() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut server = listener.accept().unwrap().0;
        server.write_all(b"220 mail").unwrap();
        let address = PeerAddress::from(listener.local_addr().unwrap());
        let error = await_banner(&client, &address, &Limits::default(), &Cancel::new()).unwrap_err();
        assert_eq!((error.cause, error.said.as_deref()), (Cause::NotSsh, Some("220 mail")));
        // Nothing is left in the socket: each look but the first had to wait.
        client.set_nonblocking(true).unwrap();
        assert_eq!(client.peek(&mut [0]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    }

    #[test]
    fn what_a_stranger_says_is_quoted_and_no_part_of_the_sentence() {
        let error = greeted_by(&[b"Welcome. Default password: zq9\r\n"]).unwrap_err();
        assert_eq!(error.said.as_deref(), Some("Welcome. Default password: zq9"));
        assert!(!error.message.contains("zq9"), "{}", error.message);
        let busy = greeted_by(&[b"Too many users, zq9\r\n"]).unwrap_err();
        assert!(!busy.message.contains("zq9") && busy.said.is_some(), "{}", busy.message);
    }
}
