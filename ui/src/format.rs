//! Numbers, times and durations as texts for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use netraven_api::Open;
use netraven_api::evidence::ShownKey;
use netraven_api::jobs::JobKind;
use netraven_api::outcome::Stage;
use netraven_api::runs::Run;

use crate::state::span::Span;

/// How many letters of a fingerprint are shown, enough to distinguish keys at a glance, `SHA256:` among them.
const FINGERPRINT: usize = 15;

/// A key in a few letters: `Ed25519 SHA256:kqtKr7k/…`.
#[must_use]
pub fn short_key(key: &ShownKey) -> String {
    let kind = match key.key_type.as_str() {
        "ssh-ed25519" => "Ed25519",
        "ssh-rsa" => "RSA",
        kind if kind.starts_with("ecdsa-") => "ECDSA",
        kind => kind,
    };
    let begin: String = key.sha256.chars().take(FINGERPRINT).collect();
    format!("{kind} {begin}…")
}

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

/// A number that not every server sends.
#[must_use]
pub fn number_known(value: Option<i64>) -> String {
    value.map_or_else(|| "not known".to_owned(), number)
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
    // To the nearest tenth, so that two parts add up; but only all is 100 %, and only none is 0 %.
    let tenths = match (part * 2000 / whole + 1) / 2 {
        1000.. if part < whole => 999,
        0 if part > 0 => 1,
        tenths => tenths,
    };
    if tenths % 10 == 0 { format!("{} %", tenths / 10) } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// A size: `512 bytes`, `61.2 kB`, `1.3 GB`.
#[must_use]
pub fn bytes(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes.abs() < 1_000 {
        return count(bytes, "byte");
    }
    // In tenths of the unit.
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 9_995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1_000;
        unit += 1;
    }
    let figure = if tenths >= 1_000 { number(tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    format!("{figure} {}", UNITS[unit])
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

/// How long something has gone on: `4 s`, `3 min`, `2 h`, `5 days`.
#[must_use]
pub fn lasting(seconds: i64) -> String {
    match seconds {
        ..=59 => format!("{} s", seconds.max(0)),
        60..=3599 => format!("{} min", seconds / 60),
        3600..=86_399 => format!("{} h", seconds / 3600),
        _ => count(seconds / 86_400, "day"),
    }
}

/// How long ago something was: `4 s ago`, `3 min ago`, `2 h ago`, `5 days ago`.
#[must_use]
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    format!("{} ago", lasting(now.as_second() - then.as_second()))
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
    if seconds <= 0 { "now".to_owned() } else { format!("in {}", lasting(seconds)) }
}

/// How far a moment is from now, before or after it.
#[must_use]
pub fn distance(at: Timestamp, now: Timestamp) -> String {
    if at.as_second() > now.as_second() { until(at, now) } else { ago(at, now) }
}

/// How a moment is written wherever one is shown: `2026-11-23 14:02:11`.
const MOMENT: &str = "%Y-%m-%d %H:%M:%S";

/// Date and time: `2026-11-23 14:02:11`.
#[must_use]
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime(MOMENT).to_string()
}

/// A run by its job and when it began, as breadcrumbs name it.
#[must_use]
pub fn run_name(run: &Run, zone: &TimeZone) -> String {
    format!("{}, {}", run.job_name, date_time(run.started_at.unwrap_or(run.queued_at), zone))
}

/// Date and time to the millisecond, where moments lie close together: `2026-11-23 14:02:11.204`.
#[must_use]
pub fn full_time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime(&format!("{MOMENT}%.3f")).to_string()
}

/// A time below a chart whose names are this far apart: `2026-11-23`, `2026-11-23 14:02`, and `14:02` for one of today.
#[must_use]
pub fn axis_time(at: Timestamp, width_s: i64, now: Timestamp, zone: &TimeZone) -> String {
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let format = match (width_s, at.date() == now.date()) {
        (43_200.., _) => "%Y-%m-%d",
        (60.., true) => "%H:%M",
        (60.., false) => "%Y-%m-%d %H:%M",
        (_, true) => "%H:%M:%S",
        (_, false) => MOMENT,
    };
    at.strftime(format).to_string()
}

/// A stretch of time: `2026-11-23 13:28–13:34`, `2026-11-22 23:00 – 2026-11-23 01:00`, and whole days as `2026-11-22` or
/// `2026-11-22 – 2026-11-24`; seconds only where they say something.
#[must_use]
pub fn span(span: Span, zone: &TimeZone) -> String {
    let whole = span.from.as_second() % 60 == 0 && span.until.as_second() % 60 == 0;
    let clock = if whole { "%H:%M" } else { "%H:%M:%S" };
    let (from, until) = (span.from.to_zoned(zone.clone()), span.until.to_zoned(zone.clone()));
    let is_midnight = |at: &jiff::Zoned| at.time() == jiff::civil::Time::midnight();
    if is_midnight(&from) && is_midnight(&until) && from.date() < until.date() {
        let last = until.date().yesterday().unwrap_or(until.date());
        return if last == from.date() { last.to_string() } else { format!("{} – {last}", from.date()) };
    }
    let day = |at: &jiff::Zoned| at.strftime(&format!("%Y-%m-%d {clock}")).to_string();
    if from.date() == until.date() {
        format!("{}–{}", day(&from), until.strftime(clock))
    } else {
        format!("{} – {}", day(&from), day(&until))
    }
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
pub fn job_kind(kind: &Open<JobKind>) -> &str {
    match kind {
        Open::Known(kind) => kind.short(),
        Open::Other(word) => word,
    }
}

/// What a stage of a job's work is called.
#[must_use]
pub fn stage(stage: Stage, kind: &Open<JobKind>) -> &'static str {
    kind.known().map_or(stage.title(), |kind| kind.stage_title(stage))
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
        assert_eq!((percent(5, 7), percent(2, 7)), ("71.4 %".into(), "28.6 %".into()), "they add up");
        assert_eq!((percent(9_999, 10_000), percent(1, 10_000)), ("99.9 %".into(), "0.1 %".into()));
    }

    #[test]
    fn a_key_is_named_by_its_kind_and_the_beginning_of_its_fingerprint() {
        let key = |key_type: &str| ShownKey {
            key_type: key_type.to_owned(),
            sha256: "SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs".to_owned(),
        };
        assert_eq!(short_key(&key("ssh-ed25519")), "Ed25519 SHA256:kqtKr7k/…");
        assert_eq!(short_key(&key("ecdsa-sha2-nistp384")), "ECDSA SHA256:kqtKr7k/…");
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        let told = [1, 512, 61_204, 1_284_000_000, 182_000_000_000, 999_990].map(bytes);
        assert_eq!(told, ["1 byte", "512 bytes", "61.2 kB", "1.3 GB", "182 GB", "1.0 MB"]);
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
    fn every_time_is_written_in_full_and_in_one_form() {
        let (now, zone) = (at("2026-11-23T12:00:00Z"), TimeZone::fixed(jiff::tz::offset(1)));
        assert_eq!(date_time(at("2026-11-23T10:02:11.9Z"), &zone), "2026-11-23 11:02:11");
        assert_eq!(date_time(at("2025-01-02T23:30:00Z"), &zone), "2025-01-03 00:30:00");
        assert_eq!(full_time(at("2026-11-23T10:02:11.204Z"), &zone), "2026-11-23 11:02:11.204");
        let stretch = |from, until| span(Span { from: at(from), until: at(until) }, &zone);
        assert_eq!(stretch("2026-11-23T10:02:00Z", "2026-11-23T10:05:00Z"), "2026-11-23 11:02–11:05");
        assert_eq!(stretch("2026-11-22T10:02:00Z", "2026-11-22T10:02:10Z"), "2026-11-22 11:02:00–11:02:10");
        assert_eq!(stretch("2026-11-22T22:00:00Z", "2026-11-23T00:00:00Z"), "2026-11-22 23:00 – 2026-11-23 01:00");
        assert_eq!(stretch("2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z"), "2026-11-22");
        assert_eq!(stretch("2026-11-21T23:00:00Z", "2026-11-24T23:00:00Z"), "2026-11-22 – 2026-11-24");
        assert_eq!(axis_time(at("2026-11-23T10:02:00Z"), 60, now, &zone), "11:02");
        assert_eq!(axis_time(at("2026-11-22T10:02:00Z"), 900, now, &zone), "2026-11-22 11:02");
        assert_eq!(axis_time(at("2026-11-22T10:02:05Z"), 1, now, &zone), "2026-11-22 11:02:05");
        assert_eq!(axis_time(at("2026-11-22T10:02:00Z"), 86_400, now, &zone), "2026-11-22");
        assert_eq!(zone_name(now, &zone), "Local time, UTC+01:00");
    }
}
