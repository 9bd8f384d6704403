//! Time on an axis: bars of whole hours or days as the person's calendar has them, and where a moment lies.

use jiff::tz::TimeZone;
use jiff::{Span as Length, Timestamp, Unit, Zoned, ZonedRound};
use netraven_api::runs::OutcomeBucket;

use crate::state::span::Span;

/// Most bars that can be distinguished at a glance.
const MOST: usize = 32;
/// From here on bars are whole days, for people think of a week in days.
const DAYS_FROM_S: i64 = 2 * 86_400;
/// Widths below a day: the unit, how many of it, and its name in "per …".
const WITHIN_A_DAY: [(Unit, i64, &str); 6] = [
    (Unit::Minute, 1, "minute"),
    (Unit::Minute, 5, "5 minutes"),
    (Unit::Minute, 15, "15 minutes"),
    (Unit::Hour, 1, "hour"),
    (Unit::Hour, 3, "3 hours"),
    (Unit::Hour, 6, "6 hours"),
];

/// The bars of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Where each begins, and where the last one ends.
    pub edges: Vec<Timestamp>,
    /// What one of them is: `hour`, `day`, `7 days`.
    pub unit: String,
}

impl Frame {
    /// Bars around a stretch of time, on round times of a zone.
    #[must_use]
    pub fn of(span: Span, zone: &TimeZone) -> Frame {
        let length_s = span.until.as_second() - span.from.as_second();
        let first = span.from.to_zoned(zone.clone());
        if length_s <= DAYS_FROM_S {
            for (unit, count, name) in WITHIN_A_DAY {
                let step = if unit == Unit::Hour { Length::new().hours(count) } else { Length::new().minutes(count) };
                let floor = ZonedRound::new().smallest(unit).increment(count).mode(jiff::RoundMode::Trunc);
                let edges = steps(first.round(floor).unwrap_or_else(|_| first.clone()), step, span.until);
                if edges.len() <= MOST + 1 {
                    return Frame { edges, unit: name.to_owned() };
                }
            }
        }
        let days = (length_s / 86_400 + 1).div_euclid(i64::try_from(MOST).unwrap_or(i64::MAX)) + 1;
        let midnight = first.start_of_day().unwrap_or(first);
        let unit = if days == 1 { "day".to_owned() } else { format!("{days} days") };
        Frame { edges: steps(midnight, Length::new().days(days), span.until), unit }
    }

    /// The bars that were counted.
    #[must_use]
    pub fn around(buckets: &[OutcomeBucket], unit: String) -> Frame {
        let starts = buckets.iter().map(|bucket| bucket.start);
        Frame { edges: starts.chain(buckets.last().map(|bucket| bucket.end)).collect(), unit }
    }

    /// Number of bars.
    #[must_use]
    pub fn count(&self) -> usize {
        self.edges.len().saturating_sub(1)
    }

    /// The time of the bars from one to another, in either order, both included.
    #[must_use]
    pub fn span(&self, one: usize, other: usize) -> Span {
        let edge = |place: usize| self.edges.get(place).or(self.edges.last()).copied().unwrap_or_default();
        Span { from: edge(one.min(other)), until: edge(one.max(other) + 1) }
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.span(0, self.count().saturating_sub(1))
    }

    /// Where a stretch of time lies, in bars from the left edge: place and width.
    #[must_use]
    pub fn place_of(&self, span: Span) -> (f64, f64) {
        let (from, until) = (self.place(span.from), self.place(span.until));
        (from, until - from)
    }

    #[expect(clippy::cast_precision_loss, reason = "a place on screen")]
    fn place(&self, at: Timestamp) -> f64 {
        let after = self.edges.partition_point(|edge| *edge <= at);
        match (after, self.edges.get(after)) {
            (0, _) => 0.0,
            (_, None) => self.count() as f64,
            (_, Some(_)) => (after - 1) as f64 + share(self.span(after - 1, after - 1), at),
        }
    }
}

/// Where a moment lies in a stretch of time, from 0 at its beginning to 1 at its end.
#[must_use]
pub fn share(of: Span, at: Timestamp) -> f64 {
    let whole = of.until.as_millisecond() - of.from.as_millisecond();
    #[expect(clippy::cast_precision_loss, reason = "a place on screen")]
    let share = (at.as_millisecond() - of.from.as_millisecond()) as f64 / whole.max(1) as f64;
    share.clamp(0.0, 1.0)
}

/// From a moment on in steps until a time is reached; a few more than [`MOST`] at most.
fn steps(first: Zoned, step: Length, until: Timestamp) -> Vec<Timestamp> {
    let mut edges = vec![first.timestamp()];
    let mut last = first;
    while edges.len() <= MOST + 2 && (last.timestamp() < until || edges.len() < 2) {
        let Ok(next) = last.checked_add(step) else { break };
        edges.push(next.timestamp());
        last = next;
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn frame(from: &str, until: &str, zone: &TimeZone) -> Frame {
        Frame::of(Span { from: at(from), until: at(until) }, zone)
    }

    #[test]
    fn bars_are_of_a_width_people_think_in() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        for (from, unit, count) in [
            ("2026-11-23T13:55:00Z", "minute", 10),
            ("2026-11-23T13:05:00Z", "5 minutes", 12),
            ("2026-11-22T14:05:00Z", "hour", 25),
            ("2026-11-21T22:05:00Z", "3 hours", 15),
            ("2026-11-16T14:05:00Z", "day", 8),
            ("2026-10-24T14:05:00Z", "day", 31),
            ("2026-10-23T14:05:00Z", "2 days", 16),
            ("2025-11-23T14:05:00Z", "12 days", 31),
        ] {
            let frame = frame(from, "2026-11-23T14:05:00Z", &zone);
            assert_eq!((frame.unit.as_str(), frame.count()), (unit, count), "since {from}");
            assert!(frame.edges[0] <= at(from) && frame.whole().until >= at("2026-11-23T14:05:00Z"), "since {from}");
            assert!(frame.edges.is_sorted());
        }
    }

    #[test]
    fn a_day_is_the_persons_day_whatever_its_length() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let days = frame("2026-10-23T10:00:00Z", "2026-10-27T10:00:00Z", &berlin);
        let edges: Vec<String> = days.edges.iter().map(ToString::to_string).collect();
        assert_eq!(
            edges,
            [
                "2026-10-22T22:00:00Z",
                "2026-10-23T22:00:00Z",
                "2026-10-24T22:00:00Z",
                "2026-10-25T23:00:00Z",
                "2026-10-26T23:00:00Z",
                "2026-10-27T23:00:00Z"
            ]
        );
        let kathmandu = TimeZone::fixed(jiff::tz::Offset::from_seconds(20_700).unwrap());
        let hours = frame("2026-11-22T14:05:00Z", "2026-11-23T14:05:00Z", &kathmandu);
        assert_eq!(hours.edges[0], at("2026-11-22T13:15:00Z"));
    }

    #[test]
    fn a_stretch_lies_where_its_times_are() {
        let frame = frame("2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z", &TimeZone::UTC);
        assert_eq!(frame.span(2, 1), Span { from: at("2026-11-23T12:05:00Z"), until: at("2026-11-23T12:15:00Z") });
        assert_eq!(frame.place_of(frame.span(1, 2)), (1.0, 2.0));
        let half = Span { from: at("2026-11-23T12:02:30Z"), until: at("2026-11-23T12:05:00Z") };
        assert_eq!(frame.place_of(half), (0.5, 0.5));
        let around = Span { from: at("2026-01-01T00:00:00Z"), until: at("2027-01-01T00:00:00Z") };
        assert_eq!(frame.place_of(around), (0.0, 12.0));
        assert_eq!(share(half, at("2026-11-23T12:03:45Z")), 0.5);
        assert_eq!(share(Span { from: half.from, until: half.from }, half.until), 1.0, "a moment has no length");
    }

    #[test]
    fn times_the_wrong_way_round_or_without_length_are_one_bar() {
        let bar = frame("2026-11-23T12:00:30Z", "2026-11-23T12:00:30Z", &TimeZone::UTC);
        assert_eq!((bar.count(), bar.edges[0]), (1, at("2026-11-23T12:00:00Z")));
        assert_eq!(frame("2026-11-23T12:00:30Z", "2026-11-01T00:00:00Z", &TimeZone::UTC).count(), 1);
    }
}
