//! The snapshots of a device in its panel, the text of one of them, and the way to what it changed.

use dioxus::prelude::*;
use netraven_api::configs::{ConfigHead, ListConfigHistory};
use netraven_api::devices::Device;

use crate::components::{Button, Dialog, ReadFailed, SkeletonRows, StaleNote, Time};
use crate::data::use_query;
use crate::features::snapshot::{SnapshotBody, facts, hidden, use_snapshot};
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;

/// Snapshots listed.
const SHOWN: usize = 50;

/// The history of a device's configuration, the newest first.
#[component]
pub fn Snapshots(device: ReadSignal<Device>) -> Element {
    let history = use_query(move || ListConfigHistory(device.read().id));
    let mut open = use_signal(|| None::<ConfigHead>);
    let retry = move |()| history.refresh();
    rsx! {
        section { class: "side-part", aria_label: "Snapshots",
            h4 { "Snapshots" }
            match (history.value(), history.error()) {
                (Some(heads), stale) => rsx! {
                    if let Some(problem) = stale {
                        StaleNote { problem, at: None, onretry: retry }
                    }
                    if heads.is_empty() {
                        p { class: "muted", "None yet; the first successful backup stores one." }
                    } else {
                        p {
                            Link { class: "side-link", to: Route::device_configurations(device.read().id), "See what changed" }
                        }
                    }
                    ul { class: "side-list",
                        for head in heads.iter().take(SHOWN).cloned() {
                            li { key: "{head.id}",
                                button {
                                    class: "row-link grow",
                                    r#type: "button",
                                    "data-action": "Snapshot {head.id}",
                                    onclick: {
                                        let head = head.clone();
                                        move |_| open.set(Some(head.clone()))
                                    },
                                    Time { at: head.retrieved_at }
                                }
                                span { class: "muted", title: head.config_metadata.clone().unwrap_or_default().commit.unwrap_or_default(), {facts(&head).join(" · ")} }
                            }
                        }
                    }
                    if heads.len() > SHOWN {
                        p { class: "muted", "{heads.len() - SHOWN} older snapshots are under Configurations." }
                    }
                },
                (None, Some(problem)) => rsx! { ReadFailed { problem, onretry: retry } },
                (None, None) => rsx! { SkeletonRows { rows: 2, label: "Loading the snapshots" } },
            }
        }
        if let Some(head) = open() {
            SnapshotText { hostname: device.read().hostname.clone(), head, onclose: move |()| open.set(None) }
        }
    }
}

#[component]
fn SnapshotText(hostname: String, head: ConfigHead, onclose: EventHandler<()>) -> Element {
    let id = head.id;
    let config = use_snapshot(move || id);
    let moment = use_moment();
    rsx! {
        Dialog {
            id: "snapshot",
            title: "{hostname}, {format::date_time(head.retrieved_at, &moment.zone())}",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                if let Some(hidden) = hidden(&head) {
                    span { class: "muted grow", "{hidden}" }
                }
                Button { label: "Done", onclick: move |_| onclose.call(()) }
            },
            SnapshotBody { config }
        }
    }
}
