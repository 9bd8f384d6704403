//! One row of the log: a line, or several that say the same.

use dioxus::prelude::*;
use netraven_api::logs::LogEntry;

use super::columns::{LineLayout, cell, widths};
use super::log_list::LogList;
use crate::components::{Glyph, Icon};
use crate::format;
use crate::state::logs::{IdRange, Row, RowKind, SearchText};

/// What all rows have in common.
pub struct Look {
    /// How a line is written.
    pub layout: LineLayout,
    /// The lines that are selected.
    pub selected: Option<IdRange>,
    /// What is marked.
    pub search: SearchText,
    /// The row a search is at.
    pub found: Option<IdRange>,
}

/// Id of a row's element.
pub fn row_id(row: &Row) -> String {
    let name = if row.kind == RowKind::Open { "fold" } else { "line" };
    format!("{name}-{}", row.range.low)
}

/// The row at an index, with the newest and the oldest of its lines.
pub fn draw(list: LogList, index: usize, row: &Row, (line, oldest): (&LogEntry, &LogEntry), look: &Look) -> Element {
    let range = row.range;
    let selected = look.selected.is_some_and(|selected| selected.meets(range));
    let action = if row.kind == RowKind::Open { "Lines to" } else { "Line" };
    let folds = row.count > 1;
    let moment = look.layout.moment;
    rsx! {
        div {
            // The oldest line names a row: it stays while others of the same come on top.
            key: "{row_id(row)}",
            id: row_id(row),
            class: "log-row",
            role: "row",
            "data-action": "{action} {range.high}",
            "data-state": match row.kind {
                _ if look.found == Some(range) => Some("found"),
                RowKind::Member => Some("member"),
                _ => None,
            },
            aria_rowindex: "{index + 1}",
            aria_selected: if selected { "true" } else { "false" },
            // Shift would mark the page's text instead of lines.
            onmousedown: |event| if event.modifiers().shift() { event.prevent_default() },
            onclick: move |event| list.press(range, event.modifiers().shift()),
            grid_template_columns: widths(&look.layout.columns),
            {look.layout.columns.iter().filter_map(|column| cell(column, line, &look.layout))}
            if folds {
                span { role: "gridcell", class: "log-message log-fold",
                    {repeats(list, index, row)}
                    span { class: "log-said", {message(line, &look.search)} }
                    span { class: "muted mono", {format!("{} – {}", moment.of_line(oldest.timestamp), moment.of_line(line.timestamp))} }
                }
            } else {
                span { role: "gridcell", class: "log-message", {message(line, &look.search)} }
            }
        }
    }
}

/// How often a line was said, to be pressed for each time it was.
fn repeats(list: LogList, index: usize, row: &Row) -> Element {
    let count = i64::try_from(row.count).unwrap_or(i64::MAX);
    let open = row.kind == RowKind::Open;
    let word = if open { "Fold" } else { "Show" };
    rsx! {
        button {
            class: "count log-times",
            r#type: "button",
            // The row itself takes the keys.
            tabindex: "-1",
            "data-action": "{word} the same {row.range.high}",
            aria_expanded: if open { "true" } else { "false" },
            aria_label: "{format::count(count, \"line\")} with the same text",
            title: if open { "Collapse into one row" } else { "Show each line" },
            onclick: move |event| {
                event.stop_propagation();
                list.toggle(index);
            },
            Icon { glyph: if open { Glyph::ChevronDown } else { Glyph::ChevronRight }, size: 12 }
            {format!("×{}", format::number(count))}
        }
    }
}

fn message(line: &LogEntry, search: &SearchText) -> Element {
    rsx! {
        for (index, (hit, part)) in search.parts(&line.message).into_iter().enumerate() {
            if hit {
                mark { key: "{index}", "{part}" }
            } else {
                span { key: "{index}", "{part}" }
            }
        }
    }
}

/// The device of a line by its name, or by its number where that is all there is.
pub fn device_word(line: &LogEntry) -> String {
    match (&line.device_name, line.device_id) {
        (Some(name), _) => name.clone(),
        (None, Some(id)) => format!("device {id}"),
        (None, None) => String::new(),
    }
}
