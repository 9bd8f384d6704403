//! The configurations read from devices: which device has which, a search in all of them, and what changed between two.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::configs::{CountBackups, SearchConfigs};
use netraven_api::devices::{Device, ListDevices};
use netraven_api::native::Feature;
use netraven_api::platforms::ListPlatforms;
use netraven_api::sorting::DeviceColumn;

use crate::components::{
    Ago, Button, Empty, Glyph, Icon, PageHeader, Pager, Panel, SearchField, SkeletonRows, Time, TimesSwitch, UpdatedAgo,
};
use crate::data::{Query, use_list, use_list_maybe, use_query, use_settled};
use crate::features::device::{LastResult, place, platform_of};
use crate::features::lab::LabBand;
use crate::features::loaded::loaded;
use crate::features::saved::{SavedTag, is_unsaved};
use crate::features::sorted_table::{SortedTable, TableFace};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::session::use_workplace;

mod copy;
pub mod device;
mod difference;
mod found;
mod history;
mod snippet;
mod startup;
mod unified;
pub mod view;

use found::Found;
use view::ListView;

/// Devices on one page.
const PAGE_SIZE: i64 = 50;
/// The table of devices with their newest snapshots.
const TABLE: TableFace<DeviceColumn> = TableFace {
    name: "configurations",
    title: "Configurations",
    class: "configs-table",
    heads: &[
        (DeviceColumn::Hostname, "Hostname", "col-config-device", ""),
        (DeviceColumn::Address, "Address", "col-config-address", ""),
        (DeviceColumn::Platform, "Platform", "wide-only", "wide-only"),
        (DeviceColumn::LastSnapshotAt, "Newest snapshot", "col-config-snapshot", ""),
        (DeviceColumn::UnsavedSince, "Changes", "col-config-startup wide-only", "wide-only"),
        (DeviceColumn::LastResult, "Last result", "col-config-result", ""),
    ],
    needs: &[
        (DeviceColumn::LastSnapshotAt, Feature::NewestResults),
        (DeviceColumn::LastResult, Feature::NewestResults),
        (DeviceColumn::UnsavedSince, Feature::Startup),
    ],
    unsorted: &[],
    turns: &[("col-turn", "Open")],
};

/// The list of devices with their newest snapshots, or what a search found. `view` is its state as the page's address has it.
#[component]
pub fn ConfigurationsPage(view: ReadSignal<String>) -> Element {
    let go = navigator();
    let shown = use_memo(move || ListView::read(&view.read()));
    let hostname = use_settled(move || shown.read().find.trim().to_owned());
    let text = use_settled(move || shown.read().text.trim().to_owned());
    let devices = use_list(move || {
        let (sort, order) = shown.read().sorted.wish();
        ListDevices {
            page: Some(shown.read().page),
            size: Some(PAGE_SIZE),
            hostname: Some(hostname()).filter(|name| !name.is_empty()),
            sort,
            order,
            ..ListDevices::default()
        }
    });
    let found = use_list_maybe(move || {
        let q = text();
        found::is_long_enough(&q).then_some(SearchConfigs { q })
    });
    let now = shown.read().clone();
    // A text being typed is no step to go back by.
    let type_in = move |next: ListView| {
        go.replace(Route::ConfigurationsPage { view: next.write() });
    };
    let searches = !now.text.trim().is_empty();
    rsx! {
        LabBand {}
        PageHeader {
            title: "Configurations",
            crumbs: Section::Configurations.crumbs(),
            UpdatedAgo { at: devices.at(), loading: devices.loading(), of_before: devices.is_of_before() }
            Button { label: "Refresh", glyph: Glyph::Refresh, onclick: move |_| devices.refresh() }
        }
        Panel { reading: if searches { found.is_of_before() } else { devices.is_of_before() },
            div { class: "filters", role: "search", aria_label: "Filters",
                SearchField {
                    id: "filter-hostname",
                    label: "Find hostname",
                    value: now.find.clone(),
                    oninput: {
                        let now = now.clone();
                        move |find| type_in(ListView { find, page: 1, ..now.clone() })
                    },
                }
                SearchField {
                    id: "filter-text",
                    label: "Search in all configurations",
                    value: now.text.clone(),
                    oninput: {
                        let now = now.clone();
                        move |text| type_in(ListView { text, ..now.clone() })
                    },
                }
            }
            if searches {
                Found { text, hostname, found }
            } else {
                Devices { shown, hostname, devices }
            }
        }
    }
}

#[component]
fn Devices(shown: ReadSignal<ListView>, hostname: ReadSignal<String>, devices: Query<Page<Device>>) -> Element {
    let go = navigator();
    let platforms = use_query(|| ListPlatforms);
    let snapshots = use_query(|| CountBackups);
    // What is typed has not been asked yet: the list answers what has come to rest.
    let narrows = !hostname.read().is_empty();
    // A link may name a page that is no longer there.
    use_effect(move || {
        if let Some(page) = devices.value()
            && page.items.is_empty()
            && page.total > 0
            && shown.peek().page > page.pages
        {
            let next = ListView { page: page.pages.max(1), ..shown.peek().clone() };
            go.replace(Route::ConfigurationsPage { view: next.write() });
        }
    });
    loaded(devices, "devices", 10, |page| {
        let titles = platforms.value();
        rsx! {
            if !page.items.is_empty() {
                SortedTable {
                    face: TABLE,
                    sorted: shown.read().sorted,
                    onsort: move |column| {
                        let now = shown.peek().clone();
                        let next = ListView { sorted: now.sorted.toggled(column), page: 1, ..now };
                        go.push(Route::ConfigurationsPage { view: next.write() });
                    },
                    for device in page.items.iter().cloned() {
                        DeviceRow {
                            key: "{device.id}",
                            platform: platform_of(titles.as_deref(), &device),
                            device,
                        }
                    }
                }
            } else if devices.is_of_before() {
                SkeletonRows { rows: 10, label: "Loading the devices" }
            } else if narrows {
                Empty { title: "No device matches", text: "No device name contains this text.", glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| { go.replace(Route::configurations()); } }
                }
            } else {
                Empty {
                    title: "No devices yet",
                    text: "Add the devices to back up; the first successful backup stores a snapshot.",
                    glyph: Glyph::Config,
                    Link { class: "btn btn-outline", to: Route::devices(), "Open the devices" }
                }
            }
            Pager {
                noun: "device",
                total: page.total,
                page: shown.read().page,
                size: PAGE_SIZE,
                onpage: move |page| {
                    let next = ListView { page, ..shown.peek().clone() };
                    go.push(Route::ConfigurationsPage { view: next.write() });
                },
                if let Some(all) = snapshots.value() {
                    span { class: "wide-only", {format!("{} kept", format::count(all.count, "snapshot"))} }
                }
                TimesSwitch {}
            }
        }
    })
}

#[component]
fn DeviceRow(device: Device, platform: String) -> Element {
    let (go, workplace) = (navigator(), use_workplace());
    let to = Route::device_configurations(device.id);
    let open = to.clone();
    let untold = workplace.refusal(Feature::NewestResults);
    rsx! {
        tr { "data-opens": "yes", "data-device": "{device.id}", onclick: move |_| { go.push(open.clone()); },
            td { class: "name",
                Link { to, onclick: move |event: MouseEvent| event.stop_propagation(), title: "{device.hostname}", "{device.hostname}" }
            }
            td { class: "mono", title: "{place(&device)}", {place(&device)} }
            td { class: "muted wide-only", title: "{device.device_type}", "{platform}" }
            td {
                if let Some(at) = device.last_snapshot_at {
                    Time { at }
                    span { class: "muted wide-only", ", " Ago { at } }
                } else if let Some(reason) = untold {
                    span { class: "muted", title: "{reason}", "not reported" }
                } else {
                    span { class: "muted", "none yet" }
                }
            }
            td { class: "wide-only",
                if is_unsaved(&device) {
                    Link {
                        to: Route::unsaved_changes(device.id),
                        onclick: move |event: MouseEvent| event.stop_propagation(),
                        SavedTag { device: device.clone() }
                    }
                } else {
                    SavedTag { device: device.clone() }
                }
            }
            td {
                LastResult { device: device.clone() }
            }
            td { class: "turn", Icon { glyph: Glyph::ChevronRight, size: 15 } }
        }
    }
}
