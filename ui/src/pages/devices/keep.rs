//! Keeping the platform that a device was recognised as having: from then on it is the device's own.

use dioxus::prelude::*;
use netraven_api::devices::{Device, DeviceInput, UpdateDevice};
use netraven_api::native::Feature;

use crate::components::{Button, ButtonKind};
use crate::features::actions::use_change;
use crate::state::session::use_workplace;

/// The button that keeps it; nothing where the platform was chosen, or is not known yet.
#[component]
pub fn KeepPlatform(device: ReadSignal<Device>) -> Element {
    let keep = use_change(|_| ());
    let refused = use_workplace().refusal(Feature::ChangeDevice);
    let Device { id, hostname, recognised, .. } = device.read().clone();
    let Some(recognised) = recognised else { return rsx! {} };
    let input = DeviceInput { device_type: Some(recognised.platform), ..DeviceInput::default() };
    rsx! {
        " "
        Button {
            label: "Keep this platform",
            kind: ButtonKind::Outline,
            small: true,
            busy: keep.busy(),
            refused,
            onclick: move |_| keep.make(UpdateDevice(id, input.clone()), format!("{hostname} keeps its platform.")),
        }
    }
}
