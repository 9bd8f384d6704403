//! The lines before and after one, of the same device or the same run, whatever the filters hide.

use dioxus::prelude::*;
use netraven_api::logs::{ListLogs, LiveFilter, LogEntry};
use netraven_api::{DeviceId, Order, RunId};

use super::columns::{cell, use_columns, widths};
use super::row::device_word;
use super::rows::Head;
use crate::components::{Button, ButtonKind, ErrorState, Glyph, SkeletonRows, TimesSwitch};
use crate::data::use_query;
use crate::dom;
use crate::state::moment::use_moment;

/// Lines on each side.
const EACH_SIDE: i64 = 50;
/// Id of the heads of the columns.
const HEAD: &str = "around-head";
/// Id of the way back.
const BACK: &str = "log-back";

/// What the lines around have in common with the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinesOf {
    /// The device.
    Device(DeviceId),
    /// The run.
    Run(RunId),
    /// Nothing but the log itself.
    Log,
}

impl LinesOf {
    /// The most specific thing about a line: its device, otherwise its run.
    pub fn of(line: &LogEntry) -> LinesOf {
        let run = || line.run_id.map(LinesOf::Run);
        line.device_id.map(LinesOf::Device).or_else(run).unwrap_or(LinesOf::Log)
    }

    fn query(self) -> ListLogs {
        let (device_id, run_id) = match self {
            LinesOf::Device(id) => (Some(id), None),
            LinesOf::Run(id) => (None, Some(id)),
            LinesOf::Log => (None, None),
        };
        let filter = LiveFilter { device_id, run_id, ..LiveFilter::default() };
        ListLogs { size: Some(EACH_SIDE), ..ListLogs::from(filter) }
    }
}

/// The lines around `line`, the newest first.
#[component]
pub fn Surroundings(line: LogEntry, lines_of: LinesOf, onback: EventHandler<()>) -> Element {
    let moment = use_moment();
    let written = use_columns("cell");
    let id = line.id;
    let before = use_query(move || ListLogs { before: Some(id), ..lines_of.query() });
    let after = use_query(move || ListLogs { after: Some(id), order: Some(Order::Ascending), ..lines_of.query() });
    let of = match lines_of {
        LinesOf::Device(_) => device_word(&line),
        LinesOf::Run(run_id) => format!("run {run_id}"),
        LinesOf::Log => "the whole log".to_owned(),
    };
    // The list that had the focus is gone.
    use_effect(|| dom::focus(BACK));
    let body = match (after.value(), before.value(), after.error().or(before.error())) {
        (Some(after), Some(before), _) => {
            let mut lines: Vec<LogEntry> = after.items.iter().chain(&before.items).cloned().collect();
            lines.push(line.clone());
            lines.sort_by_key(|line| std::cmp::Reverse(line.id));
            lines.dedup_by_key(|line| line.id);
            rsx! {
                Head { id: HEAD, columns: written.columns.clone() }
                div {
                    class: "log-rows",
                    role: "table",
                    tabindex: "0",
                    aria_label: "Lines around line {id}, the newest first",
                    aria_owns: HEAD,
                    for line in lines {
                        div {
                            key: "{line.id}",
                            class: "log-row",
                            role: "row",
                            grid_template_columns: widths(&written.columns),
                            aria_current: if line.id == id { "true" },
                            onmounted: move |event| async move {
                                if line.id == id {
                                    let _ = event.scroll_to(ScrollBehavior::Instant).await;
                                }
                            },
                            {written.columns.iter().filter_map(|column| cell(column, &line, &written))}
                            span { role: "cell", class: "log-message", title: "{line.message}", "{line.message}" }
                        }
                    }
                }
            }
        }
        (_, _, Some(problem)) => rsx! {
            ErrorState {
                title: "The lines around it could not be loaded",
                problem,
                onretry: move |()| {
                    before.refresh();
                    after.refresh();
                },
            }
        },
        _ => rsx! {
            SkeletonRows { rows: 12, label: "Loading the lines around it" }
        },
    };
    rsx! {
        section {
            class: "around",
            aria_label: "Lines around line {id}",
            onkeydown: move |event| {
                if event.key() == Key::Escape {
                    onback.call(());
                }
            },
            header { class: "around-head",
                Button {
                    label: "Back to the list",
                    kind: ButtonKind::Outline,
                    small: true,
                    glyph: Glyph::ChevronLeft,
                    id: BACK,
                    onclick: move |_| onback.call(()),
                }
                span { class: "grow", {format!("Lines around {} of {of}, without the filters", moment.of_line(line.timestamp))} }
                TimesSwitch {}
            }
            {body}
        }
    }
}
