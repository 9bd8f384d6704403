//! One row for each run; a failed one opens in place into its causes.

use dioxus::prelude::*;
use netraven_api::runs::Run;
use netraven_api::sorting::RunColumn;
use netraven_api::{Order, Page, RunId};

use super::runs_columns::{RUNS, RunCell, class, sorted_by, width};
use crate::components::{Glyph, Icon, SortHead, TableFrame};
use crate::features::run_causes::RunCauses;
use crate::route::Route;
use crate::state::kept::use_kept;
use crate::state::layout::{Column, Shown, Tables};

/// The runs of a page, in the order they are asked for.
#[component]
pub fn JobRunsTable(
    page: Page<Run>,
    open: Option<RunId>,
    sort: RunColumn,
    order: Order,
    ontoggle: EventHandler<RunId>,
    onsort: EventHandler<RunColumn>,
) -> Element {
    let columns = use_kept::<Tables>().with(|tables| tables.columns(&RUNS));
    // More columns than at first need room: then the table scrolls sideways instead of cutting names short.
    let more = columns.iter().filter(|column| column.shown == Shown::OnWish).count();
    rsx! {
        TableFrame { id: "runs-frame",
            table { class: "data-table runs-table", aria_label: "Job runs", "data-more": "{more}",
                colgroup {
                    for column in columns.iter().copied() {
                        col { key: "{column.id}", class: width(column) }
                    }
                    col { class: "col-turn" }
                }
                thead {
                    tr {
                        for column in columns.iter().copied() {
                            if let Some(by) = sorted_by(column) {
                                SortHead {
                                    key: "{column.id}",
                                    title: column.title,
                                    class: class(column),
                                    sorted: (sort == by).then_some(order),
                                    onsort: move |()| onsort.call(by),
                                }
                            } else {
                                th { key: "{column.id}", scope: "col", class: class(column), "{column.title}" }
                            }
                        }
                        th { scope: "col", aria_label: "Open" }
                    }
                }
                tbody {
                    for run in page.items {
                        RunRow { key: "{run.id}", open: open == Some(run.id), run, columns: columns.clone(), ontoggle }
                    }
                }
            }
        }
    }
}

#[component]
fn RunRow(run: Run, open: bool, columns: Vec<&'static Column>, ontoggle: EventHandler<RunId>) -> Element {
    let id = run.id;
    let opens = !run.causes.is_empty() || run.message.is_some();
    let go = navigator();
    let press = move |_| {
        if opens {
            ontoggle.call(id);
        } else {
            go.push(Route::run(id));
        }
    };
    // As in a tree: right opens the causes, left closes them.
    let onkeydown = move |event: KeyboardEvent| {
        let turns = match event.key() {
            Key::ArrowRight => opens && !open,
            Key::ArrowLeft => open,
            _ => false,
        };
        if turns && event.modifiers().is_empty() {
            event.prevent_default();
            ontoggle.call(id);
        }
    };
    rsx! {
        tr {
            "data-opens": "yes",
            "data-state": if open { "open" },
            "data-run": "{id}",
            onclick: press,
            onkeydown,
            for column in columns.iter().copied() {
                RunCell { key: "{column.id}", run: run.clone(), column }
            }
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
                td { colspan: "{columns.len() + 1}", RunCauses { run } }
            }
        }
    }
}
