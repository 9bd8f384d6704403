//! The rows of a run's devices: result, stage, cause and message of each, and what can be done with it.

use dioxus::prelude::*;
use netraven_api::jobs::JobKind;
use netraven_api::native::Feature;
use netraven_api::outcome::Cause;
use netraven_api::runs::{Again, DeviceState, Run, RunDevice};
use netraven_api::session_policy::SessionLimit;
use netraven_api::sorting::RunDeviceColumn;
use netraven_api::{Open, RunId};

use super::view::{RunVerbs, RunView, RunViewStoreExt};
use crate::components::{Button, ButtonKind, DeviceStateTag, Glyph, Icon};
use crate::features::actions::{ONE_AT_A_TIME, use_run_job};
use crate::features::device::Unencrypted;
use crate::features::sorted_table::{SortedTable, TableFace};
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

/// The table of a run's devices.
const TABLE: TableFace<RunDeviceColumn> = TableFace {
    name: "run-devices",
    title: "Devices of this run",
    class: "run-devices",
    heads: &[
        (RunDeviceColumn::Device, "Device", "col-host", ""),
        (RunDeviceColumn::State, "State", "col-device-state", ""),
        (RunDeviceColumn::Stage, "Stage", "col-stage", "wide-only"),
        (RunDeviceColumn::Cause, "Cause", "col-cause", ""),
        (RunDeviceColumn::Message, "What happened", "", ""),
        (RunDeviceColumn::Duration, "Duration", "col-took", "num"),
    ],
    needs: &[],
    unsorted: &[],
    turns: &[("col-turns", "Run again or cancel"), ("col-turn", "Open")],
};

/// The table of the devices of a page; `oncancel` receives the one a person wants to cancel.
#[component]
pub fn DevicesTable(
    run: ReadSignal<Run>,
    mut view: Store<RunView>,
    devices: Vec<RunDevice>,
    oncancel: EventHandler<RunDevice>,
) -> Element {
    let (run_id, active, is_cancelled) = (run.read().id, run.read().status.is_active(), run.read().cancel_requested);
    rsx! {
        SortedTable { face: TABLE, sorted: *view.sorted().read(), onsort: move |column| view.sort_by(column),
            for device in devices {
                DeviceRow {
                    key: "{device.device_id}",
                    run_id,
                    job_type: run.read().job_type.clone(),
                    active,
                    is_cancelled,
                    device,
                    oncancel,
                }
            }
        }
    }
}

#[component]
fn DeviceRow(
    run_id: RunId,
    job_type: Open<JobKind>,
    active: bool,
    is_cancelled: bool,
    device: RunDevice,
    oncancel: EventHandler<RunDevice>,
) -> Element {
    let go = navigator();
    let to = Route::run_device(run_id, device.device_id);
    let open = to.clone();
    let waits = device.waits_for.as_ref().map(SessionLimit::wait);
    let message = waits.or_else(|| device.said().map(str::to_owned)).unwrap_or_default();
    let change = device.snapshot_id.filter(|_| device.message.is_none() && device.changed == Some(true));
    let change = change.map(|snapshot| Route::change(device.device_id, snapshot));
    rsx! {
        tr { "data-opens": "yes", "data-device": "{device.device_id}", onclick: move |_| { go.push(open.clone()); },
            td { class: if device.transport.is_encrypted() { "name" } else { "name two-lines" },
                Link { to, onclick: move |event: MouseEvent| event.stop_propagation(), title: "{device.address}", "{device.hostname}" }
                Unencrypted { transport: device.transport }
            }
            td {
                DeviceStateTag { state: device.state }
                if device.attempt > 1 {
                    span { class: "muted", title: "Started {device.attempt} times", " ×{device.attempt}" }
                }
            }
            td { class: "muted wide-only", {device.stage.map(|stage| format::stage(stage, &job_type)).unwrap_or_default()} }
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
    run_id: RunId,
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
                    kind: ButtonKind::Icon,
                    glyph: Glyph::Stop,
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
                kind: ButtonKind::Icon,
                glyph: Glyph::Again,
                busy: start.busy(),
                refused: workplace.refusal(Feature::RunSome).or_else(|| active.then(|| ONE_AT_A_TIME.to_owned())),
                onclick: move |_| start.again(run_id, Again::device(device_id)),
            }
        }
    }
}

/// How long a device took, or has been worked on.
#[component]
fn Took(device: RunDevice) -> Element {
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
