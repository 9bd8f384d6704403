//! The devices of a run: a page of them is read at a time, filtered and sorted by the server.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::outcome::Cause;
use netraven_api::runs::{ListRunDevices, Run, RunDevice};
use netraven_api::{DeviceId, Page, RunId};

use super::devices_table::DevicesTable;
use super::view::{PAGE_SIZE, RunVerbs, RunView, RunViewStoreExt, Show};
use crate::components::{Choice, Empty, Glyph, Pager, Picker, SearchField, Segments, SkeletonRows};
use crate::data::{use_list, use_list_maybe, use_settled};
use crate::features::actions::use_cancel_device;
use crate::features::cancel_device::CancelDeviceDialog;
use crate::features::loaded::loaded;
use crate::features::paging::use_existing_page;
use crate::state::steady::{Steady, use_steady_page};

/// The table of devices, a page of it at a time.
#[component]
pub fn RunDevices(run: ReadSignal<Run>, view: Store<RunView>) -> Element {
    let run_id = use_memo(move || run.read().id);
    let text = use_settled(move || view.search().read().trim().to_owned());
    let list = use_list(move || view.read().devices_of(run_id(), &text.read()));
    use_existing_page(list, move || *view.page().peek(), move |page| view.page().set(page));
    let cancel = use_cancel_device();
    let mut cancelling = use_signal(|| None::<RunDevice>);
    let (page, reading) = (list.value(), list.is_of_before());
    let fresh = page.as_ref().map(|page| page.items.clone()).unwrap_or_default();
    let most = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    let Steady { rows, joined } = use_steady_page(fresh, list.answered(), list.own(), most, |device| device.device_id);
    let is_on_page =
        |id: DeviceId| page.as_ref().is_some_and(|page| page.items.iter().any(|device| device.device_id == id));
    // One that went to another page keeps its place until the pointer leaves, and shows its new state.
    let gone = rows.iter().map(|device| device.device_id).filter(|id| !is_on_page(*id)).collect();
    let elsewhere = use_devices(run_id, gone);
    let latest = |row: RunDevice| {
        let now = elsewhere.as_ref().and_then(|page| page.items.iter().find(|it| it.device_id == row.device_id));
        now.cloned().unwrap_or(row)
    };
    let shown: Vec<RunDevice> =
        rows.into_iter().map(|row| if is_on_page(row.device_id) { row } else { latest(row) }).collect();
    let body = loaded(list, "devices", 10, |page| {
        rsx! {
            if shown.is_empty() && reading {
                SkeletonRows { rows: 10, label: "Loading the devices" }
            } else if shown.is_empty() {
                NoDevices { run, total: page.total, filtered: view.read().is_narrowed() }
            } else {
                DevicesTable { run, view, devices: shown, oncancel: move |device| cancelling.set(Some(device)) }
            }
            Pager {
                noun: "device",
                total: page.total,
                about: page.total_is_estimate,
                page: *view.page().read(),
                size: PAGE_SIZE,
                joined,
                onpage: move |next| view.page().set(next),
            }
        }
    });
    rsx! {
        Filters { run, view }
        div { class: "panel-body panel-rows", aria_busy: if reading { "true" }, {body} }
        if let Some(device) = cancelling() {
            CancelDeviceDialog {
                run_id: run_id(),
                device,
                oncancel: move |which| cancel.call(which),
                onclose: move |()| cancelling.set(None),
            }
        }
    }
}

/// Devices of a run by their ids, as they are now; none where none is asked for.
fn use_devices(run_id: Memo<RunId>, ids: Vec<DeviceId>) -> Option<Rc<Page<RunDevice>>> {
    let mut wanted = use_signal(Vec::new);
    use_effect(use_reactive((&ids,), move |(ids,)| {
        if *wanted.peek() != ids {
            wanted.set(ids);
        }
    }));
    let found = use_list_maybe(move || {
        let device_id = wanted.read().clone();
        let size = Some(PAGE_SIZE);
        (!device_id.is_empty()).then(|| ListRunDevices {
            run_id: run_id(),
            device_id,
            size,
            ..ListRunDevices::default()
        })
    });
    found.value()
}

#[component]
fn Filters(run: ReadSignal<Run>, mut view: Store<RunView>) -> Element {
    let RunView { show, causes, search, .. } = view.read().clone();
    let run = run.read();
    let is_known = |cause: Cause| {
        run.causes.iter().any(|group| group.cause == cause) || causes.iter().any(|word| word == cause.as_str())
    };
    let known = Cause::ALL.into_iter().filter(|cause| is_known(*cause));
    let known: Vec<Choice> = known.map(|cause| Choice::new(cause.as_str(), cause.title())).collect();
    rsx! {
        div { class: "filters", role: "search", aria_label: "Filters",
            SearchField {
                id: "find-device",
                label: "Find device",
                value: search,
                oninput: move |text| view.find(text),
            }
            Segments {
                label: "State",
                options: Show::ALL.map(|show| (show.as_str().to_owned(), show.title().to_owned())).to_vec(),
                selected: show.as_str(),
                onselect: move |word: String| view.choose(Show::of(&word)),
            }
            Picker {
                id: "filter-cause",
                label: "Cause",
                none: "any",
                choices: known,
                selected: causes,
                several: true,
                onchange: move |chosen| view.choose_causes(chosen),
            }
        }
    }
}

/// Why there is no row.
#[component]
fn NoDevices(run: ReadSignal<Run>, total: i64, filtered: bool) -> Element {
    let run = run.read();
    let (title, text, glyph) = if run.devices > 0 && (filtered || total > 0) {
        ("No device matches", "No devices of this run match these filters.", Glyph::Search)
    } else if run.status.is_active() {
        ("No device yet", "The devices of this run appear here as workers start on them.", Glyph::Devices)
    } else if let Some(why) = &run.message {
        ("No result in this run", why.as_str(), Glyph::Devices)
    } else {
        let why = "The job had no devices when this run started. Give a device one of the job's tags.";
        ("No device in this run", why, Glyph::Devices)
    };
    rsx! {
        Empty { title, text, glyph }
    }
}
