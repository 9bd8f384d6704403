//! Before there is a session: the choice between this computer and a server, the start, and a start that failed.

use dioxus::prelude::*;
use netraven_api::native::{Native, Profile};
use netraven_api::{Problem, Secret};
use serde_json::Value;

use crate::components::{Button, ButtonKind, CheckField, Glyph, Icon, TextField};
use crate::data::use_api;
use crate::state::notices::use_notices;

/// The frame of everything before a session.
#[component]
pub fn Card(title: String, text: String, children: Element) -> Element {
    rsx! {
        main { class: "gate bg-body text-body",
            section { class: "gate-card bg-card", aria_labelledby: "gate-title",
                div { class: "brand", span { class: "brand-mark", Icon { glyph: Glyph::Brand } } "NetRaven" }
                h1 { id: "gate-title", "{title}" }
                p { class: "gate-text", "{text}" }
                {children}
            }
        }
    }
}

/// The choice at the first start.
#[component]
pub fn FirstStart(profiles: Vec<Profile>) -> Element {
    let mut server = use_signal(|| false);
    let embedded = use_embedded();
    let known = profiles.first().cloned();
    rsx! {
        Card {
            title: "Where is your data?",
            text: "NetRaven keeps device backups and job history on this computer, or shows those of a NetRaven server.",
            div { class: "gate-choices",
                Place {
                    name: "On this computer",
                    text: "Everything runs inside this application. Nothing else to install or to sign in to.",
                    glyph: Glyph::Computer,
                    onchoose: move |()| embedded.call(()),
                }
                Place {
                    name: "NetRaven server",
                    text: "A server in your network, with its address, your user name and password.",
                    glyph: Glyph::Server,
                    open: server(),
                    onchoose: move |()| server.toggle(),
                }
            }
            if server() {
                ServerForm {
                    url: known.as_ref().map(|profile| profile.url.clone()).unwrap_or_default(),
                    username: known.map(|profile| profile.username).unwrap_or_default(),
                }
            }
        }
    }
}

/// One place the data can be; `open` says whether it shows more beneath.
#[component]
fn Place(name: String, text: String, glyph: Glyph, open: Option<bool>, onchoose: EventHandler<()>) -> Element {
    rsx! {
        button {
            class: "gate-choice",
            r#type: "button",
            "data-action": "{name}",
            aria_expanded: open.map(|open| if open { "true" } else { "false" }),
            onclick: move |_| onchoose.call(()),
            Icon { glyph, size: 20 }
            span {
                b { "{name}" }
                small { "{text}" }
            }
            Icon { glyph: if open == Some(true) { Glyph::ChevronDown } else { Glyph::ChevronRight } }
        }
    }
}

/// The embedded backend starts, or a server is being reached.
#[component]
pub fn Starting(step: String) -> Element {
    rsx! {
        Card { title: "Starting", text: "The first start takes a few seconds longer.",
            div { class: "gate-step", role: "status",
                Icon { glyph: Glyph::Spinner, class: "spin text-primary" }
                span { "{step}" }
            }
            div { class: "gate-progress", aria_hidden: "true", span {} }
        }
    }
}

/// It could not be started or reached.
#[component]
pub fn FailedStart(problem: Problem, embedded: bool) -> Element {
    let again = use_embedded();
    let (api, notices) = (use_api(), use_notices());
    let leave = move |_| {
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(Native::SignOut).await {
                notices.problem(&problem);
            }
        });
    };
    rsx! {
        Card {
            title: if embedded { "NetRaven could not start" } else { "The server could not be reached" },
            text: "The reason, and what to do about it:",
            div { class: "gate-problem", role: "alert",
                Icon { glyph: Glyph::Alert, class: "text-danger" }
                span { "{problem.message}" }
            }
            div { class: "gate-actions",
                Button { label: "Choose another place", onclick: leave }
                if embedded {
                    Button {
                        label: "Try again",
                        kind: ButtonKind::Primary,
                        glyph: Glyph::Refresh,
                        onclick: move |_| again.call(()),
                    }
                }
            }
        }
    }
}

/// Address, user and password of a server. With `known` the address is fixed.
#[component]
pub fn ServerForm(url: String, username: String, #[props(default)] known: bool) -> Element {
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
        form { class: "gate-form", onsubmit: submit,
            if known {
                dl { class: "facts",
                    dt { "Server" }
                    dd { class: "mono", "{first}" }
                }
            } else {
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

/// Starts the embedded backend; what goes wrong is said in a notice.
fn use_embedded() -> Callback<()> {
    let (api, notices) = (use_api(), use_notices());
    use_callback(move |()| {
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(Native::UseEmbedded).await {
                notices.problem(&problem);
            }
        });
    })
}
