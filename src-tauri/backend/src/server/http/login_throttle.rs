//! Attempts to sign in, counted before the password is checked, so that guessing is slow however many guess at once. What
//! is kept is bounded, no matter who guesses what.
//!
//! An attempt counts for the user name at its source, for the source and for the name. Where a name has signed in before,
//! only the first counts, and the next few wait for their turn instead of being refused: so an attacker elsewhere, or one
//! who guesses sequentially beside the real user, cannot lock the user out. A client that presents an earlier sign-in of
//! the same user has a count of its own.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use uuid::Uuid;

/// Most names, sources and pairs remembered; beyond that the one idle longest is forgotten.
const REMEMBERED: usize = 10_000;
/// Attempts that wait for their turn where the name signed in before.
const WAITING: f64 = 3.0;

/// How many attempts are allowed at once, and how soon another one is.
#[derive(Clone, Copy)]
struct Limit {
    most: f64,
    one_more_s: f64,
}

/// One name at one source.
const PAIR: Limit = Limit { most: 10.0, one_more_s: 6.0 };
/// The same where the name signed in before.
const KNOWN: Limit = Limit { most: 10.0, one_more_s: 2.0 };
/// One source, over all names that did not sign in there before.
const SOURCE: Limit = Limit { most: 30.0, one_more_s: 4.0 };
/// One name, over all sources where it did not sign in before.
const NAME: Limit = Limit { most: 100.0, one_more_s: 3.0 };

/// What attempts are counted by. Names are kept as a hash: they come from the caller and may be of any length.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Pair(u64, IpAddr),
    Source(IpAddr),
    Name(u64),
    SignIn(Uuid),
}

/// The attempts of the last minutes.
#[derive(Default)]
pub struct LoginThrottle {
    key: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    attempts: HashMap<Key, Attempts>,
    /// Where a name signed in, and when last.
    known: HashMap<(u64, IpAddr), Instant>,
}

/// Attempts not yet expired.
struct Attempts {
    open: f64,
    at: Instant,
}

/// An attempt that was allowed, and counted.
pub struct Attempt {
    name: u64,
    source: IpAddr,
    keys: Vec<Key>,
    /// How long it has to wait for its turn.
    pub turn: Duration,
}

/// An attempt that was refused.
#[derive(Debug)]
pub struct TooMany {
    /// After how long to try again.
    pub wait: Duration,
}

impl LoginThrottle {
    /// Counts an attempt, or refuses it. `earlier` is an earlier sign-in of the same user, if one was shown.
    pub fn attempt(&self, username: &str, peer: IpAddr, earlier: Option<Uuid>) -> Result<Attempt, TooMany> {
        self.attempt_at(username, peer, earlier, Instant::now())
    }

    fn attempt_at(
        &self,
        username: &str,
        peer: IpAddr,
        earlier: Option<Uuid>,
        now: Instant,
    ) -> Result<Attempt, TooMany> {
        let (name, source) = (self.key.hash_one(username.to_lowercase()), source(peer));
        let mut counts = self.counts.lock().expect("no holder of this lock panics");
        let is_known = counts.known.contains_key(&(name, source));
        let pair = Key::Pair(name, source);
        let wanted = match earlier {
            Some(sign_in) => vec![(Key::SignIn(sign_in), PAIR, 0.0)],
            None if is_known => vec![(pair, KNOWN, WAITING)],
            None => vec![(pair, PAIR, 0.0), (Key::Source(source), SOURCE, 0.0), (Key::Name(name), NAME, 0.0)],
        };
        let mut turn = 0.0_f64;
        for (key, limit, waiting) in &wanted {
            let open = counts.open(key, *limit, now) + 1.0;
            let over = open - limit.most;
            if over > *waiting {
                return Err(TooMany { wait: Duration::from_secs_f64(((over - waiting) * limit.one_more_s).max(1.0)) });
            }
            turn = turn.max(over * limit.one_more_s);
        }
        for (key, limit, _) in &wanted {
            counts.take(*key, *limit, now);
        }
        let keys = wanted.into_iter().map(|(key, ..)| key).collect();
        Ok(Attempt { name, source, keys, turn: Duration::from_secs_f64(turn.max(0.0)) })
    }

    /// Records that an attempt had the right password: it was no guess, and its source is known from now on.
    pub fn succeeded(&self, attempt: &Attempt) {
        let mut counts = self.counts.lock().expect("no holder of this lock panics");
        counts.give_back(attempt);
        let place = (attempt.name, attempt.source);
        make_room(&mut counts.known, &place, |at| *at);
        counts.known.insert(place, Instant::now());
    }

    /// Takes back an attempt that was answered without checking the password, as while the database is away.
    pub fn unanswered(&self, attempt: &Attempt) {
        self.counts.lock().expect("no holder of this lock panics").give_back(attempt);
    }
}

impl Counts {
    /// Attempts with this key that have not expired.
    fn open(&self, key: &Key, limit: Limit, now: Instant) -> f64 {
        self.attempts.get(key).map_or(0.0, |attempts| attempts.left(limit, now))
    }

    fn give_back(&mut self, attempt: &Attempt) {
        for key in &attempt.keys {
            if let Some(attempts) = self.attempts.get_mut(key) {
                attempts.open = (attempts.open - 1.0).max(0.0);
            }
        }
    }

    fn take(&mut self, key: Key, limit: Limit, now: Instant) {
        make_room(&mut self.attempts, &key, |attempts| attempts.at);
        let attempts = self.attempts.entry(key).or_insert(Attempts { open: 0.0, at: now });
        attempts.open = attempts.left(limit, now) + 1.0;
        attempts.at = now;
    }
}

impl Attempts {
    fn left(&self, limit: Limit, now: Instant) -> f64 {
        (self.open - now.saturating_duration_since(self.at).as_secs_f64() / limit.one_more_s).max(0.0)
    }
}

/// Forgets the entry idle longest where a new key would be one too many.
fn make_room<K: Copy + Eq + Hash, V>(entries: &mut HashMap<K, V>, key: &K, at: impl Fn(&V) -> Instant) {
    if entries.len() >= REMEMBERED && !entries.contains_key(key) {
        let oldest = entries.iter().min_by_key(|(_, entry)| at(entry)).map(|(key, _)| *key);
        oldest.map(|key| entries.remove(&key));
    }
}

/// An IPv6 address counts as its whole network, which its owner controls.
fn source(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([127, 0, 0, last])
    }

    fn let_through(
        throttle: &LoginThrottle,
        tries: usize,
        name: impl Fn(usize) -> String,
        peer: IpAddr,
        now: Instant,
    ) -> usize {
        (0..tries).filter(|number| throttle.attempt_at(&name(*number), peer, None, now).is_ok()).count()
    }

    #[test]
    fn attempts_are_counted_by_user_and_source() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        assert_eq!(let_through(&throttle, 300, |_| "Admin".into(), peer(1), now), 10);
        let refused = throttle.attempt_at("admin", peer(1), None, now).err().unwrap();
        assert!(refused.wait >= Duration::from_secs(1));
        assert!(throttle.attempt_at("admin", peer(2), None, now).is_ok(), "somebody elsewhere");
        assert!(throttle.attempt_at("other", peer(1), None, now).is_ok(), "somebody else");
        assert!(throttle.attempt_at("admin", peer(1), None, now + Duration::from_secs(7)).is_ok(), "slowly");
    }

    #[test]
    fn what_was_not_answered_was_no_guess_and_makes_no_place_known() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        for _ in 0..50 {
            throttle.unanswered(&throttle.attempt_at("admin", peer(1), None, now).unwrap());
        }
        assert_eq!(let_through(&throttle, 300, |_| "admin".into(), peer(1), now), 10);
    }

    #[test]
    fn one_password_over_many_names_is_limited() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        assert_eq!(let_through(&throttle, 200, |number| format!("user {number}"), peer(1), now), 30);
        assert!(throttle.attempt_at("user 1", peer(2), None, now).is_ok());
    }

    #[test]
    fn one_name_from_many_sources_is_limited_and_its_owner_is_not_shut_out() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        let right = throttle.attempt_at("admin", peer(1), None, now).unwrap();
        throttle.succeeded(&right);
        let through: usize = (2..60).map(|last| let_through(&throttle, 10, |_| "admin".into(), peer(last), now)).sum();
        assert_eq!(through, 100);
        assert!(throttle.attempt_at("admin", peer(1), None, now).is_ok());
    }

    #[test]
    fn beside_guesses_at_the_same_source_the_right_one_waits_for_a_turn() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        let right = throttle.attempt_at("admin", peer(1), None, now).unwrap();
        throttle.succeeded(&right);
        for _ in 0..11 {
            assert!(throttle.attempt_at("admin", peer(1), None, now).is_ok());
        }
        let turn = throttle.attempt_at("admin", peer(1), None, now).unwrap().turn;
        assert!(turn > Duration::ZERO && turn < Duration::from_secs(10), "{turn:?}");
        assert_eq!(let_through(&throttle, 100, |_| "admin".into(), peer(1), now), 1, "no more than a few wait");
        assert!(
            throttle.attempt_at("admin", peer(1), Some(Uuid::new_v4()), now).is_ok(),
            "an earlier sign-in is shown"
        );
    }

    #[test]
    fn no_number_of_guesses_takes_more_than_its_share_of_memory() {
        let (throttle, now) = (LoginThrottle::default(), Instant::now());
        for number in 0..REMEMBERED {
            let at = IpAddr::from([10, 0, (number / 250) as u8, (number % 250) as u8]);
            let _ = throttle.attempt_at(&format!("user {number}"), at, None, now);
        }
        assert_eq!(throttle.counts.lock().unwrap().attempts.len(), REMEMBERED);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let (one, two) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:2".parse().unwrap());
        assert_eq!(source(one), source(two));
        assert_ne!(source(one), source("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(source("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }
}
