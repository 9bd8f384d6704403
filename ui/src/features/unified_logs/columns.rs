//! The columns of the log: a new one is a line of [`LOGS`], its width, and an arm of [`cell`].

use std::collections::BTreeMap;

use dioxus::prelude::*;
use netraven_api::JobId;
use netraven_api::jobs::ListJobs;
use netraven_api::logs::LogEntry;

use super::row::device_word;
use crate::components::LevelTag;
use crate::data::use_query_maybe;
use crate::state::kept::use_kept;
use crate::state::layout::{Column, Shown, TableLayout, Tables};
use crate::state::moment::{Moment, use_moment};

/// Jobs whose names are fetched; the others are shown by number.
const NAMED_JOBS: i64 = 100;

/// The list of lines. The message is drawn by the row itself: it holds the count of a fold.
pub static LOGS: TableLayout = TableLayout {
    name: "logs",
    columns: &[
        Column::new("timestamp", "Time", Shown::Always),
        Column::new("level", "Level", Shown::Always),
        Column::new("log_type", "Type", Shown::AtFirst),
        Column::new("source", "Source", Shown::OnWish),
        Column::new("job_id", "Job", Shown::OnWish),
        Column::new("run_id", "Run", Shown::OnWish),
        Column::new("device_id", "Device", Shown::AtFirst),
        Column::new(MESSAGE, "Message", Shown::Always),
    ],
};

/// The column that takes what room is left.
pub const MESSAGE: &str = "message";

/// How a line is written: in which columns, and what their cells need to know.
#[derive(Clone, PartialEq)]
pub struct LineLayout {
    /// The columns that were chosen, left to right.
    pub columns: Vec<&'static Column>,
    /// How times are written.
    pub moment: Moment,
    /// The names of jobs by their ids, as far as they are known.
    jobs: BTreeMap<JobId, String>,
    /// What a cell is to assistive technology.
    pub role: &'static str,
}

/// The layout of the log now. `role` is that of a cell.
pub fn use_columns(role: &'static str) -> LineLayout {
    let (moment, tables) = (use_moment(), use_kept::<Tables>());
    let columns = use_memo(move || tables.with(|tables| tables.columns(&LOGS)));
    let known = use_query_maybe(move || {
        let named = columns.read().iter().any(|column| column.id == "job_id");
        named.then(|| ListJobs { size: Some(NAMED_JOBS), ..ListJobs::default() })
    });
    let jobs = known.value().map(|page| page.items.iter().map(|job| (job.id, job.name.clone())).collect());
    LineLayout { columns: columns(), moment, jobs: jobs.unwrap_or_default(), role }
}

/// The widths of columns as `grid-template-columns` has them.
#[must_use]
pub fn widths(columns: &[&Column]) -> String {
    let width = |column: &&Column| match column.id {
        "timestamp" => "172px",
        "level" => "48px",
        "log_type" => "86px",
        "source" | "job_id" => "132px",
        "run_id" => "56px",
        "device_id" => "116px",
        _ => "minmax(160px, 1fr)",
    };
    columns.iter().map(width).collect::<Vec<_>>().join(" ")
}

/// The cell of a line in a column; none where the row draws it itself.
pub fn cell(column: &Column, line: &LogEntry, layout: &LineLayout) -> Option<Element> {
    let role = layout.role;
    let cell = match column.id {
        "timestamp" => rsx! { span { role, class: "mono", {layout.moment.of_line(line.timestamp)} } },
        "level" => rsx! { span { role, LevelTag { level: line.level } } },
        "log_type" => rsx! { span { role, class: "muted", "{line.log_type}" } },
        "source" => rsx! { span { role, class: "muted", {line.source.clone().unwrap_or_default()} } },
        "job_id" => rsx! { span { role, {job_word(line, layout)} } },
        "run_id" => {
            rsx! { span { role, class: "muted", {line.run_id.map(|id| id.to_string()).unwrap_or_default()} } }
        }
        "device_id" => rsx! { span { role, {device_word(line)} } },
        _ => return None,
    };
    Some(cell)
}

/// The job of a line by its name, or by its number where that is all there is.
fn job_word(line: &LogEntry, layout: &LineLayout) -> String {
    let name = |id: JobId| layout.jobs.get(&id).cloned().unwrap_or_else(|| format!("job {id}"));
    line.job_id.map(name).unwrap_or_default()
}
