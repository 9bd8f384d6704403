//! One device explained beside the list: facts, host key, last runs, snapshots.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::devices::{Device, GetHostKey};
use netraven_api::platforms::Platforms;
use netraven_api::problem::Code;
use netraven_api::runs::ListRuns;

use super::newest::NewestResult;
use super::snapshots::Snapshots;
use super::table::{place, platform_title, tag_names};
use crate::components::{Button, ButtonKind, Glyph, SkeletonRows, StaleNote, StatusTag, Time};
use crate::data::use_query;
use crate::pages::forget_key::ForgetKey;
use crate::pages::lab::SimulatedTag;
use crate::route::Route;

/// Runs listed.
const RUNS: i64 = 5;

/// The panel of a device.
#[component]
pub fn DevicePanel(device: ReadSignal<Device>, titles: Option<Rc<Platforms>>, onclose: EventHandler<()>) -> Element {
    let shown = device.read().clone();
    let unknown = "not known";
    rsx! {
        aside { class: "side", aria_label: "The chosen device",
            div { class: "side-head",
                h3 { "{shown.hostname}" }
                Button {
                    label: "Close",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Cross,
                    icon_only: true,
                    small: true,
                    onclick: move |_| onclose.call(()),
                }
            }
            if let Some(text) = shown.description.as_ref().filter(|text| !text.is_empty()) {
                p { class: "side-message", "{text}" }
            }
            dl { class: "facts facts-device",
                dt { "Address" }
                dd { class: "mono", {place(&shown)} }
                dt { "Platform" }
                dd { {platform_title(titles.as_deref(), &shown.device_type)} }
                dt { "Model" }
                dd { {shown.model.as_deref().unwrap_or(unknown)} }
                dt { "Serial" }
                dd { {shown.serial_number.as_deref().unwrap_or(unknown)} }
                dt { "Tags" }
                dd {
                    SimulatedTag { tags: shown.tags.clone() }
                    " {tag_names(&shown.tags)}"
                }
                NewestResult { device }
                if let Some(at) = shown.created_at {
                    dt { "Added" }
                    dd { Time { at } }
                }
            }
            StoredKey { device }
            LastRuns { device }
            Snapshots { device }
        }
    }
}

#[component]
fn StoredKey(device: ReadSignal<Device>) -> Element {
    let key = use_query(move || GetHostKey(device.read().id));
    let body = match (key.value(), key.error()) {
        (_, Some(problem)) if problem.code == Code::NotFound => rsx! {
            p { class: "muted", "None is stored yet; the first session stores the one it meets." }
        },
        (_, Some(problem)) if problem.code == Code::NotOffered => rsx! {
            p { class: "muted", "{problem.message}" }
        },
        (None, Some(problem)) => rsx! {
            StaleNote { problem, at: None, onretry: move |()| key.refresh() }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 1, label: "Reading the host key" }
        },
        (Some(key), _) => rsx! {
            p { class: "mono wraps", "{key.sha256}" }
            p { class: "muted", "{key.key_type}, first seen " Time { at: key.first_seen } }
            ForgetKey { device_id: device.read().id, hostname: device.read().hostname.clone() }
        },
    };
    rsx! {
        section { class: "side-part", aria_label: "Host key",
            h4 { "Host key" }
            {body}
        }
    }
}

#[component]
fn LastRuns(device: ReadSignal<Device>) -> Element {
    let runs = use_query(move || ListRuns {
        size: Some(RUNS),
        search: Some(device.read().hostname.clone()),
        ..ListRuns::default()
    });
    let retry = move |()| runs.refresh();
    rsx! {
        section { class: "side-part", aria_label: "Last runs",
            h4 { "Last runs" }
            match (runs.value(), runs.error()) {
                (Some(page), stale) => rsx! {
                    if let Some(problem) = stale {
                        StaleNote { problem, at: None, onretry: retry }
                    }
                    if page.items.is_empty() {
                        p { class: "muted", "No run had this device yet." }
                    }
                    ul { class: "side-list",
                        for run in page.items.iter().cloned() {
                            li { key: "{run.id}",
                                Link { class: "grow", to: Route::run(run.id), "{run.job_name}" }
                                Time { at: run.started_at.unwrap_or(run.queued_at) }
                                StatusTag { status: run.status, cancelling: run.cancel_requested }
                            }
                        }
                    }
                },
                (None, Some(problem)) => rsx! { StaleNote { problem, at: None, onretry: retry } },
                (None, None) => rsx! { SkeletonRows { rows: 2, label: "Reading the runs" } },
            }
        }
    }
}
