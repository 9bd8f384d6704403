//! The files that are kept of a device: listed for everyone, downloaded by admins, shown to nobody.

use dioxus::prelude::*;
use netraven_api::devices::Device;
use netraven_api::kept_files::{KeptFile, ListKeptFiles};
use netraven_api::native::{Feature, Native};
use netraven_api::problem::Code;

use crate::components::{Button, ButtonKind, Glyph, ReadFailed, Time};
use crate::data::{use_api, use_query_maybe};
use crate::format;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Contents listed.
const SHOWN: usize = 20;

/// The files, the newest content of each first; nothing where there are none.
#[component]
pub fn KeptFiles(device: ReadSignal<Device>) -> Element {
    let workplace = use_workplace();
    let files = use_query_maybe(move || {
        workplace.refusal(Feature::KeptFiles).is_none().then(|| ListKeptFiles(device.read().id))
    });
    let body = match (files.value(), files.error()) {
        (Some(files), _) if !files.is_empty() => rsx! {
            ul { class: "side-list",
                for file in files.iter().take(SHOWN).cloned() {
                    FileRow { key: "{file.id}", file }
                }
            }
            if files.len() > SHOWN {
                p { class: "muted", "{files.len() - SHOWN} older ones are not listed here." }
            }
        },
        // An older server has no such list.
        (None, Some(problem)) if problem.code != Code::NotFound => {
            rsx! { ReadFailed { problem, onretry: move |()| files.refresh() } }
        }
        _ => return rsx! {},
    };
    rsx! {
        section { class: "side-part", aria_label: "Kept files",
            h4 { "Kept files" }
            {body}
        }
    }
}

#[component]
fn FileRow(file: KeptFile) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let mut busy = use_signal(|| false);
    let refused = (!use_workplace().is_admin()).then(|| "Only admins may download a kept file.".to_owned());
    let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
    let facts = format!("{}, SHA-256 {}", file.path, file.sha256);
    let (file_id, size) = (file.id, format::bytes(file.bytes));
    let label = format!("Download {name}");
    let download = move |_| {
        let (api, wish) = (api.clone(), Native::SaveKeptFile { file_id, name: name.clone() });
        busy.set(true);
        spawn(async move {
            match api.ask::<Option<String>>(wish).await {
                // No file was chosen.
                Ok(None) => {}
                Ok(Some(path)) => notices.done(format!("The file was saved as {path}. It may hold secrets.")),
                Err(problem) => notices.problem(&problem),
            }
            busy.set(false);
        });
    };
    rsx! {
        li { title: "{facts}",
            span { class: "grow cut mono", "{file.path}" }
            span { class: "muted", "{size}" }
            Time { at: file.fetched_at }
            Button {
                label,
                kind: ButtonKind::Icon,
                glyph: Glyph::Download,
                busy: busy(),
                refused,
                onclick: download,
            }
        }
    }
}
