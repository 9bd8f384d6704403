//! The present moment, ticking once a second for texts such as "4 s ago".

use std::time::Duration;

use dioxus::prelude::*;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::data::use_api;

/// Now and the time zone, for components that show times.
#[derive(Clone, Copy, PartialEq)]
pub struct Moment {
    now: Signal<Timestamp>,
    zone: Signal<TimeZone>,
}

impl Moment {
    /// Now; whoever reads it is drawn again every second.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.now.read()
    }

    /// Now, without being drawn again.
    #[must_use]
    pub fn glance(&self) -> Timestamp {
        *self.now.peek()
    }

    /// The person's time zone.
    #[must_use]
    pub fn zone(&self) -> TimeZone {
        self.zone.peek().clone()
    }
}

/// Provides the moment and keeps it ticking.
pub fn use_moment_provider() -> Moment {
    let api = use_api();
    let moment =
        use_context_provider(|| Moment { now: Signal::new(api.clock().now()), zone: Signal::new(api.clock().zone()) });
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
