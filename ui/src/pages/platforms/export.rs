//! A platform as a file, with its recordings where it has some.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::native::Native;
use netraven_api::platforms::bundle::Bundle;
use netraven_api::platforms::{GetSavedPlatform, PlatformFile, SavedPlatform};

use crate::data::{Api, use_api};
use crate::state::notices::use_notices;

/// Writes a platform to a file: its name, the text that is shown of it, and what is saved of it.
pub fn use_export() -> Callback<(String, String, Option<SavedPlatform>)> {
    let (api, notices) = (use_api(), use_notices());
    use_callback(move |(name, text, saved): (String, String, Option<SavedPlatform>)| {
        let api = api.clone();
        spawn(async move {
            match export(&api, name, text, saved).await {
                Ok(Some(file)) => notices.done(format!("{file} was written.")),
                Ok(None) => {}
                Err(problem) => notices.problem(&problem),
            }
        });
    })
}

async fn export(
    api: &Api,
    name: String,
    text: String,
    saved: Option<SavedPlatform>,
) -> Result<Option<String>, Problem> {
    let bundle = match saved {
        None => Bundle { text, recordings: Vec::new() },
        Some(SavedPlatform { name, .. }) => {
            let PlatformFile { text, recordings, .. } = api.send(&GetSavedPlatform { name }).await?;
            Bundle { text, recordings }
        }
    };
    let title = "Export the platform".to_owned();
    api.ask(Native::SaveFile { title, name: format!("{name}.toml"), text: bundle.write() }).await
}
