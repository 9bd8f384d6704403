//! Time as the pages see it, handed in so that tests decide what "now" is.

use std::time::Duration;

use futures::future::LocalBoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Now, the person's time zone, and waiting.
pub trait Clock {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// The time zone times are shown in.
    fn zone(&self) -> TimeZone;
    /// Waits for the given time.
    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()>;
}

/// The browser's clock.
#[cfg(target_arch = "wasm32")]
pub struct SystemClock {
    zone: TimeZone,
}

#[cfg(target_arch = "wasm32")]
impl SystemClock {
    /// Reads the time zone once.
    #[must_use]
    pub fn new() -> SystemClock {
        SystemClock { zone: TimeZone::system() }
    }
}

#[cfg(target_arch = "wasm32")]
impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock::new()
    }
}

#[cfg(target_arch = "wasm32")]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        Box::pin(gloo_timers::future::sleep(duration))
    }
}
