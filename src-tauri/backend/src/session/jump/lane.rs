//! One SSH connection to a jump host as the sessions see it: they ask its thread for channels.

use std::collections::VecDeque;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use netraven_api::evidence::ShownKey;
use netraven_api::outcome::Cause;

use super::failure::OpenError;
use super::pump::Pump;
use super::waiting::{Bell, doorbell};
use crate::session::cancel::Cancel;
use crate::session::expect::terminal::Bounds;
use crate::session::report::{SessionError, Target};
use crate::session::ssh::hop::JumpLink;

/// How long a jump host may take to connect to a device.
pub(super) const ANSWER: Duration = Duration::from_secs(10);
/// The library asks for one channel after the other: a request that takes longer than this holds up the others.
const SLOW: Duration = Duration::from_secs(3);
/// How often a wait asks whether the session was cancelled.
const SLICE: Duration = Duration::from_millis(100);
/// Stack of a connection's thread.
const STACK: usize = 512 * 1024;

/// A connection that sessions share.
pub(super) struct Lane {
    host_key: ShownKey,
    bell: Bell,
    /// Shuts the connection.
    cancel: Cancel,
    status: Mutex<LaneStatus>,
}

#[derive(Default)]
struct LaneStatus {
    requests: VecDeque<ChannelRequest>,
    /// Since when the jump host is asked for the present channel.
    asked: Option<Instant>,
    /// A request was never answered. Its answer, should it still come, would be taken for another one's.
    is_retired: bool,
    /// Why the connection ended.
    ended: Option<Ended>,
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Nobody needed it.
    Unused,
    /// It was lost, and how.
    Lost(String),
}

/// A session's request for a channel to its device.
pub(super) struct ChannelRequest {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) answer: Sender<Result<TcpStream, OpenError>>,
    ticket: Arc<Ticket>,
}

/// Who decides about a request first: its connection, which begins with it, or its session, which withdraws it.
struct Ticket(AtomicU8);

impl Ticket {
    const WAITING: u8 = 0;
    const BEGUN: u8 = 1;
    const WITHDRAWN: u8 = 2;

    /// Whether nobody else decided before.
    fn turn_to(&self, state: u8) -> bool {
        self.0.compare_exchange(Ticket::WAITING, state, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }
}

impl Lane {
    /// Gives a connection a thread of its own.
    pub(super) fn start(mut link: JumpLink, name: &str) -> Result<Arc<Lane>, SessionError> {
        let broken = |error: std::io::Error| {
            let message = format!("The system has no more room for a connection to {name} ({error}).");
            SessionError::new(Cause::Internal, message)
        };
        let (bell, door) = doorbell().map_err(broken)?;
        let cancel = Cancel::new();
        link.move_to(&cancel);
        let host_key = link.host_key().clone();
        let lane = Arc::new(Lane { host_key, bell, cancel, status: Mutex::default() });
        let pump = Pump::new(link, Arc::clone(&lane), door);
        let thread = std::thread::Builder::new().name(format!("jump {name}")).stack_size(STACK);
        thread.spawn(move || pump.run()).map_err(broken)?;
        Ok(lane)
    }

    pub(super) fn host_key(&self) -> &ShownKey {
        &self.host_key
    }

    /// Whether sessions may ask for channels.
    pub(super) fn is_open(&self) -> bool {
        let status = self.status();
        status.ended.is_none() && !status.is_retired
    }

    /// Whether a request holds up the others.
    pub(super) fn is_slow(&self) -> bool {
        self.status().asked.is_some_and(|since| since.elapsed() >= SLOW)
    }

    /// How the connection was lost; none if it was not.
    pub(super) fn lost(&self) -> Option<String> {
        match &self.status().ended {
            Some(Ended::Lost(why)) => Some(why.clone()),
            Some(Ended::Unused) | None => None,
        }
    }

    /// Ends the connection.
    pub(super) fn shut(&self) {
        self.cancel.cancel();
        self.bell.ring();
    }

    /// Has the jump host connect to a device; a socket that leads there.
    pub(super) fn open(&self, device: &Target, bounds: &Bounds<'_>) -> Result<TcpStream, OpenError> {
        let (answer, answered) = mpsc::channel();
        let ticket = Arc::new(Ticket(AtomicU8::new(Ticket::WAITING)));
        {
            let mut status = self.status();
            if status.ended.is_some() || status.is_retired {
                return Err(OpenError::NotBegun);
            }
            let (host, port) = (device.host.clone(), device.port);
            status.requests.push_back(ChannelRequest { host, port, answer, ticket: Arc::clone(&ticket) });
        }
        self.bell.ring();
        self.await_answer(&answered, &ticket, bounds)
    }

    /// Waits for the answer to a request.
    fn await_answer(
        &self,
        answered: &Receiver<Result<TcpStream, OpenError>>,
        ticket: &Ticket,
        bounds: &Bounds<'_>,
    ) -> Result<TcpStream, OpenError> {
        loop {
            if bounds.cancel.is_cancelled() {
                ticket.turn_to(Ticket::WITHDRAWN);
                return Err(OpenError::Cancelled);
            }
            match answered.recv_timeout(SLICE) {
                Ok(answer) => return answer,
                // Dropped with the connection, or by one that takes no more requests.
                Err(RecvTimeoutError::Disconnected) if ticket.turn_to(Ticket::WITHDRAWN) => {
                    return Err(OpenError::NotBegun);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(OpenError::Lost(self.lost().unwrap_or_else(|| "it ended".to_owned())));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let is_late = Instant::now() >= bounds.deadline;
            if (is_late || self.is_slow()) && ticket.turn_to(Ticket::WITHDRAWN) {
                return Err(OpenError::NotBegun);
            }
            if is_late {
                return Err(OpenError::NoAnswer);
            }
        }
    }

    /// The next request of a session that still waits.
    pub(super) fn next_request(&self) -> Option<ChannelRequest> {
        let mut status = self.status();
        let request = loop {
            let request = status.requests.pop_front()?;
            // From now on its session waits for the answer, however long others take.
            if request.ticket.turn_to(Ticket::BEGUN) {
                break request;
            }
        };
        status.asked = Some(Instant::now());
        Some(request)
    }

    /// The present request was answered, or will never be.
    pub(super) fn answered(&self, in_time: bool) {
        let mut status = self.status();
        status.asked = None;
        if !in_time {
            status.is_retired = true;
            // Their sessions choose another connection.
            status.requests.clear();
        }
    }

    /// Whether the connection takes no more requests.
    pub(super) fn is_retired(&self) -> bool {
        self.status().is_retired
    }

    /// Ends the connection, unless it is only unused and somebody has just asked for it.
    pub(super) fn end(&self, why: Ended) -> bool {
        let mut status = self.status();
        if why == Ended::Unused && !status.requests.is_empty() {
            return false;
        }
        status.ended = Some(why);
        status.requests.clear();
        true
    }

    fn status(&self) -> MutexGuard<'_, LaneStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_begun_or_withdrawn_but_never_both() {
        for (first, second) in [(Ticket::BEGUN, Ticket::WITHDRAWN), (Ticket::WITHDRAWN, Ticket::BEGUN)] {
            let ticket = Ticket(AtomicU8::new(Ticket::WAITING));
            assert!(ticket.turn_to(first) && !ticket.turn_to(second) && !ticket.turn_to(first));
        }
    }
}
