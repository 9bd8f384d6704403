//! The rows of the log; only those in sight are drawn, however many are held.

use dioxus::prelude::*;

use super::columns::{use_columns, widths};
use super::log_list::{LIST, LIST_LABEL, LogList};
use super::row::{Look, draw, row_id};
use crate::state::layout::Column;
use crate::state::logs::SearchText;

/// Rows drawn beyond each edge.
const SPARE: usize = 10;
/// Height assumed until the list was scrolled for the first time.
pub const FIRST_HEIGHT: i32 = 1_040;

/// Id of what holds head and list, and hears the keys of both.
const FRAME: &str = "log-grid";
/// Id of the list's head.
const HEAD: &str = "log-head";

/// The list.
#[component]
pub fn Rows(list: LogList, search: ReadSignal<String>, onkeydown: EventHandler<KeyboardEvent>) -> Element {
    let view = list.view;
    // A list begins at its newest line, whatever was scrolled to when another tab took its place.
    use_effect(move || view.look_away(false));
    let (lines, layout) = (view.lines.read(), list.layout.read());
    let (top, height) = (list.scrolled)();
    let row_height = list.row_height();
    let first = usize::try_from(top / row_height).unwrap_or(0).saturating_sub(SPARE);
    let in_sight = usize::try_from(height / row_height).unwrap_or(0) + 2 * SPARE;
    let last = (first + in_sight).min(layout.len());
    let first = first.min(last);
    let (above, below) = (px(first, row_height), px(layout.len() - last, row_height));
    let written = use_columns("gridcell");
    let find = list.find.read();
    // What is being found is marked instead of what was filtered for.
    let finding = find.as_ref().map(|find| SearchText::of(&find.text)).filter(|search| !search.is_empty());
    let look = Look {
        layout: written.clone(),
        selected: list.selection().map(|selection| selection.range()),
        search: finding.unwrap_or_else(|| SearchText::of(&search.read())),
        found: find.as_ref().and_then(|find| find.at),
    };
    let here = list.selection().and_then(|selection| layout.get(layout.find(selection.here())?).map(row_id));
    let onscroll = move |event: ScrollEvent| {
        #[expect(clippy::cast_possible_truncation, reason = "a place on screen")]
        let top = event.scroll_top() as i32;
        list.scroll_to(top, event.client_height());
        if top + 2 * event.client_height() > event.scroll_height() {
            view.read_older();
        }
    };
    let rows = (first..last).filter_map(|index| {
        let row = layout.get(index)?;
        let range = (lines.newest(row.place)?, lines.newest(row.place + row.count - 1)?);
        Some(draw(list, index, row, range, &look))
    });
    rsx! {
        div { id: FRAME, class: "log", onkeydown: move |event| onkeydown.call(event),
            Head { id: HEAD, columns: written.columns.clone() }
            // What scrolls is what has the focus, so that it can be scrolled by the keyboard; the head stays above it.
            div {
                id: LIST,
                class: "log-rows",
                role: "grid",
                tabindex: "0",
                aria_label: LIST_LABEL,
                aria_owns: HEAD,
                aria_rowcount: "{layout.len()}",
                aria_readonly: "true",
                aria_multiselectable: "true",
                aria_activedescendant: here,
                onscroll,
                div { height: "{above}px", aria_hidden: "true" }
                {rows}
                div { height: "{below}px", aria_hidden: "true" }
            }
        }
    }
}

/// The heads of the columns: the newest line is the first.
#[component]
pub fn Head(id: String, columns: Vec<&'static Column>) -> Element {
    rsx! {
        div { id, class: "log-row log-head", role: "row", grid_template_columns: widths(&columns),
            for column in columns.iter().copied() {
                span {
                    key: "{column.id}",
                    role: "columnheader",
                    aria_sort: (column.id == "timestamp").then_some("descending"),
                    "{column.title}"
                    if column.id == "timestamp" {
                        " ↓"
                    }
                }
            }
        }
    }
}

fn px(rows: usize, row_height: i32) -> i64 {
    i64::try_from(rows).unwrap_or(0) * i64::from(row_height)
}
