//! What one does with the own account: a new password, and the end of every sign-in. Both ask for the password of now.

use dioxus::prelude::*;
use netraven_api::Secret;
use netraven_api::native::{Feature, Native};
use netraven_api::users::{ChangeOwnPassword, PasswordChange, PasswordCheck, SignOutEverywhere};
use serde_json::Value;

use crate::components::{Button, TextField};
use crate::data::use_api;
use crate::features::form::{Form, FormDialog, refusal_of, use_form};
use crate::pages::users::too_short;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 3] = ["current_password", "new_password", "repeated"];

/// What one may do with the own account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AccountCommand {
    /// A new password.
    ChangePassword,
    /// The end of every sign-in.
    SignOutEverywhere,
}

/// A button for each.
#[component]
pub fn AccountButtons(oncommand: EventHandler<AccountCommand>) -> Element {
    let workplace = use_workplace();
    rsx! {
        div { class: "account-buttons",
            Button {
                label: "Change password",
                small: true,
                refused: workplace.refusal(Feature::OwnPassword),
                onclick: move |_| oncommand.call(AccountCommand::ChangePassword),
            }
            Button {
                label: "Sign out everywhere",
                small: true,
                refused: workplace.refusal(Feature::SignOutEverywhere),
                onclick: move |_| oncommand.call(AccountCommand::SignOutEverywhere),
            }
        }
    }
}

/// The dialog of what was pressed.
#[component]
pub fn AccountDialog(command: AccountCommand, onclose: EventHandler<()>) -> Element {
    match command {
        AccountCommand::ChangePassword => rsx! { ChangePassword { onclose } },
        AccountCommand::SignOutEverywhere => rsx! { SignOut { onclose } },
    }
}

#[component]
fn ChangePassword(onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let current = use_signal(String::new);
    let mut chosen = use_signal(String::new);
    let mut repeated = use_signal(String::new);
    let username = use_workplace().ready().username;
    let submit = move |()| {
        let mut wrong = Vec::new();
        if current.peek().is_empty() {
            wrong.push(("current_password", "Enter your current password.".to_owned()));
        }
        if let Some(short) = too_short(&chosen.peek()) {
            wrong.push(("new_password", short));
        } else if *chosen.peek() != *repeated.peek() {
            wrong.push(("repeated", "The new passwords do not match.".to_owned()));
        }
        if form.refuse(refusal_of(wrong)) {
            return;
        }
        let change = PasswordChange {
            current_password: Secret::new(current.peek().clone()),
            new_password: Secret::new(chosen.peek().clone()),
        };
        let api = api.clone();
        form.send(async move { api.send(&ChangeOwnPassword(change)).await }, move |()| {
            notices.done("Password changed. You were signed out everywhere else.");
            onclose.call(());
        });
    };
    rsx! {
        FormDialog {
            id: "change-password",
            title: "Change the password of {username}",
            action: "Change the password",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            p { class: "field-hint", "You stay signed in here and are signed out everywhere else." }
            CurrentPassword { form, typed: current }
            TextField {
                id: "new-password",
                label: "New password",
                kind: "password",
                value: chosen(),
                required: true,
                autocomplete: "new-password",
                error: form.refusal("new_password"),
                oninput: move |text| chosen.set(text),
            }
            TextField {
                id: "repeated-password",
                label: "Repeat new password",
                kind: "password",
                value: repeated(),
                required: true,
                autocomplete: "new-password",
                error: form.refusal("repeated"),
                oninput: move |text| repeated.set(text),
            }
        }
    }
}

#[component]
fn SignOut(onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let current = use_signal(String::new);
    let ready = use_workplace().ready();
    let embedded = ready.embedded;
    let submit = move |()| {
        let missing = current.peek().is_empty().then(|| ("current_password", "Enter your password.".to_owned()));
        if form.refuse(refusal_of(missing.into_iter().collect())) {
            return;
        }
        let check = PasswordCheck { current_password: Secret::new(current.peek().clone()) };
        let api = api.clone();
        let sending = async move {
            api.send(&SignOutEverywhere(check)).await?;
            // The window of the embedded backend signs in by itself, on this computer alone.
            if !embedded && let Err(found) = api.ask::<Value>(Native::SignOut).await {
                notices.problem(&found);
            }
            Ok(())
        };
        form.send(sending, move |()| {
            if embedded {
                notices.done("You are signed out everywhere except in this window.");
                onclose.call(());
            }
        });
    };
    rsx! {
        FormDialog {
            id: "sign-out-everywhere",
            title: "Sign out {ready.username} everywhere?",
            action: "End all sign-ins",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            p { class: "field-hint",
                if embedded {
                    "Everyone signed in with this name in another program or on another computer is signed out."
                } else {
                    "Everyone signed in with this name is signed out, including this window."
                }
            }
            CurrentPassword { form, typed: current }
        }
    }
}

/// The field of the password one has, which both ask for.
#[component]
fn CurrentPassword(form: Form, mut typed: Signal<String>) -> Element {
    rsx! {
        TextField {
            id: "current-password",
            label: "Current password",
            kind: "password",
            value: typed(),
            required: true,
            focus: true,
            autocomplete: "current-password",
            error: form.refusal("current_password"),
            oninput: move |text| typed.set(text),
        }
    }
}
