//! The dialog in which an admin looks at devices that wait, and approves those he knows.

use dioxus::prelude::*;
use netraven_api::devices::{ApprovalState, ApproveDevices, ApprovedDevices, Device, ListDevices, SeenDevice};
use netraven_api::problem::Code;
use netraven_api::{DeviceId, Problem};

use super::approval::{is_a_name, reason, waiting};
use crate::components::{Ago, Button, ButtonKind, Dialog, ReadFailed, SkeletonRows};
use crate::data::{use_api, use_query_maybe};
use crate::features::device::place;
use crate::features::form::FormProblem;
use crate::format;
use crate::state::notices::use_notices;

/// The box that ticks every device.
const EVERY: &str = "approve-all";
/// Most devices that are looked at in one dialog.
const SHOWN: i64 = 100;

/// The dialog in which an admin looks at devices that wait, and approves those he ticks. It shows what was there when it was
/// opened: what is approved is what was seen.
#[component]
pub fn ApproveDialog(device: Option<Device>, onclose: EventHandler<()>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let only = device.clone();
    let found = use_query_maybe(move || {
        only.is_none().then(|| ListDevices {
            size: Some(SHOWN),
            approval: vec![ApprovalState::Waiting],
            ..ListDevices::default()
        })
    });
    let first = device.clone();
    let mut shown = use_signal(move || first.map(|device| vec![device]));
    let mut ticked = use_signal(move || device.iter().map(|device| device.id).collect::<Vec<DeviceId>>());
    let mut problem = use_signal(|| None::<Problem>);
    let mut busy = use_signal(|| false);
    use_effect(move || {
        if let Some(page) = found.value()
            && shown.peek().is_none()
        {
            shown.set(Some(page.items.iter().filter(|device| waiting(device).is_some()).cloned().collect()));
        }
    });

    let approve = move |_| {
        let seen: Vec<SeenDevice> = shown
            .peek()
            .iter()
            .flatten()
            .filter(|device| ticked.peek().contains(&device.id))
            .map(|device| SeenDevice {
                id: device.id,
                revision: device.approval.as_ref().map(|approval| approval.revision.clone()),
            })
            .collect();
        let api = api.clone();
        busy.set(true);
        problem.set(None);
        spawn(async move {
            let answer = api.send(&ApproveDevices { devices: seen }).await;
            busy.set(false);
            match answer {
                Ok(done) => {
                    let count = i64::try_from(done.approved.len()).unwrap_or(i64::MAX);
                    if count > 0 {
                        let verb = if count == 1 { "was" } else { "were" };
                        notices.done(format!("{} {verb} approved.", format::count(count, "device")));
                    }
                    if done.refused.is_empty() {
                        return onclose.call(());
                    }
                    problem.set(Some(refused(&shown.peek(), &done)));
                    let gone =
                        |id: DeviceId| done.approved.contains(&id) || done.refused.iter().any(|one| one.id == id);
                    ticked.write().retain(|id| !gone(*id));
                    shown.write().iter_mut().for_each(|devices| devices.retain(|device| !gone(device.id)));
                }
                Err(found) => problem.set(Some(found)),
            }
        });
    };

    let count = i64::try_from(ticked.read().len()).unwrap_or(i64::MAX);
    let left = found.value().map_or(0, |page| page.total.saturating_sub(SHOWN)).max(0);
    rsx! {
        Dialog {
            id: "approve-devices",
            title: "Approve devices",
            wide: true,
            onclose: move |()| onclose.call(()),
            actions: rsx! {
                Button { label: "Cancel", onclick: move |_| onclose.call(()) }
                Button {
                    label: if count > 1 { format!("Approve {}", format::count(count, "device")) } else { "Approve".to_owned() },
                    kind: ButtonKind::Primary,
                    busy: busy(),
                    refused: (count == 0).then(|| "Select the devices to approve first.".to_owned()),
                    onclick: approve,
                }
            },
            FormProblem { problem: problem(), fields: Vec::new() }
            p { "Approve a device only if you know its address: the host at that address receives the passwords of its credentials." }
            match (shown(), found.error()) {
                (Some(devices), _) if devices.is_empty() => rsx! { p { class: "muted", "No other devices are waiting." } },
                (Some(devices), _) => rsx! { Waiting { devices, ticked } },
                (None, Some(problem)) => rsx! { ReadFailed { problem, onretry: move |()| found.refresh() } },
                (None, None) => rsx! { SkeletonRows { rows: 3, label: "Loading the waiting devices" } },
            }
            if left > 0 {
                p { class: "muted", "{format::number(left)} more are waiting; they are listed once these are approved." }
            }
        }
    }
}

/// Which devices were not approved, and why.
fn refused(shown: &Option<Vec<Device>>, done: &ApprovedDevices) -> Problem {
    let name = |id: DeviceId| {
        let found = shown.iter().flatten().find(|device| device.id == id);
        found.map_or_else(|| format!("Device {id}"), |device| device.hostname.clone())
    };
    let said: Vec<String> = done.refused.iter().map(|one| format!("{}: {}", name(one.id), one.message)).collect();
    Problem::new(Code::Conflict, said.join(" "))
}

#[component]
fn Waiting(devices: Vec<Device>, mut ticked: Signal<Vec<DeviceId>>) -> Element {
    let all: Vec<DeviceId> = devices.iter().map(|device| device.id).collect();
    let every = all.iter().all(|id| ticked.read().contains(id));
    rsx! {
        div { class: "refused-rows",
            table { class: "data-table history-table", aria_label: "Waiting devices",
                colgroup {
                    col { class: "col-pick" }
                    col {}
                    col {}
                    col {}
                }
                thead {
                    tr {
                        th { scope: "col",
                            input {
                                id: EVERY,
                                r#type: "checkbox",
                                aria_label: "All listed devices",
                                checked: every,
                                onchange: move |event| ticked.set(if event.checked() { all.clone() } else { Vec::new() }),
                            }
                        }
                        th { scope: "col", "Device" }
                        th { scope: "col", "Reason" }
                        th { scope: "col", "Credentials to be sent" }
                    }
                }
                tbody {
                    for device in devices {
                        Row { key: "{device.id}", device, ticked }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(device: Device, mut ticked: Signal<Vec<DeviceId>>) -> Element {
    let (id, approval) = (device.id, device.approval.clone().unwrap_or_default());
    let names: Vec<&str> = device.tags.iter().map(|tag| tag.name.as_str()).collect();
    let credentials = if approval.credentials.is_empty() { "none".to_owned() } else { approval.credentials.join(", ") };
    rsx! {
        tr { "data-device": "{id}",
            td { class: "pick",
                input {
                    id: "approve-{id}",
                    r#type: "checkbox",
                    aria_label: "Approve {device.hostname}",
                    checked: ticked.read().contains(&id),
                    onchange: move |event| {
                        let mut ticked = ticked.write();
                        ticked.retain(|other| *other != id);
                        if event.checked() {
                            ticked.push(id);
                        }
                    },
                }
            }
            td { class: "name wraps",
                "{device.hostname}"
                small { class: "mono", "{place(&device)}" }
                if is_a_name(&device) {
                    small { class: "text-warning", "A host name: its owner decides which address it points to." }
                }
                if let Some(warning) = device.transport.warning() {
                    small { class: "text-warning", "{warning}" }
                }
                small { class: "muted", "{names.join(\", \")}" }
            }
            td { class: "wraps",
                "{reason(&device, &approval)}"
                if let Some(at) = approval.changed_at {
                    " "
                    Ago { at }
                }
            }
            td { class: "wraps", "{credentials}" }
        }
    }
}
