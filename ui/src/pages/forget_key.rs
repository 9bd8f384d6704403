//! Forgetting a device's stored host key.

use dioxus::prelude::*;
use netraven_api::devices::ForgetHostKey;
use netraven_api::native::Feature;

use crate::components::{Button, ButtonKind, Confirm, Glyph};
use crate::pages::actions::use_change;
use crate::state::session::use_workplace;

/// A button that asks, and then forgets the key.
#[component]
pub fn ForgetKey(device_id: i64, hostname: String) -> Element {
    let workplace = use_workplace();
    let mut asking = use_signal(|| false);
    let forget = use_change(move |_| asking.set(false));
    let refused = workplace
        .refusal(Feature::HostKeys)
        .or_else(|| (!workplace.is_admin()).then(|| "Only admins may forget a stored key.".to_owned()));
    rsx! {
        Button {
            label: "Forget stored key",
            kind: ButtonKind::Danger,
            glyph: Glyph::Key,
            small: true,
            refused,
            onclick: move |_| asking.set(true),
        }
        if asking() {
            Confirm {
                title: "Forget the stored key of {hostname}?",
                text: "The next session accepts and stores whatever key the device offers. Do this only if the device was replaced or its key renewed.",
                action: "Forget the key",
                typed: workplace.guard(),
                busy: forget.busy(),
                onconfirm: move |()| {
                    forget.make(
                        ForgetHostKey(device_id),
                        "The stored key was forgotten. The next session stores the key the device offers then.",
                    );
                },
                onclose: move |()| asking.set(false),
            }
        }
    }
}
