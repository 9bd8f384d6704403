//! Reads fields of a server's rows, whatever their type turns out to be.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

/// An object as a server wrote it; an absent value or one of another type reads as none.
#[derive(Clone, Copy)]
pub struct Row<'a>(pub &'a Value);

impl<'a> Row<'a> {
    /// A whole number.
    pub fn number(self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// A number with a fraction.
    pub fn fraction(self, name: &str) -> Option<f64> {
        self.0.get(name)?.as_f64()
    }

    /// The row's own id.
    pub fn id<I: From<i64>>(self) -> I {
        self.number("id").unwrap_or_default().into()
    }

    /// The id of something else.
    pub fn id_of<I: From<i64>>(self, name: &str) -> Option<I> {
        self.number(name).map(I::from)
    }

    /// A text.
    pub fn text(self, name: &str) -> Option<String> {
        self.0.get(name)?.as_str().map(str::to_owned)
    }

    /// A text that has to be there.
    pub fn word(self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A boolean.
    pub fn flag(self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A time; one without a zone is UTC.
    pub fn time(self, name: &str) -> Option<Timestamp> {
        self.0.get(name)?.as_str().and_then(time)
    }

    /// Anything but null.
    pub fn value(self, name: &str) -> Option<Value> {
        self.0.get(name).filter(|value| !value.is_null()).cloned()
    }

    /// A list of rows.
    pub fn rows(self, name: &str) -> impl Iterator<Item = Row<'a>> + use<'a> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().map(Row)
    }
}

/// A time as servers write it: with a zone, or without one in UTC.
pub fn time(text: &str) -> Option<Timestamp> {
    let naive = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>().ok().or_else(naive)
}

/// A reply in its final form.
pub fn reply(reply: &impl Serialize) -> Value {
    serde_json::to_value(reply).expect("replies are plain data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_zone_are_the_same_moment() {
        let expected: Timestamp = "2026-11-23T02:00:00Z".parse().unwrap();
        for text in [
            "2026-11-23T02:00:00",
            "2026-11-23T02:00:00.000000Z",
            "2026-11-23T02:00:00+00:00",
            "2026-11-23T03:00:00+01:00",
        ] {
            assert_eq!(time(text), Some(expected), "{text}");
        }
        assert_eq!(time("tomorrow"), None);
    }
}
