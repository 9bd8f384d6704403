//! The devices of a run's job against its last runs: a row for each device, a column for each run, the newest at the right.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::matrix::{GetJobMatrix, JobMatrix, MATRIX_RUNS, MatrixCell, MatrixRow, MatrixRun};
use netraven_api::native::Feature;
use netraven_api::{JobId, RunId};

use super::view::{RunView, RunViewStoreExt};
use crate::components::{Empty, Glyph, Pager, Tone};
use crate::data::use_list_maybe;
use crate::dom;
use crate::features::loaded::loaded;
use crate::features::marks::{CellMark, Mark, RunMark, Shape, said};
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

/// Devices on one page.
const PAGE_SIZE: i64 = 50;

/// The matrix of a job; the column of the run it is shown for is marked.
#[component]
pub fn RunHistory(job_id: ReadSignal<JobId>, run_id: RunId, view: Store<RunView>) -> Element {
    let workplace = use_workplace();
    let matrix = use_list_maybe(move || {
        workplace.refusal(Feature::RunHistory).is_none().then(|| GetJobMatrix {
            job_id: job_id(),
            runs: Some(MATRIX_RUNS),
            page: Some(view.history_page().cloned()),
            size: Some(PAGE_SIZE),
        })
    });
    if let Some(reason) = workplace.refusal(Feature::RunHistory) {
        return rsx! {
            Empty { title: "No history", text: reason, glyph: Glyph::Info }
        };
    }
    loaded(matrix, "history", 10, |shown| {
        rsx! {
            if shown.devices.total == 0 {
                Empty { title: "No device yet", text: "None of this job's recent runs had a device.", glyph: Glyph::Devices }
            } else {
                Legend { cells: cells(&shown) }
                div { class: "scroll",
                    Grid { run_id, matrix: shown.clone() }
                }
            }
            Pager {
                noun: "device",
                total: shown.devices.total,
                page: shown.devices.page,
                size: shown.devices.size,
                onpage: move |next| view.history_page().set(next),
            }
        }
    })
}

fn cells(matrix: &JobMatrix) -> Vec<MatrixCell> {
    matrix.devices.items.iter().flat_map(|row| row.cells.iter().copied().flatten()).collect()
}

/// The shapes that are there, and what the colours mean.
#[component]
fn Legend(cells: Vec<MatrixCell>) -> Element {
    let mut marks: Vec<Mark> = cells.into_iter().map(Mark::of).collect();
    marks.sort_unstable();
    marks.dedup();
    rsx! {
        ul { class: "legend", aria_label: "Legend",
            for mark in marks {
                li { key: "{mark.title()}",
                    Shape { mark, tone: Tone::Neutral }
                    "{mark.title()}"
                }
            }
            li { class: "muted", "amber: a retry may help · red: it will not" }
        }
    }
}

/// The signs, after the ARIA pattern of a grid: one of them is in the tab order, arrows lead to the others.
#[component]
fn Grid(run_id: RunId, matrix: Rc<JobMatrix>) -> Element {
    let moment = use_moment();
    let (rows, last) = (matrix.devices.items.len(), matrix.runs.len().saturating_sub(1));
    let mut place = use_signal(|| (1_usize, usize::MAX));
    let here = move || (place().0.min(rows), place().1.min(last));
    let onkeydown = move |event: KeyboardEvent| {
        let (row, column) = here();
        let next = match event.key() {
            Key::ArrowUp => (row.saturating_sub(1), column),
            Key::ArrowDown => ((row + 1).min(rows), column),
            Key::ArrowLeft => (row, column.saturating_sub(1)),
            Key::ArrowRight => (row, (column + 1).min(last)),
            Key::Home => (row, 0),
            Key::End => (row, last),
            _ => return,
        };
        event.prevent_default();
        place.set(next);
        dom::focus(&format!("cell-{}-{}", next.0, next.1));
    };
    let times: Vec<String> = matrix.runs.iter().map(|run| format::date_time(run.queued_at, &moment.zone())).collect();
    rsx! {
        table { class: "data-table matrix", role: "grid", aria_label: "Devices against the last {matrix.runs.len()} runs", onkeydown,
            thead {
                tr {
                    th { scope: "col", class: "matrix-host", "Device" }
                    for (column, (run, at)) in matrix.runs.iter().cloned().zip(times.clone()).enumerate() {
                        RunHead { key: "{run.id}", column, shown: run.id == run_id, at, focused: here() == (0, column), run }
                    }
                }
            }
            tbody {
                for (index, row) in matrix.devices.items.iter().cloned().enumerate() {
                    DeviceLine {
                        key: "{row.device_id}",
                        number: index + 1,
                        focused: Some(here()).filter(|at| at.0 == index + 1).map(|at| at.1),
                        runs: matrix.runs.clone(),
                        times: times.clone(),
                        run_id,
                        row,
                    }
                }
            }
        }
    }
}

#[component]
fn RunHead(column: usize, run: MatrixRun, at: String, shown: bool, focused: bool) -> Element {
    let words = format!("Run of {at}: {}", run.status.as_str().replace('_', " "));
    rsx! {
        th { scope: "col", "data-state": if shown { "here" },
            Link {
                id: "cell-0-{column}",
                tabindex: if focused { "0" } else { "-1" },
                to: Route::run(run.id),
                title: "{words}",
                aria_label: "{words}",
                RunMark { status: run.status }
            }
        }
    }
}

#[component]
fn DeviceLine(
    number: usize,
    row: MatrixRow,
    runs: Vec<MatrixRun>,
    times: Vec<String>,
    run_id: RunId,
    focused: Option<usize>,
) -> Element {
    let (device_id, hostname) = (row.device_id, row.hostname);
    rsx! {
        tr { "data-device": "{device_id}",
            th { scope: "row", class: "matrix-host", "{hostname}" }
            for (column, ((run, at), cell)) in runs.into_iter().zip(times).zip(row.cells).enumerate() {
                td { key: "{run.id}", "data-state": if run.id == run_id { "here" },
                    if let Some(cell) = cell {
                        Link {
                            id: "cell-{number}-{column}",
                            tabindex: if focused == Some(column) { "0" } else { "-1" },
                            to: Route::run_device(run.id, device_id),
                            title: "{hostname}, {at}: {said(cell)}",
                            aria_label: "{hostname}, {at}: {said(cell)}",
                            CellMark { cell }
                        }
                    } else {
                        span {
                            id: "cell-{number}-{column}",
                            class: "matrix-none",
                            tabindex: if focused == Some(column) { "0" } else { "-1" },
                            title: "{hostname}, {at}: not in this run",
                        }
                    }
                }
            }
        }
    }
}
