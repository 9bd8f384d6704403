//! The session's view of the window: it announces sessions, and stores settings.

use std::sync::Arc;

use netraven_api::native::{SESSION_EVENT, Session};
use serde_json::Value;
use tauri::{AppHandle, Emitter, Wry};
use tauri_plugin_store::{Store, StoreExt};

/// File of the settings, in the window's folder.
const SETTINGS_FILE: &str = "settings.json";

/// The host of a session.
pub trait Host: Send + Sync + 'static {
    /// Announces the new session to the web view.
    fn announce(&self, session: &Session);
    /// A setting.
    fn setting(&self, name: &str) -> Option<Value>;
    /// Changes a setting; null removes it.
    fn keep_setting(&self, name: &str, value: Value);
}

/// The host that is this application.
pub struct Desktop {
    app: AppHandle,
    settings: Arc<Store<Wry>>,
}

impl Desktop {
    /// The host, its settings read. An unreadable file counts as an empty one.
    pub fn new(app: &AppHandle) -> Result<Desktop, tauri_plugin_store::Error> {
        Ok(Desktop { app: app.clone(), settings: app.store(SETTINGS_FILE)? })
    }
}

impl Host for Desktop {
    fn announce(&self, session: &Session) {
        if let Err(error) = self.app.emit(SESSION_EVENT, session) {
            tracing::warn!(%error, "the session's change was not announced");
        }
    }

    fn setting(&self, name: &str) -> Option<Value> {
        self.settings.get(name)
    }

    fn keep_setting(&self, name: &str, value: Value) {
        if value.is_null() {
            self.settings.delete(name);
        } else {
            self.settings.set(name, value);
        }
    }
}
