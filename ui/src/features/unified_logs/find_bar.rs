//! The bar that finds a text in the lines that are loaded, from one row to the next.

use dioxus::prelude::*;

use super::log_list::LogList;
use crate::components::{Button, ButtonKind, Glyph, Icon};
use crate::dom::{self, FocusKeeper};
use crate::format;

/// Id of the field; there is one on a page.
const FIELD: &str = "log-find";
/// What the field is for.
const LABEL: &str = "Find in the lines loaded";

/// Listens to the keys of the window that find, for as long as a list of lines is on screen.
pub fn use_find_keys(list: LogList, listed: impl Fn() -> bool + 'static) {
    let hear = use_callback(move |pressed: dom::Pressed| {
        if pressed.dialog || pressed.alt || !listed() {
            return false;
        }
        match (pressed.control, pressed.key.as_str()) {
            (true, "f" | "F") => {
                list.open_find();
                dom::mark_field(FIELD);
                true
            }
            (false, "F3") => {
                if list.find.peek().is_some() {
                    list.find_next(pressed.shift);
                } else {
                    list.open_find();
                }
                true
            }
            _ => false,
        }
    });
    use_hook(|| dom::listen_to_keys(move |pressed| hear.call(pressed)));
}

/// The bar. `onsearch` looks for its text in the whole log.
#[component]
pub fn FindBar(list: LogList, onsearch: Option<EventHandler<String>>) -> Element {
    let keeper = use_hook(FocusKeeper::remember);
    use_drop(move || keeper.restore());
    let (find, found) = (list.find.read(), list.found.read());
    let Some(find) = find.as_ref() else { return rsx! {} };
    let (empty, count) = (find.text.trim().is_empty(), found.len());
    let number = |value: usize| format::number(i64::try_from(value).unwrap_or(i64::MAX));
    let place = find.at.and_then(|at| list.layout.read().find(at)).and_then(|row| found.binary_search(&row).ok());
    let said = match (empty, place) {
        (true, _) => String::new(),
        (_, Some(place)) => format!("{} of {}", number(place + 1), number(count)),
        (_, None) if count == 0 => "Not found".to_owned(),
        (_, None) => format!("{} found", number(count)),
    };
    let held = list.view.lines.read().len();
    let onkeydown = move |event: KeyboardEvent| match event.key() {
        Key::Enter => {
            event.prevent_default();
            list.find_next(event.modifiers().shift());
        }
        Key::Escape => {
            event.stop_propagation();
            list.close_find();
        }
        _ => {}
    };
    rsx! {
        div { class: "find-bar", role: "search", aria_label: LABEL,
            div { class: "search",
                Icon { glyph: Glyph::Search, size: 15 }
                input {
                    id: FIELD,
                    r#type: "text",
                    aria_label: LABEL,
                    placeholder: LABEL,
                    value: "{find.text}",
                    spellcheck: "false",
                    autocomplete: "off",
                    oninput: move |event| list.find_text(event.value()),
                    onkeydown,
                    onmounted: move |event| async move {
                        let _ = event.set_focus(true).await;
                    },
                }
            }
            span { class: if count == 0 && !empty { "num text-warning" } else { "num" }, role: "status", "{said}" }
            Button {
                label: "Previous (Shift Enter)",
                named: "Find previous",
                kind: ButtonKind::Icon,
                glyph: Glyph::ChevronUp,
                disabled: count == 0,
                onclick: move |_| list.find_next(true),
            }
            Button {
                label: "Next (Enter)",
                named: "Find next",
                kind: ButtonKind::Icon,
                glyph: Glyph::ChevronDown,
                disabled: count == 0,
                onclick: move |_| list.find_next(false),
            }
            span { class: "muted wide-only", {format!("in the {} loaded", format::count(i64::try_from(held).unwrap_or(i64::MAX), "line"))} }
            if let Some(onsearch) = onsearch.filter(|_| !empty) {
                Button {
                    label: "Search the whole log",
                    kind: ButtonKind::Outline,
                    small: true,
                    onclick: move |_| {
                        let text = list.find.peek().as_ref().map(|find| find.text.trim().to_owned());
                        list.close_find();
                        onsearch.call(text.unwrap_or_default());
                    },
                }
            }
            span { class: "grow" }
            Button {
                label: "Close (Esc)",
                named: "Close the search in the lines",
                kind: ButtonKind::Icon,
                glyph: Glyph::Cross,
                onclick: move |_| list.close_find(),
            }
        }
    }
}
