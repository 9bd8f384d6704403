//! The connections to jump hosts that the sessions of a worker share. The first session that needs one connects, the
//! others wait for it; one that ended is replaced by whoever needs it next.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use netraven_api::evidence::ShownKey;
use netraven_api::outcome::Cause;

use super::JumpRoute;
use super::failure::{self, JumpFailure};
use super::lane::Lane;
use crate::session::expect::terminal::Bounds;
use crate::session::report::SessionError;

/// How many connections to one jump host there are at most: more than one only while requests for channels are slow.
const MOST: usize = 4;
/// How often a wait asks whether the session was cancelled.
const SLICE: Duration = Duration::from_millis(100);

/// The connections to jump hosts that sessions share. Clones are the same pool.
#[derive(Clone, Default)]
pub struct JumpPool {
    shared: Arc<PoolState>,
}

#[derive(Default)]
struct PoolState {
    groups: Mutex<HashMap<String, LaneGroup>>,
    changed: Condvar,
}

/// The connections to one jump host.
#[derive(Default)]
struct LaneGroup {
    lanes: Vec<Arc<Lane>>,
    /// How often a session began to connect.
    attempts: u64,
    is_connecting: bool,
    /// The attempt that failed last, and why.
    failed: Option<(u64, JumpFailure)>,
}

/// What a session does that needs a connection.
enum Choice {
    Use(Arc<Lane>),
    Connect,
    Wait,
}

impl LaneGroup {
    /// A connection whose jump host showed another key than the stored one is not used.
    fn choose(&self, known: Option<&ShownKey>) -> Choice {
        let mut usable = self.lanes.iter().filter(|lane| known.is_none_or(|key| key == lane.host_key()));
        let count = usable.clone().count();
        match usable.find(|lane| !lane.is_slow()) {
            Some(lane) => Choice::Use(Arc::clone(lane)),
            None if self.is_connecting || count >= MOST => Choice::Wait,
            None => Choice::Connect,
        }
    }
}

impl JumpPool {
    /// A pool without connections.
    #[must_use]
    pub fn new() -> JumpPool {
        JumpPool::default()
    }

    /// Ends every connection.
    pub fn close(&self) {
        self.groups().values().flat_map(|group| &group.lanes).for_each(|lane| lane.shut());
    }

    /// A connection to the last jump host of a way.
    pub(super) fn lane(&self, route: &JumpRoute, bounds: &Bounds<'_>) -> Result<Arc<Lane>, JumpFailure> {
        let (key, known) = (route.key(), route.known_key());
        // The attempt this session waits for: its failure is this session's too.
        let mut awaited = None;
        let mut groups = self.groups();
        loop {
            if bounds.cancel.is_cancelled() {
                return Err(SessionError::cancelled().into());
            }
            if Instant::now() >= bounds.deadline {
                return Err(failure::busy(&route.name, &route.target).into());
            }
            let group = groups.entry(key.clone()).or_default();
            if let (Some(awaited), Some((attempt, failure))) = (awaited, &group.failed)
                && awaited == *attempt
            {
                return Err(failure.clone());
            }
            group.lanes.retain(|lane| lane.is_open());
            match group.choose(known.as_ref()) {
                Choice::Use(lane) => return Ok(lane),
                Choice::Connect => {
                    group.is_connecting = true;
                    group.attempts += 1;
                    drop(groups);
                    return self.connect(route, key, bounds);
                }
                Choice::Wait => awaited = group.is_connecting.then_some(group.attempts),
            }
            let waited = self.shared.changed.wait_timeout(groups, SLICE);
            groups = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn connect(&self, route: &JumpRoute, key: String, bounds: &Bounds<'_>) -> Result<Arc<Lane>, JumpFailure> {
        let mut connecting = Connecting { pool: self, key, outcome: None };
        let outcome = route.establish(bounds);
        connecting.outcome = Some(outcome.clone());
        outcome
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<String, LaneGroup>> {
        self.shared.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for JumpPool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("JumpPool").finish_non_exhaustive()
    }
}

/// An attempt to connect; tells the others what came of it, also after a panic.
struct Connecting<'a> {
    pool: &'a JumpPool,
    key: String,
    outcome: Option<Result<Arc<Lane>, JumpFailure>>,
}

impl Drop for Connecting<'_> {
    fn drop(&mut self) {
        if let Some(group) = self.pool.groups().get_mut(&self.key) {
            group.is_connecting = false;
            match self.outcome.take() {
                Some(Ok(lane)) => group.lanes.push(lane),
                // Whoever waits makes an attempt of its own.
                None => {}
                Some(Err(failure)) if failure.error.cause == Cause::Cancelled => {}
                Some(Err(failure)) => group.failed = Some((group.attempts, failure)),
            }
        }
        self.pool.shared.changed.notify_all();
    }
}
