//! When is a schedule due? Pure: time comes in as an argument, nothing is read or written.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::Open;
use netraven_api::jobs::{Schedule, ScheduleKind};

/// The shortest interval that makes sense for visiting devices.
const SHORTEST_INTERVAL_S: i64 = 60;
/// The longest interval: a year of 365 days.
const LONGEST_INTERVAL_S: i64 = 31_536_000;

/// A schedule, reduced to what its kind needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Timing {
    /// At `anchor` and at fixed intervals after it, regardless of clock changes.
    Interval {
        /// Seconds from one time to the next.
        every_s: i64,
        /// The first time.
        anchor: Timestamp,
    },
    /// By a cron expression of five fields (minute, hour, day of month, month, day of week) on the clock of a time zone.
    ///
    /// A time that the clock skips in spring is made up for at the end of the gap (02:30 runs at 03:00); a time that happens
    /// twice in autumn runs the first time only. Expressions that run several times an hour simply go on through both.
    Cron {
        /// The expression, or a name such as `@daily`.
        expression: String,
        /// The IANA name of the time zone.
        time_zone: String,
    },
    /// A single start, at a given time.
    Once {
        /// That time.
        at: Timestamp,
    },
}

/// Why a schedule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSchedule {
    /// A field that its kind needs is missing.
    #[error("{field} is required for {kind} schedule.")]
    Missing {
        /// Name of the field.
        field: &'static str,
        /// The kind, with its article.
        kind: &'static str,
    },
    /// Its kind is unknown.
    #[error("Unknown schedule type '{kind}': use interval, cron or onetime.")]
    Kind {
        /// The kind as it was given.
        kind: String,
    },
    /// The interval is too short, or so long that it never ends.
    #[error(
        "An interval of {every_s} seconds cannot be used. Choose {SHORTEST_INTERVAL_S} to {LONGEST_INTERVAL_S} seconds."
    )]
    Interval {
        /// The seconds as they were given.
        every_s: i64,
    },
    /// The expression cannot be parsed.
    #[error(
        "\"{expression}\" is not a cron expression ({reason}). Write five fields: minute, hour, day of month, month, day of week, \
         for example \"30 2 * * 1-5\"."
    )]
    Cron {
        /// The expression as it was given.
        expression: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The expression is valid, but there is no such day.
    #[error("The cron expression \"{expression}\" never matches any time. Change its day or its month.")]
    Never {
        /// The expression as it was given.
        expression: String,
    },
    /// The time zone database has no such name.
    #[error("There is no time zone \"{time_zone}\". Use a name such as \"Europe/Berlin\", or \"UTC\".")]
    TimeZone {
        /// The name as it was given.
        time_zone: String,
    },
}

impl Timing {
    /// A job's schedule, checked; none for a job run by hand. An interval is counted from `anchor`.
    pub fn of(schedule: &Schedule, anchor: Timestamp) -> Result<Option<Self>, BadSchedule> {
        let missing = |field, kind| BadSchedule::Missing { field, kind };
        let timing = match &schedule.kind {
            None => return Ok(None),
            Some(Open::Other(kind)) => return Err(BadSchedule::Kind { kind: kind.clone() }),
            Some(Open::Known(ScheduleKind::Interval)) => Self::Interval {
                every_s: schedule.interval_seconds.ok_or(missing("interval_seconds", "an interval"))?,
                anchor,
            },
            Some(Open::Known(ScheduleKind::Cron)) => Self::Cron {
                expression: schedule.cron_string.clone().ok_or(missing("cron_string", "a cron"))?,
                time_zone: schedule.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
            },
            Some(Open::Known(ScheduleKind::Once)) => {
                Self::Once { at: schedule.scheduled_for.ok_or(missing("scheduled_for", "a one-time"))? }
            }
        };
        timing.validate().map(Some)
    }

    /// Every `every_s` seconds from `anchor` on.
    #[cfg(test)]
    pub fn interval(every_s: i64, anchor: Timestamp) -> Result<Self, BadSchedule> {
        Self::Interval { every_s, anchor }.validate()
    }

    /// By a cron expression on the clock of a time zone.
    #[cfg(test)]
    pub fn cron(expression: &str, time_zone: &str) -> Result<Self, BadSchedule> {
        let (expression, time_zone) = (expression.trim().to_owned(), time_zone.trim().to_owned());
        Self::Cron { expression, time_zone }.validate()
    }

    fn validate(self) -> Result<Self, BadSchedule> {
        Times::of(&self)?;
        Ok(self)
    }

    /// The first time after `after`; `None` if there is none, or the schedule is not valid.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        Times::of(self).ok()?.next_after(after)
    }

    /// The start that is due now, if any. Several missed ones collapse to the newest of them.
    ///
    /// `since` is the last start; for a schedule that never ran, when it was made or changed. Without it every time in
    /// the past counts as missed, so a new daily schedule would run at once.
    pub fn due(&self, since: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        let times = Times::of(self).ok()?;
        // A binary search for the first second after which no start follows up to now.
        let mut before = since.unwrap_or(Timestamp::UNIX_EPOCH).min(now);
        let mut newest = times.next_after(before).filter(|time| *time <= now)?;
        before = newest;
        let mut limit = now;
        while limit.as_second() > before.as_second() {
            let middle =
                Timestamp::from_second(before.as_second() + (limit.as_second() - before.as_second()) / 2).ok()?;
            match times.next_after(middle.max(before)).filter(|time| *time <= now) {
                Some(time) => {
                    newest = time;
                    before = time;
                }
                None => limit = middle,
            }
        }
        Some(newest)
    }
}

/// A schedule, read and checked.
enum Times {
    Interval { every_s: i64, anchor: Timestamp },
    Cron { cron: Box<Cron>, zone: TimeZone },
    Once { at: Timestamp },
}

impl Times {
    fn of(schedule: &Timing) -> Result<Self, BadSchedule> {
        match schedule {
            Timing::Interval { every_s, anchor } => {
                if !(SHORTEST_INTERVAL_S..=LONGEST_INTERVAL_S).contains(every_s) {
                    return Err(BadSchedule::Interval { every_s: *every_s });
                }
                Ok(Self::Interval { every_s: *every_s, anchor: *anchor })
            }
            Timing::Cron { expression, time_zone } => {
                let times = Self::Cron { cron: Box::new(read_cron(expression)?), zone: zone(time_zone)? };
                // A leap day comes within eight years of any time, and the search looks further than that.
                let comes = times.next_after(Timestamp::UNIX_EPOCH).is_some();
                if comes { Ok(times) } else { Err(BadSchedule::Never { expression: expression.clone() }) }
            }
            Timing::Once { at } => Ok(Self::Once { at: *at }),
        }
    }

    fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Interval { every_s, anchor } => {
                if after < *anchor {
                    return Some(*anchor);
                }
                let passed = after.as_second().checked_sub(anchor.as_second())?.div_euclid(*every_s);
                // The fraction of the anchor's second may put the computed one before or after `after`.
                (passed..=passed + 1)
                    .filter_map(|count| {
                        anchor.checked_add(jiff::SignedDuration::from_secs(count.checked_mul(*every_s)?)).ok()
                    })
                    .find(|time| *time > after)
            }
            Self::Cron { cron, zone } => {
                // Cron knows whole seconds, and the one `after` lies in has begun.
                let second =
                    Timestamp::from_second(after.as_nanosecond().div_euclid(1_000_000_000).try_into().ok()?).ok()?;
                let next = cron.find_next_occurrence(&second.to_zoned(zone.clone()), false).ok()?.timestamp();
                (next > after).then_some(next)
            }
            Self::Once { at } => (*at > after).then_some(*at),
        }
    }
}

/// The time zone of a name.
pub fn zone(name: &str) -> Result<TimeZone, BadSchedule> {
    TimeZone::get(name.trim()).map_err(|_| BadSchedule::TimeZone { time_zone: name.to_owned() })
}

fn read_cron(expression: &str) -> Result<Cron, BadSchedule> {
    let bad = |reason: String| BadSchedule::Cron { expression: expression.to_owned(), reason };
    let fields = expression.split_whitespace().count();
    if fields != 5 && !(fields == 1 && expression.trim().starts_with('@')) {
        return Err(bad(format!("it has {fields} fields")));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(expression).map_err(|error| bad(error.to_string().trim_end_matches('.').to_lowercase()))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn cron(expression: &str, zone: &str) -> Timing {
        Timing::cron(expression, zone).unwrap()
    }

    /// The times of a schedule from one moment to another, as that zone's clock shows them.
    fn times(schedule: &Timing, zone: &str, from: &str, to: &str) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let mut all = Vec::new();
        let mut after = time(from);
        while let Some(next) = schedule.next_after(after).filter(|next| *next <= time(to)) {
            all.push(next.to_zoned(zone.clone()).strftime("%d %H:%M %Z").to_string());
            after = next;
        }
        all
    }

    #[test]
    fn an_interval_counts_from_its_anchor() {
        let schedule = Timing::interval(3600, time("2026-11-01T00:10:00.5Z")).unwrap();
        assert_eq!(schedule.next_after(time("2020-01-01T00:00:00Z")), Some(time("2026-11-01T00:10:00.5Z")));
        assert_eq!(schedule.next_after(time("2026-11-01T00:10:00.5Z")), Some(time("2026-11-01T01:10:00.5Z")));
        assert_eq!(schedule.next_after(time("2026-11-01T05:10:00.4Z")), Some(time("2026-11-01T05:10:00.5Z")));
        assert_eq!(schedule.next_after(time("2026-11-01T05:10:00.6Z")), Some(time("2026-11-01T06:10:00.5Z")));
        assert_eq!(schedule.next_after(Timestamp::MAX), None);
    }

    #[test]
    fn once_is_once() {
        let at = time("2026-11-01T00:00:00Z");
        let schedule = Timing::Once { at };
        let minute = 1.minute();
        assert_eq!(schedule.next_after(at - minute), Some(at));
        assert_eq!(schedule.next_after(at), None);
        assert_eq!(schedule.due(None, at - minute), None);
        assert_eq!(schedule.due(Some(at - minute), at + minute), Some(at));
        assert_eq!(schedule.due(Some(at), at + minute), None);
    }

    #[test]
    fn a_cron_time_is_the_clock_time_of_its_zone() {
        let schedule = cron("30 2 * * *", "Europe/Berlin");
        assert_eq!(schedule.next_after(time("2026-01-10T00:00:00Z")), Some(time("2026-01-10T01:30:00Z")));
        assert_eq!(schedule.next_after(time("2026-07-10T00:00:00Z")), Some(time("2026-07-10T00:30:00Z")));
        assert_eq!(schedule.next_after(time("2026-07-10T00:29:59.9Z")), Some(time("2026-07-10T00:30:00Z")));
        assert_eq!(schedule.next_after(time("2026-07-10T00:30:00Z")), Some(time("2026-07-11T00:30:00Z")));
        assert_eq!(schedule.next_after(time("2026-07-10T00:30:00.9Z")), Some(time("2026-07-11T00:30:00Z")));
        let weekdays = cron("0 12 13 * 5", "UTC");
        assert_eq!(
            times(&weekdays, "UTC", "2026-11-01T00:00:00Z", "2026-11-15T00:00:00Z"),
            ["06 12:00 UTC", "13 12:00 UTC"],
            "a day of the month or a day of the week, as cron has it"
        );
        assert_eq!(cron("@daily", "UTC").next_after(time("2026-11-01T10:00:00Z")), Some(time("2026-11-02T00:00:00Z")));
        assert_eq!(
            cron(" 0  0 29 2 * ", "UTC").next_after(time("2097-01-01T00:00:00Z")),
            Some(time("2104-02-29T00:00:00Z"))
        );
    }

    #[test]
    fn a_time_in_the_spring_gap_runs_once_at_its_end() {
        let (from, to) = ("2026-03-07T05:00:00Z", "2026-03-09T16:00:00Z");
        let zone = "America/New_York";
        assert_eq!(times(&cron("30 2 * * *", zone), zone, from, to), ["07 02:30 EST", "08 03:00 EDT", "09 02:30 EDT"]);
        let (from, to) = ("2026-03-08T06:15:00Z", "2026-03-08T08:00:00Z");
        assert_eq!(
            times(&cron("*/30 * * * *", zone), zone, from, to),
            ["08 01:30 EST", "08 03:00 EDT", "08 03:30 EDT", "08 04:00 EDT"]
        );
    }

    #[test]
    fn a_time_in_the_autumn_overlap_runs_once() {
        let zone = "America/New_York";
        let (from, to) = ("2026-10-31T04:00:00Z", "2026-11-02T16:00:00Z");
        assert_eq!(times(&cron("30 1 * * *", zone), zone, from, to), ["31 01:30 EDT", "01 01:30 EDT", "02 01:30 EST"]);
        let (from, to) = ("2026-11-01T05:15:00Z", "2026-11-01T07:00:00Z");
        assert_eq!(
            times(&cron("*/30 * * * *", zone), zone, from, to),
            ["01 01:30 EDT", "01 01:00 EST", "01 01:30 EST", "01 02:00 EST"]
        );
        let schedule = cron("30 1 * * *", zone);
        let ran = time("2026-11-01T05:30:00Z");
        assert_eq!(schedule.due(Some(ran), time("2026-11-01T06:45:00Z")), None, "the second 01:30 is not due");
    }

    #[test]
    fn missed_times_collapse_to_the_newest() {
        let schedule = cron("0 2 * * *", "UTC");
        let ran = time("2026-11-01T02:00:00Z");
        assert_eq!(schedule.due(Some(ran), time("2026-11-02T01:59:59Z")), None);
        assert_eq!(schedule.due(Some(ran), time("2026-11-02T02:00:00Z")), Some(time("2026-11-02T02:00:00Z")));
        assert_eq!(schedule.due(Some(ran), time("2026-11-20T12:00:00Z")), Some(time("2026-11-20T02:00:00Z")));
        assert_eq!(schedule.due(None, time("2026-11-20T12:00:00Z")), Some(time("2026-11-20T02:00:00Z")));
        let made = time("2026-11-20T12:00:00Z");
        assert_eq!(schedule.due(Some(made), made), None, "a new schedule does not run for the time before it");
        assert_eq!(schedule.due(Some(made), time("2026-11-01T00:00:00Z")), None, "the clock was set back");
        let hourly = Timing::interval(3600, time("2026-11-01T00:30:00Z")).unwrap();
        assert_eq!(hourly.due(Some(time("2026-11-01T00:30:00Z")), made), Some(time("2026-11-20T11:30:00Z")));
        assert_eq!(hourly.due(Some(time("2026-11-20T11:30:00Z")), made), None);
    }

    #[test]
    fn what_cannot_be_used_is_told_in_a_sentence() {
        let bad = |schedule: Result<Timing, BadSchedule>| schedule.unwrap_err().to_string();
        for expression in [
            "",
            "hello",
            "* * * *",
            "0 0 * * * *",
            "61 * * * *",
            "* 25 * * *",
            "* * * * * 2027 1",
            "@never",
            "*/0 * * * *",
        ] {
            let told = bad(Timing::cron(expression, "UTC"));
            assert!(told.contains("five fields") && told.contains(&format!("\"{expression}\"")), "{told}");
        }
        assert!(bad(Timing::cron("0 0 30 2 *", "UTC")).contains("never matches any time"));
        for zone in ["Mars/Olympus", "", "CEST+2"] {
            assert!(bad(Timing::cron("0 0 * * *", zone)).contains("no time zone"), "{zone}");
        }
        for every_s in [i64::MIN, -60, 0, 59, 31_536_001, i64::MAX] {
            assert!(bad(Timing::interval(every_s, Timestamp::UNIX_EPOCH)).contains("Choose 60 to"));
        }
        let broken = Timing::Cron { expression: "hello".to_owned(), time_zone: "UTC".to_owned() };
        assert_eq!(broken.next_after(Timestamp::UNIX_EPOCH), None);
        assert_eq!(broken.due(None, Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn a_schedule_has_what_its_kind_needs_or_says_what_is_missing() {
        let now = time("2026-11-01T00:00:00Z");
        let whole = Schedule {
            kind: None,
            interval_seconds: Some(3600),
            cron_string: Some("0 2 * * *".to_owned()),
            time_zone: None,
            scheduled_for: Some(now),
        };
        let of = |kind: &str, schedule: Schedule| Timing::of(&Schedule { kind: Some(Open::of(kind)), ..schedule }, now);
        assert_eq!(Timing::of(&whole, now), Ok(None), "a job run by hand");
        assert_eq!(of("interval", whole.clone()), Ok(Some(Timing::Interval { every_s: 3600, anchor: now })));
        assert_eq!(of("cron", whole.clone()), Ok(Some(cron("0 2 * * *", "UTC"))));
        assert_eq!(of("onetime", whole.clone()), Ok(Some(Timing::Once { at: now })));
        for (kind, sentence) in [
            ("interval", "interval_seconds is required for an interval schedule."),
            ("cron", "cron_string is required for a cron schedule."),
            ("onetime", "scheduled_for is required for a one-time schedule."),
            ("weekly", "Unknown schedule type 'weekly': use interval, cron or onetime."),
        ] {
            assert_eq!(of(kind, Schedule::default()).unwrap_err().to_string(), sentence);
        }
    }

    const ZONES: [&str; 7] = [
        "UTC",
        "America/New_York",
        "Europe/Berlin",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Sao_Paulo",
        "Pacific/Apia",
    ];

    fn any_schedule() -> impl Strategy<Value = Timing> {
        let field = |low: u32, high: u32| {
            prop_oneof![
                Just("*".to_owned()),
                (low..=high).prop_map(|value| value.to_string()),
                (1..=high).prop_map(|step| format!("*/{step}")),
                (low..=high, low..=high).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
            ]
        };
        let expression = (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6));
        prop_oneof![
            3 => (expression, proptest::sample::select(&ZONES[..]))
                .prop_map(|((a, b, c, d, e), zone)| cron(&format!("{a} {b} {c} {d} {e}"), zone)),
            1 => (60..100_000i64, any_time()).prop_map(|(every_s, anchor)| Timing::Interval { every_s, anchor }),
            1 => any_time().prop_map(|at| Timing::Once { at }),
        ]
    }

    fn any_time() -> impl Strategy<Value = Timestamp> {
        (1_000_000_000..2_500_000_000i64, 0..1_000_000_000i32).prop_map(|(s, ns)| Timestamp::new(s, ns).unwrap())
    }

    proptest! {
        #[test]
        fn the_next_time_is_later_and_nothing_lies_between(schedule in any_schedule(), after in any_time(), part in 0.0..1.0f64) {
            if let Some(next) = schedule.next_after(after) {
                prop_assert!(next > after);
                let gap = next.duration_since(after).mul_f64(part);
                let between = after + gap;
                if between < next {
                    prop_assert_eq!(schedule.next_after(between), Some(next));
                }
            }
        }

        #[test]
        fn what_is_due_is_the_last_of_the_missed(schedule in any_schedule(), since in any_time(), steps in 0..40usize, extra in 0..90_000i64) {
            let mut missed = Vec::new();
            let mut after = since;
            for _ in 0..steps {
                let Some(next) = schedule.next_after(after) else { break };
                missed.push(next);
                after = next;
            }
            let now = after + extra.seconds();
            let mut next = schedule.next_after(after);
            while let Some(time) = next.filter(|time| *time <= now) {
                missed.push(time);
                next = schedule.next_after(time);
            }
            prop_assert_eq!(schedule.due(Some(since), now), missed.last().copied());
        }

        #[test]
        fn no_text_makes_it_panic(expression in "[0-9*/,@LW#? A-Za-z-]{0,20}", any in any::<String>(), zone in any::<String>()) {
            let _ = (Timing::cron(&expression, "UTC"), Timing::cron(&any, "UTC"), Timing::cron("* * * * *", &zone));
        }
    }
}
