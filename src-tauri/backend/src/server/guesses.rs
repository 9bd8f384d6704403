//! Failed logins, counted by user name and peer, so that guessing is slow. What is kept is bounded, whoever guesses what.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Failed logins of one user name from one peer that are let through within [`WINDOW`].
const FAILURES: usize = 10;
const WINDOW: Duration = Duration::from_secs(60);
/// Most pairs of name and peer that are remembered; beyond that the one that was quiet longest is forgotten.
const REMEMBERED: usize = 10_000;

/// The failed logins of the last minute.
#[derive(Default)]
pub struct Guesses {
    /// Names are kept as a number: they are the caller's, and as long as he likes.
    key: RandomState,
    failures: Mutex<HashMap<(u64, IpAddr), Failures>>,
}

struct Failures {
    count: usize,
    first: Instant,
    last: Instant,
}

impl Guesses {
    /// Whether this user name has to wait, for this peer.
    pub fn too_many(&self, username: &str, peer: IpAddr) -> bool {
        let failures = self.failures.lock().expect("no holder of this lock panics");
        let found = failures.get(&self.pair(username, peer));
        found.is_some_and(|failures| failures.count >= FAILURES && failures.last.elapsed() < WINDOW)
    }

    /// Notes a failure.
    pub fn note(&self, username: &str, peer: IpAddr) {
        let now = Instant::now();
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        if failures.len() >= REMEMBERED {
            failures.retain(|_, failures| failures.last.elapsed() < WINDOW);
        }
        if failures.len() >= REMEMBERED {
            let oldest = failures.iter().min_by_key(|(_, failures)| failures.last).map(|(pair, _)| *pair);
            oldest.map(|pair| failures.remove(&pair));
        }
        let entry = failures.entry(self.pair(username, peer)).or_insert(Failures { count: 0, first: now, last: now });
        if entry.first.elapsed() >= WINDOW {
            (entry.count, entry.first) = (0, now);
        }
        entry.count = entry.count.saturating_add(1);
        entry.last = now;
    }

    fn pair(&self, username: &str, peer: IpAddr) -> (u64, IpAddr) {
        (self.key.hash_one(username.to_lowercase()), peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_logins_are_counted_by_user_and_peer() {
        let guesses = Guesses::default();
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        for _ in 0..FAILURES {
            assert!(!guesses.too_many("Admin", here));
            guesses.note("admin", here);
        }
        assert!(guesses.too_many("admin", here));
        assert!(!guesses.too_many("admin", there));
        assert!(!guesses.too_many("other", here));
    }

    #[test]
    fn no_number_of_guesses_takes_more_than_its_share_of_memory() {
        let guesses = Guesses::default();
        for number in 0..REMEMBERED + 50 {
            guesses.note(&format!("user {number}"), IpAddr::from([127, 0, 0, 1]));
        }
        assert_eq!(guesses.failures.lock().unwrap().len(), REMEMBERED);
    }
}
