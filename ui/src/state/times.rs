//! How times are written: in the person's zone, in UTC, or as the distance from now. One choice for the whole window.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use crate::data::{Api, use_api};

/// Name of the setting that keeps the choice.
const SETTING: &str = "times";

/// A way to write times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// In the time zone of this computer.
    #[default]
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

/// The chosen way, kept in the settings.
#[derive(Clone)]
pub struct TimesChoice {
    times: Signal<Times>,
    api: Api,
}

impl TimesChoice {
    /// Writes times another way and keeps the choice.
    pub fn choose(&self, times: Times) {
        let mut current = self.times;
        current.set(times);
        let api = self.api.clone();
        spawn(async move {
            let wish = Native::SetSetting { name: SETTING.to_owned(), value: Value::from(times.as_str()) };
            // A choice that could not be kept still holds until the window closes.
            let _ = api.ask::<Value>(wish).await;
        });
    }
}

/// Provides the choice to the window and reads the one that was kept.
pub(super) fn use_times_provider() -> Signal<Times> {
    let api = use_api();
    let mut times = use_signal(Times::default);
    use_context_provider(|| TimesChoice { times, api: api.clone() });
    use_future(move || {
        let api = api.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: SETTING.to_owned() }).await;
            if let Some(kept) = kept.ok().as_ref().and_then(Value::as_str).and_then(Times::parse) {
                times.set(kept);
            }
        }
    });
    times
}

/// The choice of this window.
pub fn use_times() -> TimesChoice {
    use_context()
}
