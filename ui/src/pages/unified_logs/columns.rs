//! The columns of the log: a new one is a line of [`LOGS`], its width, and an arm of [`cell`].

use dioxus::prelude::*;
use netraven_api::logs::LogEntry;

use super::row::{Look, device_word};
use crate::components::LevelTag;
use crate::state::layout::{Column, Shown, TableLayout};

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

/// The widths of columns as `grid-template-columns` has them.
#[must_use]
pub fn widths(columns: &[&Column]) -> String {
    let width = |column: &&Column| match column.id {
        "timestamp" => "104px",
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
pub fn cell(column: &Column, line: &LogEntry, look: &Look) -> Option<Element> {
    let cell = match column.id {
        "timestamp" => rsx! { span { role: "gridcell", class: "mono", {look.moment.of_line(line.timestamp)} } },
        "level" => rsx! { span { role: "gridcell", LevelTag { level: line.level.clone() } } },
        "log_type" => rsx! { span { role: "gridcell", class: "muted", "{line.log_type}" } },
        "source" => rsx! { span { role: "gridcell", class: "muted", {line.source.clone().unwrap_or_default()} } },
        "job_id" => rsx! { span { role: "gridcell", {job_word(line, look)} } },
        "run_id" => {
            rsx! { span { role: "gridcell", class: "muted", {line.run_id.map(|id| id.to_string()).unwrap_or_default()} } }
        }
        "device_id" => rsx! { span { role: "gridcell", {device_word(line)} } },
        _ => return None,
    };
    Some(cell)
}

/// The job of a line by its name, or by its number where that is all there is.
fn job_word(line: &LogEntry, look: &Look) -> String {
    let name = |id: i64| look.jobs.get(&id).cloned().unwrap_or_else(|| format!("job {id}"));
    line.job_id.map(name).unwrap_or_default()
}
