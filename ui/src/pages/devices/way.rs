//! The choice of the jump host that a device is reached through.

use dioxus::prelude::*;
use netraven_api::devices::{Device, DeviceInput, UpdateDevice};

use super::approval::waiting;
use crate::components::Button;
use crate::data::use_api;
use crate::features::form::{FormDialog, use_form};
use crate::features::jump_host::{DIRECTLY, JumpHostField, chosen, use_has_jump_hosts, ways};
use crate::state::notices::use_notices;

/// The way to a device, to be changed; nothing where there are no jump hosts.
#[component]
pub fn WayPart(device: ReadSignal<Device>) -> Element {
    let mut open = use_signal(|| false);
    if !use_has_jump_hosts() {
        return rsx! {};
    }
    rsx! {
        section { class: "side-part", aria_label: "Jump host",
            h4 { "Jump host" }
            Button { label: "Change how it is reached", small: true, onclick: move |_| open.set(true) }
        }
        if open() {
            WayDialog { device: device.read().clone(), onclose: move |()| open.set(false) }
        }
    }
}

#[component]
fn WayDialog(device: Device, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let own = device.jump_host_id.map(|id| id.to_string()).unwrap_or_default();
    let first = if device.direct { DIRECTLY.to_owned() } else { own };
    let mut jump = use_signal(move || first);
    let id = device.id;
    let submit = move |()| {
        let input = DeviceInput {
            jump_host_id: Some(chosen(&jump.peek())),
            direct: Some(*jump.peek() == DIRECTLY),
            ..DeviceInput::default()
        };
        let api = api.clone();
        let sending = async move { api.send(&UpdateDevice(id, input)).await };
        form.send(sending, move |device| {
            let waits = waiting(&device).map_or("", |_| " It waits for an admin's approval.");
            notices.done(format!("{} was changed.{waits}", device.hostname));
            onclose.call(());
        });
    };
    rsx! {
        FormDialog {
            id: "device-way",
            title: "How {device.hostname} is reached",
            action: "Save",
            form,
            fields: vec!["jump_host_id"],
            onsubmit: submit,
            onclose,
            JumpHostField {
                id: "device-way-jump-host",
                label: "Reached through",
                value: jump(),
                first: ways(),
                hint: "The change waits for an admin's approval, unless an admin makes it.",
                error: form.refusal("jump_host_id"),
                onchange: move |id| jump.set(id),
            }
        }
    }
}
