//! One row for each run; a failed one opens in place into its causes.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::runs::{Run, Trigger};

use super::state::SORTS;
use crate::components::{Glyph, Icon, OutcomeBar, SortHead, StatusTag, Time};
use crate::format;
use crate::pages::run_causes::RunCauses;
use crate::pages::run_duration::RunDuration;
use crate::route::Route;

/// The runs of a page, in the order `sort` says, one of [`SORTS`].
#[component]
pub fn JobRunsTable(
    page: Page<Run>,
    open: Option<i64>,
    sort: &'static str,
    descending: bool,
    ontoggle: EventHandler<i64>,
    onsort: EventHandler<&'static str>,
) -> Element {
    rsx! {
        div { class: "scroll",
            table { class: "data-table runs-table", aria_label: "Job runs",
                colgroup {
                    col { class: "col-time" }
                    col {}
                    col { class: "col-kind" }
                    col { class: "col-status" }
                    col { class: "col-trigger" }
                    col { class: "col-devices" }
                    col { class: "col-duration" }
                    col { class: "col-turn" }
                }
                thead {
                    tr {
                        for (column, title) in SORTS {
                            SortHead {
                                key: "{column}",
                                title,
                                class: head_class(column),
                                sorted: (sort == column).then_some(descending),
                                onsort: move |()| onsort.call(column),
                            }
                        }
                        th { scope: "col", aria_label: "Open" }
                    }
                }
                tbody {
                    for run in page.items {
                        RunRow { key: "{run.id}", open: open == Some(run.id), run, ontoggle }
                    }
                }
            }
        }
    }
}

/// What a head shares with the cells beneath it.
fn head_class(column: &str) -> &'static str {
    match column {
        "job_type" | "trigger" => "wide-only",
        "duration" => "num",
        _ => "",
    }
}

#[component]
fn RunRow(run: Run, open: bool, ontoggle: EventHandler<i64>) -> Element {
    let id = run.id;
    let opens = !run.causes.is_empty() || run.message.is_some();
    let who = match (run.trigger, &run.triggered_by) {
        (Trigger::Schedule, _) => "Schedule".to_owned(),
        (Trigger::Manual, Some(user)) => user.clone(),
        (Trigger::Manual, None) => "by hand".to_owned(),
    };
    let go = navigator();
    let press = move |_| {
        if opens {
            ontoggle.call(id);
        } else {
            go.push(Route::run(id));
        }
    };
    rsx! {
        tr {
            "data-opens": "yes",
            "data-state": if open { "open" },
            "data-run": "{id}",
            onclick: press,
            td { Time { at: run.started_at.unwrap_or(run.queued_at) } }
            td { class: "name",
                Link { to: Route::run(id), onclick: move |event: MouseEvent| event.stop_propagation(), "{run.job_name}" }
            }
            td { class: "muted wide-only", {format::job_kind(&run.job_type)} }
            td { StatusTag { status: run.status, cancelling: run.cancel_requested } }
            td { class: "muted wide-only", "{who}" }
            td { OutcomeBar { run: run.clone() } }
            td { class: "num", RunDuration { run: run.clone() } }
            td { class: "turn",
                if opens {
                    button {
                        class: "btn btn-text btn-icon btn-sm",
                        r#type: "button",
                        "data-action": "Causes of run {id}",
                        aria_label: "Why did it fail?",
                        aria_expanded: if open { "true" } else { "false" },
                        onclick: move |event| {
                            event.stop_propagation();
                            ontoggle.call(id);
                        },
                        Icon { glyph: Glyph::ChevronRight, size: 15 }
                    }
                }
            }
        }
        if open {
            tr { class: "causes-row",
                td { colspan: "8", RunCauses { run } }
            }
        }
    }
}
