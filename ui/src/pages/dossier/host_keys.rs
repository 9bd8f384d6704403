//! Both fingerprints of a host key that changed, and forgetting the stored one.

use dioxus::prelude::*;
use serde_json::Value;

use crate::pages::forget_key::ForgetKey;

/// The stored and the offered key, where the details hold them.
#[component]
pub fn HostKeys(device_id: i64, hostname: String, details: Value) -> Element {
    let Some(keys) = details.get("host_keys").filter(|keys| keys.is_object()).cloned() else {
        return rsx! {};
    };
    rsx! {
        div { class: "two",
            Key { title: "Stored on first use", key_value: keys.get("stored").cloned().unwrap_or(Value::Null), tone: "success" }
            Key { title: "Offered now", key_value: keys.get("offered").cloned().unwrap_or(Value::Null), tone: "danger" }
        }
        div { class: "story-actions",
            ForgetKey { device_id, hostname }
            span { class: "muted", "Only after the new fingerprint was compared with the device's own, for example on its console." }
        }
    }
}

#[component]
fn Key(title: String, key_value: Value, tone: String) -> Element {
    let text = |name: &str| key_value.get(name).and_then(Value::as_str).unwrap_or("none").to_owned();
    rsx! {
        div { class: "box",
            h3 { "{title}" }
            p { class: "mono text-{tone}", {text("sha256")} }
            p { class: "muted", {text("key_type")} }
        }
    }
}
