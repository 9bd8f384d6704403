//! Choices for the whole window that are kept in its settings: read once, and written when another is made.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use crate::data::use_api;

/// A choice with a place in the settings.
pub trait Setting: Copy + Default + PartialEq + 'static {
    /// Name of the setting.
    const NAME: &'static str;

    /// The choice as the setting spells it.
    fn write(self) -> Value;

    /// The choice spelled so, or none.
    fn read(value: &Value) -> Option<Self>;
}

/// A choice; copies are the same.
#[derive(PartialEq)]
pub struct Kept<T: 'static> {
    chosen: Signal<T>,
    choose: Callback<T>,
}

impl<T: 'static> Clone for Kept<T> {
    fn clone(&self) -> Kept<T> {
        *self
    }
}

impl<T: 'static> Copy for Kept<T> {}

impl<T: Setting> Kept<T> {
    /// The choice now.
    #[must_use]
    pub fn get(&self) -> T {
        *self.chosen.read()
    }

    /// Makes another and keeps it.
    pub fn choose(&self, choice: T) {
        self.choose.call(choice);
    }
}

/// Provides a choice to what is below, and reads the one that was kept.
pub fn use_kept_provider<T: Setting>() -> Kept<T> {
    let api = use_api();
    let mut chosen = use_signal(T::default);
    let reading = api.clone();
    use_future(move || {
        let api = reading.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: T::NAME.to_owned() }).await;
            if let Some(kept) = kept.ok().as_ref().and_then(T::read) {
                chosen.set(kept);
            }
        }
    });
    let choose = use_callback(move |choice: T| {
        chosen.set(choice);
        let api = api.clone();
        spawn(async move {
            let wish = Native::SetSetting { name: T::NAME.to_owned(), value: choice.write() };
            // A choice that could not be kept still holds until the window closes.
            let _ = api.ask::<Value>(wish).await;
        });
    });
    use_context_provider(|| Kept { chosen, choose })
}

/// The choice of this window.
pub fn use_kept<T: Setting>() -> Kept<T> {
    use_context()
}
