//! The four cards: sentences with a number each, filters when pressed.

use dioxus::prelude::*;
use netraven_api::runs::{RunStatus, RunSummary};

use crate::components::Tone;
use crate::data::Query;
use crate::format::{count, number, percent};

const RUNNING: &[RunStatus] = &[RunStatus::Queued, RunStatus::Running];
const SUCCEEDED: &[RunStatus] = &[RunStatus::Succeeded];
const FAILED: &[RunStatus] = &[RunStatus::PartlyFailed, RunStatus::Failed];

/// True totals of the period; on the log they fold into one row.
#[component]
pub fn JobSummaryCards(
    summary: Query<RunSummary>,
    chosen: Vec<RunStatus>,
    slim: bool,
    onchoose: EventHandler<&'static [RunStatus]>,
) -> Element {
    let known = summary.value();
    let value = |of: fn(&RunSummary) -> i64| known.as_ref().map_or_else(|| "–".to_owned(), |sums| number(of(sums)));
    let text = |of: fn(&RunSummary) -> String| known.as_ref().map(|sums| of(sums)).unwrap_or_default();
    rsx! {
        section { class: if slim { "cards cards-slim" } else { "cards" }, aria_label: "Totals",
            SummaryCard {
                name: "Total",
                tone: Tone::Neutral,
                value: value(|sums| sums.total),
                text: text(if slim { |sums| count(sums.device_results, "result") } else { total_words }),
                pressed: false,
                onpress: move |()| onchoose.call(&[]),
            }
            SummaryCard {
                name: "Running",
                tone: Tone::Info,
                value: value(|sums| sums.running),
                text: text(running_words),
                pressed: chosen == RUNNING,
                onpress: move |()| onchoose.call(RUNNING),
            }
            SummaryCard {
                name: "Succeeded",
                tone: Tone::Success,
                value: value(|sums| sums.succeeded),
                text: text(if slim { |sums| percent(sums.succeeded, sums.total - sums.running) } else { succeeded_words }),
                pressed: chosen == SUCCEEDED,
                onpress: move |()| onchoose.call(SUCCEEDED),
            }
            SummaryCard {
                name: "Failed",
                tone: Tone::Danger,
                value: value(|sums| sums.failed),
                text: text(failed_words),
                pressed: chosen == FAILED,
                onpress: move |()| onchoose.call(FAILED),
            }
        }
        if let Some(note) = known.as_ref().and_then(|sums| sums.note.clone()) {
            p { class: "cards-note", role: "note", "{note}" }
        }
    }
}

#[component]
fn SummaryCard(
    name: String,
    tone: Tone,
    value: String,
    text: String,
    pressed: bool,
    onpress: EventHandler<()>,
) -> Element {
    rsx! {
        button {
            class: "card bg-card text-body",
            r#type: "button",
            "data-tone": "{tone.as_str()}",
            "data-action": "Card {name}",
            aria_pressed: if pressed { "true" } else { "false" },
            onclick: move |_| onpress.call(()),
            span { class: "card-name",
                if tone != Tone::Neutral {
                    span { class: "card-swatch", aria_hidden: "true" }
                }
                "{name}"
            }
            span { class: "card-value text-heading", "{value}" }
            span { class: "card-text", title: "{text}", "{text}" }
        }
    }
}

fn total_words(sums: &RunSummary) -> String {
    let results = count(sums.device_results, "device result");
    if sums.cancelled > 0 { format!("{results} · {} cancelled", number(sums.cancelled)) } else { results }
}

fn running_words(sums: &RunSummary) -> String {
    if sums.running == 0 {
        return "nothing under way".to_owned();
    }
    format!("{} of {}", number(sums.active_done), count(sums.active_devices, "device"))
}

fn succeeded_words(sums: &RunSummary) -> String {
    let ended = sums.total - sums.running;
    if ended == 0 { "none finished".to_owned() } else { format!("{} of finished", percent(sums.succeeded, ended)) }
}

fn failed_words(sums: &RunSummary) -> String {
    if sums.failed == 0 {
        return "no run failed".to_owned();
    }
    format!("{} · {}", count(sums.failure_causes, "cause"), count(sums.failing_devices, "device"))
}
