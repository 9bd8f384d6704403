//! Forgetting a device's stored host key.

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::ForgetHostKey;

use super::key_button::KeyButton;
use crate::components::ButtonKind;
use crate::features::actions::use_change;

/// A button that asks, and then forgets the key.
#[component]
pub fn ForgetKey(device_id: DeviceId, hostname: String) -> Element {
    let mut asking = use_signal(|| false);
    let forget = use_change(move |_| asking.set(false));
    rsx! {
        KeyButton {
            label: "Forget stored key",
            kind: ButtonKind::Danger,
            denied: "Only admins may forget a stored key.",
            title: "Forget the stored key of {hostname}?",
            text: "The next session accepts and stores whatever key the device offers. Do this only if the device was replaced or its key renewed.",
            action: "Forget the key",
            asking,
            busy: forget.busy(),
            onconfirm: move |()| {
                forget.make(
                    ForgetHostKey(device_id),
                    "The stored key was forgotten. The next session stores the key the device offers.",
                );
            },
        }
    }
}
