//! Devices behind jump hosts: one SSH connection to each jump host carries the sessions of many devices, each on a
//! channel of its own (RFC 4254, section 7.2).

mod failure;
mod lane;
mod pair;
mod pipe;
mod pool;
mod pump;
mod recorder;
#[cfg(test)]
mod tests;
mod waiting;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use netraven_api::evidence::ShownKey;
use netraven_api::ids::JumpHostId;
use netraven_api::outcome::Cause;

use self::failure::{JumpFailure, OpenError};
use self::lane::Lane;
pub use self::pool::JumpPool;
use self::recorder::{Note, Recorder};
use super::cancel::Cancel;
use super::expect::terminal::Bounds;
use super::observer::Progress;
use super::report::{Limits, Login, SessionError, Target};
use super::ssh::CryptoRules;
use super::ssh::connect::{PeerAddress, Reached};
use super::ssh::hop::JumpLink;

/// How long a session waits until a jump host is connected to and has room for it.
const WAIT: Duration = Duration::from_secs(120);
/// How often a connection that was lost while a device was connected to is replaced.
const LOSSES: usize = 2;

/// A jump host, and what is needed to sign in to it.
#[derive(Clone, Debug)]
pub struct JumpHop {
    /// Its id, by which the outcome speaks of it.
    pub id: JumpHostId,
    /// Its name, by which people speak of it.
    pub name: String,
    /// A name, an IPv4 or an IPv6 address; of a second jump host, as the first one reaches it.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The credential it is signed in to with.
    pub login: Login,
    /// The host key it showed before.
    pub host_key: Option<ShownKey>,
    /// Which SSH algorithms are offered to it.
    pub crypto: CryptoRules,
}

/// The host key that a jump host showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JumpKey {
    /// Id of the jump host.
    pub id: JumpHostId,
    /// The key it showed.
    pub shown: ShownKey,
    /// Whether none was stored for it.
    pub is_new: bool,
    /// Whether another one is stored for it, so that no password was sent.
    pub is_other: bool,
}

/// The way of one session through jump hosts. What it saw on that way is kept with it.
pub struct JumpRoute {
    pool: JumpPool,
    id: JumpHostId,
    name: String,
    /// The jump host itself, and what is in front of it.
    target: Target,
    login: Login,
    known: Option<ShownKey>,
    seen: Mutex<SeenOnWay>,
}

#[derive(Default)]
struct SeenOnWay {
    keys: Vec<JumpKey>,
    notes: Vec<Note>,
    /// The connection the session goes over.
    lane: Option<Arc<Lane>>,
}

impl JumpRoute {
    /// The way through these jump hosts, the first of them nearest to this computer; none if there are none.
    #[must_use]
    pub fn through(pool: &JumpPool, hops: Vec<JumpHop>) -> Option<Arc<JumpRoute>> {
        hops.into_iter().fold(None, |before, hop| {
            Some(Arc::new(JumpRoute {
                pool: pool.clone(),
                id: hop.id,
                name: hop.name,
                target: Target { host: hop.host, port: hop.port, through: before, crypto: hop.crypto },
                login: hop.login,
                known: hop.host_key,
                seen: Mutex::default(),
            }))
        })
    }

    /// The names of the jump hosts, the one nearest to this computer first.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names = self.before().map(JumpRoute::names).unwrap_or_default();
        names.push(self.name.clone());
        names
    }

    /// The host keys that were shown on this way, the nearest jump host's first.
    #[must_use]
    pub fn keys(&self) -> Vec<JumpKey> {
        let mut keys = self.before().map(JumpRoute::keys).unwrap_or_default();
        keys.extend(self.seen().keys.iter().cloned());
        keys
    }

    /// Logs what happened on this way since the last call.
    pub(super) fn log(&self, progress: &mut Progress<'_>) {
        for note in self.take_notes() {
            progress.connection(note.level, note.message, note.meta);
        }
    }

    fn take_notes(&self) -> Vec<Note> {
        let mut notes = self.before().map(JumpRoute::take_notes).unwrap_or_default();
        notes.append(&mut self.seen().notes);
        notes
    }

    /// Has the last jump host connect to a device, if its credential `permits` that.
    pub(super) fn connect(
        &self,
        target: &Target,
        permits: &dyn Fn(Option<IpAddr>) -> bool,
        limits: &Limits,
        cancel: &Cancel,
    ) -> Result<Reached, SessionError> {
        self.check(target, permits)?;
        let started = Instant::now();
        let bounds = Bounds { limits, cancel, deadline: started + WAIT };
        let mut losses = 0;
        loop {
            let lane = self.lane(&bounds)?;
            match lane.open(target, &bounds) {
                Ok(stream) => {
                    self.seen().lane = Some(lane);
                    let address = PeerAddress::Through(target.clone());
                    return Ok(Reached { stream, address, took: started.elapsed() });
                }
                Err(OpenError::NotBegun) => {}
                Err(OpenError::Lost(_)) if losses < LOSSES => losses += 1,
                Err(error) => return Err(failure::not_opened(error, &self.name, &self.target, target)),
            }
        }
    }

    /// What became of a session whose connection to a jump host was lost; none if it was not.
    pub(super) fn loss(&self) -> Option<SessionError> {
        // A jump host takes down with it what is behind it.
        self.before().and_then(JumpRoute::loss).or_else(|| {
            let why = self.seen().lane.as_ref().and_then(|lane| lane.lost())?;
            Some(failure::lost(&self.name, &self.target, &why))
        })
    }

    fn before(&self) -> Option<&JumpRoute> {
        self.target.through.as_deref()
    }

    fn seen(&self) -> MutexGuard<'_, SeenOnWay> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What connections can be shared by: the jump hosts, where they are, who signs in, and what may be offered to them.
    fn key(&self) -> String {
        let before = self.before().map(JumpRoute::key).unwrap_or_default();
        format!("{before}/{} {} {} {:?}", self.id, self.target, self.login.id, self.target.crypto)
    }

    /// Whether a credential may go to a device. The jump host looks names up, so where a name leads is not known here.
    fn check(&self, target: &Target, permits: &dyn Fn(Option<IpAddr>) -> bool) -> Result<(), SessionError> {
        let address = target.literal();
        if permits(address) {
            return Ok(());
        }
        let message = match address {
            Some(address) => format!("It must not be sent to {address}."),
            None => format!(
                "It is limited to networks, and only {} knows which address the name `{}` has: enter the device's IP \
                 address.",
                self.name, target.host
            ),
        };
        Err(SessionError::new(Cause::OutsideNetworks, message))
    }

    /// The key this jump host has to show: the stored one, or else the first it showed on this way.
    fn known_key(&self) -> Option<ShownKey> {
        let accepted = || self.seen().keys.iter().find(|key| !key.is_other).map(|key| key.shown.clone());
        self.known.clone().or_else(accepted)
    }

    /// A connection to this jump host, shared or new.
    fn lane(&self, bounds: &Bounds<'_>) -> Result<Arc<Lane>, SessionError> {
        let lane = self.pool.lane(self, bounds);
        let (key, result) = match lane {
            Ok(lane) => (Some((lane.host_key().clone(), false)), Ok(lane)),
            Err(JumpFailure { error, shown }) => (shown.map(|shown| *shown), Err(error)),
        };
        if let Some((shown, is_other)) = key {
            let key = JumpKey { id: self.id, shown, is_new: self.known.is_none(), is_other };
            let mut seen = self.seen();
            if !seen.keys.contains(&key) {
                seen.keys.push(key);
            }
        }
        result
    }

    /// Connects to this jump host and signs in.
    fn establish(&self, bounds: &Bounds<'_>) -> Result<Arc<Lane>, JumpFailure> {
        let mut recorder = Recorder::new(&self.name);
        let mut met = None;
        let opened = {
            let mut progress = Progress::new(&mut recorder);
            let known = self.known_key();
            JumpLink::open(&self.target, &self.login, known.as_ref(), &mut met, bounds, &mut progress)
        };
        self.seen().notes.extend(recorder.notes());
        let started = opened.and_then(|link| Lane::start(link, &self.name));
        started.map_err(|error| {
            // Cancelling shuts the socket; whatever the attempt then stumbled over is not its reason.
            if bounds.cancel.is_cancelled() {
                return SessionError::cancelled().into();
            }
            let offered = error.host_keys.as_ref().map(|keys| keys.offered.clone());
            let shown = offered.map(|key| (key, true)).or(met.map(|key| (key, false)));
            let shown = shown.map(Box::new);
            JumpFailure { error: failure::not_usable(error, &self.name, &self.target), shown }
        })
    }
}

impl fmt::Debug for JumpRoute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("JumpRoute").field(&self.names()).finish()
    }
}
