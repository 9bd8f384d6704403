//! The buckets of a histogram: of one round width, one after the other.

use jiff::Timestamp;

/// Widths that read well on an axis, in seconds; above them, whole days.
const WIDTHS_S: [i64; 17] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
const DAY_S: i64 = 86_400;

/// Consecutive buckets of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When the first begins, in seconds since 1970.
    pub first_s: i64,
    /// Width of a bucket.
    pub width_s: i64,
    /// Number of buckets.
    pub count: i64,
}

impl Frame {
    /// At most `buckets` of them around two times, at least `narrowest_s` wide, aligned to round times.
    #[must_use]
    pub fn of(from_s: i64, until_s: i64, buckets: i64, narrowest_s: i64) -> Frame {
        let until_s = until_s.max(from_s);
        let around = |width_s: i64| {
            let first = from_s.div_euclid(width_s);
            let count = until_s.div_euclid(width_s) - first + 1;
            Frame { first_s: first * width_s, width_s, count }
        };
        let fits = |frame: &Frame| frame.width_s >= narrowest_s && frame.count <= buckets;
        let days = |days: i64| around(days * DAY_S);
        WIDTHS_S.into_iter().map(around).find(fits).unwrap_or_else(|| {
            let fewest = ((until_s - from_s) / DAY_S / buckets).max(1);
            (fewest..).map(days).find(fits).unwrap_or_else(|| days(fewest))
        })
    }

    /// When a bucket begins; the one after the last is the end.
    #[must_use]
    pub fn start(&self, place: i64) -> Timestamp {
        let second = self.first_s + place * self.width_s;
        Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_round_and_the_buckets_never_too_many() {
        for (span_s, buckets, narrowest_s, width_s) in
            [(3_600, 120, 60, 60), (3_600, 120, 1, 60), (600, 120, 1, 10), (86_400, 120, 60, 900), (30, 60, 1, 1)]
        {
            let frame = Frame::of(1_000_000_007, 1_000_000_007 + span_s, buckets, narrowest_s);
            assert_eq!(frame.width_s, width_s, "{span_s} s in {buckets}");
            assert!(frame.count <= buckets && frame.start(0) <= Timestamp::from_second(1_000_000_007).unwrap());
        }
        let ages = Frame::of(-60_000_000_000, 1_800_000_000, 10, 60);
        assert!(ages.count <= 10 && ages.width_s % DAY_S == 0, "{ages:?}");
        assert_eq!(Frame::of(5, 5, 10, 1).count, 1);
        assert_eq!(Frame::of(5, 1, 10, 1).count, 1, "times the wrong way round");
    }
}
