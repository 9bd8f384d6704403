//! Beneath a table: how many rows there are and which of them are on screen.

use dioxus::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::Glyph;
use crate::format;

/// Paging by the server: `noun` is what one row is, the children stand in the middle.
#[component]
pub fn Pager(noun: String, total: i64, page: i64, size: i64, onpage: EventHandler<i64>, children: Element) -> Element {
    let first = if total == 0 { 0 } else { (page - 1) * size + 1 };
    let last = (page * size).min(total);
    rsx! {
        footer { class: "status-line",
            span { {format::count(total, &noun)} }
            {children}
            span { class: "grow" }
            if total > 0 {
                span { aria_live: "polite", "{format::number(first)}–{format::number(last)} of {format::number(total)}" }
            }
            Button {
                label: "Previous page",
                kind: ButtonKind::Text,
                glyph: Glyph::ChevronLeft,
                icon_only: true,
                small: true,
                disabled: page <= 1,
                onclick: move |_| onpage.call(page - 1),
            }
            Button {
                label: "Next page",
                kind: ButtonKind::Text,
                glyph: Glyph::ChevronRight,
                icon_only: true,
                small: true,
                disabled: last >= total,
                onclick: move |_| onpage.call(page + 1),
            }
        }
    }
}
