//! Notices when this process stood still: it was stopped, its machine was frozen, or the computer slept. What a session saw
//! across such a pause, such as a device that "did not answer", says nothing about the device.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// A look this late means that the process stood still.
const STILL: Duration = Duration::from_secs(5);

/// The pauses of this process; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Pauses(Arc<Mutex<Seen>>);

/// Two clocks: one stops while the computer sleeps, the other can be set. A pause shows on at least one of them;
/// a clock that was set forward looks like one, which costs no more than another attempt.
#[derive(Clone, Copy, Debug)]
struct Clocks {
    monotonic: Instant,
    wall: Duration,
}

#[derive(Debug, Default)]
struct Seen {
    looked: Option<Clocks>,
    /// When the newest pause was noticed, and how long it was.
    newest: Option<(Instant, Duration)>,
}

impl Clocks {
    fn now() -> Clocks {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clocks { monotonic: Instant::now(), wall }
    }
}

impl Seen {
    fn look(&mut self, now: Clocks) {
        if let Some(before) = self.looked.replace(now) {
            let passed = now.monotonic.duration_since(before.monotonic).max(now.wall.saturating_sub(before.wall));
            if passed > STILL {
                self.newest = Some((now.monotonic, passed));
            }
        }
    }
}

impl Pauses {
    /// Looks until stopped.
    pub async fn watch(self, stop: CancellationToken) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = looks.tick() => self.look(Clocks::now()),
                () = stop.cancelled() => return,
            }
        }
    }

    /// How long the process stood still since this moment, if it did. Called right after a pause, it notices it itself.
    pub fn since(&self, began: Instant) -> Option<Duration> {
        self.look(Clocks::now());
        let newest = self.0.lock().expect("no holder of this lock panics").newest;
        newest.filter(|(noticed, _)| *noticed >= began).map(|(_, lasted)| lasted)
    }

    fn look(&self, now: Clocks) {
        self.0.lock().expect("no holder of this lock panics").look(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_seen_on_either_clock_and_belongs_to_what_was_under_way() {
        let pauses = Pauses::default();
        let start = Instant::now();
        let at = |monotonic: u64, wall: u64| Clocks {
            monotonic: start + Duration::from_secs(monotonic),
            wall: Duration::from_secs(1_000 + wall),
        };
        let newest = || pauses.0.lock().unwrap().newest;
        [at(0, 0), at(1, 1), at(4, 4)].into_iter().for_each(|now| pauses.look(now));
        assert_eq!(newest(), None, "a busy computer looks late");
        pauses.look(at(24, 24));
        assert_eq!(newest(), Some((start + Duration::from_secs(24), Duration::from_secs(20))), "it was stopped");
        pauses.look(at(25, 3_625));
        assert_eq!(newest().map(|pause| pause.1), Some(Duration::from_secs(3_601)), "it slept");
        pauses.look(at(26, 26));
        assert_eq!(newest().map(|pause| pause.1), Some(Duration::from_secs(3_601)), "a clock set back is none");
    }

    #[test]
    fn what_began_after_a_pause_is_not_touched_by_it() {
        let pauses = Pauses::default();
        let began = Instant::now();
        pauses.0.lock().unwrap().newest = Some((began + Duration::from_secs(1), Duration::from_secs(9)));
        assert_eq!(pauses.since(began), Some(Duration::from_secs(9)));
        assert_eq!(pauses.since(began + Duration::from_secs(2)), None);
    }
}
