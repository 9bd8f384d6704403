//! The runs over time, above their table: how they ended, and which went on at the same time. Both filter.

use dioxus::prelude::*;
use netraven_api::problem::Code;
use netraven_api::runs::{RunOutcomes, RunStatus, RunTimeline};

use super::state::DashboardState;
use crate::components::{Button, ButtonKind, Glyph};
use crate::data::Query;
use crate::format;
use crate::state::charts::Charts;
use crate::state::kept::use_kept;
use crate::state::moment::use_moment;
use crate::state::span::Span;

mod bars;
mod lanes;
mod layout;
mod outcome;
mod patterns;
mod pieces;
mod scale;
mod timeline;

use bars::OutcomeBars;
use patterns::{OutcomeKey, Patterns};
pub use scale::Frame;
use timeline::Timeline;

/// Id of the area.
const AREA: &str = "run-charts";
/// Longest stretch of which an axis names the time of day.
const CLOCK_UNTIL_S: i64 = 36 * 3_600;

/// Shows the charts, or folds them away.
#[component]
pub fn ChartsToggle() -> Element {
    let charts = use_kept::<Charts>();
    let shown = charts.get() == Charts::Shown;
    rsx! {
        Button {
            label: "Charts",
            kind: ButtonKind::Text,
            small: true,
            glyph: if shown { Glyph::ChevronDown } else { Glyph::ChevronRight },
            aria_expanded: if shown { "true" } else { "false" },
            aria_controls: AREA,
            onclick: move |_| charts.choose(charts.get().other()),
        }
    }
}

/// Whether the charts are read for the first time.
pub fn are_read(outcomes: Query<RunOutcomes>, timeline: Query<RunTimeline>) -> bool {
    (outcomes.value().is_none() && outcomes.error().is_none())
        || (timeline.value().is_none() && timeline.error().is_none())
}

/// Both charts, or why there are none. A period without a run has none: the table says so. `rows`: whether the table has
/// any. The charts take their room with the first of them, so that what they count later moves no row.
#[component]
pub fn RunCharts(
    state: Store<DashboardState>,
    unit: String,
    rows: bool,
    outcomes: Query<RunOutcomes>,
    timeline: Query<RunTimeline>,
) -> Element {
    let problem = match (outcomes.value(), outcomes.error(), timeline.value(), timeline.error()) {
        (None, Some(problem), ..) | (.., None, Some(problem)) => Some(problem),
        _ => None,
    };
    if let Some(problem) = problem {
        let offered = problem.code != Code::NotOffered;
        return rsx! {
            div { id: AREA, class: "histogram-note", role: "note",
                span { class: "grow",
                    if offered {
                        "The charts could not be drawn. {problem.message}"
                    } else {
                        "{problem.message}"
                    }
                }
                if offered {
                    Button {
                        label: "Draw again",
                        kind: ButtonKind::Text,
                        small: true,
                        glyph: Glyph::Again,
                        onclick: move |_| {
                            outcomes.refresh();
                            timeline.refresh();
                        },
                    }
                }
            }
        };
    }
    let runs = |outcomes: &RunOutcomes| outcomes.buckets.iter().map(|bucket| bucket.runs(&RunStatus::ALL)).sum::<i64>();
    let is_empty = !rows
        && outcomes.value().is_some_and(|outcomes| runs(&outcomes) == 0)
        && timeline.value().is_some_and(|timeline| timeline.total == 0);
    if is_empty {
        return rsx! {
            div { id: AREA }
        };
    }
    rsx! {
        section { id: AREA, class: "charts", aria_label: "Runs over time",
            Patterns {}
            OutcomeBars { state, unit, counted: outcomes }
            Timeline { state, read: timeline }
        }
    }
}

/// Times below a chart, evenly apart; only their room while nothing is known yet.
#[component]
fn Axis(span: Option<Span>, names: i64) -> Element {
    let moment = use_moment();
    let Some(span) = span else {
        return rsx! {
            div { class: "histogram-axis" }
        };
    };
    let length_s = span.until.as_second() - span.from.as_second();
    let width_s = match length_s {
        ..=600 => 1,
        601..=CLOCK_UNTIL_S => 60,
        _ => 86_400,
    };
    let times = (0..names)
        .filter_map(|name| span.from.checked_add(jiff::Span::new().seconds(length_s * name / (names - 1))).ok());
    rsx! {
        div { class: "histogram-axis", aria_hidden: "true",
            for (place, at) in times.enumerate() {
                span { key: "{place}", {format::axis_time(at, width_s, moment.glance(), &moment.zone())} }
            }
        }
    }
}
