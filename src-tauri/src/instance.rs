//! One window per data folder: a second start brings the first window to the front and ends.
//!
//! The folder's own lock is authoritative; this is only the friendly answer. A doorbell in the folder carries the message; where the
//! system has a way of its own, that one too, which also separates starts at the same moment.

mod doorbell;

use std::ffi::OsStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, Wry};

use crate::window;

/// Name of the application on the session bus.
const NAME: &str = "dev.netraven.desktop";

/// Brings the window already open on this folder to the front; false if there is none.
pub fn raise(window_folder: &Path) -> bool {
    doorbell::ring(window_folder)
}

/// Lets later starts on this folder raise the window.
pub fn answer(app: &AppHandle, window_folder: &Path) {
    let raised = app.clone();
    match doorbell::listen(window_folder, move || window::focus(&raised)) {
        Ok(()) => {
            app.manage(Answering(window_folder.to_owned()));
        }
        Err(error) => tracing::warn!(%error, "starting NetRaven again will not find this window"),
    }
}

/// Ignores later starts, because this one is about to end.
pub fn leave(app: &AppHandle) {
    if let Some(answering) = app.try_state::<Answering>() {
        doorbell::take_down(&answering.0);
    }
}

/// The folder whose window later starts raise.
struct Answering(PathBuf);

/// The plugin that carries the message, where there is one.
pub fn plugin(data_dir: &Path, is_usual: bool) -> Option<TauriPlugin<Wry>> {
    // Only the name on the bus can be chosen per folder; elsewhere other folders only have the doorbell.
    if if cfg!(target_os = "linux") { !has_session_bus() } else { !is_usual } {
        return None;
    }
    let name = if is_usual { NAME.to_owned() } else { name_of(data_dir) };
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, _, _| window::focus(app));
    Some(builder.dbus_id(name).build())
}

fn name_of(data_dir: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    data_dir.canonicalize().unwrap_or_else(|_| data_dir.to_owned()).hash(&mut hasher);
    format!("{NAME}.Folder{:016x}", hasher.finish())
}

fn has_session_bus() -> bool {
    let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_there = |folder: &OsStr| Path::new(folder).join("bus").exists();
    is_set("DBUS_SESSION_BUS_ADDRESS").is_some() || is_set("XDG_RUNTIME_DIR").is_some_and(|folder| is_there(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_folder_has_its_own_name_and_keeps_it() {
        let (one, other) = (name_of(Path::new("/a b")), name_of(Path::new("/ä")));
        assert_ne!(one, other);
        assert_eq!(one, name_of(Path::new("/a b")));
        assert!(one.len() < 100 && one.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{one}");
    }
}
