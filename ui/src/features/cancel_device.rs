//! The question before one device of a run is cancelled.

use dioxus::prelude::*;
use netraven_api::RunId;
use netraven_api::runs::{CancelDevice, DeviceState, RunDevice};

use crate::components::Confirm;

/// Asks, and closes itself before it hands on what is wanted: who does it has to outlive the question.
#[component]
pub fn CancelDeviceDialog(
    run_id: RunId,
    device: RunDevice,
    oncancel: EventHandler<CancelDevice>,
    onclose: EventHandler<()>,
) -> Element {
    let which = CancelDevice { run_id, device_id: device.device_id };
    let what = if device.state == DeviceState::Running { "Its session is closed" } else { "It does not start" };
    rsx! {
        Confirm {
            title: "Cancel {device.hostname}?",
            text: "{what}; the other devices of this run continue.",
            action: "Cancel the device",
            onconfirm: move |()| {
                onclose.call(());
                oncancel.call(which);
            },
            onclose: move |()| onclose.call(()),
        }
    }
}
