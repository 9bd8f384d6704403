//! A moment as a person types it: `2026-11-23 14:05`, in the zone that times are written in.

use dioxus::prelude::*;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::field::TextField;
use crate::state::moment::use_moment;

/// What to type, as an example.
const EXAMPLE: &str = "2026-11-23 14:05";

/// Which end of a day is meant where somebody types no time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayEnd {
    /// Its first moment.
    Begin,
    /// The moment behind its last.
    End,
}

/// A field for date and time. Browsers have one of their own, which writes dates as its language does and not as the rest of
/// the window; so this is a text.
#[component]
pub fn TimeField(
    id: String,
    label: String,
    value: String,
    error: Option<String>,
    #[props(default)] focus: bool,
    oninput: EventHandler<String>,
) -> Element {
    let moment = use_moment();
    rsx! {
        TextField {
            id,
            label,
            value,
            placeholder: EXAMPLE,
            hint: "Year-month-day hour:minute, {moment.zone_name()}",
            error,
            focus,
            autocomplete: "off",
            oninput,
        }
    }
}

/// A moment as the field has it: `2026-11-23 14:05`, with seconds where there are some.
#[must_use]
pub fn typed_time(at: Timestamp, zone: &TimeZone) -> String {
    let at = at.to_zoned(zone.clone());
    at.strftime(if at.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
}

/// The moment that was typed, or a sentence that says what is wrong with it.
pub fn read_time(text: &str, zone: &TimeZone, day: DayEnd) -> Result<Timestamp, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("Enter date and time, such as {EXAMPLE}."));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let form = || format!("“{text}” is not a date and time. Write it as {EXAMPLE}: year, month, day, hour, minute.");
    let (date, time) = text.split_once(['T', 't', ' ']).map_or((text, None), |(date, time)| (date, Some(time.trim())));
    let [year, month, days] = date.split('-').collect::<Vec<_>>()[..] else { return Err(form()) };
    if (year.len(), month.len(), days.len()) != (4, 2, 2) {
        return Err(form());
    }
    let Ok(date) = format!("{year}-{month}-{days}").parse::<Date>() else {
        let digits = [year, month, days].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        return Err(if digits { format!("There is no day {date}. Check month and day.") } else { form() });
    };
    let local = match time {
        None if day == DayEnd::Begin => date.at(0, 0, 0, 0),
        None => date.checked_add(1.day()).map_err(|_| form())?.at(0, 0, 0, 0),
        Some(time) => {
            let clock = if time.matches(':').count() == 1 { format!("{time}:00") } else { time.to_owned() };
            format!("{date}T{clock}").parse::<DateTime>().map_err(|_| {
                format!("“{time}” is not a time of day. Write hour and minute as 14:05, from 00:00 to 23:59.")
            })?
        }
    };
    local.to_zoned(zone.clone()).map(|at| at.timestamp()).map_err(|_| form())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(1))
    }

    fn read(text: &str) -> Result<String, String> {
        read_time(text, &zone(), DayEnd::Begin).map(|at| at.to_string())
    }

    #[test]
    fn what_is_typed_is_read_in_the_zone_on_screen() {
        assert_eq!(read("2026-11-23 14:05").as_deref(), Ok("2026-11-23T13:05:00Z"));
        assert_eq!(read(" 2026-11-23T14:06:30 ").as_deref(), Ok("2026-11-23T13:06:30Z"));
        assert_eq!(read("2026-11-23 14:06:30.5").as_deref(), Ok("2026-11-23T13:06:30.5Z"));
        assert_eq!(read("2026-11-23T14:06:30Z").as_deref(), Ok("2026-11-23T14:06:30Z"), "with a zone of its own");
        assert_eq!(read("2026-11-23").as_deref(), Ok("2026-11-22T23:00:00Z"));
        let end = read_time("2026-11-23", &zone(), DayEnd::End).unwrap();
        assert_eq!(end.to_string(), "2026-11-23T23:00:00Z", "the whole day");
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["2026-11-23 14:05", "2026-11-23 14:05:06", "1999-01-01 00:00"] {
            let at = read_time(text, &zone(), DayEnd::Begin).unwrap();
            assert_eq!(typed_time(at, &zone()), text);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_is_wrong_about_it() {
        for (text, says) in [
            ("", "Enter date and time"),
            ("11/23/2026, 14:05", "Write it as 2026-11-23 14:05"),
            ("23.11.2026 14:05", "Write it as 2026-11-23 14:05"),
            ("26-11-23 14:05", "Write it as 2026-11-23 14:05"),
            ("yesterday", "Write it as 2026-11-23 14:05"),
            ("2026-02-30 14:05", "There is no day 2026-02-30"),
            ("2026-13-01", "There is no day 2026-13-01"),
            ("2026-11-23 25:05", "“25:05” is not a time of day"),
            ("2026-11-23 2 pm", "“2 pm” is not a time of day"),
            ("2026-11-23 14h05", "“14h05” is not a time of day"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(says), "{text}: {told}");
        }
    }
}
