//! The four cards: sentences with a number each, filters when pressed.

use dioxus::prelude::*;
use netraven_api::runs::{OutcomeBucket, RunOutcomes, RunStatus, RunSummary, RunTimeline};

use super::charts::Frame;
use crate::components::{Glyph, Sparkline, Tone};
use crate::data::Query;
use crate::estimate::left_of_all;
use crate::format::{count, number, percent};
use crate::state::moment::use_moment;
use crate::state::span::Span;
use crate::state::standing::{Line, Meant, use_line};

const RUNNING: &[RunStatus] = &[RunStatus::Queued, RunStatus::Running];
const SUCCEEDED: &[RunStatus] = &[RunStatus::Succeeded];
const FAILED: &[RunStatus] = &[RunStatus::PartlyFailed, RunStatus::Failed];
/// Runs that have to have ended before what they usually do is worth a word.
const TELLING_RUNS: i64 = 10;

/// True totals of the period, with how they came about as small bars in which the chosen `span` stands out; on the log they
/// fold into one row. `under_way` are the runs the Running card counts.
#[component]
pub fn JobSummaryCards(
    summary: Query<RunSummary>,
    outcomes: Query<RunOutcomes>,
    under_way: Query<RunTimeline>,
    span: Option<Span>,
    chosen: Vec<RunStatus>,
    slim: bool,
    onchoose: EventHandler<&'static [RunStatus]>,
) -> Element {
    let reading = summary.is_of_before();
    let known = summary.value().filter(|_| !reading);
    let value = |of: fn(&RunSummary) -> i64| known.as_ref().map_or_else(|| "–".to_owned(), |sums| number(of(sums)));
    let text = |of: fn(&RunSummary) -> String| match &known {
        Some(sums) => of(sums),
        None if reading => "reading".to_owned(),
        None => String::new(),
    };
    let bars = |statuses: &'static [RunStatus]| {
        let outcomes = outcomes.value().filter(|_| !slim && !reading)?;
        let values = outcomes.buckets.iter().map(|bucket: &OutcomeBucket| bucket.runs(statuses)).collect();
        let chosen = span.map(|span| Frame::around(&outcomes.buckets, String::new()).place_of(span));
        Some((values, chosen.map(|(from, width)| (from, from + width))))
    };
    let moment = use_moment();
    // Only while something is under way are the cards drawn again every second.
    let active = under_way.value().filter(|runs| !slim && !runs.runs.is_empty());
    let left = active.and_then(|active| left_of_all(&active.runs, moment.now()));
    let running = text(running_words);
    let note = known.as_ref().and_then(|sums| sums.note.clone());
    use_line(note.map(|text| Line::Said { meant: Meant::Note, glyph: Glyph::Info, text, actions: Vec::new() }));
    rsx! {
        section {
            class: if slim { "cards cards-slim" } else { "cards" },
            aria_label: "Totals",
            aria_busy: if reading { "true" },
            SummaryCard {
                name: "Total",
                tone: Tone::Neutral,
                value: value(|sums| sums.total),
                text: text(if slim { |sums| count(sums.device_results, "result") } else { total_words }),
                bars: bars(&RunStatus::ALL),
                pressed: false,
                onpress: move |()| onchoose.call(&[]),
            }
            SummaryCard {
                name: "Running",
                tone: Tone::Info,
                value: value(|sums| sums.running),
                text: left.map_or(running.clone(), |left| format!("{running} · {}", left.brief())),
                bars: None,
                pressed: chosen == RUNNING,
                onpress: move |()| onchoose.call(RUNNING),
            }
            SummaryCard {
                name: "Succeeded",
                tone: Tone::Success,
                value: value(|sums| sums.succeeded),
                text: text(if slim { |sums| percent(sums.succeeded, sums.total - sums.running) } else { succeeded_words }),
                bars: bars(SUCCEEDED),
                pressed: chosen == SUCCEEDED,
                onpress: move |()| onchoose.call(SUCCEEDED),
            }
            SummaryCard {
                name: "Failed",
                tone: Tone::Danger,
                value: value(|sums| sums.failed),
                text: text(if slim { slim_failed_words } else { failed_words }),
                about: "Runs in this period in which a device failed, even if it has succeeded since. The sidebar counts devices failing now.",
                bars: bars(FAILED),
                pressed: chosen == FAILED,
                onpress: move |()| onchoose.call(FAILED),
            }
        }
    }
}

/// The bars of a sparkline, and the part of it that is chosen.
type Bars = (Vec<i64>, Option<(f64, f64)>);

#[component]
fn SummaryCard(
    name: String,
    tone: Tone,
    value: String,
    text: String,
    bars: Option<Bars>,
    pressed: bool,
    about: Option<String>,
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
            if let Some((values, chosen)) = bars {
                Sparkline { values, chosen }
            }
            span { class: "card-text", title: about.unwrap_or_else(|| text.clone()), "{text}" }
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
    if ended == 0 {
        return "none finished".to_owned();
    }
    let now = percent(sums.succeeded, ended);
    if sums.usual_ended < TELLING_RUNS {
        return format!("{now} of finished");
    }
    format!("{now}, usually {}", percent(sums.usual_succeeded, sums.usual_ended))
}

fn failed_words(sums: &RunSummary) -> String {
    if sums.failed == 0 {
        return "no run failed".to_owned();
    }
    // Of the whole period: devices that succeeded since are among them, unlike among those the sidebar calls failing now.
    format!("{} failed · {}", count(sums.failing_devices, "device"), count(sums.failure_causes, "cause"))
}

/// The same where there is room for one line only.
fn slim_failed_words(sums: &RunSummary) -> String {
    if sums.failed == 0 {
        return failed_words(sums);
    }
    format!("{} · {}", count(sums.failing_devices, "device"), count(sums.failure_causes, "cause"))
}
