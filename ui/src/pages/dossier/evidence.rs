//! What was expected and what was seen, as the worker kept it, secrets hidden.

use dioxus::prelude::*;
use netraven_api::runs::RunDevice;
use serde_json::Value;

use crate::components::{Glyph, Icon, JsonTree};
use crate::format;
use crate::route::Route;

/// The fields shown in a place of their own.
const PLACED: [&str; 11] = [
    "bytes_read",
    "cause",
    "stage",
    "message",
    "advice",
    "expected",
    "last_seen",
    "host_keys",
    "refused_logins",
    "timings",
    "transcript",
];

/// Expected and seen, the logins refused, the transcript, and whatever else the details hold.
#[component]
pub fn Evidence(details: Value) -> Element {
    let text = |name: &str| details.get(name).map(plain).filter(|text| !text.is_empty());
    let (expected, seen) = (text("expected"), text("last_seen"));
    let logins: Vec<String> = list(&details, "refused_logins").iter().map(plain).collect();
    let transcript: Vec<String> = list(&details, "transcript").iter().map(transcript_line).collect();
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
        if let Some(expected) = &expected {
            div { class: "two",
                div { class: "box",
                    h3 { "Expected" }
                    p { class: "mono text-success", "{expected}" }
                }
                div { class: "box",
                    h3 { "Seen" }
                    p { class: "mono text-danger", {seen.as_deref().map_or("nothing", last_line)} }
                }
            }
        }
        if !transcript.is_empty() {
            Terminal { title: "Transcript", text: transcript.join("\n") }
        } else if let Some(seen) = seen {
            Terminal { title: tail_title(&details), text: seen }
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

/// Text as the device showed it; hidden secrets stand out.
#[component]
fn Terminal(title: String, text: String) -> Element {
    let hidden = text.matches('‹').count();
    rsx! {
        figure { class: "terminal", aria_label: "{title}",
            pre { tabindex: "0",
                for (index, (secret, part)) in secrets_apart(&text).into_iter().enumerate() {
                    span { key: "{index}", class: if secret { "text-warning" }, "{part}" }
                }
            }
            figcaption {
                Icon { glyph: Glyph::Lock, size: 12 }
                {format!("{title}, redacted: {} hidden", format::count(i64::try_from(hidden).unwrap_or_default(), "secret"))}
            }
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

fn transcript_line(line: &Value) -> String {
    line.get("text").or_else(|| line.get("line")).map_or_else(|| plain(line), plain)
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().next_back().unwrap_or_default()
}

/// A text in parts, hidden secrets (`‹…›`) apart.
fn secrets_apart(text: &str) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(from) = rest.find('‹') {
        let Some(length) = rest[from..].find('›') else { break };
        let end = from + length + '›'.len_utf8();
        parts.push((false, &rest[..from]));
        parts.push((true, &rest[from..end]));
        rest = &rest[end..];
    }
    parts.push((false, rest));
    parts.retain(|(_, part)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_secrets_stand_apart() {
        assert_eq!(
            secrets_apart("enable ‹secret 7c1e› end"),
            [(false, "enable "), (true, "‹secret 7c1e›"), (false, " end")]
        );
        assert_eq!(secrets_apart("open ‹"), [(false, "open ‹")]);
    }
}
