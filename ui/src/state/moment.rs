//! The present moment, ticking once a second for texts such as "4 s ago".

use std::time::Duration;

use dioxus::prelude::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::data::use_api;
use crate::format;
use crate::state::kept::{Kept, use_kept_provider};
use crate::state::times::Times;

/// Now and the time zone, for components that show times.
#[derive(Clone, Copy, PartialEq)]
pub struct Moment {
    now: Signal<Timestamp>,
    zone: Signal<TimeZone>,
    times: Kept<Times>,
}

impl Moment {
    /// Now; a component that reads it is redrawn every second.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.now.read()
    }

    /// Now, without being drawn again.
    #[must_use]
    pub fn glance(&self) -> Timestamp {
        *self.now.peek()
    }

    /// The time zone times are written in: the person's own, unless UTC was chosen.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        if self.times() == Times::Utc { TimeZone::UTC } else { self.zone.peek().clone() }
    }

    /// How times are written.
    #[must_use]
    pub fn times(&self) -> Times {
        self.times.get()
    }

    /// The zone times are written in, and read in where a person types one.
    #[must_use]
    pub fn zone_name(&self) -> String {
        if self.times() == Times::Utc { "UTC".to_owned() } else { self.here() }
    }

    /// The person's own zone by name: `Local time, UTC+01:00`.
    #[must_use]
    pub fn here(&self) -> String {
        format::zone_name(self.glance(), &self.zone.peek())
    }

    /// A time in a table. A component that shows one as a distance is redrawn every second.
    #[must_use]
    pub fn short(&self, at: Timestamp) -> String {
        match self.times() {
            Times::Relative => format::distance(at, self.now()),
            Times::Local | Times::Utc => format::date_time(at, &self.zone()),
        }
    }

    /// The time of a log line, to the millisecond unless it is a distance.
    #[must_use]
    pub fn of_line(&self, at: Timestamp) -> String {
        match self.times() {
            Times::Relative => format::distance(at, self.now()),
            Times::Local | Times::Utc => format::full_time(at, &self.zone()),
        }
    }
}

/// Provides the moment and keeps it ticking.
pub fn use_moment_provider() -> Moment {
    let api = use_api();
    let times = use_kept_provider();
    let moment = use_context_provider(|| Moment {
        now: Signal::new(api.clock().now()),
        zone: Signal::new(api.clock().zone()),
        times,
    });
    use_future(move || {
        let clock = api.clock().clone();
        let mut now = moment.now;
        async move {
            loop {
                clock.sleep(Duration::from_secs(1)).await;
                now.set(clock.now());
            }
        }
    });
    moment
}

/// The moment of this window.
pub fn use_moment() -> Moment {
    use_context()
}
