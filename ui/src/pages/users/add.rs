//! The dialog that adds a user.

use dioxus::prelude::*;
use netraven_api::native::Feature;
use netraven_api::users::{CreateUser, Role, UserInput};
use netraven_api::{Problem, Secret};

use super::change::{RoleField, SHORTEST_PASSWORD};
use crate::components::{Button, ButtonKind, Dialog, TextField};
use crate::data::use_api;
use crate::pages::devices::form::{FormProblem, refusal, refusal_of};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 5] = ["username", "password", "email", "full_name", "role"];

/// Adds a user.
#[component]
pub fn AddUser(onclose: EventHandler<()>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let mut username = use_signal(String::new);
    let mut password = use_signal(String::new);
    let mut full_name = use_signal(String::new);
    let mut email = use_signal(String::new);
    let mut role = use_signal(|| Role::User);
    let workplace = use_workplace();
    let wants_email = use_memo(move || workplace.refusal(Feature::UserWithoutEmail));
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);

    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        let given = |field: Signal<String>| Some(field.peek().trim().to_owned()).filter(|text| !text.is_empty());
        let mut wrong = Vec::new();
        if given(username).is_none() {
            wrong.push(("username", "Enter the name to sign in with.".to_owned()));
        }
        if password.peek().chars().count() < SHORTEST_PASSWORD {
            wrong.push(("password", format!("Enter a password of at least {SHORTEST_PASSWORD} characters.")));
        }
        if let (Some(reason), None) = (wants_email.peek().clone(), given(email)) {
            wrong.push(("email", reason));
        }
        if let Some(found) = refusal_of(wrong) {
            return problem.set(Some(found));
        }
        let input = UserInput {
            username: given(username),
            password: Some(Secret::new(password.peek().clone())),
            email: given(email),
            full_name: given(full_name),
            role: Some(role()),
        };
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&CreateUser(input)).await;
            busy.set(false);
            match answer {
                Ok(user) => {
                    notices.done(format!("{} was added and may sign in.", user.username));
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let now = problem();
    rsx! {
        Dialog {
            id: "add-user",
            title: "Add user",
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button { label: "Add", kind: ButtonKind::Primary, submit: true, busy: busy(), form: "add-user-form" }
            },
            form { id: "add-user-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                TextField {
                    id: "user-name",
                    label: "Name to sign in with",
                    value: username(),
                    required: true,
                    focus: true,
                    autocomplete: "off",
                    hint: "It stays as it is; upper and lower case are told apart.",
                    error: refusal(&now, "username"),
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
                    error: refusal(&now, "password"),
                    oninput: move |text| password.set(text),
                }
                RoleField { role: role(), error: refusal(&now, "role"), onchange: move |chosen| role.set(chosen) }
                div { class: "fields-2",
                    TextField {
                        id: "user-full-name",
                        label: "Full name",
                        value: full_name(),
                        autocomplete: "off",
                        error: refusal(&now, "full_name"),
                        oninput: move |text| full_name.set(text),
                    }
                    TextField {
                        id: "user-email",
                        label: "E-mail address",
                        value: email(),
                        autocomplete: "off",
                        required: wants_email().is_some(),
                        hint: wants_email().unwrap_or_default(),
                        error: refusal(&now, "email"),
                        oninput: move |text| email.set(text),
                    }
                }
            }
        }
    }
}
