//! A filter that opens a list: a button with the choice in words, a listbox beneath it, after the ARIA pattern.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::dom;

/// Height from which the list is scrolled, in pixels.
const TALLEST: u32 = 320;

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is handed back.
    pub value: String,
    /// What is read.
    pub word: String,
}

impl Choice {
    /// A line.
    pub fn new(value: impl Into<String>, word: impl Into<String>) -> Choice {
        Choice { value: value.into(), word: word.into() }
    }
}

/// A list that is searched while it is open: its owner finds the choices for what is typed.
#[derive(Clone, PartialEq)]
pub struct PickerSearch {
    /// What is typed.
    pub typed: Signal<String>,
    /// That there are more choices, or none.
    pub note: Option<String>,
}

/// A filter by a list. Nothing chosen means `none`, such as "all"; with `several` more than one can be chosen, and with
/// `others` also what the list does not have: it is typed while the list is open. With `find` typing narrows the list.
#[component]
pub fn Picker(
    id: String,
    label: String,
    none: String,
    choices: Vec<Choice>,
    selected: Vec<String>,
    #[props(default)] several: bool,
    #[props(default)] others: bool,
    find: Option<PickerSearch>,
    onchange: EventHandler<Vec<String>>,
) -> Element {
    let mut open = use_signal(|| false);
    let mut active = use_signal(|| 0_usize);
    let own = use_signal(String::new);
    let mut typed = find.as_ref().map_or(own, |find| find.typed);
    let finds = find.is_some();
    let words: Vec<&str> =
        choices.iter().filter(|choice| selected.contains(&choice.value)).map(|choice| choice.word.as_str()).collect();
    let said = match words.len() {
        0 => none.clone(),
        1 | 2 => words.join(", "),
        more => format!("{more} chosen"),
    };
    let text = typed.read().trim().to_lowercase();
    let fits = |choice: &Choice| !finds || choice.word.to_lowercase().contains(&text);
    let choices: Vec<Choice> = choices.into_iter().filter(fits).collect();
    let mut values = choices.iter().map(|choice| choice.value.clone()).collect::<Vec<_>>();
    values.extend(Some(typed()).filter(|text| others && !text.is_empty()));
    let count = values.len() + 1;
    let other = choices.len() + 1;
    // Where one is after typing: at the first that was found, or at what was typed.
    let place_typed = if finds { 1 } else { other };
    let chosen = selected.clone();
    let close = use_callback(move |()| {
        open.set(false);
        typed.set(String::new());
    });
    let choose = use_callback(move |place: usize| {
        let mut next = chosen.clone();
        match place.checked_sub(1).map(|index| values.get(index)) {
            None => next.clear(),
            // Enter, where nothing was found.
            Some(None) => return,
            Some(Some(value)) if next.contains(value) => next.retain(|other| other != value),
            Some(Some(value)) => {
                if !several {
                    next.clear();
                }
                next.push(value.clone());
            }
        }
        if !several || place == 0 || place == other {
            close.call(());
        } else if others {
            typed.set(String::new());
        }
        onchange.call(next);
    });
    let onkeydown = move |event: KeyboardEvent| {
        let key = event.key();
        if !open() {
            if matches!(key, Key::ArrowDown | Key::ArrowUp) {
                event.prevent_default();
                open.set(true);
            }
            return;
        }
        match key {
            Key::ArrowDown => active.set((active() + 1).min(count - 1)),
            Key::ArrowUp => active.set(active().saturating_sub(1)),
            Key::Home => active.set(0),
            Key::End => active.set(count - 1),
            Key::Enter => choose.call(active()),
            // A blank chooses, but a name that is being typed may have one.
            Key::Character(ref text) if text == " " && (!finds || typed.peek().is_empty()) => choose.call(active()),
            Key::Character(ref text) if others || finds => {
                typed.write().push_str(text);
                active.set(place_typed);
            }
            Key::Backspace if others || finds => {
                typed.write().pop();
                active.set(if typed.peek().is_empty() { 0 } else { place_typed });
            }
            Key::Escape => close.call(()),
            Key::Tab => return close.call(()),
            _ => return,
        }
        event.prevent_default();
    };
    rsx! {
        div { class: "picker", "data-state": if open() { "open" } else { "closed" },
            button {
                id: "{id}",
                r#type: "button",
                class: "picker-button",
                role: "combobox",
                aria_haspopup: "listbox",
                aria_expanded: if open() { "true" } else { "false" },
                aria_controls: "{id}-list",
                aria_label: "{label}: {said}",
                aria_activedescendant: open().then(|| format!("{id}-{}", active())),
                "data-set": if selected.is_empty() { "no" } else { "yes" },
                onclick: move |_| if open() { close.call(()) } else { open.set(true) },
                onkeydown,
                span { "{label}" }
                b { "{said}" }
                Icon { glyph: Glyph::ChevronDown, size: 14 }
            }
            if open() {
                div { class: "picker-veil", onclick: move |_| close.call(()) }
                ul {
                    id: "{id}-list",
                    class: "picker-list",
                    role: "listbox",
                    aria_label: "{label}",
                    aria_multiselectable: if several { "true" },
                    onmounted: {
                        let list = format!("{id}-list");
                        move |_| dom::end_in_window(&list, TALLEST)
                    },
                    if let Some(find) = find {
                        if !typed.read().is_empty() {
                            Note { id: "{id}-typed", text: "Names with “{typed}”" }
                        }
                        if let Some(text) = find.note {
                            Note { id: "{id}-note", text }
                        }
                    }
                    Line {
                        id: "{id}-0",
                        word: none,
                        selected: selected.is_empty(),
                        active: active() == 0,
                        onclick: move |()| choose.call(0),
                    }
                    for (index, choice) in choices.into_iter().enumerate() {
                        Line {
                            key: "{choice.value}",
                            id: "{id}-{index + 1}",
                            word: choice.word,
                            selected: selected.contains(&choice.value),
                            active: active() == index + 1,
                            onclick: move |()| choose.call(index + 1),
                        }
                    }
                    if others && typed.read().is_empty() {
                        Note { id: "{id}-how", text: "… or type another one" }
                    } else if others {
                        Line {
                            id: "{id}-{other}",
                            word: typed(),
                            selected: false,
                            active: active() == other,
                            onclick: move |()| choose.call(other),
                        }
                    }
                }
            }
        }
    }
}

/// What is said inside the list, and cannot be chosen.
#[component]
fn Note(id: String, text: String) -> Element {
    rsx! {
        li { id: "{id}", role: "option", aria_disabled: "true", aria_selected: "false", class: "muted", "{text}" }
    }
}

#[component]
fn Line(id: String, word: String, selected: bool, active: bool, onclick: EventHandler<()>) -> Element {
    rsx! {
        li {
            id: "{id}",
            role: "option",
            aria_selected: if selected { "true" } else { "false" },
            "data-active": if active { "yes" } else { "no" },
            // The focus stays with the button, whose keys go on to work.
            onmousedown: |event| event.prevent_default(),
            onclick: move |_| onclick.call(()),
            Icon { glyph: Glyph::Check, size: 14 }
            "{word}"
        }
    }
}
