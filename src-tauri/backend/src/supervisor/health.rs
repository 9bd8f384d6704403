//! How the two servers are, as seen from outside.

use std::time::{Duration, SystemTime};

use super::error::ServerStartError;

/// One server's state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// It answers.
    Running,
    /// It ended and is being started again, for as long as it takes.
    Restarting {
        /// When it was noticed.
        since: SystemTime,
        /// Why, why the last attempt failed, or what is being done; a sentence.
        reason: String,
    },
    /// It lives but does not answer; back to [`ProcessState::Running`] as soon as it does.
    Failed {
        /// What was observed; a sentence that names the server.
        reason: String,
    },
}

/// Both servers' states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// State of PostgreSQL.
    pub postgres: ProcessState,
    /// Redis or Valkey.
    pub redis: ProcessState,
}

impl Health {
    /// Whether both answer.
    pub fn is_good(&self) -> bool {
        self.postgres == ProcessState::Running && self.redis == ProcessState::Running
    }
}

/// What a server said when asked.
pub(super) enum Readiness {
    Ready,
    /// It lives, and works towards readiness.
    Loading,
    Silent(String),
    /// It will never answer us.
    Refused(ServerStartError),
}

/// How long to wait before each attempt to start a server again: at once, then 1, 2, 4 … 30 seconds.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    next: Duration,
}

impl Backoff {
    const LONGEST: Duration = Duration::from_secs(30);

    pub(super) fn wait(&mut self) -> Duration {
        let wait = self.next;
        self.next = (wait * 2).clamp(Duration::from_secs(1), Self::LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_thin_out_and_never_cease() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..8).map(|_| backoff.wait().as_secs()).collect();
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 30, 30]);
    }
}
