//! The dialog that adds a user.

use dioxus::prelude::*;
use netraven_api::Secret;
use netraven_api::native::Feature;
use netraven_api::users::{CreateUser, Role, UserInput};

use super::change::{RoleField, SHORTEST_PASSWORD, too_short};
use crate::components::TextField;
use crate::data::use_api;
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 5] = ["username", "password", "email", "full_name", "role"];

/// Adds a user.
#[component]
pub fn AddUser(onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let mut username = use_signal(String::new);
    let mut password = use_signal(String::new);
    let mut full_name = use_signal(String::new);
    let mut email = use_signal(String::new);
    let mut role = use_signal(|| Role::User);
    let workplace = use_workplace();
    let wants_email = use_memo(move || workplace.refusal(Feature::UserWithoutEmail));

    let submit = move |()| {
        let given = |field: Signal<String>| Some(field.peek().trim().to_owned()).filter(|text| !text.is_empty());
        let mut wrong = Vec::new();
        if given(username).is_none() {
            wrong.push(("username", "Enter the name to sign in with.".to_owned()));
        }
        wrong.extend(too_short(&password.peek()).map(|short| ("password", short)));
        if let (Some(reason), None) = (wants_email.peek().clone(), given(email)) {
            wrong.push(("email", reason));
        }
        if form.refuse(refusal_of(wrong)) {
            return;
        }
        let input = UserInput {
            username: given(username),
            password: Some(Secret::new(password.peek().clone())),
            email: given(email),
            full_name: given(full_name),
            role: Some(role()),
        };
        let api = api.clone();
        form.send(async move { api.send(&CreateUser(input)).await }, move |user| {
            notices.done(format!("{} was added and can sign in.", user.username));
            onclose.call(());
        });
    };

    rsx! {
        FormDialog {
            id: "add-user",
            title: "Add user",
            action: "Add",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            TextField {
                id: "user-name",
                label: "Name to sign in with",
                value: username(),
                required: true,
                focus: true,
                autocomplete: "off",
                hint: "Cannot be changed later. Case-sensitive.",
                error: form.refusal("username"),
                oninput: move |text| username.set(text),
            }
            TextField {
                id: "user-password",
                label: "Password",
                kind: "password",
                value: password(),
                required: true,
                autocomplete: "new-password",
                hint: "At least {SHORTEST_PASSWORD} characters.",
                error: form.refusal("password"),
                oninput: move |text| password.set(text),
            }
            RoleField { role: role(), error: form.refusal("role"), onchange: move |chosen| role.set(chosen) }
            div { class: "fields-2",
                TextField {
                    id: "user-full-name",
                    label: "Full name",
                    value: full_name(),
                    autocomplete: "off",
                    error: form.refusal("full_name"),
                    oninput: move |text| full_name.set(text),
                }
                TextField {
                    id: "user-email",
                    label: "E-mail address",
                    value: email(),
                    autocomplete: "off",
                    required: wants_email().is_some(),
                    hint: wants_email().unwrap_or_default(),
                    error: form.refusal("email"),
                    oninput: move |text| email.set(text),
                }
            }
        }
    }
}
