//! The dialog that changes a user: the role, whether they may sign in, and a new password.

use dioxus::prelude::*;
use netraven_api::users::{Role, UpdateUser, UserChange, UserPublic};
use netraven_api::{Problem, Secret};

use crate::components::{Button, ButtonKind, CheckField, Dialog, SelectField, TextField};
use crate::data::use_api;
use crate::pages::devices::form::{FormProblem, refusal, refusal_of};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Characters a password has at least.
pub const SHORTEST_PASSWORD: usize = 8;

/// Fields that show their own refusal.
const FIELDS: [&str; 2] = ["password", "role"];

/// Changes a user. What stays as it was is not sent.
#[component]
pub fn ChangeUser(user: UserPublic, onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let mut role = use_signal(|| user.role);
    let mut active = use_signal(|| user.is_active);
    let mut password = use_signal(String::new);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let own = workplace.ready().username == user.username;
    let before = user.clone();

    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() {
            return;
        }
        let typed = password.peek().clone();
        if !typed.is_empty() && typed.chars().count() < SHORTEST_PASSWORD {
            let sentence = format!("Enter a password of at least {SHORTEST_PASSWORD} characters.");
            return problem.set(refusal_of(vec![("password", sentence)]));
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
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&UpdateUser(id, change)).await;
            busy.set(false);
            match answer {
                Ok(user) => {
                    notices.done(format!("{} was changed.", user.username));
                    onclose.call(());
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let now = problem();
    rsx! {
        Dialog {
            id: "change-user",
            title: "Change {user.username}",
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button { label: "Save", kind: ButtonKind::Primary, submit: true, busy: busy(), form: "change-user-form" }
            },
            form { id: "change-user-form", novalidate: true, onsubmit: submit,
                FormProblem { problem: now.clone(), fields: FIELDS.to_vec() }
                if own {
                    p { class: "field-hint", "This is your own account. A change of role takes effect for you at once." }
                }
                RoleField { role: role(), error: refusal(&now, "role"), onchange: move |chosen| role.set(chosen) }
                CheckField {
                    id: "user-active",
                    label: "May sign in",
                    checked: active(),
                    hint: "Who may not is signed out at once.",
                    onchange: move |yes| active.set(yes),
                }
                TextField {
                    id: "user-password",
                    label: "New password",
                    kind: "password",
                    value: password(),
                    autocomplete: "new-password",
                    hint: "Leave it empty to keep the old one.",
                    error: refusal(&now, "password"),
                    oninput: move |text| password.set(text),
                }
            }
        }
    }
}

/// The choice of a role, with what it may do.
#[component]
pub fn RoleField(role: Role, error: Option<String>, onchange: EventHandler<Role>) -> Element {
    let roles = [
        (Role::User, "user: reads, runs, cancels, and edits devices, jobs and tags"),
        (Role::Admin, "admin: may do everything"),
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
