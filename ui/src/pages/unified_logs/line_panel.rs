//! One line explained beside the list: everything it carries, and where it leads.

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::logs::LogEntry;
use netraven_api::outcome::Cause;
use serde_json::Value;

use super::rows::device_word;
use super::surroundings::Shared;
use crate::components::{Button, ButtonKind, Glyph, JsonTree, LevelTag};
use crate::dom;
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::notices::use_notices;
use crate::state::pick::Pick;

/// The panel of a line. `onpick` narrows the list to one of its values, `onaround` shows what was said before and after it.
#[component]
pub fn LinePanel(
    line: LogEntry,
    onpick: Option<EventHandler<Pick>>,
    onaround: EventHandler<Shared>,
    onclose: EventHandler<()>,
) -> Element {
    let (moment, notices) = (use_moment(), use_notices());
    let text = line_text(&line, &moment.zone());
    let copy = move |_| {
        let text = text.clone();
        spawn(async move {
            if dom::copy(&text).await {
                notices.done("The line was copied.");
            } else {
                notices.wrong("The clipboard cannot be reached. Select the text and copy it by hand.");
            }
        });
    };
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
                dd { LevelTag { level: line.level.clone() } " " Only { name: "level", text: line.level.to_lowercase(), pick: Pick::Level(line.level.clone()), onpick } }
                dt { "Type" }
                dd { Only { name: "type", text: line.log_type.clone(), pick: Pick::Type(line.log_type.clone()), onpick } }
                if let Some(source) = &line.source {
                    dt { "Source" }
                    dd { Only { name: "source", text: source.clone(), pick: Pick::Source(source.clone()), onpick } }
                }
                if let Some(id) = line.job_id {
                    dt { "Job" }
                    dd { Only { name: "job", text: "{id}", pick: Pick::Job(id), onpick } }
                }
                if let Some(id) = line.run_id {
                    dt { "Run" }
                    dd { Only { name: "run", text: "{id}", pick: Pick::Run(id), onpick } }
                }
                dt { "Id" }
                dd { class: "mono", {format::number(line.id)} }
            }
            if let Some(value) = meta {
                JsonTree {
                    value,
                    picks: Callback::new(|(place, value): (Vec<String>, Value)| Pick::of(&place, &value).is_some()),
                    onpick: onpick.map(|onpick| {
                        EventHandler::new(move |(place, value): (Vec<String>, Value)| {
                            if let Some(pick) = Pick::of(&place, &value) {
                                onpick.call(pick);
                            }
                        })
                    }),
                }
            }
            div { class: "side-actions",
                Button { label: "Copy the line", small: true, glyph: Glyph::Copy, onclick: copy }
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
                if let Some(device_id) = line.device_id {
                    Button { label: "Around it, same device", small: true, onclick: move |_| onaround.call(Shared::Device(device_id)) }
                }
                if let Some(run_id) = line.run_id {
                    Button { label: "Around it, same run", small: true, onclick: move |_| onaround.call(Shared::Run(run_id)) }
                }
                if let (Some(device_id), Some(onpick)) = (line.device_id, onpick) {
                    Button { label: "Same device", small: true, onclick: move |_| onpick.call(Pick::Device(device_id)) }
                }
            }
        }
    }
}

/// A line as text, in the order of the columns.
fn line_text(line: &LogEntry, zone: &TimeZone) -> String {
    let mut words = vec![format::full_time(line.timestamp, zone), line.level.clone(), line.log_type.clone()];
    words.extend(line.source.clone());
    words.extend(Some(device_word(line)).filter(|device| !device.is_empty()));
    words.extend(line.run_id.map(|run_id| format!("run {run_id}")));
    words.push(line.message.clone());
    words.extend(line.meta.as_ref().filter(|meta| !meta.is_null()).map(Value::to_string));
    words.join(" ")
}

/// A value that narrows the list to lines like this one, where there is a list to narrow.
#[component]
fn Only(name: String, text: String, pick: Pick, onpick: Option<EventHandler<Pick>>) -> Element {
    match onpick {
        Some(onpick) => rsx! {
            button {
                class: "tree-pick",
                r#type: "button",
                "data-action": "Only {name} {text}",
                title: "Only lines with this {name}",
                onclick: move |_| onpick.call(pick.clone()),
                "{text}"
            }
        },
        None => rsx! { "{text}" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_as_text_holds_what_is_on_screen() {
        let text = r#"{"id":13,"timestamp":"2026-11-23T14:04:00.013Z","log_type":"job","level":"ERROR","source":"worker.backup",
            "device_id":9,"run_id":4188,"message":"Cut short","meta":{"cause":"truncated"}}"#;
        let line: LogEntry = serde_json::from_str(text).unwrap();
        assert_eq!(
            line_text(&line, &TimeZone::fixed(jiff::tz::offset(1))),
            "2026-11-23 15:04:00.013 ERROR job worker.backup device 9 run 4188 Cut short {\"cause\":\"truncated\"}"
        );
    }
}
