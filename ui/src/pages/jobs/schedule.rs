//! Schedules in words.

use jiff::tz::TimeZone;
use netraven_api::jobs::{Schedule, ScheduleKind};
use netraven_api::native::Feature;

use crate::format;
use crate::state::session::Workplace;

/// When a job runs: `every 4 hours`, `02:30 daily (Europe/Berlin)`, `once at 2026-11-22 14:02:00`, `manual`.
#[must_use]
pub fn words(schedule: &Schedule, zone: &TimeZone) -> String {
    times(schedule, zone).unwrap_or_else(|| "manual".to_owned())
}

fn times(schedule: &Schedule, zone: &TimeZone) -> Option<String> {
    let words = match schedule.known()? {
        ScheduleKind::Interval => every(schedule.interval_seconds?),
        ScheduleKind::Cron => cron(schedule.cron_string.as_ref()?, schedule.time_zone.as_deref().unwrap_or("UTC")),
        ScheduleKind::Once => format!("once at {}", format::date_time(schedule.scheduled_for?, zone)),
    };
    Some(words)
}

/// Why this server never starts a job by its schedule, if it does not.
#[must_use]
pub fn never_starts(kind: Option<ScheduleKind>, workplace: &Workplace) -> Option<String> {
    match kind? {
        ScheduleKind::Cron => workplace.refusal(Feature::CronSchedule),
        ScheduleKind::Once => workplace.refusal(Feature::OnceSchedule),
        ScheduleKind::Interval => None,
    }
}

/// An interval in its largest whole unit.
fn every(seconds: i64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (length, unit) = units.into_iter().find(|(length, _)| seconds % length == 0).unwrap_or((1, "second"));
    match seconds / length {
        1 => format!("every {unit}"),
        many => format!("every {} {unit}s", format::number(many)),
    }
}

/// The cron fields people use most as words, all others as they are.
fn cron(fields: &str, zone: &str) -> String {
    let parts: Vec<&str> = fields.split_whitespace().collect();
    let said = match parts.as_slice() {
        [minute, hour, day, "*", weekday] => match (number(minute, 59), number(hour, 23), *day, *weekday) {
            (Some(minute), Some(hour), "*", "*") => Some(format!("{hour:02}:{minute:02} daily")),
            (Some(minute), Some(hour), "*", days) => {
                weekdays(days).map(|days| format!("{hour:02}:{minute:02} on {days}"))
            }
            (Some(minute), Some(hour), day, "*") => {
                number(day, 31).map(|day| format!("{hour:02}:{minute:02} on day {day} of each month"))
            }
            (Some(minute), None, "*", "*") if *hour == "*" => Some(format!("hourly at :{minute:02}")),
            (None, None, "*", "*") if *hour == "*" => step(minute),
            _ => None,
        },
        _ => None,
    };
    format!("{} ({zone})", said.unwrap_or_else(|| parts.join(" ")))
}

fn number(text: &str, most: u8) -> Option<u8> {
    text.parse::<u8>().ok().filter(|number| *number <= most)
}

/// `*/15` as `every 15 minutes`, where the minutes are evenly apart.
fn step(minute: &str) -> Option<String> {
    let step = minute.strip_prefix("*/").and_then(|step| number(step, 59))?;
    (step > 1 && 60 % step == 0).then(|| format!("every {step} minutes"))
}

fn weekdays(text: &str) -> Option<String> {
    const NAMES: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    if text == "1-5" || text.eq_ignore_ascii_case("mon-fri") {
        return Some("weekdays".to_owned());
    }
    let named: Option<Vec<&str>> = text
        .split(',')
        .map(|day| match number(day, 7) {
            Some(place) => Some(NAMES[usize::from(place) % 7]),
            None => NAMES.into_iter().find(|name| name.eq_ignore_ascii_case(day)),
        })
        .collect();
    Some(named?.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_said_in_their_largest_unit() {
        let said = [60, 90, 3600, 14_400, 86_400, 5400].map(every);
        assert_eq!(
            said,
            ["every minute", "every 90 seconds", "every hour", "every 4 hours", "every day", "every 90 minutes"]
        );
    }

    #[test]
    fn simple_cron_fields_are_said_and_others_shown() {
        let said = |fields| cron(fields, "UTC");
        assert_eq!(cron("30 2 * * *", "Europe/Berlin"), "02:30 daily (Europe/Berlin)");
        assert_eq!(said("0 6 * * 1-5"), "06:00 on weekdays (UTC)");
        assert_eq!(said("0 6 * * 1,sat,7"), "06:00 on Mon, Sat, Sun (UTC)");
        assert_eq!(said("5 4 1 * *"), "04:05 on day 1 of each month (UTC)");
        assert_eq!(said("15 * * * *"), "hourly at :15 (UTC)");
        assert_eq!(said("*/10 * * * *"), "every 10 minutes (UTC)");
        for shown in ["*/7 * * * *", "0 6 1 * 1", "0 6 * 3 *", "0 6 * * 1-3", "61 6 * * *", "0 6,18 * * *"] {
            assert_eq!(said(shown), format!("{shown} (UTC)"));
        }
    }
}
