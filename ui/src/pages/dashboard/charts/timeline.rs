//! The runs of the time on screen, those that overlap beneath each other. Pressing one shows it alone; pressing it again opens
//! its page.

use dioxus::prelude::*;
use netraven_api::runs::{RunTimeline, TimelineRun};

use super::layout::{LANES, Layout, Placed, What, around, began, ended};
use super::outcome::Outcome;
use crate::data::Query;
use crate::pages::dashboard::state::{DashboardState, DashboardStateStoreExt, DashboardVerbs, ScopeStoreExt};
use crate::route::Route;
use crate::state::moment::{Moment, use_moment};
use crate::{dom, format};

/// Id of the chart.
const CHART: &str = "run-timeline";
/// Id of the text that describes it.
const WORDS: &str = "run-timeline-words";
/// Height of a lane in percent of the chart's; the rest is the strip below.
const LANE: f64 = 15.4;
/// Share of a lane that a mark fills.
const FILLED: f64 = 0.8;

/// The chart.
#[component]
pub fn Timeline(mut state: Store<DashboardState>, read: Query<RunTimeline>) -> Element {
    let moment = use_moment();
    let go = navigator();
    let mut here = use_signal(|| None::<String>);
    let layout = use_memo(move || {
        let (now, span) = (moment.glance(), state.scope().span().cloned());
        let runs = read.value().unwrap_or_default();
        let from = span.map_or_else(|| state.scope().period().read().began(now), |span| span.from);
        Layout::of(&runs, from, span.map(|span| span.until), now)
    });
    // The mark in the tab order: the one a person was at, else the newest run.
    let place = use_memo(move || {
        let marks = &layout.read().marks;
        let newest = marks.iter().rposition(|mark| matches!(mark.what, What::Run(_))).unwrap_or_default();
        here.read().as_ref().and_then(|id| marks.iter().position(|mark| mark.id() == *id)).unwrap_or(newest)
    });
    let mut press = move |place: usize| {
        let pressed = layout.peek().marks.get(place).cloned();
        let alone = layout.peek().total == 1;
        let Some(pressed) = pressed else { return };
        here.set(Some(pressed.id()));
        match pressed.what {
            What::Run(run) if alone => {
                go.push(Route::run(run.id));
            }
            What::Run(run) => {
                let span = around(run.queued_at, ended(&run, moment.glance()));
                state.see_run(run.job_id, span, (run.failed > 0).then_some(run.id));
            }
            What::Crowd(_, span) => state.choose_span(Some(span)),
        }
    };
    let onkeydown = move |event: KeyboardEvent| {
        match event.key() {
            Key::Enter => press(*place.peek()),
            Key::Escape => state.choose_span(None),
            key => {
                let next = layout.peek().beside(*place.peek(), &key);
                let Some(id) = next.and_then(|next| layout.peek().marks.get(next).map(Placed::id)) else { return };
                dom::focus(&id);
                here.set(Some(id));
            }
        }
        event.prevent_default();
    };
    let drawn = layout.read();
    let name = |mark: &Placed| match &mark.what {
        What::Run(run) => in_words(run, moment),
        What::Crowd(count, span) => {
            let between = format::span(*span, &moment.zone());
            format!("{} at the same time, {between}", format::count(as_number(*count), "more run"))
        }
    };
    rsx! {
        div {
            id: CHART,
            class: "chart",
            role: "group",
            aria_label: "Timeline of the runs",
            aria_describedby: WORDS,
            aria_busy: if read.value().is_none() { "true" },
            onkeydown,
            p { class: "chart-title",
                span { "Timeline" }
                super::OutcomeKey { outcomes: present(&drawn) }
                if let Some(limits) = limits(&drawn) {
                    span { class: "chart-limits", title: "{limits}", "{limits}" }
                }
            }
            p { id: WORDS, class: "sr-only",
                if read.value().is_some() {
                    {told(&drawn)}
                    " Each run is also a row in the table below. Left and right arrow keys move in time order, up and down between lanes; Enter shows only that run, Enter again opens its page, Escape shows the whole period."
                } else {
                    "Loading runs."
                }
            }
            div { class: "chart-plot",
                svg { class: "chart-drawing", "aria-hidden": "true",
                    if let Some((_, until)) = drawn.unread {
                        rect { class: "chart-undrawn", fill: "url(#hatch-undrawn)", x: "0", y: "0", width: "{until * 100.0:.2}%", height: "100%" }
                    }
                    for lane in 1..LANES {
                        rect { key: "lane-{lane}", class: "chart-lane", x: "0", y: "{top(lane) - LANE * (1.0 - FILLED) / 2.0:.2}%", width: "100%", height: "1" }
                    }
                    for mark in drawn.marks.iter() {
                        Drawing { key: "{mark.id()}", mark: mark.clone() }
                    }
                }
                for (index, mark) in drawn.marks.iter().enumerate() {
                    button {
                        key: "{mark.id()}",
                        id: mark.id(),
                        class: "chart-hit",
                        r#type: "button",
                        "data-mark": "{mark.id()}",
                        tabindex: if place() == index { "0" } else { "-1" },
                        aria_label: name(mark),
                        title: name(mark),
                        left: "{mark.stretch.from * 100.0:.3}%",
                        width: "{mark.stretch.width() * 100.0:.3}%",
                        top: "{top(mark.lane):.2}%",
                        height: "{height(mark.lane):.2}%",
                        onclick: move |_| press(index),
                    }
                }
            }
            super::Axis { span: Some(drawn.span), names: 5 }
        }
    }
}

/// What is seen of a mark: a failure fills its lane, a success is thinner.
#[component]
fn Drawing(mark: Placed) -> Element {
    let (x, width) = (format!("{:.3}%", mark.stretch.from * 100.0), format!("{:.3}%", mark.stretch.width() * 100.0));
    let (top, height) = (top(mark.lane), height(mark.lane));
    match mark.what {
        What::Run(run) => {
            let outcome = Outcome::of(run.status);
            let thin = matches!(outcome, Outcome::Succeeded | Outcome::Cancelled);
            let (top, height) = if thin { (top + height * 0.2, height * 0.6) } else { (top, height) };
            rsx! {
                rect { class: "out-{outcome.look()}", fill: outcome.fill(), x, y: "{top:.2}%", width, height: "{height:.2}%", rx: "1.5" }
            }
        }
        What::Crowd(..) => rsx! {
            rect { class: "chart-crowd", x, y: "{top:.2}%", width, height: "{height:.2}%" }
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "a place on screen")]
fn top(lane: usize) -> f64 {
    lane as f64 * LANE + if lane == LANES { 0.6 } else { LANE * (1.0 - FILLED) / 2.0 }
}

fn height(lane: usize) -> f64 {
    if lane == LANES { 7.0 } else { LANE * FILLED }
}

fn as_number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The outcomes that are drawn.
fn present(layout: &Layout) -> Vec<Outcome> {
    let is_there = |outcome: &Outcome| {
        layout.marks.iter().any(|mark| matches!(&mark.what, What::Run(run) if Outcome::of(run.status) == *outcome))
    };
    Outcome::ALL.into_iter().filter(is_there).collect()
}

/// A run in words: `Edge routers backup, partly failed, 2026-11-23 13:05:00, 1:52, 298 ok, 14 failed`.
fn in_words(run: &TimelineRun, moment: Moment) -> String {
    let took = format::duration(format::seconds_between(began(run), ended(run, moment.glance())));
    let devices = if run.status.is_active() {
        format!("{} of {} done", format::number(run.succeeded + run.failed), format::count(run.devices, "device"))
    } else {
        format!("{} ok, {} failed", format::number(run.succeeded), format::number(run.failed))
    };
    let word = Outcome::of(run.status).word();
    format!("{}, {word}, {}, {took}, {devices}", run.job_name, format::date_time(began(run), &moment.zone()))
}

/// What is not drawn: `+494 more · newest 500 of about 12,408`.
fn limits(layout: &Layout) -> Option<String> {
    let mut parts = Vec::new();
    if layout.left_out > 0 {
        parts.push(format!("+{} more", format::number(as_number(layout.left_out))));
    }
    if let Some((unread, _)) = layout.unread {
        let about = if layout.about { "about " } else { "" };
        parts.push(format!(
            "newest {} of {about}{}",
            format::number(layout.total - unread),
            format::number(layout.total)
        ));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn told(layout: &Layout) -> String {
    let about = if layout.about { "About " } else { "" };
    let mut words = format!("{about}{}", format::count(layout.total, "run"));
    if layout.deepest > 1 {
        words.push_str(&format!(", up to {} at the same time", format::number(as_number(layout.deepest))));
    }
    words.push('.');
    if layout.left_out > 0 {
        words.push_str(&format!(" {} do not fit.", format::number(as_number(layout.left_out))));
    }
    if let Some((unread, _)) = layout.unread {
        words.push_str(&format!(" The oldest {} are not drawn.", format::number(unread)));
    }
    if let Some(note) = &layout.note {
        words.push(' ');
        words.push_str(note);
    }
    words
}
