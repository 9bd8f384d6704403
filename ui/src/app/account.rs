//! What one does with the own account: a new password, and the end of every sign-in. Both ask for the password of now.

use dioxus::prelude::*;
use netraven_api::native::{Feature, Native};
use netraven_api::users::{ChangeOwnPassword, PasswordChange, PasswordCheck, SignOutEverywhere};
use netraven_api::{Problem, Secret};
use serde_json::Value;

use crate::components::{Button, ButtonKind, Dialog, TextField};
use crate::data::use_api;
use crate::pages::devices::form::{FormProblem, refusal, refusal_of};
use crate::pages::users::SHORTEST_PASSWORD;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 3] = ["current_password", "new_password", "repeated"];

/// What one may do with the own account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A new password.
    ChangePassword,
    /// The end of every sign-in.
    SignOutEverywhere,
}

/// A button for each.
#[component]
pub fn AccountButtons(onwish: EventHandler<Wish>) -> Element {
    let workplace = use_workplace();
    rsx! {
        div {
            Button {
                label: "Change password",
                small: true,
                refused: workplace.refusal(Feature::OwnPassword),
                onclick: move |_| onwish.call(Wish::ChangePassword),
            }
            Button {
                label: "Sign out everywhere",
                small: true,
                refused: workplace.refusal(Feature::SignOutEverywhere),
                onclick: move |_| onwish.call(Wish::SignOutEverywhere),
            }
        }
    }
}

/// The dialog of what was pressed.
#[component]
pub fn AccountDialog(wish: Wish, onclose: EventHandler<()>) -> Element {
    match wish {
        Wish::ChangePassword => rsx! { ChangePassword { onclose } },
        Wish::SignOutEverywhere => rsx! { SignOut { onclose } },
    }
}

#[component]
fn ChangePassword(onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let mut current = use_signal(String::new);
    let mut chosen = use_signal(String::new);
    let mut repeated = use_signal(String::new);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let username = workplace.ready().username;
    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        let mut wrong = Vec::new();
        if current.peek().is_empty() {
            wrong.push(("current_password", "Enter the password you have now.".to_owned()));
        }
        if chosen.peek().chars().count() < SHORTEST_PASSWORD {
            wrong.push(("new_password", format!("Enter a password of at least {SHORTEST_PASSWORD} characters.")));
        } else if *chosen.peek() != *repeated.peek() {
            wrong.push(("repeated", "The two new passwords differ.".to_owned()));
        }
        if !wrong.is_empty() {
            return problem.set(refusal_of(wrong));
        }
        let change = PasswordChange {
            current_password: Secret::new(current.peek().clone()),
            new_password: Secret::new(chosen.peek().clone()),
        };
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&ChangeOwnPassword(change)).await;
            busy.set(false);
            match answer {
                Ok(()) => {
                    notices.done("Your password was changed. Your other sign-ins have ended.");
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };
    let now = problem();
    rsx! {
        Dialog {
            id: "change-password",
            title: "Change the password of {username}",
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: "Change the password",
                    kind: ButtonKind::Primary,
                    submit: true,
                    busy: busy(),
                    form: "change-password-form",
                }
            },
            form { id: "change-password-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                p { class: "field-hint", "You stay signed in here. Wherever else you are signed in, you are signed out." }
                TextField {
                    id: "current-password",
                    label: "Current password",
                    kind: "password",
                    value: current(),
                    required: true,
                    focus: true,
                    autocomplete: "current-password",
                    error: refusal(&now, "current_password"),
                    oninput: move |text| current.set(text),
                }
                TextField {
                    id: "new-password",
                    label: "New password",
                    kind: "password",
                    value: chosen(),
                    required: true,
                    autocomplete: "new-password",
                    error: refusal(&now, "new_password"),
                    oninput: move |text| chosen.set(text),
                }
                TextField {
                    id: "repeated-password",
                    label: "New password again",
                    kind: "password",
                    value: repeated(),
                    required: true,
                    autocomplete: "new-password",
                    error: refusal(&now, "repeated"),
                    oninput: move |text| repeated.set(text),
                }
            }
        }
    }
}

#[component]
fn SignOut(onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let mut current = use_signal(String::new);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let ready = workplace.ready();
    let embedded = ready.embedded;
    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        if current.peek().is_empty() {
            let wrong = vec![("current_password", "Enter your password.".to_owned())];
            return problem.set(refusal_of(wrong));
        }
        let check = PasswordCheck { current_password: Secret::new(current.peek().clone()) };
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&SignOutEverywhere(check)).await;
            busy.set(false);
            match answer {
                // The window of the embedded backend signs in by itself, on this computer alone.
                Ok(()) if embedded => {
                    notices.done("You are signed out everywhere but in this window.");
                    onclose.call(());
                }
                Ok(()) => {
                    if let Err(found) = api.ask::<Value>(Native::SignOut).await {
                        notices.problem(&found);
                    }
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };
    let now = problem();
    rsx! {
        Dialog {
            id: "sign-out-everywhere",
            title: "Sign out {ready.username} everywhere?",
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: "End every sign-in",
                    kind: ButtonKind::Primary,
                    submit: true,
                    busy: busy(),
                    form: "sign-out-everywhere-form",
                }
            },
            form { id: "sign-out-everywhere-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                p { class: "field-hint",
                    if embedded {
                        "Whoever is signed in with this name at another program or computer is signed out."
                    } else {
                        "Whoever is signed in with this name is signed out, here too."
                    }
                }
                TextField {
                    id: "current-password",
                    label: "Current password",
                    kind: "password",
                    value: current(),
                    required: true,
                    focus: true,
                    autocomplete: "current-password",
                    error: refusal(&now, "current_password"),
                    oninput: move |text| current.set(text),
                }
            }
        }
    }
}
