//! Both fingerprints of a host key that changed, and forgetting the stored one.

use dioxus::prelude::*;
use netraven_api::devices::ForgetHostKey;
use netraven_api::native::Feature;
use serde_json::Value;

use crate::components::{Button, ButtonKind, Confirm, Glyph};
use crate::data::use_api;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// The stored and the offered key, where the details hold them.
#[component]
pub fn HostKeys(device_id: i64, details: Value) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let mut asking = use_signal(|| false);
    let mut busy = use_signal(|| false);
    let Some(keys) = details.get("host_keys").filter(|keys| keys.is_object()).cloned() else {
        return rsx! {};
    };
    let forget = move |()| {
        let api = api.clone();
        busy.set(true);
        spawn(async move {
            let answer = api.send(&ForgetHostKey(device_id)).await;
            busy.set(false);
            asking.set(false);
            match answer {
                Ok(()) => notices
                    .done("The stored key was forgotten. The next session stores the key the device offers then."),
                Err(problem) => notices.problem(&problem),
            }
        });
    };
    let refused = workplace
        .refusal(Feature::HostKeys)
        .or_else(|| (!workplace.is_admin()).then(|| "Only admins may forget a stored key.".to_owned()));
    rsx! {
        div { class: "two",
            Key { title: "Stored on first use", key_value: keys.get("stored").cloned().unwrap_or(Value::Null), tone: "success" }
            Key { title: "Offered now", key_value: keys.get("offered").cloned().unwrap_or(Value::Null), tone: "danger" }
        }
        div { class: "story-actions",
            Button {
                label: "Forget stored key",
                kind: ButtonKind::Danger,
                glyph: Glyph::Key,
                small: true,
                refused,
                onclick: move |_| asking.set(true),
            }
            span { class: "muted", "Only after the new fingerprint was compared with the device's own, for example on its console." }
        }
        if asking() {
            Confirm {
                title: "Forget the stored key?",
                text: "The next session accepts and stores whatever key the device offers. Do this only if the device was replaced or its key renewed.",
                action: "Forget the key",
                typed: workplace.guard(),
                busy: busy(),
                onconfirm: forget,
                onclose: move |()| asking.set(false),
            }
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
