//! Single values: each refused in FastAPI's words.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::TextRule;
use super::bounds::repeated_text;
use crate::server::http::error::{Location, RefusedField};

/// Refuses a value at a place.
pub fn refused_field(location: Location, kind: &'static str, message: impl Into<String>, input: Value) -> RefusedField {
    RefusedField { kind, location, message: message.into(), input, context: None }
}

impl TextRule {
    /// Refuses a text that is too short or too long, has characters it may not have, or holds a NUL, which Postgres cannot
    /// store. A secret is never echoed.
    pub fn check(&self, text: &str, location: Location) -> Option<RefusedField> {
        let input = if self.secret { Value::Null } else { repeated_text(text) };
        let length = text.chars().count();
        if let Some(least) = self.least.filter(|least| length < *least) {
            let plural = if least == 1 { "" } else { "s" };
            let message = format!("String should have at least {least} character{plural}");
            return Some(
                refused_field(location, "string_too_short", message, input).with(json!({ "min_length": least })),
            );
        }
        if let Some(most) = self.most.filter(|most| length > *most) {
            let message = format!("String should have at most {most} characters");
            return Some(
                refused_field(location, "string_too_long", message, input).with(json!({ "max_length": most })),
            );
        }
        if let Some(pattern) = self.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
            let message = format!("String should match pattern '{pattern}'");
            let context = json!({ "pattern": pattern.as_str() });
            return Some(refused_field(location, "string_pattern_mismatch", message, input).with(context));
        }
        let nul = text.contains('\0');
        nul.then(|| {
            refused_field(location, "value_error", "Value error, the text must not hold a NUL character", input)
        })
    }
}

/// Refuses a number out of its range.
pub fn range(
    number: i64,
    least: Option<i64>,
    most: Option<i64>,
    location: Location,
    input: Value,
) -> Option<RefusedField> {
    if let Some(least) = least.filter(|least| number < *least) {
        let message = format!("Input should be greater than or equal to {least}");
        return Some(refused_field(location, "greater_than_equal", message, input).with(json!({ "ge": least })));
    }
    let most = most.filter(|most| number > *most)?;
    let message = format!("Input should be less than or equal to {most}");
    Some(refused_field(location, "less_than_equal", message, input).with(json!({ "le": most })))
}

/// Refuses a word that is not in the list.
pub fn not_a_word(words: &[String], location: Location, input: Value) -> RefusedField {
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let expected = match quoted.as_slice() {
        [several @ .., last] if !several.is_empty() => format!("{} or {last}", several.join(", ")),
        _ => quoted.join(""),
    };
    let context = json!({ "expected": expected });
    refused_field(location, "literal_error", format!("Input should be {expected}"), input).with(context)
}

/// Refuses an invalid time.
pub fn not_a_time(location: Location, input: Value) -> RefusedField {
    let message = "Input should be a valid datetime, such as 2026-11-22T14:00:00Z";
    refused_field(location, "datetime_parsing", message, input)
        .with(json!({ "error": "it is no form of a date or time" }))
}

/// A time as NetRaven reads it: with a zone, without one (then it is UTC), a date alone, or seconds since 1970.
pub fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let utc = |at: DateTime| at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    let zoned = text.parse::<Timestamp>().ok();
    let naive = || text.parse::<DateTime>().ok().and_then(utc);
    let day = || text.parse::<Date>().ok().and_then(|day| utc(day.to_datetime(jiff::civil::Time::midnight())));
    zoned.or_else(naive).or_else(day)
}
