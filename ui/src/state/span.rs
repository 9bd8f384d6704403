//! A stretch of time a person has chosen.

use jiff::{Span as Length, Timestamp};

/// From a moment until another; `until` itself is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first moment.
    pub from: Timestamp,
    /// The moment behind the last.
    pub until: Timestamp,
}

impl Span {
    /// The last moment of it, as finely as servers keep times.
    #[must_use]
    pub fn last(&self) -> Timestamp {
        self.until.checked_sub(Length::new().microseconds(1)).unwrap_or(self.until)
    }
}
