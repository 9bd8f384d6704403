//! One row for each device.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::devices::Device;
use netraven_api::native::{AdminAction, Feature};
use netraven_api::outcome::Cause;
use netraven_api::platforms::Platforms;
use netraven_api::sorting::DeviceColumn;
use netraven_api::{DeviceId, Page, TagId};

use super::approval::{WaitingTag, waiting};
use crate::components::{Ago, Button, ButtonKind, Glyph, Icon};
use crate::features::device::{LastResult, NeverRun, Unencrypted, place, platform_of, tag_names};
use crate::features::lab::SimulatedTag;
use crate::features::paging::Sorted;
use crate::features::saved::{UnsavedMark, is_unsaved};
use crate::features::sorted_table::{SortedTable, TableFace};
use crate::format;
use crate::state::session::use_workplace;

/// The table of devices.
const TABLE: TableFace<DeviceColumn> = TableFace {
    name: "devices",
    title: "Devices",
    class: "devices-table",
    heads: &[
        (DeviceColumn::Hostname, "Hostname", "col-device", ""),
        (DeviceColumn::Address, "Address", "col-address", ""),
        (DeviceColumn::Platform, "Platform", "col-platform wide-only", "wide-only"),
        (DeviceColumn::Tags, "Tags", "col-device-tags wide-only", "wide-only"),
        (DeviceColumn::LastResult, "Last result", "col-result", ""),
        (DeviceColumn::LastSeen, "Last seen", "col-seen wide-only", "wide-only"),
        (DeviceColumn::Credentials, "Credentials", "col-credentials", ""),
    ],
    needs: &[(DeviceColumn::LastResult, Feature::NewestResults)],
    unsorted: &[],
    turns: &[("col-turn", "Actions")],
};

/// The devices of a page.
#[component]
pub fn DevicesTable(
    page: Rc<Page<Device>>,
    titles: Option<Rc<Platforms>>,
    open: Option<DeviceId>,
    sorted: Sorted<DeviceColumn>,
    onsort: EventHandler<DeviceColumn>,
    onopen: EventHandler<DeviceId>,
    oncredential: EventHandler<Vec<TagId>>,
    ondelete: EventHandler<Device>,
) -> Element {
    rsx! {
        SortedTable { face: TABLE, sorted, onsort,
            for device in page.items.iter().cloned() {
                DeviceRow {
                    key: "{device.id}",
                    platform: platform_of(titles.as_deref(), &device),
                    open: open == Some(device.id),
                    device,
                    onopen,
                    oncredential,
                    ondelete,
                }
            }
        }
    }
}

#[component]
fn DeviceRow(
    device: Device,
    platform: String,
    open: bool,
    onopen: EventHandler<DeviceId>,
    oncredential: EventHandler<Vec<TagId>>,
    ondelete: EventHandler<Device>,
) -> Element {
    let id = device.id;
    let refused = use_workplace().forbids(AdminAction::DeleteDevice);
    let doomed = device.clone();
    rsx! {
        tr {
            "data-opens": "yes",
            "data-state": if open { "open" },
            "data-device": "{id}",
            onclick: move |_| onopen.call(id),
            td { class: if is_unsaved(&device) { "name two-lines" } else { "name" },
                button {
                    class: "row-link",
                    r#type: "button",
                    "data-action": "Open {device.hostname}",
                    aria_expanded: if open { "true" } else { "false" },
                    title: device.description.clone(),
                    onclick: move |event| {
                        event.stop_propagation();
                        onopen.call(id);
                    },
                    "{device.hostname}"
                }
                UnsavedMark { device: device.clone() }
            }
            if device.transport.is_encrypted() {
                td { class: "mono", title: "{place(&device)}", {place(&device)} }
            } else {
                td { class: "mono two-lines", title: "{place(&device)}",
                    span { {place(&device)} }
                    Unencrypted { transport: device.transport }
                }
            }
            td { class: "muted wide-only", title: "{device.device_type}", "{platform}" }
            td { class: "muted wide-only",
                SimulatedTag { tags: device.tags.clone() }
                span { " {tag_names(&device.tags)}" }
            }
            td { LastResult { device: device.clone() } }
            td { class: "muted wide-only",
                if let Some(at) = device.last_seen {
                    Ago { at }
                } else {
                    NeverRun { word: "never" }
                }
            }
            td { Credentials { device: device.clone(), oncredential } }
            td { class: "row-actions",
                Button {
                    label: "Delete {device.hostname}",
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Trash,
                    refused,
                    onclick: move |event: MouseEvent| {
                        event.stop_propagation();
                        ondelete.call(doomed.clone());
                    },
                }
            }
        }
    }
}

/// How many credentials serve a device; without one it says what to do and does it.
#[component]
fn Credentials(device: Device, oncredential: EventHandler<Vec<TagId>>) -> Element {
    let forbidden = use_workplace().forbids(AdminAction::AddCredential);
    if waiting(&device).is_some() {
        return rsx! { WaitingTag { device } };
    }
    if device.matching_credentials_count > 0 {
        return rsx! { span { class: "muted", {format::number(device.matching_credentials_count)} } };
    }
    let advice = Cause::NoCredentials.advice();
    let advice = forbidden.as_ref().map_or_else(|| advice.to_owned(), |why| format!("{advice} {why}"));
    let allowed = forbidden.is_none();
    let tags: Vec<TagId> = device.tags.iter().map(|tag| tag.id).collect();
    rsx! {
        button {
            class: "btn btn-text btn-sm no-credential",
            r#type: "button",
            "data-action": "No credential for {device.hostname}",
            title: "{advice}",
            aria_disabled: if !allowed { "true" },
            onclick: move |event| {
                event.stop_propagation();
                if allowed {
                    oncredential.call(tags.clone());
                }
            },
            Icon { glyph: Glyph::Key, size: 12 }
            "No credential"
        }
    }
}
