//! The choice of another platform for a device that is there already.

use dioxus::prelude::*;
use netraven_api::devices::{Device, DeviceInput, UpdateDevice};
use netraven_api::native::Feature;
use netraven_api::platforms::ListPlatforms;

use super::add::platform_choice;
use super::approval::waiting;
use crate::components::{Button, SelectField};
use crate::data::{use_api, use_query};
use crate::features::form::{FormDialog, use_form};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// The platform of a device, to be changed.
#[component]
pub fn PlatformPart(device: ReadSignal<Device>) -> Element {
    let mut open = use_signal(|| false);
    let refused = use_workplace().refusal(Feature::ChangeDevice);
    rsx! {
        section { class: "side-part", aria_label: "Platform",
            h4 { "Platform" }
            Button { label: "Change the platform", small: true, refused, onclick: move |_| open.set(true) }
        }
        if open() {
            DevicePlatformDialog { device: device.read().clone(), onclose: move |()| open.set(false) }
        }
    }
}

#[component]
fn DevicePlatformDialog(device: Device, onclose: EventHandler<()>) -> Element {
    let (api, notices, form) = (use_api(), use_notices(), use_form());
    let platforms = use_query(|| ListPlatforms);
    let (id, own) = (device.id, device.device_type.clone());
    let first = own.clone();
    let mut platform = use_signal(move || first);
    let submit = move |()| {
        let api = api.clone();
        let input = DeviceInput { device_type: Some(platform.peek().clone()), ..DeviceInput::default() };
        let sending = async move { api.send(&UpdateDevice(id, input)).await };
        form.send(sending, move |device| {
            let waits = waiting(&device).map_or("", |_| " It waits for an admin's approval.");
            notices.done(format!("{} was changed.{waits}", device.hostname));
            onclose.call(());
        });
    };
    let known = platforms.value();
    let mut options: Vec<(String, String)> =
        known.iter().flat_map(|known| known.items.iter()).map(platform_choice).collect();
    // A platform may be gone from the server, and is still that of the device.
    if !options.iter().any(|(name, _)| *name == own) {
        options.insert(0, (own.clone(), own));
    }
    let error = form.refusal("device_type").or_else(|| platforms.error().map(|problem| problem.message));
    rsx! {
        FormDialog {
            id: "device-other-platform",
            title: "Platform of {device.hostname}",
            action: "Save",
            form,
            fields: vec!["device_type"],
            onsubmit: submit,
            onclose,
            SelectField {
                id: "device-other-platform-name",
                label: "Platform",
                value: platform(),
                options,
                hint: "The next run uses it. Snapshots and results stay.",
                error,
                onchange: move |name| platform.set(name),
            }
        }
    }
}
