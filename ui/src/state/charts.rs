//! Whether the dashboard's charts are shown: a choice of the person, kept in the settings.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use crate::data::use_api;
use crate::dom;

/// Name of the setting that keeps the choice.
const SETTING: &str = "charts";
/// Height from which a window has room for them beside the table; in a lower one they are folded until they are wanted.
const ROOM_FROM: f64 = 640.0;

/// The choice of this window; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct ChartsChoice {
    shown: Signal<bool>,
    keep: Callback<bool>,
}

impl ChartsChoice {
    /// Whether they are shown.
    #[must_use]
    pub fn shown(&self) -> bool {
        *self.shown.read()
    }

    /// Shows them, or folds them away.
    pub fn show(&self, shown: bool) {
        self.keep.call(shown);
    }
}

/// Provides the choice to a session's pages and reads the one that was kept.
pub fn use_charts_provider() -> ChartsChoice {
    let api = use_api();
    let mut shown = use_signal(|| dom::window_height().is_none_or(|height| height >= ROOM_FROM));
    let reading = api.clone();
    use_future(move || {
        let api = reading.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: SETTING.to_owned() }).await;
            if let Some(kept) = kept.ok().as_ref().and_then(Value::as_bool) {
                shown.set(kept);
            }
        }
    });
    // The page may be left before the shell has answered: what is kept, is kept here.
    let keep = use_callback(move |show: bool| {
        shown.set(show);
        let api = api.clone();
        spawn(async move {
            let wish = Native::SetSetting { name: SETTING.to_owned(), value: Value::from(show) };
            // A choice that could not be kept still holds until the window closes.
            let _ = api.ask::<Value>(wish).await;
        });
    });
    use_context_provider(|| ChartsChoice { shown, keep })
}

/// The choice of this window.
pub fn use_charts() -> ChartsChoice {
    use_context()
}
