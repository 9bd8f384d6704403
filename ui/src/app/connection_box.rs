//! Where the data comes from, who is signed in, and whether news arrive; with theme and signing out.

use dioxus::prelude::*;
use netraven_api::event::Link;
use netraven_api::native::Native;
use serde_json::Value;

use super::account::{AccountButtons, AccountCommand, AccountDialog};
use super::place_form::PlaceForm;
use crate::components::{Button, ButtonKind, Dialog, Glyph, Icon, Time, Tone};
use crate::data::use_api;
use crate::state::kept::use_kept;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;
use crate::state::theme::Theme;
use crate::state::zoom::Zoom;

/// Name of the box for those who press it by name.
const CONNECTION: &str = "Connection";

/// The box at the foot of the sidebar; pressed, it opens everything about the connection.
#[component]
pub fn ConnectionBox() -> Element {
    let workplace = use_workplace();
    let mut open = use_signal(|| false);
    let mut chosen = use_signal(|| None::<AccountCommand>);
    let ready = workplace.ready();
    let name = ready.profile.as_ref().map_or(ready.place.as_str(), |profile| profile.title()).to_owned();
    let (tone, word) = match workplace.link() {
        Link::Live => (Tone::Success, "live".to_owned()),
        Link::Connecting => (Tone::Info, "connecting".to_owned()),
        Link::Reconnecting { .. } => (Tone::Warning, "reconnecting".to_owned()),
        Link::Polling { every_s } => (Tone::Info, format!("polling every {every_s} s")),
        Link::SignedOut => (Tone::Danger, "signed out".to_owned()),
    };
    rsx! {
        button {
            class: "connection",
            r#type: "button",
            "data-colour": ready.profile.as_ref().map(|profile| profile.colour.as_str()),
            "data-action": CONNECTION,
            aria_haspopup: "dialog",
            title: "{name}, {word}",
            onclick: move |_| open.set(true),
            span { class: "connection-place",
                span { class: "dot dot-{tone.as_str()}", aria_hidden: "true" }
                b { class: "side-word", "{name}" }
            }
            span { class: "side-word", if ready.embedded { "embedded · {word}" } else { "server · {word}" } }
            span { class: "side-word",
                if ready.username == ready.role.as_str() { "{ready.username}" } else { "{ready.username} · {ready.role.as_str()}" }
            }
            if ready.secrets_note.is_some() {
                span { class: "side-word connection-note",
                    Icon { glyph: Glyph::Lock, size: 12 }
                    "About your secrets"
                }
            }
        }
        if open() {
            ConnectionDialog {
                onclose: move |()| open.set(false),
                oncommand: move |command| {
                    open.set(false);
                    chosen.set(Some(command));
                },
            }
        }
        if let Some(command) = chosen() {
            AccountDialog { command, onclose: move |()| chosen.set(None) }
        }
    }
}

#[component]
fn ConnectionDialog(onclose: EventHandler<()>, oncommand: EventHandler<AccountCommand>) -> Element {
    let (workplace, theme, api, notices) = (use_workplace(), use_kept::<Theme>(), use_api(), use_notices());
    let mut leaving = use_signal(|| false);
    let ready = workplace.ready();
    let link = match workplace.link() {
        Link::Connecting => "Connecting".to_owned(),
        Link::Live => "Live".to_owned(),
        Link::Reconnecting { reason, retry_in_s } => format!("Reconnecting in {retry_in_s} s: {reason}"),
        Link::Polling { every_s } => format!("This server does not push updates; it is polled every {every_s} s."),
        Link::SignedOut => "Signed out.".to_owned(),
    };
    let now = theme.get();
    let leave = move |_| {
        let api = api.clone();
        leaving.set(true);
        spawn(async move {
            if let Err(problem) = api.ask::<Value>(Native::SignOut).await {
                notices.problem(&problem);
                leaving.set(false);
            }
        });
    };
    rsx! {
        Dialog {
            id: "connection",
            title: ready.place.clone(),
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button {
                    label: if ready.embedded { "Change connection" } else { "Sign out" },
                    glyph: Glyph::SignOut,
                    busy: leaving(),
                    onclick: leave,
                }
                Button { label: "Done", kind: ButtonKind::Primary, onclick: move |_| onclose.call(()) }
            },
            dl { class: "facts",
                dt { "Address" }
                dd { class: "mono", "{ready.url}" }
                dt { "Signed in" }
                dd {
                    "{ready.username}, role {ready.role.as_str()}"
                    AccountButtons { oncommand }
                }
                dt { "Updates" }
                dd { "{link}" }
                if let Some(folder) = ready.data_dir {
                    dt { "Data" }
                    dd { class: "mono", "{folder}" }
                }
                if !ready.server.is_empty() {
                    dt { "Program" }
                    dd { "{ready.server}" }
                }
                if let Some(end) = ready.expires_at {
                    dt { "Sign-in expires" }
                    dd { Time { at: end } }
                }
                if !ready.missing.is_empty() {
                    dt { "Not supported" }
                    dd {
                        ul { class: "plain",
                            for missing in ready.missing {
                                li { key: "{missing.reason}", "{missing.reason}" }
                            }
                        }
                    }
                }
                if let Some(note) = ready.secrets_note {
                    dt { "Secrets" }
                    dd { "{note}" }
                }
                dt { "Theme" }
                dd {
                    div { class: "segments", role: "group", aria_label: "Theme",
                        for choice in Theme::ALL {
                            button {
                                key: "{choice.as_str()}",
                                r#type: "button",
                                "data-action": "Theme {choice.title()}",
                                aria_pressed: if choice == now { "true" } else { "false" },
                                onclick: {
                                    move |_| theme.choose(choice)
                                },
                                "{choice.title()}"
                            }
                        }
                    }
                }
                dt { "Zoom" }
                dd { ZoomChoice {} }
            }
            if let Some(profile) = ready.profile {
                PlaceForm { key: "{profile.url}", profile }
            }
        }
    }
}

/// How large everything is drawn, with a step in both directions.
#[component]
fn ZoomChoice() -> Element {
    let zoom = use_kept::<Zoom>();
    let now = zoom.get();
    let step = |label: &str, keys: &str, to: Option<Zoom>| {
        rsx! {
            Button {
                label,
                small: true,
                named: "{label} ({keys})",
                refused: to.is_none().then(|| "The zoom limit is reached.".to_owned()),
                onclick: move |_| to.into_iter().for_each(|to| zoom.choose(to)),
            }
        }
    };
    rsx! {
        div { class: "zoom", role: "group", aria_label: "Zoom",
            {step("Smaller", "Ctrl −", now.smaller())}
            span { class: "num", role: "status", "{now.percent()} %" }
            {step("Larger", "Ctrl +", now.larger())}
        }
    }
}
