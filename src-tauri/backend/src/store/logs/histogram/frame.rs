//! The buckets of a histogram, and which counts fill them. Knows no SQL but the grouping into its own buckets.

use jiff::Timestamp;

use crate::store::listing::Sql;

/// Widths that read well on an axis, in seconds; above them, whole days.
const WIDTHS_S: [i64; 17] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
const DAY_S: i64 = 86_400;
/// Steps of the kept counts, the coarse one first.
const STEPS_S: [i32; 2] = [3_600, 60];

/// Consecutive buckets of one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    first_s: i64,
    /// Width of a bucket.
    pub width_s: i64,
    /// Number of buckets.
    pub count: i64,
}

impl Frame {
    /// At most `buckets` of them around two times, at least `narrowest_s` wide, aligned to round times.
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
    pub fn start(&self, place: i64) -> Timestamp {
        let second = self.first_s + place * self.width_s;
        Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }

    /// The beginning of a statement that sums `at, level, lines` of what follows, which `) t group by 1, 2` closes.
    pub fn grouped(&self) -> Sql {
        let mut sql = Sql::new("select (floor(extract(epoch from at))::bigint - ");
        sql.push_bind(self.first_s).push(") / ").push_bind(self.width_s);
        sql.push(", level, sum(lines)::bigint from (");
        sql
    }
}

/// Where the counts of a period come from; `until` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Counts kept for each step.
    Kept {
        /// Width of a step.
        step_s: i32,
        /// First step.
        from: Timestamp,
        /// Step after the last.
        until: Timestamp,
    },
    /// The lines themselves.
    Lines {
        /// Earliest time.
        from: Timestamp,
        /// Time after the last.
        until: Timestamp,
    },
}

/// Splits the period from `begin` to `end`, both included: as much as possible into hours if the buckets are whole
/// hours, then into minutes, and what is shorter than a minute into single lines.
pub fn stretches(frame: &Frame, begin: Timestamp, end: Timestamp) -> Vec<Stretch> {
    // A timestamp of the log is whole microseconds.
    let behind = end.checked_add(jiff::Span::new().microseconds(1)).unwrap_or(Timestamp::MAX);
    let until = behind.min(frame.start(frame.count));
    let mut cut = Vec::new();
    within(&STEPS_S, frame, begin, until, &mut cut);
    cut
}

fn within(steps: &[i32], frame: &Frame, from: Timestamp, until: Timestamp, cut: &mut Vec<Stretch>) {
    if from >= until {
        return;
    }
    let Some((step_s, finer)) = steps.split_first() else { return cut.push(Stretch::Lines { from, until }) };
    let step = i64::from(*step_s);
    let below = |at: Timestamp| at.as_second().div_euclid(step) * step;
    let at = |second| Timestamp::from_second(second).unwrap_or(until);
    let exact = at(below(from)) == from;
    let (first, last) = (if exact { from } else { at(below(from) + step) }, at(below(until)));
    if frame.width_s % step != 0 || first >= last {
        return within(finer, frame, from, until, cut);
    }
    within(finer, frame, from, first, cut);
    cut.push(Stretch::Kept { step_s: *step_s, from: first, until: last });
    within(finer, frame, last, until, cut);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

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

    #[test]
    fn the_ends_are_counted_by_lines_and_the_middle_by_the_coarsest_steps() {
        let (begin, end) = (at("2026-11-23T10:58:30Z"), at("2026-11-24T10:02:00Z"));
        let frame = Frame::of(begin.as_second(), end.as_second(), 30, 60);
        assert_eq!(frame.width_s, 3_600);
        let kept = |step_s, from, until| Stretch::Kept { step_s, from: at(from), until: at(until) };
        assert_eq!(
            stretches(&frame, begin, end),
            [
                Stretch::Lines { from: begin, until: at("2026-11-23T10:59:00Z") },
                kept(60, "2026-11-23T10:59:00Z", "2026-11-23T11:00:00Z"),
                kept(3600, "2026-11-23T11:00:00Z", "2026-11-24T10:00:00Z"),
                kept(60, "2026-11-24T10:00:00Z", "2026-11-24T10:02:00Z"),
                Stretch::Lines { from: end, until: at("2026-11-24T10:02:00.000001Z") },
            ]
        );
        let minutes = Frame { width_s: 900, ..Frame::of(begin.as_second(), end.as_second(), 120, 60) };
        assert!(!stretches(&minutes, begin, end).iter().any(|cut| matches!(cut, Stretch::Kept { step_s: 3600, .. })));
    }
}
