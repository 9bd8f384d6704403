//! The dialog that adds one credential, without which a backup cannot sign in.

use dioxus::prelude::*;
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::native::Feature;
use netraven_api::{Problem, Secret};

use super::form::{FormProblem, TagsField, refusal, refusal_of, tag_ids};
use crate::components::{Button, ButtonKind, Dialog, TextField};
use crate::data::use_api;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 6] = ["username", "password", "enable_password", "priority", "tags", "new_tag"];

/// Adds a credential; `tags` are ticked from the start.
#[component]
pub fn AddCredential(tags: Vec<i64>, onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let mut username = use_signal(String::new);
    let mut password = use_signal(String::new);
    let mut enable = use_signal(String::new);
    let mut priority = use_signal(|| "100".to_owned());
    let (chosen, fresh) = (use_signal(move || tags), use_signal(String::new));
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);

    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        let user = username.peek().trim().to_owned();
        let order = priority.peek().trim().parse::<i64>().ok().filter(|order| (1..=1000).contains(order));
        let mut wrong = Vec::new();
        if user.is_empty() {
            wrong.push(("username", "Enter the user name on the devices.".to_owned()));
        }
        if password.peek().is_empty() {
            wrong.push(("password", "Enter the password.".to_owned()));
        }
        if order.is_none() {
            wrong.push(("priority", "Enter a number from 1 to 1000; the smallest is tried first.".to_owned()));
        }
        if chosen.peek().is_empty() && fresh.peek().trim().is_empty() {
            wrong.push(("tags", "Choose at least one tag: a credential serves the devices that share one.".to_owned()));
        }
        if let Some(found) = refusal_of(wrong) {
            return problem.set(Some(found));
        }
        let input = CredentialInput {
            username: Some(user),
            password: Some(Secret::new(password.peek().clone())),
            enable_password: Some(enable.peek().clone()).filter(|text| !text.is_empty()).map(Secret::new),
            priority: order,
            ..CredentialInput::default()
        };
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = match tag_ids(&api, chosen, fresh).await {
                Ok(tags) => api.send(&CreateCredential(CredentialInput { tags: Some(tags), ..input })).await,
                Err(found) => Err(found),
            };
            busy.set(false);
            match answer {
                Ok(credential) => {
                    notices.done(format!("The credential of {} was added.", credential.username));
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let now = problem();
    rsx! {
        Dialog {
            id: "add-credential",
            title: "Add a credential",
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button { label: "Add", kind: ButtonKind::Primary, submit: true, busy: busy(), form: "add-credential-form" }
            },
            form { id: "add-credential-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                div { class: "fields-address",
                    TextField {
                        id: "credential-username",
                        label: "User name",
                        value: username(),
                        required: true,
                        focus: true,
                        autocomplete: "off",
                        error: refusal(&now, "username"),
                        oninput: move |text| username.set(text),
                    }
                    TextField {
                        id: "credential-priority",
                        label: "Priority",
                        kind: "number",
                        value: priority(),
                        hint: "smallest first",
                        error: refusal(&now, "priority"),
                        oninput: move |text| priority.set(text),
                    }
                }
                TextField {
                    id: "credential-password",
                    label: "Password",
                    kind: "password",
                    value: password(),
                    required: true,
                    autocomplete: "new-password",
                    error: refusal(&now, "password"),
                    oninput: move |text| password.set(text),
                }
                TextField {
                    id: "credential-enable",
                    label: "Enable password",
                    kind: "password",
                    value: enable(),
                    autocomplete: "new-password",
                    hint: workplace
                        .refusal(Feature::EnablePassword)
                        .unwrap_or_else(|| "Only where it differs from the password.".to_owned()),
                    disabled: workplace.refusal(Feature::EnablePassword).is_some(),
                    error: refusal(&now, "enable_password"),
                    oninput: move |text| enable.set(text),
                }
                TagsField {
                    id: "credential-tags",
                    label: "Serves the devices of these tags",
                    chosen,
                    fresh,
                    hint: "Every device carries the tag default.",
                    problem: now.clone(),
                }
            }
        }
    }
}
