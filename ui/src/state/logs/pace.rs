//! How quickly lines arrive, and how far behind their writing.

use std::collections::VecDeque;

use jiff::Timestamp;

/// Beyond this it is the clocks that differ, not the lines that are late.
const MOST_LAG_MS: i64 = 120_000;
/// Seconds over which the rate is averaged.
const RATE_SECONDS: i64 = 5;

/// The arrivals of the last seconds.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    arrivals: VecDeque<(i64, usize)>,
    lag: Option<Lag>,
}

/// How far behind the newest lines were when they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lag {
    at: Timestamp,
    ms: i64,
}

impl Pace {
    /// Takes note of lines that arrived, the newest of them written then.
    pub fn note(&mut self, count: usize, written: Option<Timestamp>, now: Timestamp) {
        self.lag = written.map(|written| Lag { at: now, ms: now.as_millisecond() - written.as_millisecond() });
        self.arrivals.push_back((now.as_second(), count));
        while self.arrivals.front().is_some_and(|(second, _)| *second <= now.as_second() - RATE_SECONDS) {
            self.arrivals.pop_front();
        }
    }

    /// Milliseconds from the writing of the newest lines until they were here, while lines arrive. None where the clocks of
    /// server and window differ too much to know.
    #[must_use]
    pub fn lag_ms(&self, now: Timestamp) -> Option<i64> {
        let lag = self.lag?;
        let fresh = now.as_second() - lag.at.as_second() < RATE_SECONDS;
        (fresh && (0..=MOST_LAG_MS).contains(&lag.ms)).then_some(lag.ms)
    }

    /// Lines a second over the last few seconds.
    #[must_use]
    pub fn rate(&self, now: Timestamp) -> f64 {
        let since = now.as_second() - RATE_SECONDS;
        let lines: usize = self.arrivals.iter().filter(|(second, _)| *second > since).map(|(_, count)| count).sum();
        #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
        let rate = lines as f64 / RATE_SECONDS as f64;
        rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::logs::samples::at;

    #[test]
    fn lines_are_as_late_as_their_clock_says_unless_it_cannot_be_right() {
        let mut pace = Pace::default();
        pace.note(2, Some(at(9)), at(10));
        assert_eq!(pace.lag_ms(at(12)), Some(1_000));
        assert_eq!(pace.lag_ms(at(16)), None, "nothing arrives any more");
        pace.note(1, Some(at(100)), at(20));
        assert_eq!(pace.lag_ms(at(20)), None, "written in the future");
        pace.note(1, Some(at(101)), at(900));
        assert_eq!(pace.lag_ms(at(900)), None, "a clock that differs by minutes");
    }

    #[test]
    fn the_rate_is_of_the_last_seconds() {
        let mut pace = Pace::default();
        pace.note(10, Some(at(10)), at(10));
        assert!((pace.rate(at(12)) - 2.0).abs() < 1e-9);
        assert!(pace.rate(at(16)).abs() < 1e-9);
    }
}
