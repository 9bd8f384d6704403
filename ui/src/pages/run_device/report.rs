//! A device's failure as a text to hand on: in a ticket, a mail, a chat.

use std::fmt::Write as _;

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::outcome::Cause;
use netraven_api::runs::{Run, RunDevice};

use super::expected;
use crate::components::{Button, ButtonKind, Glyph, Icon};
use crate::dom;
use crate::features::jump_host::through;
use crate::format;
use crate::link;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::notices::use_notices;

/// Copies the report of a device.
#[component]
pub fn CopyReport(run: Run, device: RunDevice) -> Element {
    let (moment, notices) = (use_moment(), use_notices());
    let copy = move |_| {
        let report = text(&run, &device, &moment.zone());
        spawn(async move {
            if dom::copy(&report).await {
                notices.done("The report was copied, secrets hidden.");
            } else {
                notices.wrong("The clipboard is not available; select the text on this page and copy it.");
            }
        });
    };
    rsx! {
        Button { label: "Copy report", kind: ButtonKind::Text, glyph: Glyph::Copy, onclick: copy }
    }
}

/// The room of its button, for as long as it is not known whether there will be something to report.
#[component]
pub fn CopyReportRoom() -> Element {
    rsx! {
        span { class: "btn btn-text btn-room", aria_hidden: "true",
            Icon { glyph: Glyph::Copy, size: 16 }
            "Copy report"
        }
    }
}

/// The report.
fn text(run: &Run, device: &RunDevice, zone: &TimeZone) -> String {
    let evidence = device.details.clone().unwrap_or_default();
    let transport = device.transport;
    let over = if transport.is_encrypted() { String::new() } else { format!(", {}, not encrypted", transport.title()) };
    let way = if evidence.via.is_empty() { String::new() } else { format!(", {}", through(&evidence.via)) };
    let mut report = format!("{} ({}, {}{over}{way})", device.hostname, device.address, device.device_type);
    let _ = writeln!(report, ": {}", device.cause.map_or(device.state.as_str(), Cause::title));
    let when = format::full_time(device.started_at.or(run.started_at).unwrap_or(run.queued_at), zone);
    let _ = writeln!(report, "{}, run {}, {when}", run.job_name, run.id);
    let mut line = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            let _ = writeln!(report, "{name}: {}", value.trim());
        }
    };
    line("Stage", device.stage.map_or("", |stage| format::stage(stage, &run.job_type)));
    line("What happened", device.message.as_deref().unwrap_or_default());
    if let Some((expected, seen)) = expected::of(device.cause, &evidence) {
        line("Expected", &expected.text);
        line("Seen", &seen.text);
    }
    if let Some(keys) = &evidence.host_keys {
        line("Stored host key", &keys.stored.to_string());
        line("Host key seen", &keys.offered.to_string());
    }
    line("What to do", device.cause.map_or("", Cause::advice));
    line("Link", &link::to(&Route::run_device(run.id, device.device_id)));
    if !evidence.transcript.is_empty() {
        let _ = writeln!(report, "\nTranscript, secrets hidden:");
    }
    for line in &evidence.transcript {
        let _ = writeln!(report, "{line}");
    }
    report
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_tells_the_whole_story() {
        let run: Run = serde_json::from_value(json!({
            "id": 4188, "job_id": 1, "job_name": "Edge routers backup", "job_type": "config_backup", "trigger": "schedule",
            "triggered_by": null, "status": "partly_failed", "queued_at": "2026-11-23T13:30:00Z",
            "started_at": "2026-11-23T13:30:00Z", "finished_at": null, "devices": 2, "succeeded": 1, "failed": 1, "running": 0,
            "changed": 0, "message": null, "commit": null, "cancel_requested": false, "causes": [], "usual_seconds": null
        }))
        .unwrap();
        let device: RunDevice = serde_json::from_value(json!({
            "device_id": 31, "hostname": "fw-berlin-02", "address": "10.20.0.31", "device_type": "linux", "state": "failure",
            "stage": "host_key", "cause": "host-key-changed", "message": "The device offers another host key.", "attempt": 1,
            "worker": null, "started_at": "2026-11-23T13:30:02Z", "finished_at": null, "result_id": null, "changed": null,
            "snapshot_id": null, "details": {
                "host_keys": {"stored": {"key_type": "ssh-ed25519", "sha256": "SHA256:a"}, "offered": {"key_type": "ssh-rsa", "sha256": "SHA256:b"}},
                "transcript": ["    0.402 < Welcome", "    0.455 > \"enable ‹secret 7c1e›\""]
            }
        }))
        .unwrap();
        let expected = "\
fw-berlin-02 (10.20.0.31, linux): Host key changed
Edge routers backup, run 4188, TIME
Stage: Host key
What happened: The device offers another host key.
Stored host key: ssh-ed25519 SHA256:a
Host key seen: ssh-rsa SHA256:b
What to do: ADVICE
Link: netraven:/runs/4188/devices/31

Transcript, secrets hidden:
    0.402 < Welcome
    0.455 > \"enable ‹secret 7c1e›\"
";
        let time = format::full_time("2026-11-23T13:30:02Z".parse().unwrap(), &TimeZone::UTC);
        let expected = expected.replace("TIME", &time).replace("ADVICE", Cause::HostKeyChanged.advice());
        assert_eq!(text(&run, &device, &TimeZone::UTC), expected);
    }
}
