//! The dialog that changes a user: the role, whether they may sign in, and a new password.

use dioxus::prelude::*;
use netraven_api::Secret;
use netraven_api::users::{Role, UpdateUser, UserChange, UserPublic};

use crate::components::{CheckField, SelectField, TextField};
use crate::data::use_api;
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Characters a password has at least.
pub const SHORTEST_PASSWORD: usize = 8;

/// Why a password is refused before it is sent, if it is.
#[must_use]
pub fn too_short(password: &str) -> Option<String> {
    let is_short = password.chars().count() < SHORTEST_PASSWORD;
    is_short.then(|| format!("Enter a password of at least {SHORTEST_PASSWORD} characters."))
}

/// Fields that show their own refusal.
const FIELDS: [&str; 2] = ["password", "role"];

/// Changes a user. What stays as it was is not sent.
#[component]
pub fn ChangeUser(user: UserPublic, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let mut role = use_signal(|| user.role);
    let mut active = use_signal(|| user.is_active);
    let mut password = use_signal(String::new);
    let own = use_workplace().ready().username == user.username;
    let before = user.clone();

    let submit = move |()| {
        let typed = password.peek().clone();
        let short = too_short(&typed).filter(|_| !typed.is_empty());
        if form.refuse(refusal_of(short.into_iter().map(|sentence| ("password", sentence)).collect())) {
            return;
        }
        let change = UserChange {
            password: Some(typed).filter(|text| !text.is_empty()).map(Secret::new),
            role: Some(role()).filter(|role| *role != before.role),
            is_active: Some(active()).filter(|active| *active != before.is_active),
            ..UserChange::default()
        };
        if change == UserChange::default() {
            return onclose.call(());
        }
        let (api, id) = (api.clone(), before.id);
        form.send(async move { api.send(&UpdateUser(id, change)).await }, move |user| {
            notices.done(format!("{} was changed.", user.username));
            onclose.call(());
        });
    };

    rsx! {
        FormDialog {
            id: "change-user",
            title: "Change {user.username}",
            action: "Save",
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            if own {
                p { class: "field-hint", "This is your own account. A change of role takes effect for you at once." }
            }
            RoleField { role: role(), error: form.refusal("role"), onchange: move |chosen| role.set(chosen) }
            CheckField {
                id: "user-active",
                label: "Active",
                checked: active(),
                hint: "Inactive users cannot sign in. A user you deactivate is signed out at once.",
                onchange: move |yes| active.set(yes),
            }
            TextField {
                id: "user-password",
                label: "New password",
                kind: "password",
                value: password(),
                autocomplete: "new-password",
                hint: "Leave empty to keep the current password.",
                error: form.refusal("password"),
                oninput: move |text| password.set(text),
            }
        }
    }
}

/// The choice of a role, with what it may do.
#[component]
pub fn RoleField(role: Role, error: Option<String>, onchange: EventHandler<Role>) -> Element {
    let roles = [
        (Role::User, "user: reads, runs, cancels, and edits devices, jobs and tags"),
        (Role::Admin, "admin: can do everything"),
    ];
    rsx! {
        SelectField {
            id: "user-role",
            label: "Role",
            value: role.as_str(),
            options: roles.map(|(role, word)| (role.as_str().to_owned(), word.to_owned())).to_vec(),
            error,
            onchange: move |chosen: String| {
                onchange.call(if chosen == Role::Admin.as_str() { Role::Admin } else { Role::User });
            },
        }
    }
}
