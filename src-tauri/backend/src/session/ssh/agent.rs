//! The SSH agent of this computer, asked for its keys and for signatures by its protocol (PROTOCOL.agent of OpenSSH).
//! Each request has a connection, a thread and a time limit of its own: an agent may hang, or wait for its owner.

mod reply;

use std::ffi::c_int;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use netraven_api::outcome::Cause;
use sha2::{Digest as _, Sha256};

use super::connect::{on_a_thread, wait};
use super::raw::agent::Signing;
use crate::session::cancel::Cancel;
use crate::session::report::{Login, SessionError};

/// How long listing the keys may take.
const LISTING: Duration = Duration::from_secs(5);
/// How long a signature may take: some agents ask their owner first.
pub(super) const SIGNING: Duration = Duration::from_secs(15);
/// How often a wait asks whether the session was cancelled.
const SLICE: Duration = Duration::from_millis(100);
/// The largest answer of an agent, in bytes; that of OpenSSH's own.
const LARGEST: usize = 256 * 1024;
const LIST_KEYS: u8 = 11;
const SIGN: u8 = 13;
/// What makes an RSA key sign by SHA-2.
const RSA_SHA2_256: u32 = 2;
const RSA_SHA2_512: u32 = 4;

/// The SSH agent of the computer that sessions run on.
#[derive(Clone, Debug, Default)]
pub struct SshAgent {
    /// Name of the computer, for messages.
    pub machine: String,
    /// Whether sessions may use it.
    pub is_allowed: bool,
    /// Where it listens: a socket, or a pipe on Windows. None if nothing says.
    pub socket: Option<PathBuf>,
}

/// A sign-in with the keys of an agent.
#[derive(Clone, Debug)]
pub struct AgentLogin {
    /// The agent.
    pub agent: Arc<SshAgent>,
    /// Fingerprint of the one key to use; any that it holds if absent.
    pub key: Option<String>,
}

/// The public half of a key that an agent holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AgentKey {
    pub(super) blob: Vec<u8>,
    pub(super) sha256: String,
}

impl AgentKey {
    fn new(blob: &[u8]) -> AgentKey {
        let sha256 = format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob)));
        AgentKey { blob: blob.to_owned(), sha256 }
    }
}

/// Why an agent gave no answer that can be used.
#[derive(Debug)]
enum Trouble {
    Unreachable(io::Error),
    Silent,
    /// It closed the connection, or said what is no answer.
    Odd,
    /// It refused.
    Refused,
    Session(SessionError),
}

/// The keys of the agent that a credential may be tried with; none if it does not use the agent.
pub(super) fn keys(login: &Login, cancel: &Cancel) -> Result<Vec<AgentKey>, SessionError> {
    login.agent.as_ref().map_or(Ok(Vec::new()), |agent| agent.keys(cancel))
}

impl AgentLogin {
    /// The keys to offer: those of the agent, or the one that is named.
    fn keys(&self, cancel: &Cancel) -> Result<Vec<AgentKey>, SessionError> {
        let SshAgent { machine, is_allowed, .. } = &*self.agent;
        let unusable = |message: String| Err(SessionError::new(Cause::AgentUnavailable, message));
        if !is_allowed {
            return unusable(format!(
                "The worker on {machine} may not use the SSH agent of its machine: start it with --allow-ssh-agent, or \
                 with NETRAVEN_ALLOW_SSH_AGENT=1."
            ));
        }
        let held = match self.agent.ask(vec![LIST_KEYS], LISTING, cancel).and_then(|reply| reply::keys(&reply)) {
            Ok(blobs) => blobs.iter().map(|blob| AgentKey::new(blob)).collect::<Vec<_>>(),
            Err(trouble) => return Err(self.agent.failure(trouble, LISTING)),
        };
        if held.is_empty() {
            return unusable(format!("The SSH agent on {machine} holds no key: add one there with ssh-add."));
        }
        match &self.key {
            None => Ok(held),
            Some(wanted) => match held.into_iter().find(|key| key.sha256 == *wanted) {
                Some(key) => Ok(vec![key]),
                None => unusable(format!(
                    "The SSH agent on {machine} does not hold the key {wanted} that the credential names: add it there \
                     with ssh-add."
                )),
            },
        }
    }
}

impl SshAgent {
    /// Sends a request and waits for the answer.
    fn ask(&self, request: Vec<u8>, limit: Duration, cancel: &Cancel) -> Result<Vec<u8>, Trouble> {
        let socket = self.socket.clone().ok_or_else(|| Trouble::Unreachable(io::ErrorKind::NotFound.into()))?;
        let (sender, receiver) = mpsc::channel();
        // Nothing can end a wait for an agent from outside on every system, so it is left behind where nobody waits.
        on_a_thread("ssh agent", move || {
            let _ = sender.send(talk(&socket, &request, limit));
        })
        .map_err(Trouble::Session)?;
        let until = Instant::now() + limit;
        loop {
            match wait(&receiver, SLICE, cancel).map_err(Trouble::Session)? {
                Some(answer) => return answer,
                None if Instant::now() >= until => return Err(Trouble::Silent),
                None => {}
            }
        }
    }

    fn failure(&self, trouble: Trouble, limit: Duration) -> SessionError {
        let machine = &self.machine;
        let at = self.socket.as_deref().map(|socket| format!(" at {}", socket.display())).unwrap_or_default();
        let message = match trouble {
            Trouble::Session(error) => return error,
            Trouble::Unreachable(_) if self.socket.is_none() => format!(
                "No SSH agent is known on {machine}: SSH_AUTH_SOCK is not set for its worker. Start an agent there, \
                 and the worker with the agent's SSH_AUTH_SOCK."
            ),
            Trouble::Unreachable(error) => format!(
                "The SSH agent on {machine} cannot be reached{at} ({error}). Start it, and the worker with the \
                 agent's SSH_AUTH_SOCK."
            ),
            Trouble::Silent => {
                format!("The SSH agent on {machine} did not answer{at} within {} s. Restart it.", limit.as_secs())
            }
            Trouble::Odd => format!("What answers{at} on {machine} is no SSH agent. Check the worker's SSH_AUTH_SOCK."),
            Trouble::Refused => {
                format!("The SSH agent on {machine} refused to list its keys: unlock it there with ssh-add -X.")
            }
        };
        SessionError::new(Cause::AgentUnavailable, message)
    }
}

/// Has the agent sign for one key.
pub(super) struct AgentSigner<'a> {
    pub(super) agent: &'a SshAgent,
    pub(super) key: &'a AgentKey,
    pub(super) cancel: &'a Cancel,
    /// Whether the agent was asked and made no signature.
    pub(super) has_failed: bool,
}

impl Signing for AgentSigner<'_> {
    fn sign(&mut self, data: &[u8]) -> Result<Vec<u8>, c_int> {
        let wanted = reply::algorithm(data).ok_or(libssh2_sys::LIBSSH2_ERROR_AGENT_PROTOCOL)?;
        let flags = match wanted.as_str() {
            "rsa-sha2-256" => RSA_SHA2_256,
            "rsa-sha2-512" => RSA_SHA2_512,
            _ => 0,
        };
        let mut request = vec![SIGN];
        for part in [self.key.blob.as_slice(), data] {
            let length = u32::try_from(part.len()).map_err(|_| libssh2_sys::LIBSSH2_ERROR_OUT_OF_BOUNDARY)?;
            request.extend(length.to_be_bytes());
            request.extend(part);
        }
        request.extend(flags.to_be_bytes());
        let signed = self.agent.ask(request, SIGNING, self.cancel).and_then(|reply| reply::signature(&reply));
        match signed {
            // Old agents sign by SHA-1 whatever they are asked for; the library then asks for that.
            Ok((made, _)) if made != wanted => Err(libssh2_sys::LIBSSH2_ERROR_ALGO_UNSUPPORTED),
            Ok((_, signature)) => Ok(signature),
            Err(_) => {
                self.has_failed = true;
                Err(libssh2_sys::LIBSSH2_ERROR_AGENT_PROTOCOL)
            }
        }
    }
}

/// One request and its answer.
fn talk(socket: &Path, request: &[u8], limit: Duration) -> Result<Vec<u8>, Trouble> {
    let mut stream = open(socket, limit).map_err(Trouble::Unreachable)?;
    let length = u32::try_from(request.len()).map_err(|_| Trouble::Odd)?;
    stream.write_all(&[&length.to_be_bytes()[..], request].concat()).map_err(|error| broken(&error))?;
    let mut length = [0; 4];
    stream.read_exact(&mut length).map_err(|error| broken(&error))?;
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| Trouble::Odd)?;
    if length > LARGEST {
        return Err(Trouble::Odd);
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).map_err(|error| broken(&error))?;
    Ok(answer)
}

fn broken(error: &io::Error) -> Trouble {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Trouble::Silent,
        _ => Trouble::Odd,
    }
}

/// A connection on which every wait has a limit.
#[cfg(unix)]
fn open(socket: &Path, limit: Duration) -> io::Result<File> {
    use std::os::fd::OwnedFd;

    use socket2::{Domain, SockAddr, Socket, Type};

    let stream = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    stream.connect_timeout(&SockAddr::unix(socket)?, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    Ok(File::from(OwnedFd::from(stream)))
}

/// The agent of Windows listens at a pipe, which knows no limits: the caller does not wait for it any longer than it
/// likes.
#[cfg(not(unix))]
fn open(socket: &Path, _limit: Duration) -> io::Result<File> {
    File::options().read(true).write(true).open(socket)
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
