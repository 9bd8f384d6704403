//! Which counts fill the buckets of a histogram. Knows no SQL but the grouping into them.

use jiff::Timestamp;
use netraven_api::logs::Frame;

use crate::store::listing::Sql;

/// Steps of the kept counts, the coarse one first.
const STEPS_S: [i32; 2] = [3_600, 60];

/// The beginning of a statement that sums `at, level, lines` of what follows by bucket, which `) t group by 1, 2` closes.
pub fn grouped(frame: &Frame) -> Sql {
    let mut sql = Sql::new("select (floor(extract(epoch from at))::bigint - ");
    sql.push_bind(frame.first_s).push(") / ").push_bind(frame.width_s);
    sql.push(", level, sum(lines)::bigint from (");
    sql
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
