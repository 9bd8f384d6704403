//! Forgetting the stored host key of a device or a jump host.

use dioxus::prelude::*;
use netraven_api::devices::ForgetHostKey;
use netraven_api::jump_hosts::ForgetJumpHostKey;
use netraven_api::{DeviceId, JumpHostId};

use super::key_button::KeyButton;
use crate::components::ButtonKind;
use crate::features::actions::use_change;

/// Whose host key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOwner {
    /// A device.
    Device(DeviceId),
    /// A jump host.
    JumpHost(JumpHostId),
}

impl KeyOwner {
    fn noun(self) -> &'static str {
        match self {
            KeyOwner::Device(_) => "device",
            KeyOwner::JumpHost(_) => "jump host",
        }
    }
}

/// A button that asks, and then forgets the key.
#[component]
pub fn ForgetKey(owner: KeyOwner, name: String) -> Element {
    let mut asking = use_signal(|| false);
    let of_device = use_change(move |_| asking.set(false));
    let of_jump_host = use_change(move |_| asking.set(false));
    let what = owner.noun();
    rsx! {
        KeyButton {
            label: "Forget stored key",
            kind: ButtonKind::Danger,
            denied: "Only admins may forget a stored key.",
            title: "Forget the stored key of {name}?",
            text: "The next session accepts and stores whatever key the {what} offers. Do this only if the {what} was replaced or its key renewed.",
            action: "Forget the key",
            asking,
            busy: of_device.busy() || of_jump_host.busy(),
            onconfirm: move |()| {
                let done = format!("The stored key was forgotten. The next session stores the key the {what} offers.");
                match owner {
                    KeyOwner::Device(id) => of_device.make(ForgetHostKey(id), done),
                    KeyOwner::JumpHost(id) => of_jump_host.make(ForgetJumpHostKey(id), done),
                }
            },
        }
    }
}
