//! What a device runs and has not saved: the difference from its startup to its running configuration.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::Device;
use netraven_api::startup::DiffStartup;

use super::copy::CopyText;
use super::difference::DiffTable;
use super::unified::{counts, rows};
use crate::components::{Empty, ErrorState, Glyph, Icon, SkeletonRows, Time};
use crate::data::{Query, use_query};
use crate::features::saved::is_unsaved;
use crate::format;
use crate::route::Route;

/// Says that a device has unsaved changes, and leads to them; nothing on any other device.
#[component]
pub fn UnsavedNote(device: Query<Device>) -> Element {
    let Some(shown) = device.value().filter(|device| is_unsaved(device)) else { return rsx! {} };
    let since = shown.startup.as_ref().and_then(|startup| startup.unsaved_since);
    rsx! {
        div { class: "band band-warning", role: "note",
            Icon { glyph: Glyph::Alert, size: 14 }
            span { class: "grow",
                "This device has unsaved changes"
                if let Some(at) = since {
                    ", first seen "
                    Time { at }
                }
                ": a restart would lose them."
            }
            Link { class: "side-link", to: Route::unsaved_changes(shown.id), "See what is not saved" }
        }
    }
}

/// The difference, with what it is above.
#[component]
pub fn StartupContent(device_id: ReadSignal<DeviceId>) -> Element {
    let diff = use_query(move || DiffStartup(device_id()));
    let drawn = use_memo(move || Rc::new(diff.value().map(|diff| rows(&diff.diff)).unwrap_or_default()));
    let (added, removed) = counts(&drawn.read());
    let copied = diff.value().map(|diff| diff.diff.join("\n")).filter(|text| !text.is_empty());
    rsx! {
        div { class: "config-content",
            div { class: "config-head",
                span { class: "config-times",
                    "Startup"
                    span { aria_label: "to", " → " }
                    "running"
                    if let Some(diff) = diff.value() {
                        ", "
                        Time { at: diff.checked_at }
                    }
                }
                if !drawn.read().is_empty() {
                    span { class: "text-success", title: "Lines not saved", "+{format::number(added)}" }
                    span { class: "text-danger", title: "Lines that a restart brings back", "−{format::number(removed)}" }
                }
                span { class: "grow" }
                Link { class: "side-link", to: Route::device_configurations(device_id()), "Show the newest change" }
                CopyText { text: copied, what: "difference" }
            }
            match (diff.value(), diff.error()) {
                (Some(_), _) if drawn.read().is_empty() => rsx! {
                    Empty {
                        title: "No difference",
                        text: "The startup configuration is the running one, as far as it is shown here: comments and \
                               what always differs between the two are left out.",
                        glyph: Glyph::Check,
                    }
                },
                (Some(_), _) => rsx! { DiffTable { rows: drawn, name: "startup" } },
                (None, Some(problem)) => rsx! {
                    ErrorState { title: "The difference could not be loaded", problem, onretry: move |()| diff.refresh() }
                },
                (None, None) => rsx! { SkeletonRows { rows: 12, label: "Comparing the configurations" } },
            }
        }
    }
}
