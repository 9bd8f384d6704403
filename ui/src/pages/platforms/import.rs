//! The dialog that takes a platform from a file or from the clipboard: a platform's own, what an export wrote, or one
//! of another program's, of which the server makes a skeleton. It is edited before it is saved.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::native::{Native, PickedFile};
use netraven_api::platforms::SketchPlatform;

use super::draft::{PlatformDraft, is_foreign};
use crate::components::{Button, ButtonKind, Dialog, Glyph, TextAreaField};
use crate::data::{Api, use_api};
use crate::features::form::FormProblem;
use crate::format;

/// What a text is spoken of by that was pasted.
const PASTED: &str = "pasted";

/// Imports a platform; `ondraft` gets what is to be edited.
#[component]
pub fn ImportPlatformDialog(ondraft: EventHandler<PlatformDraft>, onclose: EventHandler<()>) -> Element {
    let api = use_api();
    let mut pasted = use_signal(String::new);
    let (mut busy, mut problem) = (use_signal(|| false), use_signal(|| None::<Problem>));
    let take = use_callback(move |(api, file): (Api, PickedFile)| {
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let read = read(&api, file).await;
            busy.set(false);
            match read {
                Ok(draft) => ondraft.call(draft),
                Err(found) => problem.set(Some(found)),
            }
        });
    });
    let choosing = api.clone();
    let choose = move |_| {
        let api = choosing.clone();
        spawn(async move {
            let extensions = ["toml", "txt", "rb", "py", "yaml", "yml"].map(str::to_owned).to_vec();
            let title = "Choose a platform, an Oxidized model or a scrapli definition".to_owned();
            match api.ask::<Option<PickedFile>>(Native::PickFile { title, extensions }).await {
                Ok(Some(file)) => take.call((api, file)),
                Ok(None) => {}
                Err(found) => problem.set(Some(found)),
            }
        });
    };
    let empty = pasted.read().trim().is_empty().then(|| "Paste a text first, or choose a file.".to_owned());
    rsx! {
        Dialog {
            id: "import-platform",
            title: "Import a platform",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Choose a file", glyph: Glyph::Upload, busy: busy(), onclick: choose }
                span { class: "grow" }
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: "Use the pasted text",
                    kind: ButtonKind::Primary,
                    busy: busy(),
                    refused: empty,
                    onclick: move |_| {
                        take.call((api.clone(), PickedFile { name: PASTED.to_owned(), text: pasted() }));
                    },
                }
            },
            FormProblem { problem: problem(), fields: Vec::new() }
            p { "The file of a platform, or one that was exported here with its recordings. Nothing is saved yet." }
            p { class: "muted",
                "Of an Oxidized model (Ruby) or a scrapli definition (YAML, Python) a skeleton is made: what it says in fixed texts is taken, nothing of it is executed, and what could not be taken is listed. A skeleton is not proven."
            }
            TextAreaField {
                id: "import-platform-text",
                label: "Or paste the text",
                value: pasted(),
                oninput: move |text| pasted.set(text),
            }
        }
    }
}

/// The platform that a file holds; of another program's file its skeleton.
async fn read(api: &Api, file: PickedFile) -> Result<PlatformDraft, Problem> {
    let PickedFile { name, text } = file;
    let is_model = ["Oxidized::Model", "PrivilegeLevel(", "privilege-levels:"].iter().any(|word| text.contains(word));
    let is_of_another_program = is_foreign(&name) || (name == PASTED && is_model);
    if !is_of_another_program {
        return PlatformDraft::imported(&text).map_err(|sentence| Problem::field("body.text", sentence));
    }
    let skeleton = api.send(&SketchPlatform { file: name, text }).await?;
    let left = format::count(skeleton.left_out, "part");
    let note = format!(
        "This is a skeleton of the {}, not proven. {left} could not be taken; the comments at its end name them.",
        skeleton.of
    );
    Ok(PlatformDraft { note: Some(note), ..PlatformDraft::new(skeleton.text) })
}
