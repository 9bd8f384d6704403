//! The log over time by level, above its lines: drag over it, or press a bar, to see the lines of that time.

use dioxus::prelude::*;
use netraven_api::logs::Level;

use crate::components::{Button, ButtonKind, Glyph, Mark, moved};
use crate::data::{LogView, Query};
use crate::format;
use crate::state::moment::use_moment;
use crate::state::span::Span;
use crate::state::standing::{Line, Meant, use_line};

mod bars;

use bars::Bars;

/// Id of the chart; there is one on a page.
const CHART: &str = "log-histogram";
/// Id of the text that describes it.
const WORDS: &str = "log-histogram-words";
/// Names below the chart.
const NAMES: usize = 5;

/// The chart. `chosen` is the time chosen now; `onchoose` chooses another or none.
#[component]
pub fn LogHistogram(
    view: LogView,
    counted: Query<netraven_api::logs::LogHistogram>,
    chosen: Option<Span>,
    onchoose: EventHandler<Option<Span>>,
) -> Element {
    let moment = use_moment();
    let mut mark = use_signal(|| None::<Mark>);
    let mut hover = use_signal(|| None::<usize>);
    let histogram = counted.value();
    let since = histogram.as_ref().filter(|histogram| histogram.is_partial).map(|histogram| histogram.counted_since);
    let bars = use_memo(move || {
        let _ = (view.tallied.read(), moment.now());
        counted.value().map(|counted| Bars::of(&counted, &view.tally.peek())).unwrap_or_default()
    });
    use_effect(move || {
        if let Some(counted) = counted.value() {
            view.counted_up_to(counted.newest_id);
        }
    });
    let partial = since.map(|since| {
        let since = format::date_time(since, &moment.zone());
        format!("Counting took too long: lines before {since} are missing in the chart. Narrow the filters.")
    });
    use_line(partial.map(|text| Line::Said { meant: Meant::Warning, glyph: Glyph::Alert, text, actions: Vec::new() }));
    if let (None, Some(problem)) = (&histogram, counted.error()) {
        return rsx! {
            div { class: "histogram histogram-note", role: "note",
                span { class: "grow", "The lines over time could not be counted. {problem.message}" }
                Button { label: "Count again", kind: ButtonKind::Text, small: true, glyph: Glyph::Again, onclick: move |_| counted.refresh() }
            }
        };
    }
    let mut choose = move |here: Mark| {
        mark.set(Some(Mark { dragging: false, ..here }));
        onchoose.call(Some(bars.peek().span(here.anchor, here.here)));
    };
    let let_go = move |_| {
        hover.set(None);
        let now = *mark.peek();
        if let Some(now) = now.filter(|now| now.dragging) {
            choose(now);
            // What was dragged is shown by the brush; the cursor is the keyboard's.
            mark.set(None);
        }
    };
    let onkeydown = move |event: KeyboardEvent| {
        let now = *mark.peek();
        match event.key() {
            Key::Enter => {
                event.prevent_default();
                if let Some(now) = now {
                    choose(now);
                }
            }
            Key::Escape => {
                mark.set(None);
                onchoose.call(None);
            }
            key => {
                let last = bars.peek().bars.len().saturating_sub(1);
                if let Some(next) = moved(now, &key, event.modifiers().shift(), last) {
                    event.prevent_default();
                    mark.set(Some(next));
                }
            }
        }
    };
    let (now, zone, drawn) = (moment.glance(), moment.zone(), bars.read());
    let count = drawn.bars.len();
    let over = hover().filter(|_| mark().is_none_or(|mark| !mark.dragging)).map(|place| (place, place));
    let told = over.or(mark().map(|mark| (mark.anchor, mark.here)));
    let about = told.map(|(one, other)| drawn.bar_words(one, other, &zone)).unwrap_or_default();
    // The brush shows what is being dragged, else what was chosen.
    let dragged = mark().filter(|mark| mark.dragging).map(|mark| drawn.span(mark.anchor, mark.here));
    let brush = dragged.or(chosen).map(|span| drawn.place_of(span)).filter(|(_, width)| *width > 0.0);
    let cursor = mark().filter(|mark| !mark.dragging).map(Mark::extent);
    rsx! {
        div {
            id: CHART,
            class: "histogram",
            role: "group",
            tabindex: "0",
            aria_label: "Lines over time",
            aria_describedby: WORDS,
            aria_busy: if histogram.is_none() { "true" },
            onkeydown,
            onmouseup: let_go,
            onmouseleave: let_go,
            p { id: WORDS, class: "sr-only",
                if histogram.is_some() {
                    {drawn.words(&zone)}
                    " Arrow keys move between the bars, Shift extends the selection, Enter selects, Escape clears."
                } else {
                    "Counting lines."
                }
            }
            p { class: "histogram-about", role: "status", "{about}" }
            svg {
                class: "histogram-bars",
                view_box: "0 0 {count.max(1) * 10} 100",
                preserve_aspect_ratio: "none",
                "aria-hidden": "true",
                for (place, level, top, height) in pieces(&drawn) {
                    rect {
                        key: "{place}-{level}",
                        class: "bar-{Level::ALL[level].title()}",
                        x: "{place * 10 + 1}",
                        y: "{top:.2}",
                        width: "8.6",
                        height: "{height:.2}",
                    }
                }
                if let Some((from, width)) = brush {
                    rect { class: "histogram-brush", x: "{from * 10.0:.2}", y: "0", width: "{width * 10.0:.2}", height: "100" }
                }
                if let Some((from, width)) = cursor {
                    rect { class: "histogram-cursor", x: "{from * 10}", y: "0", width: "{width * 10}", height: "100" }
                }
                for place in 0..count {
                    rect {
                        key: "hit-{place}",
                        class: "histogram-hit",
                        "data-bar": "{place}",
                        x: "{place * 10}",
                        y: "0",
                        width: "10",
                        height: "100",
                        onmousedown: move |event| {
                            event.prevent_default();
                            mark.set(Some(Mark::drag(place)));
                        },
                        onmouseover: move |_| {
                            hover.set(Some(place));
                            let now = *mark.peek();
                            if let Some(now) = now.filter(|now| now.dragging && now.here != place) {
                                mark.set(Some(Mark { here: place, ..now }));
                            }
                        },
                    }
                }
            }
            div { class: "histogram-axis", aria_hidden: "true",
                for name in names(&drawn, count) {
                    span { key: "{name}", {format::axis_time(drawn.start(name), drawn.width_s, now, &zone)} }
                }
            }
        }
    }
}

/// Every visible piece: bar, level, top and height, the lowest level at the bottom.
fn pieces(bars: &Bars) -> Vec<(usize, usize, f64, f64)> {
    let highest = bars.highest().max(1);
    let mut pieces = Vec::new();
    for (place, bar) in bars.bars.iter().enumerate() {
        let mut below = 0.0;
        for (level, lines) in bar.lines.iter().enumerate().filter(|(_, lines)| **lines > 0) {
            #[expect(clippy::cast_precision_loss, reason = "a height on screen")]
            let height = (*lines as f64 / highest as f64 * 96.0).max(2.0);
            below += height;
            pieces.push((place, level, (100.0_f64 - below).max(0.0), height));
        }
    }
    pieces
}

/// The bars whose times stand below the chart, the end among them.
fn names(bars: &Bars, count: usize) -> Vec<usize> {
    if bars.bars.is_empty() {
        return Vec::new();
    }
    let mut names: Vec<usize> = (0..NAMES).map(|name| count * name / (NAMES - 1)).collect();
    names.dedup();
    names
}
