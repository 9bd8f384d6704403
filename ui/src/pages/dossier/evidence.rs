//! What was expected and what was seen, as the worker kept it, secrets hidden.

use dioxus::prelude::*;
use netraven_api::outcome::Cause;
use netraven_api::runs::RunDevice;
use serde_json::Value;

use super::expected::{self, Words};
use super::terminal::Terminal;
use crate::components::{JsonTree, Tone};
use crate::format;
use crate::route::Route;

/// The fields shown in a place of their own.
const PLACED: [&str; 12] = [
    "bytes_read",
    "cause",
    "stage",
    "message",
    "advice",
    "expected",
    "last_seen",
    "host_keys",
    "refused_logins",
    "said",
    "timings",
    "transcript",
];

/// Expected and seen, the logins refused, the transcript with the place marked, and whatever else the details hold.
#[component]
pub fn Evidence(cause: Option<Cause>, details: Value) -> Element {
    let text = |name: &str| details.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (said, seen) = (text("said").map(str::to_owned), text("last_seen"));
    let broke = cause.map(|cause| cause.title().to_owned());
    // A refused sign-in has its names in the box of what was seen, unless the device's own words stand there.
    let told = cause == Some(Cause::AuthFailed) && text("said").is_none();
    let logins: Vec<String> = list(&details, "refused_logins").iter().map(plain).filter(|_| !told).collect();
    let transcript: Vec<String> = list(&details, "transcript").iter().map(plain).collect();
    let rest: serde_json::Map<String, Value> = details
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| !PLACED.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    rsx! {
        if !logins.is_empty() {
            div { class: "story-line",
                span { class: "muted", "Refused, in this order:" }
                for (index, login) in logins.into_iter().enumerate() {
                    span { key: "{index}", class: "mono", "{login}" }
                }
            }
        }
        if let Some((expected, seen)) = expected::of(cause, &details) {
            div { class: "two",
                Side { title: "Expected", words: expected, tone: Tone::Success }
                Side { title: "Seen", words: seen, tone: Tone::Danger }
            }
        }
        if !transcript.is_empty() {
            Terminal { title: "Transcript", written: transcript, said, broke }
        } else if let Some(seen) = seen {
            Terminal { title: tail_title(&details), written: seen.lines().map(str::to_owned).collect::<Vec<_>>(), said, broke }
        }
        if !rest.is_empty() {
            div { class: "story-rest",
                JsonTree { value: Value::Object(rest) }
            }
        }
    }
}

/// What came of a device that succeeded.
#[component]
pub fn SuccessFacts(device: RunDevice, details: Value) -> Element {
    let whole = |name: &str| details.get(name).and_then(Value::as_i64);
    let backup = whole("bytes").is_some();
    let title = match device.changed {
        Some(true) => "Configuration changed",
        Some(false) => "Configuration unchanged",
        None if backup => "Configuration read",
        None => "The device answers",
    };
    let mut said = Vec::new();
    if let (Some(lines), Some(bytes)) = (whole("lines"), whole("bytes")) {
        said.push(format!("{}, {}", format::count(lines, "line"), format::count(bytes, "byte")));
    }
    if let Some(secrets) = whole("secrets_hidden") {
        said.push(format!("{} hidden", format::count(secrets, "secret")));
    }
    if let Some(snapshot) = device.snapshot_id {
        said.push(format!("snapshot {snapshot}"));
    }
    let change = device.snapshot_id.map(|snapshot| Route::change(device.device_id, snapshot));
    let look = if device.changed == Some(true) { "See what changed" } else { "See the last change" };
    let shown: serde_json::Map<String, Value> = details
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, value)| {
            !["changed", "snapshot_id", "bytes", "lines", "secrets_hidden", "timings"].contains(&name.as_str())
                && !value.is_null()
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    rsx! {
        div { class: "why",
            h2 { "{title}" }
            if let Some(message) = &device.message {
                p { "{message}" }
            }
            if !said.is_empty() {
                p { class: "muted", {said.join(" · ")} }
            }
            if let Some(to) = change {
                p {
                    Link { class: "side-link", to, "{look}" }
                }
            }
        }
        if !shown.is_empty() {
            div { class: "story-rest",
                JsonTree { value: Value::Object(shown) }
            }
        }
    }
}

#[component]
fn Side(title: String, words: Words, tone: Tone) -> Element {
    rsx! {
        div { class: "box",
            h3 { "{title}" }
            p { class: if words.quoted { "mono text-{tone.as_str()}" } else { "text-{tone.as_str()}" }, "{words.text}" }
        }
    }
}

fn tail_title(details: &Value) -> String {
    details.get("bytes_read").and_then(Value::as_i64).map_or_else(
        || "The last bytes seen".to_owned(),
        |bytes| format!("The last of {} seen", format::count(bytes, "byte")),
    )
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list<'a>(details: &'a Value, name: &str) -> &'a [Value] {
    details.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
