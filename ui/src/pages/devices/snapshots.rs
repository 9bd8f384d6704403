//! The snapshots of a device, and the text of one of them.

use dioxus::prelude::*;
use netraven_api::configs::{ConfigHead, GetConfig, ListConfigHistory};
use netraven_api::devices::Device;
use serde_json::Value;

use crate::components::{Button, Dialog, ErrorState, SkeletonRows, StaleNote, Time};
use crate::data::use_query;
use crate::format;
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
                        p { class: "muted", "None yet; a backup that succeeds stores the first one." }
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
                                if let Some(bytes) = number_in(&head, "bytes") {
                                    span { class: "muted", "{format::number(bytes)} bytes" }
                                }
                                if let Some(commit) = commit_of(&head) {
                                    span { class: "mono muted", title: "{commit}", {commit.chars().take(7).collect::<String>()} }
                                }
                            }
                        }
                    }
                    if heads.len() > SHOWN {
                        p { class: "muted", "{heads.len() - SHOWN} older ones are in the snapshot repository." }
                    }
                },
                (None, Some(problem)) => rsx! { StaleNote { problem, at: None, onretry: retry } },
                (None, None) => rsx! { SkeletonRows { rows: 2, label: "Reading the snapshots" } },
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
    let config = use_query(move || GetConfig(id));
    let moment = use_moment();
    let hidden = number_in(&head, "secrets_hidden").unwrap_or_default();
    rsx! {
        Dialog {
            id: "snapshot",
            title: "{hostname}, {format::short_time(head.retrieved_at, moment.glance(), &moment.zone())}",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                if hidden > 0 {
                    span { class: "muted grow", {format!("{} hidden in this text", format::count(hidden, "secret"))} }
                }
                Button { label: "Done", onclick: move |_| onclose.call(()) }
            },
            match (config.value(), config.error()) {
                (Some(config), _) => rsx! {
                    pre { class: "code-block mono", tabindex: "0", aria_label: "Configuration", "{config.config_data}" }
                },
                (None, Some(problem)) => rsx! {
                    ErrorState { title: "The snapshot could not be read", problem, onretry: move |()| config.refresh() }
                },
                (None, None) => rsx! { SkeletonRows { rows: 12, label: "Reading the snapshot" } },
            }
        }
    }
}

fn number_in(head: &ConfigHead, name: &str) -> Option<i64> {
    head.config_metadata.as_ref()?.get(name)?.as_i64()
}

fn commit_of(head: &ConfigHead) -> Option<String> {
    head.config_metadata.as_ref()?.get("commit").and_then(Value::as_str).map(str::to_owned)
}
