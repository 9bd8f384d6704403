//! One line explained beside the list: everything it carries, and where it leads.

use dioxus::prelude::*;
use jiff::tz::TimeZone;
use netraven_api::logs::Level;
use netraven_api::logs::LogEntry;
use netraven_api::outcome::Cause;
use serde_json::Value;

use super::copy::use_copy_lines;
use super::surroundings::LinesOf;
use crate::components::{Button, CloseButton, Glyph, JsonTree, LevelTag};
use crate::features::copy_link::use_copy_link;
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::pick::Pick;

/// The panel of a line. `link` is where it is found, `onpick` narrows the list to one of its values, `onaround` shows what was
/// said before and after it.
#[component]
pub fn LinePanel(
    line: LogEntry,
    link: Route,
    onpick: Option<EventHandler<Pick>>,
    onaround: EventHandler<LinesOf>,
    onclose: EventHandler<()>,
) -> Element {
    let (moment, copy, copy_link) = (use_moment(), use_copy_lines(), use_copy_link());
    let cause = line.meta.as_ref().and_then(|meta| meta.get("cause")).and_then(Value::as_str).and_then(Cause::parse);
    let failed = cause.is_some() || line.level >= Level::Error;
    let title = cause.map_or("Log line", Cause::title);
    let mut about: Vec<String> = line.device_name.iter().cloned().collect();
    about.extend(line.run_id.map(|run_id| format!("run {run_id}")));
    let meta =
        line.meta.clone().filter(|meta| !meta.is_null() && meta.as_object().is_none_or(|fields| !fields.is_empty()));
    rsx! {
        aside { class: "side", aria_label: "Selected line",
            div { class: "side-head",
                h3 { "{title}" }
                CloseButton { onclose }
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
                        span { class: "muted", {format!(" {} UTC", format::full_time(line.timestamp, &TimeZone::UTC))} }
                    }
                }
                dt { "Level" }
                dd { LevelTag { level: line.level } " " Only { name: "level", text: line.level.title(), pick: Pick::Level(line.level), onpick } }
                dt { "Type" }
                dd { Only { name: "type", text: line.log_type.to_string(), pick: Pick::Type(line.log_type.clone()), onpick } }
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
                dd { class: "mono", {format::number(line.id.get())} }
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
                Button {
                    label: "Copy the line",
                    small: true,
                    glyph: Glyph::Copy,
                    onclick: {
                        let line = line.clone();
                        move |_| copy.call(vec![line.clone()])
                    },
                }
                Button { label: "Copy a link", small: true, glyph: Glyph::Link, onclick: move |_| copy_link.call(link.clone()) }
                if let (Some(run_id), Some(device_id)) = (line.run_id, line.device_id) {
                    if failed {
                        Link { class: "btn btn-primary btn-sm", to: Route::run_device(run_id, device_id), "Why it failed" }
                    } else {
                        Link { class: "btn btn-outline btn-sm", to: Route::run_device(run_id, device_id), "This device's run" }
                    }
                }
                if let Some(run_id) = line.run_id {
                    Link { class: "btn btn-outline btn-sm", to: Route::run(run_id), "Open the run" }
                }
                if let Some(device_id) = line.device_id {
                    Button { label: "Context: this device", small: true, onclick: move |_| onaround.call(LinesOf::Device(device_id)) }
                }
                if let Some(run_id) = line.run_id {
                    Button { label: "Context: this run", small: true, onclick: move |_| onaround.call(LinesOf::Run(run_id)) }
                }
                if let (Some(device_id), Some(onpick)) = (line.device_id, onpick) {
                    Button { label: "Same device", small: true, onclick: move |_| onpick.call(Pick::Device(device_id)) }
                }
            }
        }
    }
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
