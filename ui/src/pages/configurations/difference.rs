//! The difference of two snapshots, drawn line by line: a sign, the word for it and a colour each, never a colour alone.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::SnapshotId;
use netraven_api::configs::ConfigDiff;

use super::unified::{Fate, Row};
use crate::components::{Button, Empty, ErrorState, Glyph, SkeletonRows};
use crate::data::Query;
use crate::format;

/// Rows drawn at first; more are drawn when asked for.
const DRAWN: usize = 2_000;

/// The rows of a difference, or why there are none. `pair` is what was asked for: an answer about others is not shown.
#[component]
pub fn Difference(diff: Query<ConfigDiff>, rows: ReadSignal<Rc<Vec<Row>>>, pair: (SnapshotId, SnapshotId)) -> Element {
    let current = diff.value().filter(|shown| (shown.config_id_a, shown.config_id_b) == pair);
    match (current, diff.error()) {
        (Some(_), _) if rows.read().is_empty() => rsx! {
            Empty {
                title: "No difference",
                text: "The two snapshots have the same text. A hidden secret that changes gets another mark, so \
                       changes to hidden secrets still show.",
                glyph: Glyph::Check,
            }
        },
        (Some(_), _) => rsx! { DiffTable { rows, name: "{pair.0}-{pair.1}" } },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The difference could not be loaded", problem, onretry: move |()| diff.refresh() }
        },
        (None, None) => rsx! { SkeletonRows { rows: 12, label: "Comparing the snapshots" } },
    }
}

/// The rows, drawn in part at first. `name` tells them from those of another difference.
#[component]
pub fn DiffTable(rows: ReadSignal<Rc<Vec<Row>>>, name: String) -> Element {
    let mut whole = use_signal(|| false);
    let rows = rows.read().clone();
    let all = rows.len();
    let drawn = if whole() { all } else { all.min(DRAWN) };
    rsx! {
        div { class: "scroll", tabindex: "0", aria_label: "Difference",
            table { class: "diff mono",
                thead {
                    tr {
                        th { scope: "col", "Old line" }
                        th { scope: "col", "New line" }
                        th { scope: "col", "Change" }
                        th { scope: "col", "Text" }
                    }
                }
                tbody {
                    for (index, row) in rows.iter().take(drawn).cloned().enumerate() {
                        DiffRow { key: "{name}-{index}", row }
                    }
                }
            }
            if drawn < all {
                div { class: "history-more",
                    Button { label: "Show all", small: true, onclick: move |_| whole.set(true) }
                    span { class: "muted", {format!("{} more", format::count(i64::try_from(all - drawn).unwrap_or(i64::MAX), "line"))} }
                }
            }
        }
    }
}

#[component]
fn DiffRow(row: Row) -> Element {
    let (fate, old, new, text) = match row {
        Row::Hunk(text) => {
            return rsx! {
                tr { class: "diff-hunk",
                    td { colspan: "4", "{text}" }
                }
            };
        }
        Row::Line { fate, old, new, text } => (fate, old, new, text),
    };
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let (old, new) = (number(old), number(new));
    match fate {
        Fate::Stayed => rsx! {
            tr {
                td { class: "diff-number", "{old}" }
                td { class: "diff-number", "{new}" }
                td { class: "diff-sign" }
                td { class: "diff-text", "{text}" }
            }
        },
        Fate::Added => rsx! {
            tr { class: "diff-added",
                td { class: "diff-number", "{old}" }
                td { class: "diff-number", "{new}" }
                td { class: "diff-sign", title: "added", "+" }
                td { class: "diff-text", ins { "{text}" } }
            }
        },
        Fate::Removed => rsx! {
            tr { class: "diff-removed",
                td { class: "diff-number", "{old}" }
                td { class: "diff-number", "{new}" }
                td { class: "diff-sign", title: "removed", "−" }
                td { class: "diff-text", del { "{text}" } }
            }
        },
    }
}
