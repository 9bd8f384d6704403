//! Numbers, times and durations as texts for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::state::span::Span;

/// A number with its thousands apart: `14,208`.
#[must_use]
pub fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and its noun: `1 device`, `3 devices`.
#[must_use]
pub fn count(value: i64, one: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {one}s", number(value)) }
}

/// A number and a noun with a plural of its own: `2 retries`.
#[must_use]
pub fn count_of(value: i64, one: &str, many: &str) -> String {
    if value == 1 { format!("1 {one}") } else { format!("{} {many}", number(value)) }
}

/// A share in percent: `91.9 %`.
#[must_use]
pub fn percent(part: i64, whole: i64) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    let tenths = part * 1000 / whole;
    if tenths % 10 == 0 { format!("{} %", tenths / 10) } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// A duration: `0:41`, `12:05`, `1:02:03`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes}:{rest:02}") }
}

/// Whole seconds from one moment to another.
#[must_use]
pub fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    (to.as_millisecond() - from.as_millisecond() + 500).div_euclid(1000)
}

/// How long ago something was: `4 s ago`, `3 min ago`, `2 h ago`, `5 days ago`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = (now.as_second() - then.as_second()).max(0);
    match seconds {
        0..=59 => format!("{seconds} s ago"),
        60..=3599 => format!("{} min ago", seconds / 60),
        3600..=86_399 => format!("{} h ago", seconds / 3600),
        _ => format!("{} ago", count(seconds / 86_400, "day")),
    }
}

/// How late something came: `38 ms behind`, `2.4 s behind`.
#[must_use]
pub fn behind(milliseconds: i64) -> String {
    match milliseconds {
        ..1_000 => format!("{} ms behind", milliseconds.max(0)),
        1_000..10_000 => format!("{}.{} s behind", milliseconds / 1_000, milliseconds % 1_000 / 100),
        _ => format!("{} s behind", number(milliseconds / 1_000)),
    }
}

/// How long until something is: `in 4 s`, `in 3 min`, `in 2 h`, `in 5 days`.
#[must_use]
pub fn until(then: Timestamp, now: Timestamp) -> String {
    let seconds = then.as_second() - now.as_second();
    match seconds {
        i64::MIN..=0 => "now".to_owned(),
        1..=59 => format!("in {seconds} s"),
        60..=3599 => format!("in {} min", seconds / 60),
        3600..=86_399 => format!("in {} h", seconds / 3600),
        _ => format!("in {}", count(seconds / 86_400, "day")),
    }
}

/// How far a moment is from now, before or after it.
#[must_use]
pub fn distance(at: Timestamp, now: Timestamp) -> String {
    if at.as_second() > now.as_second() { until(at, now) } else { ago(at, now) }
}

/// A time of day, with its date unless that is today: `14:02:11`, `22 Nov 14:02`.
#[must_use]
pub fn short_time(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = if at.date() == now.date() {
        "%H:%M:%S"
    } else if at.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    at.strftime(format).to_string()
}

/// A time of day to the millisecond, with its date unless that is today.
#[must_use]
pub fn log_time(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = if at.date() == now.date() { "%H:%M:%S%.3f" } else { "%d.%m. %H:%M:%S" };
    at.strftime(format).to_string()
}

/// A time below a chart whose bars are this wide.
#[must_use]
pub fn axis_time(at: Timestamp, width_s: i64, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = match width_s {
        ..60 => "%H:%M:%S",
        60..3_600 if at.date() == now.date() => "%H:%M",
        60..43_200 => "%-d %b %H:%M",
        _ => "%-d %b",
    };
    at.strftime(format).to_string()
}

/// A stretch of time: `13:28–13:34`, `22 Nov 23:00 – 23 Nov 01:00`, and whole days as `22 Nov`, `22 Nov – 24 Nov`; seconds
/// only where they say something.
#[must_use]
pub fn span(span: Span, now: Timestamp, zone: &TimeZone) -> String {
    let whole = span.from.as_second() % 60 == 0 && span.until.as_second() % 60 == 0;
    let clock = if whole { "%H:%M" } else { "%H:%M:%S" };
    let (from, until, today) =
        (span.from.to_zoned(zone.clone()), span.until.to_zoned(zone.clone()), now.to_zoned(zone.clone()).date());
    let is_midnight = |at: &jiff::Zoned| at.time() == jiff::civil::Time::midnight();
    if is_midnight(&from) && is_midnight(&until) && from.date() < until.date() {
        let date = |date: jiff::civil::Date| date.strftime("%-d %b").to_string();
        let last = until.date().yesterday().unwrap_or(until.date());
        let first = date(from.date());
        return if last == from.date() { first } else { format!("{first} – {}", date(last)) };
    }
    let day = |at: &jiff::Zoned| at.strftime(&format!("%-d %b {clock}")).to_string();
    match (from.date() == until.date(), from.date() == today) {
        (true, true) => format!("{}–{}", from.strftime(clock), until.strftime(clock)),
        (true, false) => format!("{}–{}", day(&from), until.strftime(clock)),
        (false, _) => format!("{} – {}", day(&from), day(&until)),
    }
}

/// Date and time in full: `2026-11-23 14:02:11.204`.
#[must_use]
pub fn full_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S%.3f").to_string()
}

/// What the times on screen are in: `Local time, UTC+01:00`.
#[must_use]
pub fn zone_name(now: Timestamp, zone: &TimeZone) -> String {
    let offset = zone.to_offset(now);
    if offset.seconds() == 0 {
        return "Local time, UTC".to_owned();
    }
    let (sign, seconds) = if offset.seconds() < 0 { ('-', -offset.seconds()) } else { ('+', offset.seconds()) };
    format!("Local time, UTC{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}

/// The kind of a job, for people.
#[must_use]
pub fn job_kind(job_type: &str) -> &str {
    match job_type {
        netraven_api::jobs::CONFIG_BACKUP => "backup",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_and_shares_read_well() {
        assert_eq!((number(0), number(1_000), number(-14_208)), ("0".into(), "1,000".into(), "-14,208".into()));
        assert_eq!((count(1, "device"), count(2, "device")), ("1 device".into(), "2 devices".into()));
        assert_eq!((percent(171, 186), percent(1, 2), percent(0, 0)), ("91.9 %".into(), "50 %".into(), "0 %".into()));
    }

    #[test]
    fn durations_and_distances_read_well() {
        assert_eq!((duration(9), duration(112), duration(3723)), ("0:09".into(), "1:52".into(), "1:02:03".into()));
        let now = at("2026-11-23T12:00:00Z");
        assert_eq!(ago(at("2026-11-23T11:59:56Z"), now), "4 s ago");
        assert_eq!(ago(at("2026-11-21T11:59:56Z"), now), "2 days ago");
        assert_eq!(until(at("2026-11-23T12:05:30Z"), now), "in 5 min");
        assert_eq!([38, 2_449, 61_000].map(behind), ["38 ms behind", "2.4 s behind", "61 s behind"]);
    }

    #[test]
    fn a_time_names_its_day_unless_that_is_today() {
        let (now, zone) = (at("2026-11-23T12:00:00Z"), TimeZone::fixed(jiff::tz::offset(1)));
        assert_eq!(short_time(at("2026-11-23T10:02:11Z"), now, &zone), "11:02:11");
        assert_eq!(short_time(at("2026-11-22T23:30:00Z"), now, &zone), "00:30:00");
        assert_eq!(short_time(at("2026-11-22T10:02:11Z"), now, &zone), "22 Nov 11:02");
        assert_eq!(log_time(at("2026-11-23T10:02:11.204Z"), now, &zone), "11:02:11.204");
        let stretch = |from, until| span(Span { from: at(from), until: at(until) }, now, &zone);
        assert_eq!(stretch("2026-11-23T10:02:00Z", "2026-11-23T10:05:00Z"), "11:02–11:05");
        assert_eq!(stretch("2026-11-22T10:02:00Z", "2026-11-22T10:02:10Z"), "22 Nov 11:02:00–11:02:10");
        assert_eq!(stretch("2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z"), "22 Nov 23:00 – 23 Nov 01:00");
        assert_eq!(stretch("2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"), "22 Nov");
        assert_eq!(stretch("2026-11-21T23:00:00Z", "2026-11-24T23:00:00Z"), "22 Nov – 24 Nov");
        assert_eq!(axis_time(at("2026-11-23T10:02:00Z"), 60, now, &zone), "11:02");
        assert_eq!(axis_time(at("2026-11-22T10:02:00Z"), 900, now, &zone), "22 Nov 11:02");
        assert_eq!(zone_name(now, &zone), "Local time, UTC+01:00");
    }
}
