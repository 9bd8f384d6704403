//! What the forms of the set-up share: the refusal of a field, the refusal of the whole, and the choice of tags.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::problem::FieldError;
use netraven_api::tags::{CreateTag, ListTags, TagInput};

use crate::components::{CheckField, Glyph, Icon, ReadFailed, SkeletonRows, StaleNote, TextField};
use crate::data::{Api, use_query};

/// Most tags listed for ticking; further ones are reached by their name.
const TAGS_SHOWN: i64 = 100;
/// Where the name of a new tag was refused.
const NEW_TAG: &str = "body.new_tag";

/// Why a field of the body was refused, if it was.
#[must_use]
pub fn refusal(problem: &Option<Problem>, field: &str) -> Option<String> {
    let fields = &problem.as_ref()?.fields;
    fields.iter().find(|error| names(error, field)).map(|error| error.message.clone())
}

/// A refusal of several fields at once, found before anything is sent.
#[must_use]
pub fn refusal_of(fields: Vec<(&str, String)>) -> Option<Problem> {
    let mut fields = fields.into_iter();
    let (field, message) = fields.next()?;
    let mut problem = Problem::field(format!("body.{field}"), message);
    problem.fields.extend(fields.map(|(field, message)| FieldError { field: format!("body.{field}"), message }));
    Some(problem)
}

fn names(error: &FieldError, field: &str) -> bool {
    let Some(rest) = error.field.strip_prefix("body.").and_then(|rest| rest.strip_prefix(field)) else {
        return false;
    };
    rest.is_empty() || rest.starts_with('.')
}

/// Says what a refusal says of no field on screen (`fields`): a duplicate, no connection, a broken server.
#[component]
pub fn FormProblem(problem: Option<Problem>, fields: Vec<&'static str>) -> Element {
    let Some(problem) = problem else {
        return rsx! {};
    };
    let elsewhere: Vec<&FieldError> =
        problem.fields.iter().filter(|error| !fields.iter().any(|field| names(error, field))).collect();
    let said: Vec<String> = if problem.fields.is_empty() {
        vec![problem.message.clone()]
    } else {
        elsewhere.iter().map(|error| error.message.clone()).collect()
    };
    rsx! {
        for (index, text) in said.into_iter().enumerate() {
            div { key: "{index}", class: "gate-problem form-problem", role: "alert",
                Icon { glyph: Glyph::Alert, class: "text-danger" }
                span { "{text}" }
            }
        }
    }
}

/// Tags to tick, and one more by its name.
#[component]
pub fn TagsField(
    id: String,
    label: String,
    chosen: Signal<Vec<i64>>,
    fresh: Signal<String>,
    hint: String,
    problem: Option<Problem>,
) -> Element {
    let (mut chosen, mut fresh) = (chosen, fresh);
    let tags = use_query(|| ListTags { size: Some(TAGS_SHOWN), ..ListTags::default() });
    let error = refusal(&problem, "tags");
    let body = match (tags.value(), tags.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: None, onretry: move |()| tags.refresh() }
            }
            div { class: "ticks",
                for tag in page.items.iter().cloned() {
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
            if page.total > TAGS_SHOWN {
                p { class: "field-hint", "The first {TAGS_SHOWN} tags by name. Type the name of another one below." }
            }
        },
        (None, Some(problem)) => rsx! {
            ReadFailed { problem, onretry: move |()| tags.refresh() }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 2, label: "Reading the tags" }
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
            label: "A new tag",
            value: fresh(),
            placeholder: "optional",
            error: refusal(&problem, "new_tag"),
            oninput: move |text| fresh.set(text),
        }
    }
}

/// The ids of the ticked tags and of the one typed by name, which is made if there is none of that name.
pub async fn tag_ids(api: &Api, mut chosen: Signal<Vec<i64>>, mut fresh: Signal<String>) -> Result<Vec<i64>, Problem> {
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

async fn tag_named(api: &Api, name: &str) -> Result<Option<i64>, Problem> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_found_at_its_field_and_no_other() {
        let problem = refusal_of(vec![("tags.0", "No such tag.".into()), ("port", "Too large.".into())]);
        assert_eq!(refusal(&problem, "tags"), Some("No such tag.".into()));
        assert_eq!(refusal(&problem, "port"), Some("Too large.".into()));
        assert_eq!((refusal(&problem, "tag"), refusal(&None, "tags")), (None, None));
        assert_eq!(refusal_of(Vec::new()), None);
    }
}
