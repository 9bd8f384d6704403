//! Trusting the host key that a device showed in place of the stored one: that key and no other.

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::{GetHostKey, TrustHostKey, TrustedKey};
use netraven_api::native::Feature;

use super::key_button::KeyButton;
use crate::components::Time;
use crate::data::use_query_maybe;
use crate::features::actions::use_change;
use crate::state::session::use_workplace;

/// A button that shows both fingerprints, and then has the one that was seen stored. Where that was done, it says so.
#[component]
pub fn TrustKey(device_id: ReadSignal<DeviceId>, hostname: String, seen: TrustedKey) -> Element {
    let workplace = use_workplace();
    let mut asking = use_signal(|| false);
    let trust = use_change(move |_| asking.set(false));
    let stored =
        use_query_maybe(move || workplace.refusal(Feature::HostKeys).is_none().then(|| GetHostKey(device_id())));
    if let Some(stored) = stored.value().filter(|stored| stored.sha256 == seen.sha256) {
        return rsx! {
            span { class: "text-success",
                "This key is trusted"
                if let Some(user) = &stored.trusted_by {
                    " by {user}, since "
                    Time { at: stored.first_seen }
                }
                "."
            }
        };
    }
    let chosen = seen.clone();
    rsx! {
        KeyButton {
            label: "Trust this key",
            denied: "Only admins may trust another key.",
            title: "Trust this key of {hostname}?",
            text: "From now on, sessions accept only this key. Any other key, including the old one, is refused.",
            action: "Trust this key",
            keep: "Cancel",
            asking,
            busy: trust.busy(),
            onconfirm: move |()| {
                trust.make(TrustHostKey(device_id(), chosen.clone()), "Key trusted. Run the device again.");
            },
            dl { class: "facts keys-compared",
                dt { "Seen" }
                dd { class: "mono", "{seen.sha256}" }
                dt { "Stored" }
                dd { class: "mono", "{seen.replaces}" }
            }
        }
    }
}
