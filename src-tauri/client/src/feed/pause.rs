//! How long to wait before the next try: doubling, with jitter so that many windows do not return at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A stream that lasted this long counts as good; the next pause is the first again.
const GOOD_AFTER: Duration = Duration::from_secs(5);

/// The pauses of one subscription.
#[derive(Debug)]
pub struct Pause {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Pause {
    /// Pauses that begin at `first` and double up to `longest`.
    pub fn new(first: Duration, longest: Duration) -> Pause {
        Pause { first, longest, next: first }
    }

    /// The next pause, after a stream that lasted for `held`.
    pub fn next(&mut self, held: Duration) -> Duration {
        if held >= GOOD_AFTER {
            self.next = self.first;
        }
        let whole = self.next;
        self.next = (whole * 2).min(self.longest);
        whole.mul_f64(0.5 + 0.5 * chance())
    }
}

/// A number from 0 to 1 that differs from call to call; nothing secret depends on it.
fn chance() -> f64 {
    RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_begin_anew_after_a_good_stream() {
        let mut pause = Pause::new(Duration::from_millis(250), Duration::from_secs(10));
        for whole_ms in [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000] {
            let wait = pause.next(Duration::ZERO).as_millis();
            assert!((whole_ms / 2..=whole_ms).contains(&wait), "{wait} of {whole_ms}");
        }
        assert!(pause.next(GOOD_AFTER) <= Duration::from_millis(250));
    }
}
