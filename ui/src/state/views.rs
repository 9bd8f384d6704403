//! Views of the dashboard that a person saved by name: its filters, as its address has them.

use dioxus::prelude::*;
use netraven_api::native::Native;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::data::use_api;
use crate::state::notices::use_notices;

/// Name of the setting that keeps them.
const SETTING: &str = "views";

/// A saved view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// What the person calls it.
    pub name: String,
    /// The dashboard's address.
    pub view: String,
}

/// The saved views of this window; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct SavedViews {
    views: Signal<Vec<SavedView>>,
    keep: Callback<Vec<SavedView>>,
}

impl SavedViews {
    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<SavedView> {
        self.views.read().clone()
    }

    /// Keeps a view under a name; one of the same name is replaced.
    pub fn save(&self, name: &str, view: String) {
        let name = name.trim().to_owned();
        let mut all = self.views.peek().clone();
        all.retain(|known| known.name != name);
        all.push(SavedView { name, view });
        all.sort_by_key(|known| known.name.to_lowercase());
        self.keep.call(all);
    }

    /// Forgets a view.
    pub fn remove(&self, name: &str) {
        let mut all = self.views.peek().clone();
        all.retain(|known| known.name != name);
        self.keep.call(all);
    }
}

/// Provides the saved views to a session's pages.
pub fn use_views_provider() -> SavedViews {
    let (api, notices) = (use_api(), use_notices());
    let mut views = use_signal(Vec::new);
    let reading = api.clone();
    use_future(move || {
        let api = reading.clone();
        async move {
            let kept = api.ask::<Value>(Native::GetSetting { name: SETTING.to_owned() }).await;
            // What another version kept and cannot be read here is as good as nothing.
            if let Some(known) = kept.ok().and_then(|kept| serde_json::from_value::<Vec<SavedView>>(kept).ok()) {
                views.set(known);
            }
        }
    });
    // The dialog that saves is gone before the shell has answered: what is kept, is kept here.
    let keep = use_callback(move |all: Vec<SavedView>| {
        views.set(all.clone());
        let api = api.clone();
        spawn(async move {
            let value = serde_json::to_value(all).unwrap_or(Value::Null);
            if let Err(problem) = api.ask::<Value>(Native::SetSetting { name: SETTING.to_owned(), value }).await {
                notices.problem(&problem);
            }
        });
    });
    use_context_provider(|| SavedViews { views, keep })
}

/// The saved views of this window.
pub fn use_views() -> SavedViews {
    use_context()
}
