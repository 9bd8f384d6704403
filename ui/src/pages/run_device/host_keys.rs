//! Both fingerprints of a host key that changed, and trusting the one that was seen.

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::devices::TrustedKey;
use netraven_api::evidence::KeyChange;

use crate::components::Tone;
use crate::features::trust_key::TrustKey;

/// The stored and the seen key.
#[component]
pub fn HostKeys(device_id: DeviceId, hostname: String, keys: KeyChange) -> Element {
    let KeyChange { stored, offered } = keys;
    let seen = TrustedKey {
        key_type: offered.key_type.clone(),
        sha256: offered.sha256.clone(),
        replaces: stored.sha256.clone(),
    };
    rsx! {
        div { class: "two",
            Key { title: "Expected: the stored key", sha256: stored.sha256, kind: stored.key_type, tone: Tone::Success }
            Key { title: "Seen: the key the device showed", sha256: offered.sha256, kind: offered.key_type, tone: Tone::Danger }
        }
        div { class: "story-actions",
            TrustKey { device_id, hostname, seen }
            span { class: "muted", "First compare the key seen with the device's own, for example on its console." }
        }
    }
}

#[component]
fn Key(title: String, sha256: String, kind: String, tone: Tone) -> Element {
    rsx! {
        div { class: "box",
            h3 { "{title}" }
            p { class: "mono text-{tone.as_str()}", "{sha256}" }
            p { class: "muted", "{kind}" }
        }
    }
}
