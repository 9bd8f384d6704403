//! What a search in all configurations found, each with the lines around it.

use dioxus::prelude::*;
use netraven_api::configs::{FoundConfig, FoundConfigs};

use super::snippet;
use super::view::DeviceView;
use crate::components::{Empty, ErrorState, Glyph, SkeletonRows, StaleNote, Time, TimesSwitch};
use crate::data::Query;
use crate::format;
use crate::route::Route;

/// Letters below which everything would be found.
const SHORTEST: usize = 2;
/// Most snapshots the server finds at once.
const MOST: usize = 50;

/// Whether a text is worth a search.
#[must_use]
pub fn is_long_enough(text: &str) -> bool {
    text.chars().count() >= SHORTEST
}

/// The snapshots that were `found` to hold a text, the newest first; `hostname` narrows them to devices of such a name.
#[component]
pub fn Found(text: ReadSignal<String>, hostname: ReadSignal<String>, found: Query<FoundConfigs>) -> Element {
    let retry = move |()| found.refresh();
    // What was typed has not come to rest yet.
    if text.read().is_empty() {
        return rsx! { SkeletonRows { rows: 8, label: "Searching the configurations" } };
    }
    if !is_long_enough(&text.read()) {
        return rsx! {
            Empty { title: "Keep typing", text: "Enter at least two characters.", glyph: Glyph::Search }
        };
    }
    let named = hostname.read().to_lowercase();
    match (found.value(), found.error()) {
        (Some(all), stale) => {
            let shown: Vec<FoundConfig> =
                all.items.iter().filter(|one| name(one).to_lowercase().contains(&named)).cloned().collect();
            rsx! {
                if let Some(problem) = stale {
                    StaleNote { problem, at: found.at(), onretry: retry }
                }
                if shown.is_empty() && found.is_of_before() {
                    SkeletonRows { rows: 8, label: "Searching the configurations" }
                } else if shown.is_empty() {
                    Empty {
                        title: "No matches",
                        text: nothing(&all, !named.is_empty()),
                        glyph: Glyph::Search,
                    }
                } else {
                    ul { class: "scroll found", aria_label: "Found configurations", tabindex: "0",
                        for one in shown.iter().cloned() {
                            Entry { key: "{one.id}", one }
                        }
                    }
                }
                footer { class: "status-line",
                    span { {format::count(i64::try_from(shown.len()).unwrap_or(i64::MAX), "snapshot")} }
                    if let Some(note) = all.note.clone().filter(|_| !shown.is_empty()) {
                        span { class: "text-warning", "{note}" }
                    }
                    if all.items.len() >= MOST {
                        span { "The newest {MOST} matches; add words to find others." }
                    }
                    TimesSwitch {}
                }
            }
        }
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The search failed", problem, onretry: retry }
        },
        (None, None) => rsx! { SkeletonRows { rows: 8, label: "Searching the configurations" } },
    }
}

/// Why the list is empty. `narrowed` says that names of devices were asked for, too.
fn nothing(all: &FoundConfigs, narrowed: bool) -> String {
    let what = match &all.note {
        _ if narrowed && all.items.len() >= MOST => {
            format!("None of the newest {MOST} matching snapshots belongs to such a device; there may be older ones.")
        }
        _ if narrowed && !all.items.is_empty() => "Only snapshots of other devices contain this text.".to_owned(),
        Some(note) => format!("No snapshot was found. {note}"),
        None => "No snapshot contains this text.".to_owned(),
    };
    format!("{what} Hidden secrets cannot be searched for.")
}

#[component]
fn Entry(one: FoundConfig) -> Element {
    let view = DeviceView { new: Some(one.id), text: true, ..DeviceView::default() }.write();
    rsx! {
        li {
            div { class: "found-head",
                Link { to: Route::DeviceConfigurationsPage { device_id: one.device_id, view }, {name(&one)} }
                Time { at: one.retrieved_at }
            }
            pre { class: "mono",
                for (index, (found, text)) in snippet::parts(&one.snippet).into_iter().enumerate() {
                    if found {
                        mark { key: "{index}", "{text}" }
                    } else {
                        span { key: "{index}", "{text}" }
                    }
                }
            }
        }
    }
}

/// The device's name when the snapshot was read.
fn name(one: &FoundConfig) -> String {
    let hostname = one.config_metadata.as_ref().and_then(|facts| facts.hostname.clone());
    hostname.unwrap_or_else(|| format!("Device {}", one.device_id))
}
