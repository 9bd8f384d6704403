//! The search of the window, on Ctrl K (Cmd K): pages, actions, saved views, jobs, devices, and links that were pasted.
//!
//! A combobox with a listbox inside a dialog, after the ARIA patterns.

use dioxus::prelude::*;
use netraven_api::devices::{Device, ListDevices};
use netraven_api::jobs::ListJobs;
use netraven_api::native::Native;
use serde_json::Value;

use crate::components::{Dialog, Glyph, Icon};
use crate::data::{Topics, use_api, use_list_maybe, use_settled};
use crate::dom;
use crate::features::actions::use_run_job;
use crate::features::device::place as address_of;
use crate::link;
use crate::state::kept::use_kept;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;
use crate::state::steady::use_order_seen;
use crate::state::theme::Theme;
use crate::state::times::Times;
use crate::state::views::use_views;

mod entries;
mod keys;

use entries::{Entry, PaletteAction, fixed, found, name_of_job};
use keys::{Command, command};

/// Devices and jobs offered at once.
const OFFERED: i64 = 8;

/// Id of the field; there is one in the window.
const TEXT: &str = "palette-text";
/// What the field is for.
const LABEL: &str = "Search pages, actions, views, jobs, devices and addresses";

/// What is open over the page.
#[derive(Clone, Copy, PartialEq)]
enum Over {
    Nothing,
    Search,
    Keys,
}

/// Listens to the keys of the whole window, and shows the search or the list of keys.
#[component]
pub fn Palette() -> Element {
    let mut over = use_signal(|| Over::Nothing);
    let go = navigator();
    let hear = use_callback(move |pressed: dom::Pressed| {
        let Some(command) = command(&pressed) else { return false };
        match command {
            Command::Search => over.set(if over() == Over::Search { Over::Nothing } else { Over::Search }),
            Command::Keys => over.set(Over::Keys),
            Command::Filter => dom::focus_filter(),
            Command::Back => go.go_back(),
            Command::Forward => go.go_forward(),
        }
        true
    });
    // What is chosen is done here: the search itself is gone before it is done.
    let (theme, times, start, topics) =
        (use_kept::<Theme>(), use_kept::<Times>(), use_run_job(), use_context::<Topics>());
    let (api, notices) = (use_api(), use_notices());
    let act = use_callback(move |action: PaletteAction| {
        over.set(if action == PaletteAction::Keys { Over::Keys } else { Over::Nothing });
        match action {
            PaletteAction::Go(route) => {
                go.push(route);
            }
            PaletteAction::Run(job_id) => start.start(job_id),
            PaletteAction::Refresh => topics.wish_all(),
            PaletteAction::Theme(chosen) => theme.choose(chosen),
            PaletteAction::Times(chosen) => times.choose(chosen),
            PaletteAction::Keys => {}
            PaletteAction::SignOut => {
                let api = api.clone();
                spawn(async move {
                    if let Err(problem) = api.ask::<Value>(Native::SignOut).await {
                        notices.problem(&problem);
                    }
                });
            }
        }
    });
    use_hook(|| dom::listen_to_keys(move |pressed| hear.call(pressed)));
    rsx! {
        button {
            class: "place palette-open",
            r#type: "button",
            "data-action": if over() == Over::Search { "Search (open)" } else { "Search" },
            aria_haspopup: "dialog",
            title: "Search or jump to (Ctrl K)",
            onclick: move |_| over.set(Over::Search),
            Icon { glyph: Glyph::Search, size: 17 }
            span { class: "side-word grow", "Search" }
            kbd { class: "side-word", "Ctrl K" }
        }
        match over() {
            Over::Nothing => rsx! {},
            Over::Search => rsx! {
                Search { onaction: move |action| act.call(action), onclose: move |()| over.set(Over::Nothing) }
            },
            Over::Keys => rsx! { Keys { onclose: move |()| over.set(Over::Nothing) } },
        }
    }
}

#[component]
fn Search(onaction: EventHandler<PaletteAction>, onclose: EventHandler<()>) -> Element {
    let mut typed = use_signal(String::new);
    let mut place = use_signal(|| 0_usize);
    let settled = use_settled(move || typed.read().trim().to_owned());
    let wanted =
        move || Some(settled.read().clone()).filter(|text| !text.is_empty() && !text.starts_with(link::SCHEME));
    let places = use_list_maybe(move || {
        wanted().map(|text| ListDevices { ip_address: Some(text), size: Some(OFFERED), ..ListDevices::default() })
    });
    let devices = use_list_maybe(move || {
        wanted().map(|text| ListDevices { hostname: Some(text), size: Some(OFFERED), ..ListDevices::default() })
    });
    let jobs = use_list_maybe(move || {
        wanted().map(|text| ListJobs { size: Some(100), name: name_of_job(&text), ..ListJobs::default() })
    });
    let mut all = fixed(&use_views().all(), use_workplace().ready().embedded);
    if let Some(jobs) = jobs.value() {
        all.extend(jobs.items.iter().map(|job| Entry::job(job.id, &job.name)));
    }
    let mut entries = found(&typed.read(), all);
    let text = typed.read().trim().to_lowercase();
    for page in [devices.value(), places.value()].into_iter().flatten().filter(|_| wanted().is_some()) {
        // The answer may be to an earlier text.
        let fits =
            |device: &&Device| device.hostname.to_lowercase().contains(&text) || address_of(device).contains(&text);
        let found = page.items.iter().filter(fits).map(Entry::device);
        let fresh: Vec<Entry> = found.filter(|entry| !entries.contains(entry)).collect();
        entries.extend(fresh);
    }
    // Answers come one after the other: what comes later stands below what is there and may be pressed already.
    let keys: Vec<String> = entries.iter().map(Entry::key).collect();
    let order = use_order_seen(text, &keys, false);
    entries.sort_by_key(|entry| order.iter().position(|key| *key == entry.key()));
    let looking = *settled.read() != typed.read().trim() || devices.loading() || places.loading() || jobs.loading();
    let last = entries.len().saturating_sub(1);
    let at = place().min(last);
    let actions: Vec<PaletteAction> = entries.iter().map(|entry| entry.action.clone()).collect();
    let chosen = actions.get(at).cloned();
    let onkeydown = move |event: KeyboardEvent| {
        match event.key() {
            Key::ArrowDown => place.set(if at >= last { 0 } else { at + 1 }),
            Key::ArrowUp => place.set(if at == 0 { last } else { at - 1 }),
            Key::Enter => {
                if let Some(action) = chosen.clone() {
                    onaction.call(action);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    rsx! {
        Dialog { id: "palette", title: "Search or jump to", onclose,
            div { class: "search",
                Icon { glyph: Glyph::Search, size: 15 }
                input {
                    id: TEXT,
                    r#type: "text",
                    role: "combobox",
                    aria_label: LABEL,
                    aria_expanded: "true",
                    aria_controls: "palette-list",
                    aria_activedescendant: (!entries.is_empty()).then(|| format!("palette-{at}")),
                    placeholder: "Page, action, job, device, address or link",
                    value: "{typed}",
                    autocomplete: "off",
                    spellcheck: "false",
                    oninput: move |event| {
                        typed.set(event.value());
                        place.set(0);
                    },
                    onkeydown,
                }
            }
            ul { id: "palette-list", class: "palette-list", role: "listbox", aria_label: "Results",
                for (index, entry) in entries.iter().enumerate() {
                    li {
                        key: "{entry.key()}",
                        id: "palette-{index}",
                        role: "option",
                        "data-action": "{entry.word}",
                        aria_selected: if index == at { "true" } else { "false" },
                        onclick: {
                            let action = entry.action.clone();
                            move |_| onaction.call(action.clone())
                        },
                        Icon { glyph: entry.glyph, size: 15 }
                        span { class: "grow cut",
                            "{entry.word}"
                            if let Some(about) = &entry.about {
                                span { class: "mono muted", " {about}" }
                            }
                        }
                        span { class: "muted", "{entry.kind}" }
                    }
                }
            }
            if entries.is_empty() {
                p { class: "muted", role: "status",
                    if looking {
                        "Searching"
                    } else {
                        "No matches. Type part of a name, an address or a status."
                    }
                }
            }
        }
    }
}

#[component]
fn Keys(onclose: EventHandler<()>) -> Element {
    rsx! {
        Dialog { id: "keys", title: "Keyboard shortcuts", onclose,
            dl { class: "facts keys",
                for (key, what) in keys::LIST {
                    dt { key: "{key}", kbd { "{key}" } }
                    dd { "{what}" }
                }
            }
        }
    }
}
