//! The devices of the network: what they are, whether they answer, and what is needed to sign in.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::devices::{ApprovalState, DeleteDevice, Device, ListDevices};
use netraven_api::native::{AdminAction, Feature};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{ListPlatforms, Platforms};
use netraven_api::startup::SavedState;
use netraven_api::{Page, TagId};

use crate::address::{Addressed, use_address};
use crate::components::{Button, ButtonKind, Empty, Glyph, PageHeader, Pager, Panel, SkeletonRows, UpdatedAgo};
use crate::data::{Query, use_lab, use_list, use_query, use_settled};
use crate::features::credential_form::CredentialDialog;
use crate::features::device::place;
use crate::features::import::ImportDialog;
use crate::features::lab::{LabBand, LabButton};
use crate::features::loaded::loaded;
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::features::paging::use_existing_page;
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::session::{Workplace, use_workplace};
use crate::state::standing::{Line, LineAction, Meant, use_line};
use crate::state::steady::{Steady, use_steady};

mod add;
mod approval;
mod approve;
pub mod filters;
mod keep;
mod kept_files;
mod newest;
mod panel;
mod platform;
mod snapshots;
mod table;
mod unsaved;
mod way;

use add::AddDevice;
use approval::{WaitingBadge, WaitingNote};
use approve::ApproveDialog;
use filters::{DeviceFilter, FilterBar, PAGE_SIZE};
use panel::DevicePanel;
use table::DevicesTable;
use unsaved::UnsavedBadge;

/// The dialogs that devices alone have.
#[derive(Clone, Debug, PartialEq)]
enum DevicesDialog {
    Import,
    /// Adds a credential for these tags.
    AddCredential(Vec<TagId>),
    /// Approves this device, or whichever wait.
    Approve(Option<Box<Device>>),
}

/// The list of devices. `view` is what narrows it, as the page's address has it.
#[component]
pub fn DevicesPage(view: ReadSignal<String>) -> Element {
    let workplace = use_workplace();
    let mut filter = use_store(|| DeviceFilter::of_address(&view.peek()));
    use_address(filter, view, |view| Route::DevicesPage { view });
    let hostname = use_settled(move || filter.read().hostname.clone());
    let devices = use_list(move || filter.read().request(&hostname.read()));
    let platforms = use_query(|| ListPlatforms);
    let mut dialog = use_signal(|| OpenDialog::<Device, DevicesDialog>::Nothing);
    use_existing_page(devices, move || filter.peek().page, move |page| filter.write().page = page);
    rsx! {
        LabBand {}
        PageHeader {
            title: "Devices",
            crumbs: Section::Devices.crumbs(),
            beside: rsx! {
                WaitingBadge {
                    onpress: move |()| {
                        filter.set(DeviceFilter { approvals: vec![ApprovalState::Waiting], ..DeviceFilter::default() });
                    },
                }
                UnsavedBadge {
                    onpress: move |()| {
                        filter.set(DeviceFilter { startup: vec![SavedState::Unsaved], ..DeviceFilter::default() });
                    },
                }
            },
            UpdatedAgo { at: devices.at(), loading: devices.loading(), of_before: devices.is_of_before() }
            Link { class: "btn btn-outline", to: Route::crypto_report(), "Crypto report" }
            Button {
                label: "Add credential",
                glyph: Glyph::Key,
                refused: workplace.forbids(AdminAction::AddCredential),
                onclick: move |_| dialog.set(OpenDialog::More(DevicesDialog::AddCredential(Vec::new()))),
            }
            Button { label: "Import CSV", glyph: Glyph::Upload, refused: workplace.refusal(Feature::ImportDevices), onclick: move |_| dialog.set(OpenDialog::More(DevicesDialog::Import)) }
            Button {
                label: "Add device",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| dialog.set(OpenDialog::Add),
            }
        }
        Panel { reading: devices.is_of_before(),
            FilterBar { filter, platforms }
            WaitingNote { filter, onapprove: move |()| dialog.set(OpenDialog::More(DevicesDialog::Approve(None))) }
            DevicesBody { filter, hostname, devices, platforms, dialog }
        }
        Dialogs { dialog }
    }
}

#[component]
fn DevicesBody(
    mut filter: Store<DeviceFilter>,
    hostname: ReadSignal<String>,
    devices: Query<Page<Device>>,
    platforms: Query<Platforms>,
    mut dialog: Signal<OpenDialog<Device, DevicesDialog>>,
) -> Element {
    let open = move || filter.read().open;
    let fresh = devices.value().map(|page| page.items.clone()).unwrap_or_default();
    let Steady { rows, joined } = use_steady(fresh, devices.answered(), devices.own(), |device: &Device| device.id);
    loaded(devices, "devices", 10, |page| {
        let page = Rc::new(Page { items: rows, ..(*page).clone() });
        let shown = page.items.iter().find(|device| Some(device.id) == open()).cloned();
        let beside = if shown.is_some() { "open" } else { "closed" };
        let titles = platforms.value();
        rsx! {
            NoCredentialNote { filter, oncredential: move |tags| dialog.set(OpenDialog::More(DevicesDialog::AddCredential(tags))) }
            div { class: "split", "data-state": beside,
                div { class: "panel-body min-w-0",
                    if page.items.is_empty() && devices.is_of_before() {
                        // That nothing was there before says nothing of now.
                        SkeletonRows { rows: 10, label: "Loading the devices" }
                    } else if page.items.is_empty() {
                        NoDevices { filter, hostname, dialog }
                    } else {
                        DevicesTable {
                            page: page.clone(),
                            titles: titles.clone(),
                            open: open(),
                            sorted: filter.read().sorted,
                            onsort: move |column| {
                                filter.write().narrow(|filter| filter.sorted = filter.sorted.toggled(column));
                            },
                            onopen: move |id| filter.write().open = (open() != Some(id)).then_some(id),
                            oncredential: move |tags| dialog.set(OpenDialog::More(DevicesDialog::AddCredential(tags))),
                            ondelete: move |device| dialog.set(OpenDialog::Delete(device)),
                        }
                    }
                }
                if let Some(device) = shown {
                    DevicePanel {
                        key: "{device.id}",
                        device,
                        titles,
                        onapprove: move |device: Device| dialog.set(OpenDialog::More(DevicesDialog::Approve(Some(Box::new(device))))),
                        onclose: move |()| filter.write().open = None,
                    }
                }
            }
            Pager {
                noun: "device",
                total: page.total,
                joined,
                page: filter.read().page,
                size: PAGE_SIZE,
                onpage: move |number| filter.write().page = number,
            }
        }
    })
}

/// Says how many of all devices cannot be signed in to, and what to do.
#[component]
fn NoCredentialNote(mut filter: Store<DeviceFilter>, oncredential: EventHandler<Vec<TagId>>) -> Element {
    let workplace = use_workplace();
    let found = use_query(|| ListDevices { size: Some(100), has_credential: Some(false), ..ListDevices::default() });
    let without = found.value();
    let first = without.as_ref().and_then(|without| without.items.first().cloned());
    let total = without.as_ref().map_or(0, |without| without.total);
    // The tags they share, as far as they were read; otherwise the default tag.
    let shared: Vec<TagId> = first
        .iter()
        .flat_map(|first| first.tags.iter().map(|tag| tag.id))
        .filter(|id| {
            without.iter().all(|page| page.items.iter().all(|device| device.tags.iter().any(|tag| tag.id == *id)))
        })
        .collect();
    let show = use_callback(move |()| {
        let sorted = filter.peek().sorted;
        filter.set(DeviceFilter { no_credential: true, sorted, ..DeviceFilter::default() });
    });
    let add = use_callback(move |()| oncredential.call(shared.clone()));
    let mut actions = Vec::new();
    if !filter.read().no_credential {
        actions.push(LineAction {
            label: "Show",
            named: Some("Show the devices without a credential"),
            busy: false,
            press: show,
        });
    }
    if workplace.forbids(AdminAction::AddCredential).is_none() {
        actions.push(LineAction { label: "Add credential", named: None, busy: false, press: add });
    }
    use_line(first.map(|first| {
        let who = match total {
            1 => format!("{} has no credential", first.hostname),
            more => format!("{} have no credential", format::count(more, "device")),
        };
        let text = format!("{who}, so a backup cannot sign in. {}", Cause::NoCredentials.advice());
        Line::Said { meant: Meant::Warning, glyph: Glyph::Key, text, actions }
    }));
    rsx! {}
}

#[component]
fn NoDevices(
    mut filter: Store<DeviceFilter>,
    hostname: ReadSignal<String>,
    mut dialog: Signal<OpenDialog<Device, DevicesDialog>>,
) -> Element {
    let workplace = use_workplace();
    let simulated = use_lab().offered();
    // What is typed has not been asked yet: the list answers what has come to rest.
    let asked = DeviceFilter { hostname: hostname.cloned(), ..filter.read().clone() };
    if asked.narrows() {
        return rsx! {
            Empty { title: "No device matches", text: "No devices match these filters.", glyph: Glyph::Search,
                Button { label: "Clear the filters", onclick: move |_| filter.set(DeviceFilter::default()) }
            }
        };
    }
    rsx! {
        Empty {
            title: "No devices yet",
            text: if simulated {
                "Add the routers, switches and servers to back up; or try NetRaven with simulated devices first."
            } else {
                "Add the routers, switches and servers to back up."
            },
            glyph: Glyph::Devices,
            LabButton {}
            Button { label: "Add device", glyph: Glyph::Plus, onclick: move |_| dialog.set(OpenDialog::Add) }
            Button { label: "Import CSV", glyph: Glyph::Upload, refused: workplace.refusal(Feature::ImportDevices), onclick: move |_| dialog.set(OpenDialog::More(DevicesDialog::Import)) }
        }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<Device, DevicesDialog>>) -> Element {
    let workplace = use_workplace();
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing | OpenDialog::Change(_) => rsx! {},
        OpenDialog::Add => rsx! { AddDevice { onclose: close } },
        OpenDialog::More(DevicesDialog::Import) => rsx! { ImportDialog { onclose: close } },
        OpenDialog::More(DevicesDialog::AddCredential(tags)) => rsx! { CredentialDialog { tags, onclose: close } },
        OpenDialog::More(DevicesDialog::Approve(device)) => {
            rsx! { ApproveDialog { device: device.map(|device| *device), onclose: close } }
        }
        OpenDialog::Delete(device) => {
            let question = Question {
                title: format!("Delete {}?", device.hostname),
                text: farewell(&device, &workplace),
                action: "Delete the device",
                done: format!("{} was deleted.", device.hostname),
            };
            deletion.ask(DeleteDevice(device.id), question)
        }
    }
}

/// What goes with a device that is deleted, and what stays, as this server has it.
fn farewell(device: &Device, workplace: &Workplace) -> String {
    let who = format!("{} ({})", device.hostname, place(device));
    let what = match workplace.refusal(Feature::DeleteUsed) {
        Some(reason) => format!("{who} is deleted with its stored snapshots. {reason}"),
        None => format!("{who} is deleted with its results and its stored snapshots."),
    };
    let git = workplace.refusal(Feature::GitHistory).unwrap_or_else(|| "The git history keeps its file.".to_owned());
    format!("{what} {git} This can't be undone.")
}
