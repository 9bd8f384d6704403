//! Before there is a session: the choice between this computer and a server, the start, and a start that failed.

use dioxus::prelude::*;
use netraven_api::Problem;
use netraven_api::native::{Native, Profile};
use netraven_api::problem::Code;
use serde_json::Value;

use crate::components::{Button, ButtonKind, Glyph, Icon};
use crate::data::use_api;
use crate::state::notices::use_notices;

mod server_form;
mod sign_in;

use server_form::ServerForm;
pub use sign_in::SignInPage;

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
    let ask = use_shell();
    let known = profiles.first().cloned();
    rsx! {
        Card {
            title: "Where is your data?",
            text: "Keep device backups and job history on this computer, or connect to a NetRaven server.",
            div { class: "gate-choices",
                Place {
                    name: "On this computer",
                    text: "Everything runs inside this application. Nothing else to install, and no sign-in.",
                    glyph: Glyph::Computer,
                    onchoose: move |()| ask.call(Native::UseEmbedded),
                }
                Place {
                    name: "NetRaven server",
                    text: "A server in your network: enter its address, your user name and password.",
                    glyph: Glyph::Server,
                    open: server(),
                    onchoose: move |()| server.toggle(),
                }
            }
            if server() {
                ServerForm {
                    url: known.as_ref().map(|profile| profile.url.clone()).unwrap_or_default(),
                    username: known.map(|profile| profile.username).unwrap_or_default(),
                    profiles,
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

/// The embedded backend is starting, or a server is being contacted.
#[component]
pub fn Starting(step: String) -> Element {
    rsx! {
        Card { title: "Starting", text: "The first start takes a few seconds longer.", Step { step } }
    }
}

/// What runs on this computer is being stopped.
#[component]
pub fn Stopping(step: String) -> Element {
    rsx! {
        Card { title: "One moment", text: "Stopping everything in order, so that nothing is lost.", Step { step } }
    }
}

/// What is being done now.
#[component]
fn Step(step: String) -> Element {
    rsx! {
        div { class: "gate-step", role: "status",
            Icon { glyph: Glyph::Spinner, class: "spin text-primary" }
            span { "{step}" }
        }
        div { class: "gate-progress", aria_hidden: "true", span {} }
    }
}

/// It could not be started or reached.
#[component]
pub fn FailedStart(problem: Problem, embedded: bool) -> Element {
    let ask = use_shell();
    // An address that can be none stays so, however often it is tried.
    let is_worth_a_try = embedded || problem.code != Code::Invalid;
    let again = if embedded { Native::UseEmbedded } else { Native::Retry };
    rsx! {
        Card {
            title: if embedded { "NetRaven could not start" } else { "The server could not be reached" },
            text: if !embedded && problem.code == Code::Unreachable {
                "NetRaven keeps trying. The reason, and what to do:"
            } else {
                "The reason, and what to do:"
            },
            div { class: "gate-problem", role: "alert",
                Icon { glyph: Glyph::Alert, class: "text-danger" }
                span { "{problem.message}" }
            }
            div { class: "gate-actions",
                LeaveButton {}
                if is_worth_a_try {
                    Button {
                        label: "Try again",
                        kind: ButtonKind::Primary,
                        glyph: Glyph::Refresh,
                        onclick: move |_| ask.call(again.clone()),
                    }
                }
            }
        }
    }
}

/// Goes back to the choice.
#[component]
pub fn LeaveButton() -> Element {
    let ask = use_shell();
    rsx! {
        Button { label: "Change connection", onclick: move |_| ask.call(Native::SignOut) }
    }
}

/// Asks the shell to go somewhere; what goes wrong is said in a notice.
fn use_shell() -> Callback<Native> {
    let (api, notices) = (use_api(), use_notices());
    use_callback(move |wish: Native| {
        let api = api.clone();
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(wish).await {
                notices.problem(&problem);
            }
        });
    })
}
