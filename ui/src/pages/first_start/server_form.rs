//! Address, user and password of a server.

use dioxus::prelude::*;
use netraven_api::native::{Native, Profile};
use netraven_api::{Problem, Secret};
use serde_json::Value;

use super::LeaveButton;
use crate::components::{Button, ButtonKind, CheckField, Glyph, Icon, SelectField, TextField};
use crate::data::use_api;
use crate::state::notices::use_notices;

/// Address, user and password of a server. With `known` the address is fixed; `profiles` are servers to choose from.
#[component]
pub fn ServerForm(
    url: String,
    username: String,
    #[props(default)] known: bool,
    #[props(default)] profiles: Vec<Profile>,
) -> Element {
    let api = use_api();
    let first = url.clone();
    let user_given = !username.is_empty();
    let mut url = use_signal(|| url);
    let mut username = use_signal(|| username);
    let mut password = use_signal(String::new);
    let mut remember = use_signal(|| true);
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    let complete = !url.read().trim().is_empty() && !username.read().is_empty() && !password.read().is_empty();
    let submit = move |event: FormEvent| {
        event.prevent_default();
        if busy() || !complete {
            return;
        }
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let wish = Native::SignIn {
                url: url.peek().trim().to_owned(),
                username: username.peek().clone(),
                password: Secret::new(password.peek().clone()),
                remember: *remember.peek(),
            };
            let answer = api.ask::<Value>(wish).await;
            busy.set(false);
            if let Err(found) = answer {
                password.set(String::new());
                problem.set(Some(found));
            }
        });
    };
    rsx! {
        // A bad address is reported by our own sentence, not by the web view's bubble.
        form { class: "gate-form", novalidate: true, onsubmit: submit,
            if known {
                dl { class: "facts",
                    dt { "Server" }
                    dd { class: "mono", "{first}" }
                }
            } else {
                if !profiles.is_empty() {
                    UsedBefore {
                        profiles: profiles.clone(),
                        url: url(),
                        onchoose: move |chosen: Profile| {
                            url.set(chosen.url);
                            username.set(chosen.username);
                        },
                    }
                }
                TextField {
                    id: "server-url",
                    label: "Address",
                    kind: "url",
                    value: url(),
                    placeholder: "https://netraven.example.net",
                    required: true,
                    focus: first.is_empty(),
                    oninput: move |text| url.set(text),
                }
            }
            TextField {
                id: "server-user",
                label: "User name",
                value: username(),
                required: true,
                autocomplete: "username",
                focus: !first.is_empty() && !user_given,
                oninput: move |text| username.set(text),
            }
            TextField {
                id: "server-password",
                label: "Password",
                kind: "password",
                value: password(),
                required: true,
                autocomplete: "current-password",
                focus: !first.is_empty() && user_given,
                oninput: move |text| password.set(text),
            }
            CheckField {
                id: "server-remember",
                label: "Stay signed in on this computer",
                checked: remember(),
                onchange: move |yes| remember.set(yes),
            }
            if let Some(problem) = problem() {
                div { class: "gate-problem", role: "alert",
                    Icon { glyph: Glyph::Alert, class: "text-danger" }
                    span { "{problem.message}" }
                }
            }
            div { class: "gate-actions",
                if known {
                    LeaveButton {}
                }
                Button {
                    label: "Sign in",
                    kind: ButtonKind::Primary,
                    submit: true,
                    busy: busy(),
                    disabled: !complete,
                }
            }
        }
    }
}

/// The servers used before; one that is chosen fills address and user name.
#[component]
fn UsedBefore(profiles: Vec<Profile>, url: String, onchoose: EventHandler<Profile>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let chosen = profiles.iter().find(|profile| profile.url == url).map(|profile| profile.url.clone());
    let named = profiles.iter().map(|profile| {
        let mark = if profile.production { ", production" } else { "" };
        (profile.url.clone(), format!("{}{mark}: {} at {}", profile.title(), profile.username, profile.url))
    });
    let options = named.chain([(String::new(), "Another server".to_owned())]).collect();
    let forgotten = profiles.iter().find(|profile| profile.url == url).cloned();
    rsx! {
        SelectField {
            id: "server-known",
            label: "Server",
            value: chosen.unwrap_or_default(),
            options,
            onchange: move |url: String| {
                let known = profiles.iter().find(|profile| profile.url == url).cloned();
                onchoose.call(known.unwrap_or_default());
            },
        }
        if let Some(profile) = forgotten {
            Button {
                label: "Forget this server",
                kind: ButtonKind::Text,
                small: true,
                glyph: Glyph::Trash,
                onclick: move |_| {
                    let (api, Profile { url, username, .. }) = (api.clone(), profile.clone());
                    spawn(async move {
                        if let Err(problem) = api.ask::<Value>(Native::ForgetProfile { url, username }).await {
                            notices.problem(&problem);
                        }
                    });
                },
            }
        }
    }
}
