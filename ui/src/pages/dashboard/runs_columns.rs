//! The columns of the runs: a new one is a line of [`RUNS`] and an arm of [`RunCell`].

use dioxus::prelude::*;
use netraven_api::runs::{Run, Trigger};
use netraven_api::sorting::RunColumn;

use super::state::SORTS;
use crate::components::{OutcomeBar, StatusTag, Time};
use crate::features::run_duration::RunDuration;
use crate::format;
use crate::route::Route;
use crate::state::layout::{Column, Shown, TableLayout};

/// The table of runs. Columns that the API knows have its name.
pub static RUNS: TableLayout = TableLayout {
    name: "runs",
    columns: &[
        Column::new("run", "Run", Shown::OnWish),
        Column::new(RunColumn::QueuedAt.as_str(), "Started", Shown::AtFirst),
        Column::new(RunColumn::JobName.as_str(), "Job", Shown::Always),
        Column::new(RunColumn::Kind.as_str(), "Kind", Shown::AtFirst),
        Column::new(RunColumn::Status.as_str(), "Status", Shown::Always),
        Column::new(RunColumn::Trigger.as_str(), "Trigger", Shown::AtFirst),
        Column::new(RunColumn::Devices.as_str(), "Devices", Shown::AtFirst),
        Column::new("changed", "Changed", Shown::OnWish),
        Column::new(RunColumn::Duration.as_str(), "Duration / usual", Shown::AtFirst),
        Column::new(RunColumn::FinishedAt.as_str(), "Ended", Shown::OnWish),
    ],
};

/// What the runs are sorted by when the head of a column is pressed; nothing for a column that is no order.
#[must_use]
pub fn sorted_by(column: &Column) -> Option<RunColumn> {
    RunColumn::parse(column.id).filter(|by| SORTS.contains(by))
}

/// How wide a column is, as a class of its `<col>`.
#[must_use]
pub fn width(column: &Column) -> &'static str {
    match column.id {
        "run" | "changed" => "col-count",
        "queued_at" | "finished_at" => "col-time",
        "job_type" => "col-kind",
        "status" => "col-status",
        "trigger" => "col-trigger",
        "devices" => "col-devices",
        "duration" => "col-duration",
        _ => "",
    }
}

/// What the head of a column shares with the cells beneath it.
#[must_use]
pub fn class(column: &Column) -> &'static str {
    match column.id {
        "job_name" => "name",
        "job_type" | "trigger" => "muted wide-only",
        "run" | "finished_at" => "muted",
        "duration" | "changed" => "num",
        _ => "",
    }
}

/// The cell of a run in a column.
#[component]
pub fn RunCell(run: Run, column: &'static Column) -> Element {
    let content = match column.id {
        "run" => rsx! { "#{run.id}" },
        "queued_at" => rsx! { Time { at: run.started_at.unwrap_or(run.queued_at) } },
        "job_name" => rsx! {
            Link { to: Route::run(run.id), onclick: move |event: MouseEvent| event.stop_propagation(), "{run.job_name}" }
        },
        "job_type" => rsx! { {format::job_kind(&run.job_type)} },
        "status" => rsx! { StatusTag { status: run.status, cancelling: run.cancel_requested } },
        "trigger" => rsx! { {who(&run)} },
        "devices" => rsx! { OutcomeBar { run } },
        "changed" => rsx! { {format::number(run.changed)} },
        "duration" => rsx! { RunDuration { run } },
        "finished_at" => match run.finished_at {
            Some(at) => rsx! { Time { at } },
            None => rsx! { "–" },
        },
        _ => return rsx! {},
    };
    rsx! {
        td { class: class(column), {content} }
    }
}

/// Who or what started a run.
fn who(run: &Run) -> String {
    match (run.trigger, &run.triggered_by) {
        (Trigger::Schedule, _) => "Schedule".to_owned(),
        (Trigger::Manual, Some(user)) => user.clone(),
        (Trigger::Manual, None) => "Manual".to_owned(),
        (Trigger::Unknown, _) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_has_its_column() {
        let orders: Vec<RunColumn> = RUNS.columns.iter().filter_map(sorted_by).collect();
        assert_eq!(orders, SORTS);
    }
}
