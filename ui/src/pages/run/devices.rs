//! The devices of a run: what came of each, with stage, cause and message.

use dioxus::prelude::*;
use netraven_api::native::Feature;
use netraven_api::outcome::Cause;
use netraven_api::runs::{Again, DeviceState, Run, RunDevice};

use super::order;
use super::view::{RunVerbs, RunView, RunViewStoreExt, Show};
use crate::components::{
    Button, ButtonKind, Choice, DeviceStateTag, Empty, Glyph, Icon, Pager, Picker, SearchField, Segments, SortHead,
    TableFrame,
};
use crate::format;
use crate::pages::actions::{ONE_AT_A_TIME, use_cancel_device, use_run_job};
use crate::pages::cancel_device::CancelDeviceDialog;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;
use crate::state::steady::{Steady, use_steady};

/// Devices on one page.
const PAGE_SIZE: i64 = 100;

/// The columns left to right: what they are sorted by, their heads, and what these share with their cells.
const HEADS: [(&str, &str, &str); 6] = [
    ("device", "Device", ""),
    ("state", "State", ""),
    ("stage", "Stage", "wide-only"),
    ("cause", "Cause", ""),
    ("message", "What happened", ""),
    ("duration", "Duration", "num"),
];

/// The table of devices.
#[component]
pub fn RunDevices(run: Run, view: Store<RunView>, results: Vec<RunDevice>) -> Element {
    let mut view = view;
    let cancel = use_cancel_device();
    let mut cancelling = use_signal(|| None::<RunDevice>);
    let (run_id, active, is_cancelled) = (run.id, run.status.is_active(), run.cancel_requested);
    let known: Vec<Choice> = Cause::ALL
        .into_iter()
        .filter(|cause| results.iter().any(|device| device.cause == Some(*cause)))
        .map(|cause| Choice::new(cause.as_str(), cause.title()))
        .collect();
    let moment = use_moment();
    let RunView { show, causes, search, sorted, page, .. } = view.read().clone();
    let wanted = search.trim().to_lowercase();
    let all = results.len();
    let mut found: Vec<&RunDevice> = results
        .iter()
        .filter(|device| show.holds(device.state))
        .filter(|device| {
            causes.is_empty() || device.cause.is_some_and(|cause| causes.iter().any(|word| word == cause.as_str()))
        })
        .filter(|device| device.hostname.to_lowercase().contains(&wanted) || device.address.contains(&wanted))
        .collect();
    order::sort(&mut found, sorted, moment.glance());
    let total = i64::try_from(found.len()).unwrap_or_default();
    let number = page.clamp(1, (total - 1).max(0) / PAGE_SIZE + 1);
    let skip = usize::try_from((number - 1) * PAGE_SIZE).unwrap_or_default();
    let size = usize::try_from(PAGE_SIZE).unwrap_or(usize::MAX);
    let fresh: Vec<RunDevice> = found.into_iter().skip(skip).take(size).cloned().collect();
    let question = format!("{run_id} {show:?} {causes:?} {wanted} {sorted:?} {number}");
    let Steady { rows, joined } = use_steady(fresh, question, 0, |device| device.device_id);
    // One that does not fit the filter any more keeps its place until the pointer leaves, and tells what became of it.
    let latest =
        |row: RunDevice| results.iter().find(|device| device.device_id == row.device_id).cloned().unwrap_or(row);
    let shown: Vec<RunDevice> = if joined > 0 || active { rows.into_iter().map(latest).collect() } else { rows };
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
        if shown.is_empty() {
            if all == 0 && active {
                Empty { title: "No device yet", text: "The devices of this run appear here as they are worked on.", glyph: Glyph::Devices }
            } else if let Some(why) = run.message.as_ref().filter(|_| all == 0) {
                Empty { title: "No result in this run", text: why.clone(), glyph: Glyph::Devices }
            } else if all == 0 {
                Empty {
                    title: "No device in this run",
                    text: "When it began, there was no device for the job to work on. Give a device one of the job's tags.",
                    glyph: Glyph::Devices,
                }
            } else {
                Empty { title: "No device matches", text: "None of the devices of this run has what the filters ask for.", glyph: Glyph::Search }
            }
        } else {
            TableFrame { id: "run-devices-frame",
                table { class: "data-table run-devices", aria_label: "Devices of this run",
                    colgroup {
                        col { class: "col-host" }
                        col { class: "col-device-state" }
                        col { class: "col-stage" }
                        col { class: "col-cause" }
                        col {}
                        col { class: "col-took" }
                        col { class: "col-turns" }
                        col { class: "col-turn" }
                    }
                    thead {
                        tr {
                            for (column, title, class) in HEADS {
                                SortHead {
                                    key: "{column}",
                                    title,
                                    class,
                                    sorted: sorted.direction(column),
                                    onsort: move |()| view.sort_by(column),
                                }
                            }
                            th { scope: "col", aria_label: "Run again or cancel" }
                            th { scope: "col", aria_label: "Open" }
                        }
                    }
                    tbody {
                        for device in shown {
                            DeviceRow {
                                key: "{device.device_id}",
                                run_id,
                                active,
                                is_cancelled,
                                device,
                                oncancel: move |device| cancelling.set(Some(device)),
                            }
                        }
                    }
                }
            }
        }
        Pager { noun: "device", total, page: number, size: PAGE_SIZE, joined, onpage: move |next| view.page().set(next) }
        if let Some(device) = cancelling() {
            CancelDeviceDialog { run_id, device, oncancel: move |which| cancel.call(which), onclose: move |()| cancelling.set(None) }
        }
    }
}

#[component]
fn DeviceRow(
    run_id: i64,
    active: bool,
    is_cancelled: bool,
    device: RunDevice,
    oncancel: EventHandler<RunDevice>,
) -> Element {
    let go = navigator();
    let to = Route::dossier(run_id, device.device_id);
    let open = to.clone();
    let message = order::said(&device);
    let change = device.snapshot_id.filter(|_| device.message.is_none() && device.changed == Some(true));
    let change = change.map(|snapshot| Route::change(device.device_id, snapshot));
    rsx! {
        tr { "data-opens": "yes", "data-device": "{device.device_id}", onclick: move |_| { go.push(open.clone()); },
            td { class: "name",
                Link { to, onclick: move |event: MouseEvent| event.stop_propagation(), title: "{device.address}", "{device.hostname}" }
            }
            td {
                DeviceStateTag { state: device.state }
                if device.attempt > 1 {
                    span { class: "muted", title: "A worker began with it {device.attempt} times", " ×{device.attempt}" }
                }
            }
            td { class: "muted wide-only", {device.stage.map(|stage| stage.title()).unwrap_or_default()} }
            td { {device.cause.map(Cause::title).unwrap_or_default()} }
            td { class: "muted happened", title: "{message}",
                if let Some(to) = change {
                    Link { class: "side-link", to, title: "See what changed", onclick: move |event: MouseEvent| event.stop_propagation(), "{message}" }
                } else {
                    span { class: "lines-2", "{message}" }
                }
            }
            td { class: "num", Took { device: device.clone() } }
            td { class: "turn", onclick: |event| event.stop_propagation(),
                DeviceAction { run_id, active, is_cancelled, device: device.clone(), oncancel }
            }
            td { class: "turn", Icon { glyph: Glyph::ChevronRight, size: 15 } }
        }
    }
}

/// What can be done with a device of a run: cancelled before its end, run again after it. Each has a place of its own, so
/// that what is pressed as the device ends is never the other.
#[component]
fn DeviceAction(
    run_id: i64,
    active: bool,
    is_cancelled: bool,
    device: RunDevice,
    oncancel: EventHandler<RunDevice>,
) -> Element {
    let (start, workplace) = (use_run_job(), use_workplace());
    let (name, device_id) = (device.hostname.clone(), device.device_id);
    if matches!(device.state, DeviceState::Queued | DeviceState::Running) {
        return rsx! {
            span { class: "turns",
                Button {
                    label: "Cancel {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Stop,
                    icon_only: true,
                    small: true,
                    refused: workplace
                        .refusal(Feature::CancelDevice)
                        .or_else(|| is_cancelled.then(|| "The run is already being cancelled.".to_owned())),
                    onclick: move |_| oncancel.call(device.clone()),
                }
                span {}
            }
        };
    }
    rsx! {
        span { class: "turns",
            span {}
            Button {
                label: "Run {name} again",
                kind: ButtonKind::Text,
                glyph: Glyph::Again,
                icon_only: true,
                small: true,
                busy: start.busy(),
                refused: workplace.refusal(Feature::RunSome).or_else(|| active.then(|| ONE_AT_A_TIME.to_owned())),
                onclick: move |_| start.again(run_id, Again::device(device_id)),
            }
        }
    }
}

/// How long a device took, or has been worked on.
#[component]
pub fn Took(device: RunDevice) -> Element {
    let moment = use_moment();
    let Some(started) = device.started_at else {
        return rsx! {
            span { class: "muted", "–" }
        };
    };
    let end = match device.finished_at {
        Some(finished) => finished,
        None => moment.now(),
    };
    let millis = end.as_millisecond() - started.as_millisecond();
    if (0..10_000).contains(&millis) && device.finished_at.is_some() {
        return rsx! { {format!("{}.{} s", millis / 1000, millis % 1000 / 100)} };
    }
    rsx! { {format::duration(format::seconds_between(started, end))} }
}
