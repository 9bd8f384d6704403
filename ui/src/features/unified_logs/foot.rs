//! The line below the log: how much of it is shown, what is selected, and what the reader should know.

use dioxus::prelude::*;

use super::log_list::LogList;
use crate::components::{Button, ButtonKind, Glyph, TimesSwitch};
use crate::format;
use crate::state::moment::use_moment;

/// The line.
#[component]
pub fn Foot(list: LogList, oncopy: EventHandler<()>) -> Element {
    let (lines, moment) = (list.view.lines.read(), use_moment());
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let (shown, selected) = (number(lines.len()), list.selected());
    let missing = lines.missing();
    let counted =
        |count: u64, one: &str, many: &str| format::count_of(i64::try_from(count).unwrap_or(i64::MAX), one, many);
    let total = lines.total().unwrap_or(shown);
    let about = if *list.view.about.read() { "about " } else { "" };
    rsx! {
        footer { class: "status-line",
            if list.view.is_of_before() {
                span { "Loading" }
            } else if let Some(at) = list.view.stopped.cloned().filter(|_| shown > 0) {
                span { {format!("Showing {} found back to {}", format::count(shown, "line"), moment.short(at))} }
                Button {
                    label: "Search older lines",
                    kind: ButtonKind::Outline,
                    small: true,
                    glyph: Glyph::Search,
                    busy: *list.view.loading.read(),
                    onclick: move |_| list.view.search_on(),
                }
            } else {
                span { {format!("Showing {} of {about}{}", format::number(shown), format::count(total, "line"))} }
            }
            if selected > 1 {
                span { role: "status", class: "text-info", {format!("{} selected", format::number(number(selected)))} }
                Button {
                    label: "Copy",
                    named: "Copy the selected lines",
                    kind: ButtonKind::Outline,
                    small: true,
                    glyph: Glyph::Copy,
                    onclick: move |_| oncopy.call(()),
                }
            }
            if missing.not_understood > 0 {
                span { class: "text-danger", title: "The server may be a different version.",
                    {format!("{} not readable and not shown", counted(missing.not_understood, "line was", "lines were"))}
                }
            }
            if missing.too_many > 0 {
                span { class: "text-warning", title: "More lines arrived at once than can be read. Narrow the filters.",
                    {format!("Up to {} left out", counted(missing.too_many, "line was", "lines were"))}
                }
            }
            if missing.let_go > 0 {
                span { class: "text-warning",
                    {format!("{} dropped from this view to make room; narrow the filters to find them", format::count_of(number(missing.let_go), "older line was", "older lines were"))}
                }
            } else if !lines.has_room() && lines.has_older() {
                span { "Narrow the filters to find older lines." }
            }
            if let Some(note) = list.view.note.read().clone() {
                span { class: "text-warning", "{note}" }
            }
            span { class: "grow" }
            span { class: "wide-only", "↑ ↓ move · Shift selects · Ctrl F find · c context · p pause · Esc close" }
            // At the free end: counts that grow do not push it aside.
            TimesSwitch {}
        }
    }
}
