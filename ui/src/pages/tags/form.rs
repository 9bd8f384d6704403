//! The dialog that adds a tag, or changes one.

use dioxus::prelude::*;
use netraven_api::tags::{CreateTag, Tag, TagInput, UpdateTag};

use crate::components::TextField;
use crate::data::use_api;
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::features::jump_host::{JumpHostField, chosen};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 4] = ["name", "type", "description", "jump_host_id"];

/// Adds a tag, or changes the one given.
#[component]
pub fn TagDialog(tag: Option<Tag>, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let known = tag.clone();
    let mut name = use_signal(|| known.as_ref().map(|known| known.name.clone()).unwrap_or_default());
    let mut kind = use_signal(|| known.as_ref().and_then(|known| known.kind.clone()).unwrap_or_default());
    let mut description = use_signal(|| known.as_ref().and_then(|known| known.description.clone()).unwrap_or_default());
    let first_jump = known.as_ref().and_then(|known| known.jump_host_id);
    let mut jump = use_signal(move || first_jump.map(|id| id.to_string()).unwrap_or_default());
    let id = tag.as_ref().map(|known| known.id);

    let submit = move |()| {
        let text = |field: Signal<String>| field.peek().trim().to_owned();
        // On a change an empty text takes the old one away; on a new tag it is nothing.
        let given = |field: Signal<String>| Some(text(field)).filter(|text| id.is_some() || !text.is_empty());
        // Only a change is sent: users who are not admins may not choose.
        let jump_host_id = Some(chosen(&jump.peek())).filter(|jump| *jump != first_jump);
        let input =
            TagInput { name: Some(text(name)), kind: given(kind), description: given(description), jump_host_id };
        let missing = text(name).is_empty().then(|| ("name", "Enter the tag's name.".to_owned()));
        if form.refuse(refusal_of(missing.into_iter().collect())) {
            return;
        }
        let api = api.clone();
        let sending = async move {
            match id {
                Some(id) => api.send(&UpdateTag(id, input)).await,
                None => api.send(&CreateTag(input)).await,
            }
        };
        form.send(sending, move |tag| {
            let done = if id.is_some() { "changed" } else { "added" };
            notices.done(format!("The tag {} was {done}.", tag.name));
            onclose.call(());
        });
    };

    let (changing, admin) = (id.is_some(), use_workplace().is_admin());
    rsx! {
        FormDialog {
            id: "tag",
            title: if changing { "Edit tag" } else { "Add tag" },
            action: if changing { "Save" } else { "Add" },
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            TextField {
                id: "tag-name",
                label: "Name",
                value: name(),
                required: true,
                focus: true,
                autocomplete: "off",
                hint: "Letters, digits, spaces, - and _.",
                error: form.refusal("name"),
                oninput: move |text| name.set(text),
            }
            TextField {
                id: "tag-kind",
                label: "Kind",
                value: kind(),
                placeholder: "optional: site, role, region",
                autocomplete: "off",
                error: form.refusal("type"),
                oninput: move |text| kind.set(text),
            }
            TextField {
                id: "tag-description",
                label: "Description",
                value: description(),
                autocomplete: "off",
                error: form.refusal("description"),
                oninput: move |text| description.set(text),
            }
            JumpHostField {
                id: "tag-jump-host",
                label: "Its devices are reached through",
                value: jump(),
                first: vec![(String::new(), "No jump host of this tag".to_owned())],
                hint: if admin { "" } else { "Only admins may choose the jump host of a tag." },
                disabled: !admin,
                error: form.refusal("jump_host_id"),
                onchange: move |id| jump.set(id),
            }
        }
    }
}
