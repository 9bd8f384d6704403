//! An SSH connection up to the point where a credential may be sent: connected, keys exchanged, host key checked.

use std::net::{IpAddr, Shutdown, TcpStream};
#[cfg(unix)]
use std::os::fd::{AsRawFd, RawFd};
#[cfg(windows)]
use std::os::windows::io::{AsRawSocket, RawSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use netraven_api::evidence::{Algorithms, KeyChange, ShownKey};
use netraven_api::outcome::{Cause, Stage};
use serde_json::json;
use ssh2::{ErrorCode, HashType, Session};

use super::algorithms::{self, Groups, Offering};
use super::connect::PeerAddress;
use super::rules::CryptoRules;
use super::{banner, connect, offer, raw};
use crate::session::cancel::{Cancel, Watched};
use crate::session::expect::terminal::Bounds;
use crate::session::observer::{Level, Progress};
use crate::session::report::{SessionError, Target};

/// How long one call into the library may wait before it is asked again whether to go on.
pub(super) const SLICE_MS: u32 = 250;
/// How long leaving may take.
const LEAVE_MS: u32 = 100;
const GROUP_ADVICE: &str = "Configure the device to use groups of 2048 bits or more, or enable another key exchange \
                            on it, such as diffie-hellman-group14-sha256.";

/// A connection whose host key was accepted. Dropping it closes the socket without waiting for the device.
pub(super) struct Link {
    pub(super) session: Session,
    pub(super) host_key: ShownKey,
    pub(super) algorithms: Algorithms,
    address: PeerAddress,
    socket: Arc<TcpStream>,
    _watched: Watched,
}

/// One socket shared by the library and the canceller: a copy each would cost every session two more open files.
struct SharedSocket(Arc<TcpStream>);

#[cfg(unix)]
impl AsRawFd for SharedSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

#[cfg(windows)]
impl AsRawSocket for SharedSocket {
    fn as_raw_socket(&self) -> RawSocket {
        self.0.as_raw_socket()
    }
}

/// Why a call into the library came to nothing.
pub(super) enum Halt {
    Cancelled,
    Late,
    Ssh(ssh2::Error),
}

/// Why there is no link.
enum Broken {
    Failed(SessionError),
    /// The device gives too small a group; whether the two share a key exchange that leaves it no choice.
    SmallGroup(SessionError, bool),
}

impl From<SessionError> for Broken {
    fn from(error: SessionError) -> Broken {
        Broken::Failed(error)
    }
}

impl Link {
    /// Connects to an address that `permits` lets pass, exchanges keys and checks the host key. A device that gives too small
    /// a group is asked a second time, for a key exchange with a fixed one.
    pub(super) fn establish(
        target: &Target,
        known: Option<&ShownKey>,
        permits: &dyn Fn(Option<IpAddr>) -> bool,
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<Link, SessionError> {
        match Link::attempt(target, known, permits, Groups::Chosen, bounds, progress) {
            Ok(link) => return Ok(link),
            Err(Broken::Failed(error) | Broken::SmallGroup(error, false)) => return Err(error),
            Err(Broken::SmallGroup(error, true)) => {
                let message = format!("{} Trying again with a fixed group.", error.message);
                progress.connection(Level::Warning, message, json!({}));
            }
        }
        Link::attempt(target, known, permits, Groups::Fixed, bounds, progress).map_err(|broken| match broken {
            Broken::Failed(error) | Broken::SmallGroup(error, _) => error,
        })
    }

    fn attempt(
        target: &Target,
        known: Option<&ShownKey>,
        permits: &dyn Fn(Option<IpAddr>) -> bool,
        groups: Groups,
        bounds: &Bounds<'_>,
        progress: &mut Progress<'_>,
    ) -> Result<Link, Broken> {
        progress.enter(Stage::Reach);
        let reached = connect::connect_within(target, permits, bounds.limits, bounds.cancel);
        if let Some(route) = &target.through {
            route.log(progress);
        }
        let reached = reached.inspect_err(|error| {
            // Reached and dropped: the same failure, at the same stage, as when it shows a moment later.
            if error.cause == Cause::Disconnected {
                progress.enter(Stage::KeyExchange);
            }
        })?;
        let address = reached.address;
        let took = reached.took.as_millis() as u64;
        progress.connection(
            Level::Info,
            format!("Connected to {address} in {took} ms."),
            json!({"address": address.to_string(), "ms": took}),
        );
        let socket = Arc::new(reached.stream);
        let watched = bounds.cancel.watch(&socket);

        progress.enter(Stage::KeyExchange);
        banner::await_banner(&socket, &address, bounds.limits, bounds.cancel)?;
        let mut session = Session::new().map_err(|error| internal(&error))?;
        let offering = Offering { groups, rules: &target.crypto };
        algorithms::prefer(&session, known, offering)?;
        raw::listen(&session);
        session.set_timeout(SLICE_MS);
        session.set_tcp_stream(SharedSocket(Arc::clone(&socket)));
        let limit = bounds.limits.handshake;
        if let Err(halt) = patiently(limit, bounds, || session.handshake()) {
            let closed = matches!(socket.peek(&mut [0]), Ok(0));
            let _ = socket.shutdown(Shutdown::Both);
            return Err(no_handshake(&session, halt, closed, offering, &address, bounds));
        }
        let agreed = algorithms::agreed(&session);
        let meta = json!({
            "banner": session.banner(),
            "kex": agreed.kex, "host_key": agreed.host_key, "cipher": agreed.cipher, "mac": agreed.mac,
        });
        let version = session.banner().unwrap_or_default().to_string();
        progress.connection(Level::Debug, format!("Keys exchanged with {version}."), meta);
        let legacy = algorithms::legacy(&agreed);
        if !legacy.is_empty() {
            let message = match target.crypto.is_exact() {
                true => format!("Agreed on {}, which {} lists.", legacy.join(", "), target.crypto.told()),
                false => format!("The device offers nothing stronger than {}.", legacy.join(", ")),
            };
            progress.connection(Level::Warning, message, json!({"legacy": legacy}));
        }

        progress.enter(Stage::HostKey);
        let host_key = host_key(&session)?;
        let link = Link { session, host_key, algorithms: agreed, address, socket, _watched: watched };
        link.check_host_key(known, progress)?;
        Ok(link)
    }

    /// Repeats a call until it succeeds, fails, takes longer than `limit`, or the session ends.
    pub(super) fn patiently<T>(
        &self,
        limit: Duration,
        bounds: &Bounds<'_>,
        call: impl FnMut() -> Result<T, ssh2::Error>,
    ) -> Result<T, Halt> {
        patiently(limit, bounds, call)
    }

    /// The version line of the device's SSH server.
    pub(super) fn version(&self) -> String {
        self.session.banner().unwrap_or_default().to_string()
    }

    /// The text the device shows before sign-in.
    pub(super) fn banner(&self) -> String {
        self.session.userauth_banner().ok().flatten().unwrap_or_default().trim().to_string()
    }

    pub(super) fn address(&self) -> &PeerAddress {
        &self.address
    }

    pub(super) fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Puts the connection under another switch than that of the session that opened it.
    pub(super) fn move_to(&mut self, cancel: &Cancel) {
        self._watched = cancel.watch(&self.socket);
    }

    /// Says goodbye and shuts the socket. After this nothing can wait for the device, whatever the library still wants to
    /// say while it is freed.
    pub(super) fn leave(&self) {
        self.session.set_timeout(LEAVE_MS);
        let _ = self.session.disconnect(None, "done", None);
        let _ = self.socket.shutdown(Shutdown::Both);
    }

    fn check_host_key(&self, known: Option<&ShownKey>, progress: &mut Progress<'_>) -> Result<(), SessionError> {
        let offered = &self.host_key;
        let meta = json!({"key_type": offered.key_type, "sha256": offered.sha256});
        match known {
            Some(stored) if stored == offered => {
                progress.connection(Level::Debug, format!("The host key matches the stored key, {offered}."), meta);
                Ok(())
            }
            None => {
                progress.connection(Level::Info, format!("Host key {offered} accepted on first use."), meta);
                Ok(())
            }
            Some(stored) => {
                let message = format!(
                    "The device at {} offers the host key {offered}, but {stored} is stored for it. No password was sent.",
                    self.address
                );
                let mut error = SessionError::new(Cause::HostKeyChanged, message).expecting(stored.to_string());
                error.host_keys = Some(Box::new(KeyChange { stored: stored.clone(), offered: offered.clone() }));
                Err(error)
            }
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.leave();
    }
}

/// See [`Link::patiently`].
fn patiently<T>(
    limit: Duration,
    bounds: &Bounds<'_>,
    mut call: impl FnMut() -> Result<T, ssh2::Error>,
) -> Result<T, Halt> {
    let started = Instant::now();
    loop {
        let error = match call() {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        if bounds.cancel.is_cancelled() {
            return Err(Halt::Cancelled);
        }
        if !is_timeout(&error) {
            return Err(Halt::Ssh(error));
        }
        if started.elapsed() >= limit || Instant::now() >= bounds.deadline {
            return Err(Halt::Late);
        }
    }
}

/// Whether a call only ran out of its slice of time and goes on when it is repeated.
pub(super) fn is_timeout(error: &ssh2::Error) -> bool {
    matches!(error.code(), ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_TIMEOUT | libssh2_sys::LIBSSH2_ERROR_EAGAIN))
}

/// Whether the error means that the connection is gone.
pub(in crate::session) fn is_gone(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(
            libssh2_sys::LIBSSH2_ERROR_SOCKET_DISCONNECT
                | libssh2_sys::LIBSSH2_ERROR_SOCKET_RECV
                | libssh2_sys::LIBSSH2_ERROR_SOCKET_SEND
                | libssh2_sys::LIBSSH2_ERROR_BANNER_RECV
        )
    )
}

/// Why there are no keys; `closed` where the device had ended the connection by then.
fn no_handshake(
    session: &Session,
    halt: Halt,
    closed: bool,
    offering: Offering<'_>,
    address: &PeerAddress,
    bounds: &Bounds<'_>,
) -> Broken {
    let banner = session.banner().map(str::to_string);
    let seconds = bounds.limits.handshake.as_secs();
    let error = match halt {
        Halt::Cancelled => return SessionError::cancelled().into(),
        Halt::Late if banner.as_deref().is_none_or(|banner| banner.starts_with("SSH-")) => {
            let what = if banner.is_some() { "finish the key exchange" } else { "send an SSH banner" };
            return SessionError::new(Cause::Timeout, format!("{address} did not {what} within {seconds} s.")).into();
        }
        Halt::Late => None,
        Halt::Ssh(error) => Some(error),
    };
    if let Some(line) = banner.as_deref().filter(|banner| !banner.starts_with("SSH-")) {
        return banner::not_ssh(address, line.as_bytes()).into();
    }
    let Some(error) = error else {
        return SessionError::new(Cause::Timeout, format!("{address} stopped responding.")).into();
    };
    if let Some(error) = banner.as_deref().and_then(|line| banner::old_version(address, line)) {
        return error.into();
    }
    if is_about_keys(&error) {
        return no_keys(session, &error, closed, offering, address, bounds);
    }
    match banner {
        None => banner::closed_at_once(address).into(),
        Some(_) => closed_at_the_exchange(address).into(),
    }
}

fn is_about_keys(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(
            libssh2_sys::LIBSSH2_ERROR_KEX_FAILURE
                | libssh2_sys::LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE
                | libssh2_sys::LIBSSH2_ERROR_METHOD_NOT_SUPPORTED
        )
    )
}

fn closed_at_the_exchange(address: &PeerAddress) -> SessionError {
    let error =
        SessionError::new(Cause::Disconnected, format!("{address} closed the connection during the key exchange."));
    error.quoting(Some(raw::parting()).filter(|words| !words.is_empty()))
}

/// The library has one error for every exchange of keys that fails, that of a lost connection included; what it was is read
/// from the device's own offer.
fn no_keys(
    session: &Session,
    error: &ssh2::Error,
    closed: bool,
    offering: Offering<'_>,
    address: &PeerAddress,
    bounds: &Bounds<'_>,
) -> Broken {
    let Some(offer) = offer::read(address, bounds) else {
        if closed {
            return closed_at_the_exchange(address).into();
        }
        let message = format!("Key exchange with the device failed ({}).", error.message());
        return SessionError::new(Cause::NoCommonCrypto, message).into();
    };
    let common = match algorithms::common(session, &offer, offering) {
        Ok(common) => common,
        Err(error) => return error.into(),
    };
    if !common.missing.is_empty() {
        return nothing_in_common(session, &offer, offering, common.missing).into();
    }
    let kex = common.kex.unwrap_or_default();
    if algorithms::chooses_group(&kex) {
        let message = match offer::group_bits(address, &kex, bounds) {
            Some(bits) if bits < 2048 => format!(
                "{address} offers a group of {bits} bits for {kex}, which is too small to be safe: at least 2048 are required."
            ),
            Some(bits) => format!("The key exchange {kex} with {address} failed, in a group of {bits} bits."),
            None => format!("{address} offers no group for {kex} of at least 2048 bits."),
        };
        let error = SessionError::new(Cause::NoCommonCrypto, message).expecting("a group of at least 2048 bits");
        return Broken::SmallGroup(error.advising(GROUP_ADVICE), common.has_fixed_group);
    }
    if closed {
        return closed_at_the_exchange(address).into();
    }
    let message = format!("The key exchange {kex} with {address} failed ({}).", error.message());
    SessionError::new(Cause::NoCommonCrypto, message).into()
}

/// Why client and device share no algorithm of some kinds: the device's crypto policy, if they would without it.
fn nothing_in_common(
    session: &Session,
    offer: &offer::Offer,
    offering: Offering<'_>,
    mut missing: Vec<&'static str>,
) -> SessionError {
    missing.dedup();
    let missing = missing.join(" and no ");
    let everything = Offering { rules: &CryptoRules::default(), ..offering };
    let is_the_policy = algorithms::common(session, offer, everything).is_ok_and(|common| common.missing.is_empty());
    if is_the_policy {
        let message =
            format!("Of what the device offers, {} allows no {missing}. {}", offering.rules.told(), offer.sentence());
        return SessionError::new(Cause::CryptoPolicy, message);
    }
    let message = format!("Client and device have no {missing} in common. {}", offer.sentence());
    SessionError::new(Cause::NoCommonCrypto, message)
}

fn host_key(session: &Session) -> Result<ShownKey, SessionError> {
    let missing = || SessionError::new(Cause::Internal, "The SSH library did not report the device's host key.");
    let (blob, _) = session.host_key().ok_or_else(missing)?;
    let digest = session.host_key_hash(HashType::Sha256).ok_or_else(missing)?;
    // A key's first field is the name of its type.
    let (length, rest) = blob.split_first_chunk::<4>().ok_or_else(missing)?;
    let name = rest.get(..u32::from_be_bytes(*length) as usize).ok_or_else(missing)?;
    Ok(ShownKey {
        key_type: String::from_utf8_lossy(name).into_owned(),
        sha256: format!("SHA256:{}", STANDARD_NO_PAD.encode(digest)),
    })
}

fn internal(error: &ssh2::Error) -> SessionError {
    SessionError::new(Cause::Internal, format!("The SSH library could not be set up: {}.", error.message()))
}
