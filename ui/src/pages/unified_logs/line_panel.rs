//! One line explained beside the list: everything it carries, and where it leads.

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::logs::LogEntry;
use netraven_api::outcome::Cause;
use serde_json::Value;

use crate::components::{Button, ButtonKind, Glyph, JsonTree, LevelTag};
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;

/// The panel of a line.
#[component]
pub fn LinePanel(line: LogEntry, ondevice: Option<EventHandler<i64>>, onclose: EventHandler<()>) -> Element {
    let moment = use_moment();
    let cause = line.meta.as_ref().and_then(|meta| meta.get("cause")).and_then(Value::as_str).and_then(Cause::parse);
    let failed = cause.is_some() || matches!(line.level.as_str(), "ERROR" | "CRITICAL");
    let title = cause.map_or("One line", Cause::title);
    let mut about: Vec<String> = line.device_name.iter().cloned().collect();
    about.extend(line.run_id.map(|run_id| format!("run {run_id}")));
    let meta =
        line.meta.clone().filter(|meta| !meta.is_null() && meta.as_object().is_none_or(|fields| !fields.is_empty()));
    rsx! {
        aside { class: "side", aria_label: "The chosen line",
            div { class: "side-head",
                h3 { "{title}" }
                Button {
                    label: "Close",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Cross,
                    icon_only: true,
                    small: true,
                    onclick: move |_| onclose.call(()),
                }
            }
            if !about.is_empty() {
                p { class: "muted", {about.join(" · ")} }
            }
            p { class: "side-message", "{line.message}" }
            dl { class: "facts",
                dt { "Time" }
                dd {
                    {format::full_time(line.timestamp, &moment.zone())}
                    if moment.zone().to_offset(line.timestamp).seconds() != 0 {
                        span { class: "muted", {format!(" {} UTC", format::log_time(line.timestamp, line.timestamp, &TimeZone::UTC))} }
                    }
                }
                dt { "Level" }
                dd { LevelTag { level: line.level.clone() } }
                dt { "Type" }
                dd { "{line.log_type}" }
                if let Some(source) = &line.source {
                    dt { "Source" }
                    dd { "{source}" }
                }
                dt { "Id" }
                dd { class: "mono", {format::number(line.id)} }
            }
            if let Some(value) = meta {
                JsonTree { value }
            }
            div { class: "side-actions",
                if let (Some(run_id), Some(device_id)) = (line.run_id, line.device_id) {
                    if failed {
                        Link { class: "btn btn-primary btn-sm", to: Route::DossierPage { run_id, device_id }, "Why it failed" }
                    } else {
                        Link { class: "btn btn-outline btn-sm", to: Route::DossierPage { run_id, device_id }, "This device's run" }
                    }
                }
                if let Some(run_id) = line.run_id {
                    Link { class: "btn btn-outline btn-sm", to: Route::run(run_id), "Open the run" }
                }
                if let (Some(device_id), Some(ondevice)) = (line.device_id, ondevice) {
                    Button { label: "Same device", small: true, onclick: move |_| ondevice.call(device_id) }
                }
            }
        }
    }
}
