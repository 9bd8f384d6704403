//! Both fingerprints of a host key that changed, and trusting the one that was seen.

use dioxus::prelude::*;
use netraven_api::devices::TrustedKey;
use serde_json::Value;

use crate::components::Tone;
use crate::pages::trust_key::TrustKey;

/// The stored and the seen key, where the details hold them.
#[component]
pub fn HostKeys(device_id: i64, hostname: String, details: Value) -> Element {
    let Some(keys) = details.get("host_keys").filter(|keys| keys.is_object()) else {
        return rsx! {};
    };
    let text = |which: &str, name: &str| keys.get(which)?.get(name)?.as_str().map(str::to_owned);
    let word = |which: &str, name: &str| text(which, name).unwrap_or_else(|| "not known".to_owned());
    let seen = match (text("offered", "key_type"), text("offered", "sha256"), text("stored", "sha256")) {
        (Some(key_type), Some(sha256), Some(replaces)) => Some(TrustedKey { key_type, sha256, replaces }),
        _ => None,
    };
    rsx! {
        div { class: "two",
            Key { title: "Expected: the stored key", sha256: word("stored", "sha256"), kind: word("stored", "key_type"), tone: Tone::Success }
            Key { title: "Seen: the key the device showed", sha256: word("offered", "sha256"), kind: word("offered", "key_type"), tone: Tone::Danger }
        }
        if let Some(seen) = seen {
            div { class: "story-actions",
                TrustKey { device_id, hostname, seen }
                span { class: "muted", "Compare the key that was seen with the device's own first, for example on its console." }
            }
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
