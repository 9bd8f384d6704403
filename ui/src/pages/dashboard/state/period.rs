//! How far back the dashboard looks.

use jiff::{Timestamp, Unit};

/// How far back the dashboard looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// One hour.
    Hour,
    /// One day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Period {
    /// Every period, the shortest first.
    pub const ALL: [Period; 4] = [Period::Hour, Period::Day, Period::Week, Period::Month];

    /// The period on its button.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Period::Hour => "1 h",
            Period::Day => "24 h",
            Period::Week => "7 d",
            Period::Month => "30 d",
        }
    }

    /// The period in an address.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Period::Hour => "1h",
            Period::Day => "24h",
            Period::Week => "7d",
            Period::Month => "30d",
        }
    }

    /// The period of an address.
    #[must_use]
    pub fn of(key: &str) -> Option<Period> {
        Period::ALL.into_iter().find(|period| period.key() == key)
    }

    /// The period in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Period::Hour => "the last hour",
            Period::Day => "the last 24 hours",
            Period::Week => "the last 7 days",
            Period::Month => "the last 30 days",
        }
    }

    fn hours(self) -> i64 {
        match self {
            Period::Hour => 1,
            Period::Day => 24,
            Period::Week => 7 * 24,
            Period::Month => 30 * 24,
        }
    }

    /// When the period began, to the minute: a request stays the same for as long, and its answer can be kept.
    #[must_use]
    pub fn began(self, now: Timestamp) -> Timestamp {
        let minute = now.round((Unit::Minute, 1)).unwrap_or(now);
        minute.checked_sub(jiff::Span::new().hours(self.hours())).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_begins_on_a_whole_minute() {
        let now: Timestamp = "2026-11-23T14:05:11Z".parse().unwrap();
        assert_eq!(Period::Day.began(now).to_string(), "2026-11-22T14:05:00Z");
    }
}
