//! Choices for the whole window that are kept in its settings: read once, and written when another is made.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde_json::Value;

use crate::data::use_api;
use crate::state::notices::Notices;

/// A choice with a place in the settings.
pub trait Setting: Clone + PartialEq + 'static {
    /// Name of the setting.
    const NAME: &'static str;

    /// The choice of who has made none.
    fn first() -> Self;

    /// The choice as the setting spells it.
    fn write(&self) -> Value;

    /// The choice spelled so, or none: what another version kept may mean nothing here.
    fn read(value: &Value) -> Option<Self>;

    /// Does what the choice means outside the components, in the document for example.
    fn take_effect(&self) {}
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
        self.chosen.cloned()
    }

    /// Reads the choice where it is.
    #[must_use]
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.chosen.read())
    }

    /// Makes another and keeps it.
    pub fn choose(&self, choice: T) {
        self.choose.call(choice);
    }

    /// Makes another out of the choice now, and keeps it.
    pub fn change(&self, change: impl FnOnce(&mut T)) {
        let mut choice = self.chosen.peek().clone();
        change(&mut choice);
        self.choose(choice);
    }
}

/// Provides a choice to what is below, and reads the one that was kept.
pub fn use_kept_provider<T: Setting>() -> Kept<T> {
    let api = use_api();
    let mut chosen = use_signal(|| {
        let first = T::first();
        first.take_effect();
        first
    });
    let reading = api.clone();
    use_future(move || {
        let api = reading.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: T::NAME.to_owned() }).await;
            if let Some(kept) = kept.ok().as_ref().and_then(T::read) {
                kept.take_effect();
                chosen.set(kept);
            }
        }
    });
    // The component that chooses may be gone before the shell has answered: what is kept, is kept here.
    let choose = use_callback(move |choice: T| {
        let wish = Native::SetSetting { name: T::NAME.to_owned(), value: choice.write() };
        choice.take_effect();
        chosen.set(choice);
        let api = api.clone();
        spawn(async move {
            // A choice that could not be kept still holds until the window closes.
            if let Err(problem) = api.ask::<Value>(wish).await
                && let Some(notices) = try_consume_context::<Notices>()
            {
                notices.problem(&problem);
            }
        });
    });
    use_context_provider(|| Kept { chosen, choose })
}

/// The choice of this window.
pub fn use_kept<T: Setting>() -> Kept<T> {
    use_context()
}
