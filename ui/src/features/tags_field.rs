//! The choice of tags in a form: those there are, and one more by its name.

use dioxus::prelude::*;
use netraven_api::tags::{CreateTag, ListTags, Tag, TagInput};
use netraven_api::{Problem, TagId};

use crate::components::{CheckField, ReadFailed, SearchField, SkeletonRows, StaleNote, TextField};
use crate::data::Api;
use crate::features::form::Form;
use crate::features::pickers::{use_tags, use_tags_of};

/// Where the name of a new tag was refused.
const NEW_TAG: &str = "body.new_tag";

/// Tags to tick, and one more by its name.
#[component]
pub fn TagsField(
    id: String,
    label: String,
    mut chosen: Signal<Vec<TagId>>,
    mut fresh: Signal<String>,
    hint: String,
    form: Form,
) -> Element {
    let tags = use_tags();
    let named = use_tags_of(move || if tags.is_long() { chosen.cloned() } else { Vec::new() });
    let mut find = tags.typed();
    let error = form.refusal("tags");
    let body = match (tags.rows(), tags.error()) {
        (Some(mut rows), stale) => {
            // What is ticked stays to be seen, though the search does not find it.
            let ticked: Vec<Tag> = named.value().map(|page| page.items.clone()).unwrap_or_default();
            let is_new = |tag: &Tag| chosen.read().contains(&tag.id) && !rows.iter().any(|row| row.id == tag.id);
            let ticked: Vec<Tag> = ticked.into_iter().filter(is_new).collect();
            rows.extend(ticked);
            rsx! {
                if let Some(problem) = stale {
                    StaleNote { problem, at: None, onretry: move |()| tags.refresh() }
                }
                if tags.is_long() {
                    SearchField {
                        id: "{id}-find",
                        label: "Find tag",
                        value: find(),
                        oninput: move |text| find.set(text),
                    }
                }
                div { class: "ticks",
                    for tag in rows {
                        CheckField {
                            key: "{tag.id}",
                            id: "{id}-{tag.id}",
                            label: tag.name,
                            checked: chosen.read().contains(&tag.id),
                            onchange: move |yes| {
                                let mut chosen = chosen.write();
                                chosen.retain(|other| *other != tag.id);
                                if yes {
                                    chosen.push(tag.id);
                                }
                            },
                        }
                    }
                }
                if let Some(note) = tags.note() {
                    p { class: "field-hint", role: "status", "{note}" }
                }
            }
        }
        (None, Some(problem)) => rsx! {
            ReadFailed { problem, onretry: move |()| tags.refresh() }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 2, label: "Loading the tags" }
        },
    };
    rsx! {
        fieldset { class: "field tags-field", aria_describedby: "{id}-note",
            legend { "{label}" }
            {body}
            if let Some(error) = error {
                p { id: "{id}-note", class: "field-error", "{error}" }
            } else {
                p { id: "{id}-note", class: "field-hint", "{hint}" }
            }
        }
        TextField {
            id: "{id}-new",
            label: "New tag",
            value: fresh(),
            placeholder: "optional",
            error: form.refusal("new_tag"),
            oninput: move |text| fresh.set(text),
        }
    }
}

/// The ids of the ticked tags and of the one typed by name, which is made if there is none of that name.
pub async fn tag_ids(
    api: &Api,
    mut chosen: Signal<Vec<TagId>>,
    mut fresh: Signal<String>,
) -> Result<Vec<TagId>, Problem> {
    let name = fresh.peek().trim().to_owned();
    if !name.is_empty() {
        let id = match tag_named(api, &name).await? {
            Some(id) => id,
            None => {
                let input = TagInput { name: Some(name), ..TagInput::default() };
                api.send(&CreateTag(input)).await.map_err(at_new_tag)?.id
            }
        };
        // Kept as a tick, so that a second try does not make it again.
        fresh.set(String::new());
        if !chosen.peek().contains(&id) {
            chosen.write().push(id);
        }
    }
    Ok(chosen.peek().clone())
}

async fn tag_named(api: &Api, name: &str) -> Result<Option<TagId>, Problem> {
    let found = api.send(&ListTags { size: Some(100), name: Some(name.to_owned()), ..ListTags::default() }).await?;
    Ok(found.items.iter().find(|tag| tag.name == name).map(|tag| tag.id))
}

/// A tag's refusal belongs to the field its name was typed into.
fn at_new_tag(mut problem: Problem) -> Problem {
    for error in &mut problem.fields {
        NEW_TAG.clone_into(&mut error.field);
    }
    problem
}
