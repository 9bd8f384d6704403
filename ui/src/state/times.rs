//! How times are written: in the person's zone, in UTC, or as the distance from now. One choice for the whole window.

use serde_json::Value;

use super::kept::Setting;

/// A way to write times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// In the time zone of this computer.
    Local,
    /// In UTC.
    Utc,
    /// As "4 s ago".
    Relative,
}

impl Times {
    /// Every way.
    pub const ALL: [Times; 3] = [Times::Local, Times::Utc, Times::Relative];

    /// The way as the setting spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Times::Local => "local",
            Times::Utc => "utc",
            Times::Relative => "relative",
        }
    }

    /// The way spelled so, or none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Times> {
        Times::ALL.into_iter().find(|times| times.as_str() == text)
    }
}

impl Setting for Times {
    const NAME: &'static str = "times";

    fn first() -> Times {
        Times::Local
    }

    fn write(&self) -> Value {
        Value::from(self.as_str())
    }

    fn read(value: &Value) -> Option<Times> {
        value.as_str().and_then(Times::parse)
    }
}
