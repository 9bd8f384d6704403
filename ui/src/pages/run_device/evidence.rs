//! What was expected and what was seen, as the worker kept it, secrets hidden.

use dioxus::prelude::*;
use netraven_api::evidence::{Evidence, TranscriptLine};
use netraven_api::outcome::Cause;
use netraven_api::runs::RunDevice;

use super::expected::{self, Words};
use crate::components::{JsonTree, Tone};
use crate::features::terminal::Terminal;
use crate::format;
use crate::route::Route;

/// Expected and seen, the logins refused, the transcript with the place marked, and whatever else is known of a failure.
#[component]
pub fn FailureFacts(cause: Option<Cause>, evidence: Evidence) -> Element {
    let sides = expected::of(cause, &evidence);
    let tail_title = tail_title(evidence.bytes_read);
    let Evidence { said, last_seen, refused_logins, transcript, .. } = evidence.clone();
    let said = said.filter(|said| !said.is_empty());
    let seen = last_seen.filter(|seen| !seen.is_empty());
    let broke = cause.map(|cause| cause.title().to_owned());
    // A refused sign-in has its names in the box of what was seen, unless the device's own words stand there.
    let told = cause == Some(Cause::AuthFailed) && said.is_none();
    // What has a place of its own is taken out.
    let rest = Evidence {
        cause: None,
        stage: None,
        message: None,
        advice: None,
        expected: None,
        said: None,
        last_seen: None,
        bytes_read: None,
        transport: None,
        via: Vec::new(),
        refused_logins: Vec::new(),
        host_keys: None,
        transcript: Vec::new(),
        timings: Vec::new(),
        ..evidence
    };
    rsx! {
        if !told && !refused_logins.is_empty() {
            div { class: "story-line",
                span { class: "muted", "Refused, in this order:" }
                for (index, login) in refused_logins.into_iter().enumerate() {
                    span { key: "{index}", class: "mono", "{login}" }
                }
            }
        }
        if let Some((expected, seen)) = sides {
            div { class: "two",
                Side { title: "Expected", words: expected, tone: Tone::Success }
                Side { title: "Seen", words: seen, tone: Tone::Danger }
            }
        }
        if !transcript.is_empty() {
            Terminal { title: "Transcript", transcript, said, broke }
        } else if let Some(seen) = seen {
            Terminal {
                title: tail_title,
                transcript: seen.lines().map(TranscriptLine::of_device).collect::<Vec<_>>(),
                said,
                broke,
            }
        }
        Rest { evidence: rest }
    }
}

/// The result of a device that succeeded.
#[component]
pub fn SuccessFacts(device: RunDevice, evidence: Evidence) -> Element {
    let backup = evidence.bytes.is_some();
    let title = match device.changed {
        Some(true) => "Configuration changed",
        Some(false) => "Configuration unchanged",
        None if backup => "Configuration read",
        None => "Device reachable",
    };
    let mut said = Vec::new();
    if let (Some(lines), Some(bytes)) = (evidence.lines, evidence.bytes) {
        said.push(format!("{}, {}", format::count(lines, "line"), format::count(bytes, "byte")));
    }
    if let Some(secrets) = evidence.secrets_hidden {
        said.push(format!("{} hidden", format::count(secrets, "secret")));
    }
    if let Some(snapshot) = device.snapshot_id {
        said.push(format!("snapshot {snapshot}"));
    }
    let change = device.snapshot_id.map(|snapshot| Route::change(device.device_id, snapshot));
    let look = if device.changed == Some(true) { "See what changed" } else { "See the last change" };
    // What has a place of its own is taken out.
    let rest = Evidence {
        changed: None,
        snapshot_id: None,
        transport: None,
        via: Vec::new(),
        bytes: None,
        lines: None,
        secrets_hidden: None,
        timings: Vec::new(),
        ..evidence
    };
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
        Rest { evidence: rest }
    }
}

/// What has no place of its own, by name.
#[component]
fn Rest(evidence: Evidence) -> Element {
    let mut rest = serde_json::to_value(evidence).unwrap_or_default();
    if let Some(fields) = rest.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    let is_empty = rest.as_object().is_none_or(serde_json::Map::is_empty);
    rsx! {
        if !is_empty {
            div { class: "story-rest",
                JsonTree { value: rest }
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

fn tail_title(bytes_read: Option<u64>) -> String {
    bytes_read.and_then(|bytes| i64::try_from(bytes).ok()).map_or_else(
        || "Last bytes received".to_owned(),
        |bytes| format!("Last of {} received", format::count(bytes, "byte")),
    )
}
