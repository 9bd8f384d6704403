//! The dialog that adds a tag, or changes one.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::tags::{CreateTag, Tag, TagInput, UpdateTag};

use crate::components::{Button, ButtonKind, Dialog, TextField};
use crate::data::use_api;
use crate::pages::devices::form::{FormProblem, refusal, refusal_of};
use crate::state::notices::use_notices;

/// Fields that show their own refusal.
const FIELDS: [&str; 3] = ["name", "type", "description"];

/// Adds a tag, or changes the one given.
#[component]
pub fn TagDialog(tag: Option<Tag>, onclose: EventHandler<()>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let known = tag.clone();
    let mut name = use_signal(|| known.as_ref().map(|known| known.name.clone()).unwrap_or_default());
    let mut kind = use_signal(|| known.as_ref().and_then(|known| known.kind.clone()).unwrap_or_default());
    let mut description = use_signal(|| known.as_ref().and_then(|known| known.description.clone()).unwrap_or_default());
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let id = tag.as_ref().map(|known| known.id);

    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        let text = |field: Signal<String>| field.peek().trim().to_owned();
        // On a change an empty text takes the old one away; on a new tag it is nothing.
        let given = |field: Signal<String>| Some(text(field)).filter(|text| id.is_some() || !text.is_empty());
        let input = TagInput { name: Some(text(name)), kind: given(kind), description: given(description) };
        if text(name).is_empty() {
            return problem.set(refusal_of(vec![("name", "Enter the tag's name.".to_owned())]));
        }
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = match id {
                Some(id) => api.send(&UpdateTag(id, input)).await,
                None => api.send(&CreateTag(input)).await,
            };
            busy.set(false);
            match answer {
                Ok(tag) => {
                    let done = if id.is_some() { "changed" } else { "added" };
                    notices.done(format!("The tag {} was {done}.", tag.name));
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let now = problem();
    let changing = id.is_some();
    rsx! {
        Dialog {
            id: "tag",
            title: if changing { "Edit tag" } else { "Add tag" },
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: if changing { "Save" } else { "Add" },
                    kind: ButtonKind::Primary,
                    submit: true,
                    busy: busy(),
                    form: "tag-form",
                }
            },
            form { id: "tag-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                TextField {
                    id: "tag-name",
                    label: "Name",
                    value: name(),
                    required: true,
                    focus: true,
                    autocomplete: "off",
                    hint: "Letters, digits, blanks, - and _.",
                    error: refusal(&now, "name"),
                    oninput: move |text| name.set(text),
                }
                TextField {
                    id: "tag-kind",
                    label: "Kind",
                    value: kind(),
                    placeholder: "optional: site, role, region",
                    autocomplete: "off",
                    error: refusal(&now, "type"),
                    oninput: move |text| kind.set(text),
                }
                TextField {
                    id: "tag-description",
                    label: "Description",
                    value: description(),
                    autocomplete: "off",
                    error: refusal(&now, "description"),
                    oninput: move |text| description.set(text),
                }
            }
        }
    }
}
