//! Around a table: heads that sort it, and beneath it how many rows there are and which of them are on screen.

use dioxus::prelude::*;
use netraven_api::Order;

use super::button::{Button, ButtonKind};
use super::icon::{Glyph, Icon};
use crate::dom::{self, RowStep};
use crate::format;
use crate::state::steady::use_pointing;

/// The scrolling frame around the table of a page. Its rows are gone through with j and k from anywhere on the page, and with
/// the arrows once the focus is within, unless its rows hold controls with arrows of their own (`letters`); `id` is the
/// frame's.
#[component]
pub fn TableFrame(id: String, #[props(default)] letters: bool, children: Element) -> Element {
    let (table, pointing) = (id.clone(), use_pointing());
    use_drop(move || pointing.set(false));
    let step = use_callback(move |step: RowStep| dom::step_row(&table, step));
    use_hook(|| {
        dom::listen_to_keys(move |pressed| {
            let wished = RowStep::of(&pressed.key, false).filter(|_| pressed.is_free());
            wished.is_some_and(|wished| step.call(wished))
        })
    });
    let onkeydown = move |event: KeyboardEvent| {
        let key = event.key().to_string();
        // The letters are heard by the whole page.
        let wished = RowStep::of(&key, true).filter(|_| !letters && RowStep::of(&key, false).is_none());
        if event.modifiers().is_empty() && wished.is_some_and(|wished| step.call(wished)) {
            event.prevent_default();
        }
    };
    rsx! {
        div {
            id: "{id}",
            class: "scroll",
            onkeydown,
            onmouseenter: move |_| pointing.set(true),
            onmouseleave: move |_| pointing.set(false),
            {children}
        }
    }
}

/// The head of a column that can be sorted by. `sorted` is the direction if the table is sorted by it; `refused` is why it
/// cannot be.
#[component]
pub fn SortHead(
    title: String,
    sorted: Option<Order>,
    #[props(default)] class: String,
    #[props(default)] refused: Option<String>,
    onsort: EventHandler<()>,
) -> Element {
    let marks = sorted.map(|order| match order {
        Order::Ascending => ("ascending", Glyph::SortUp),
        Order::Descending => ("descending", Glyph::SortDown),
    });
    if let Some(reason) = refused {
        return rsx! {
            th { scope: "col", class: "{class}", title: "{reason}", "{title}" }
        };
    }
    rsx! {
        th { scope: "col", class: "{class}", aria_sort: marks.map(|(sort, _)| sort),
            button {
                class: "sort",
                r#type: "button",
                "data-action": "Sort by {title}",
                onclick: move |_| onsort.call(()),
                "{title}"
                if let Some((_, glyph)) = marks {
                    Icon { glyph, size: 13 }
                }
            }
        }
    }
}

/// The cell with what can be done to a `row`, or why that cannot be done to it. What else can be done comes first.
#[component]
pub fn RowButtons(
    row: String,
    unchangeable: Option<String>,
    undeletable: Option<String>,
    onchange: EventHandler<()>,
    ondelete: EventHandler<()>,
    children: Element,
) -> Element {
    rsx! {
        td { class: "row-actions",
            {children}
            Button {
                label: "Change {row}",
                kind: ButtonKind::Icon,
                glyph: Glyph::Edit,
                refused: unchangeable,
                onclick: move |_| onchange.call(()),
            }
            Button {
                label: "Delete {row}",
                kind: ButtonKind::Icon,
                glyph: Glyph::Trash,
                refused: undeletable,
                onclick: move |_| ondelete.call(()),
            }
        }
    }
}

/// Paging by the server: `noun` is what one row is, the children stand in the middle; `about` says that the total is
/// estimated. With `onsize` the person chooses how many rows a page has; `joined` rows came while the pointer was over the rest.
#[component]
pub fn Pager(
    noun: String,
    total: i64,
    #[props(default)] about: bool,
    page: i64,
    size: i64,
    #[props(default)] sizes: Vec<i64>,
    onpage: EventHandler<i64>,
    onsize: Option<EventHandler<i64>>,
    #[props(default)] joined: usize,
    children: Element,
) -> Element {
    let about = if about { "about " } else { "" };
    let first = if total == 0 { 0 } else { (page - 1) * size + 1 };
    let last = (page * size).min(total);
    rsx! {
        footer { class: "status-line",
            span { class: "pager-total", "{about}{format::count(total, &noun)}" }
            {children}
            span { class: "grow cut", role: "status",
                if joined > 0 {
                    {format!("{} new at the end; sorted once the pointer leaves the table", format::number(i64::try_from(joined).unwrap_or_default()))}
                }
            }
            if let Some(onsize) = onsize {
                label { class: "page-size",
                    "Rows"
                    select {
                        id: "{noun}-rows",
                        onchange: move |event| {
                            if let Ok(size) = event.value().parse() {
                                onsize.call(size);
                            }
                        },
                        for choice in sizes {
                            option { key: "{choice}", value: "{choice}", selected: choice == size, "{choice}" }
                        }
                    }
                }
            }
            if total > 0 {
                span { class: "pager-place", aria_live: "polite", "{format::number(first)}–{format::number(last)} of {about}{format::number(total)}" }
            }
            Button {
                label: "Previous page",
                kind: ButtonKind::Icon,
                glyph: Glyph::ChevronLeft,
                disabled: page <= 1,
                onclick: move |_| onpage.call(page - 1),
            }
            Button {
                label: "Next page",
                kind: ButtonKind::Icon,
                glyph: Glyph::ChevronRight,
                disabled: last >= total,
                onclick: move |_| onpage.call(page + 1),
            }
        }
    }
}
