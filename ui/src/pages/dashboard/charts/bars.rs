//! How runs ended over time: a bar for each hour or day. Pressing one chooses its time, pressing a part of one its outcome too.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::runs::{OutcomeBucket, RunOutcomes, RunStatus};

use super::outcome::{Outcome, told};
use super::pieces::{Piece, beside, parts_of, pieces};
use super::scale::Frame;
use crate::components::{Mark, moved};
use crate::data::Query;
use crate::pages::dashboard::state::{
    DashboardState, DashboardStateStoreExt, DashboardVerbs, RunChoiceStoreExt, ScopeStoreExt,
};
use crate::state::moment::use_moment;
use crate::{dom, format};

/// Id of the chart.
const CHART: &str = "run-outcomes";
/// Id of the text that describes it.
const WORDS: &str = "run-outcomes-words";
/// Share of a bar's place that is left free between bars.
const GAP: f64 = 0.16;

/// The chart. `unit` is what a bar is of.
#[component]
pub fn OutcomeBars(mut state: Store<DashboardState>, unit: ReadSignal<String>, counted: Query<RunOutcomes>) -> Element {
    let moment = use_moment();
    let mut mark = use_signal(|| None::<Mark>);
    let mut part = use_signal(|| None::<Outcome>);
    let mut hover = use_signal(|| None::<usize>);
    let outcomes = use_memo(move || counted.value().unwrap_or_default());
    let frame = use_memo(move || Frame::around(&outcomes.read().buckets, unit()));
    let mut choose = move |one: usize, other: usize, outcome: Option<Outcome>| {
        let span = frame.peek().span(one, other);
        let same = *state.scope().span().peek() == Some(span);
        match outcome.map(Outcome::statuses) {
            Some(statuses) if same && *state.runs().statuses().peek() == statuses => {
                state.choose_outcome(None, Vec::new())
            }
            Some(statuses) => state.choose_outcome(Some(span), statuses.to_vec()),
            None => state.choose_span((!same).then_some(span)),
        }
    };
    let let_go = move |_| {
        hover.set(None);
        let now = *mark.peek();
        if let Some(now) = now.filter(|now| now.dragging) {
            mark.set(Some(Mark::at(now.here)));
            // Pressing one bar is the bar's own affair.
            if now.anchor != now.here {
                choose(now.anchor, now.here, None);
            }
        }
    };
    let onkeydown = move |event: KeyboardEvent| {
        let last = frame.peek().count().saturating_sub(1);
        let now = mark.peek().map_or(Mark::at(last), |mark| Mark { here: mark.here.min(last), ..mark });
        let (next, of) = match event.key() {
            Key::Enter => {
                event.prevent_default();
                return choose(now.anchor, now.here, *part.peek());
            }
            Key::Escape => {
                mark.set(Some(Mark::at(now.here)));
                return state.choose_span(None);
            }
            key @ (Key::ArrowUp | Key::ArrowDown) => {
                let parts = parts_of(&outcomes.peek(), now.here);
                (Mark::at(now.here), beside(&parts, *part.peek(), key == Key::ArrowUp))
            }
            key => match moved(Some(now), &key, event.modifiers().shift(), last) {
                Some(next) => (next, None),
                None => return,
            },
        };
        event.prevent_default();
        mark.set(Some(next));
        part.set(of);
        dom::focus(&id(next.here, of));
    };
    let zone = moment.zone();
    let (drawn, buckets) = (frame.read(), outcomes.read());
    let count = drawn.count();
    let here = mark().map_or(count.saturating_sub(1), |mark| mark.here.min(count.saturating_sub(1)));
    // What was a part of this bar may be gone.
    let at_part = part().filter(|part| parts_of(&buckets, here).contains(part));
    let statuses = state.runs().statuses().cloned();
    let words = |one: usize, other: usize| {
        let bars = &buckets.buckets[one.min(other)..=one.max(other)];
        format!("{}: {}", format::span(drawn.span(one, other), &zone), told(bars))
    };
    let wide = mark().filter(|mark| mark.anchor != mark.here && mark.anchor.max(mark.here) < count);
    let about = wide
        .map(|mark| words(mark.anchor, mark.here))
        .or(hover().filter(|place| *place < count).map(|place| words(place, place)))
        .unwrap_or_default();
    let being_chosen = wide.map(|mark| drawn.span(mark.anchor, mark.here));
    let brush = being_chosen
        .or(state.scope().span().cloned())
        .map(|span| drawn.place_of(span))
        .filter(|(_, width)| *width > 0.0);
    let width = 100.0 / as_share(count.max(1));
    let pieces = pieces(&buckets);
    rsx! {
        div {
            id: CHART,
            class: "chart",
            role: "group",
            aria_label: "Outcomes per {drawn.unit}",
            aria_describedby: WORDS,
            aria_busy: if counted.value().is_none() { "true" },
            onkeydown,
            onmouseup: let_go,
            onmouseleave: let_go,
            p { class: "chart-title",
                if about.is_empty() {
                    span { "Outcomes per {unit}" }
                } else {
                    span { class: "chart-about", aria_hidden: "true", "{about}" }
                }
            }
            p { id: WORDS, class: "sr-only",
                if counted.value().is_some() {
                    {in_words(&drawn, &buckets, |place| words(place, place))}
                    " Left and right arrow keys move between the bars, up and down between the parts of one; Shift \
                     extends the selection, Enter selects, Escape clears."
                } else {
                    "Counting runs."
                }
            }
            div { class: "chart-plot",
                svg { class: "chart-drawing", "aria-hidden": "true",
                    for piece in pieces.iter() {
                        rect {
                            key: "{piece.place}-{piece.outcome.as_str()}",
                            class: "out-{piece.outcome.look()}",
                            "data-pale": if is_pale(&statuses, piece.outcome) { "yes" },
                            fill: piece.outcome.fill(),
                            x: "{(as_share(piece.place) + GAP / 2.0) * width:.3}%",
                            y: "{piece.top:.2}%",
                            width: "{width * (1.0 - GAP):.3}%",
                            height: "{piece.height:.2}%",
                        }
                    }
                    if let Some((from, bars)) = brush {
                        rect { class: "chart-brush", x: "{from * width:.3}%", y: "0", width: "{bars * width:.3}%", height: "100%" }
                    }
                }
                for place in 0..count {
                    button {
                        key: "bar-{place}",
                        id: id(place, None),
                        class: "chart-hit",
                        r#type: "button",
                        "data-bar": "{place}",
                        tabindex: if here == place && at_part.is_none() { "0" } else { "-1" },
                        aria_label: words(place, place),
                        aria_pressed: if state.scope().span().cloned() == Some(drawn.span(place, place)) { "true" } else { "false" },
                        title: words(place, place),
                        left: "{as_share(place) * width:.3}%",
                        width: "{width:.3}%",
                        onclick: move |_| choose(place, place, None),
                        onmousedown: move |event| {
                            event.prevent_default();
                            mark.set(Some(Mark::drag(place)));
                            part.set(None);
                        },
                        onmouseover: move |_| over(hover, mark, place),
                    }
                }
                for Piece { place, outcome, runs, top, height } in pieces {
                    button {
                        key: "part-{place}-{outcome.as_str()}",
                        id: id(place, Some(outcome)),
                        class: "chart-hit",
                        r#type: "button",
                        "data-part": "{place}-{outcome.as_str()}",
                        tabindex: if here == place && at_part == Some(outcome) { "0" } else { "-1" },
                        aria_label: "{format::number(runs)} {outcome.word()}, {format::span(drawn.span(place, place), &zone)}",
                        title: words(place, place),
                        left: "{(as_share(place) + GAP / 2.0) * width:.3}%",
                        width: "{width * (1.0 - GAP):.3}%",
                        top: "{top:.2}%",
                        height: "{height:.2}%",
                        onclick: move |_| choose(place, place, Some(outcome)),
                        onmousedown: move |event| {
                            event.prevent_default();
                            mark.set(Some(Mark::drag(place)));
                            part.set(Some(outcome));
                        },
                        onmouseover: move |_| over(hover, mark, place),
                    }
                }
            }
            super::Axis { span: (count > 0).then(|| drawn.whole()), names: 3 }
            if count > 0 {
                OutcomeTable { outcomes: outcomes() }
            }
        }
    }
}

/// The same numbers as a table, for who does not see the bars.
#[component]
fn OutcomeTable(outcomes: Rc<RunOutcomes>) -> Element {
    let moment = use_moment();
    let buckets: Vec<(usize, &OutcomeBucket)> =
        outcomes.buckets.iter().enumerate().filter(|(_, bucket)| bucket.runs(&RunStatus::ALL) > 0).collect();
    let frame = Frame::around(&outcomes.buckets, String::new());
    rsx! {
        table { class: "sr-only", aria_label: "Runs by time and outcome",
            thead {
                tr {
                    th { scope: "col", "Time" }
                    for outcome in Outcome::ALL {
                        th { key: "{outcome.as_str()}", scope: "col", {outcome.word()} }
                    }
                }
            }
            tbody {
                for (place, bucket) in buckets {
                    tr { key: "{place}",
                        th { scope: "row", {format::span(frame.span(place, place), &moment.zone())} }
                        for outcome in Outcome::ALL {
                            td { key: "{outcome.as_str()}", {format::number(outcome.runs(bucket))} }
                        }
                    }
                }
            }
        }
    }
}

fn over(mut hover: Signal<Option<usize>>, mut mark: Signal<Option<Mark>>, place: usize) {
    hover.set(Some(place));
    let now = *mark.peek();
    if let Some(now) = now.filter(|now| now.dragging && now.here != place) {
        mark.set(Some(Mark { here: place, ..now }));
    }
}

fn id(place: usize, part: Option<Outcome>) -> String {
    part.map_or_else(|| format!("outcome-{place}"), |part| format!("outcome-{place}-{}", part.as_str()))
}

fn is_pale(statuses: &[RunStatus], outcome: Outcome) -> bool {
    !statuses.is_empty() && !outcome.statuses().iter().any(|status| statuses.contains(status))
}

#[expect(clippy::cast_precision_loss, reason = "a place on screen")]
fn as_share(bars: usize) -> f64 {
    bars as f64
}

fn in_words(frame: &Frame, outcomes: &RunOutcomes, bar: impl Fn(usize) -> String) -> String {
    let runs = |bucket: &OutcomeBucket| bucket.runs(&RunStatus::ALL);
    let mut words = format!("{}.", told(&outcomes.buckets));
    let most = outcomes.buckets.iter().map(runs).max().unwrap_or_default();
    if let Some(place) = outcomes.buckets.iter().position(|bucket| most > 0 && runs(bucket) == most) {
        words.push_str(&format!(" Most per {}: {}.", frame.unit, bar(place)));
    }
    if let Some(note) = &outcomes.note {
        words.push(' ');
        words.push_str(note);
    }
    words
}
