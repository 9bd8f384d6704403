//! A button that opens a list of actions, after the ARIA pattern of a menu button.

use dioxus::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::{Glyph, Icon};
use crate::dom;

/// Height from which the list is scrolled, in pixels.
const TALLEST: u32 = 460;

/// One action of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// What is handed back.
    pub id: String,
    /// What is read.
    pub word: String,
    /// Why it cannot be chosen now.
    pub refused: Option<String>,
    /// What it is chosen from, if choosing it sets something instead of doing something.
    pub mark: Option<Mark>,
    /// The words above it, where a group begins.
    pub heading: Option<&'static str>,
}

/// A choice in a menu, which stays open for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// On or off by itself.
    Check(bool),
    /// One of the group; whether it is this one.
    Radio(bool),
}

impl Mark {
    fn role(mark: Option<Mark>) -> &'static str {
        match mark {
            None => "menuitem",
            Some(Mark::Check(_)) => "menuitemcheckbox",
            Some(Mark::Radio(_)) => "menuitemradio",
        }
    }

    fn is_set(self) -> bool {
        let (Mark::Check(set) | Mark::Radio(set)) = self;
        set
    }
}

impl MenuItem {
    /// An action.
    #[must_use]
    pub fn new(id: &str, word: impl Into<String>) -> MenuItem {
        MenuItem { id: id.to_owned(), word: word.into(), refused: None, mark: None, heading: None }
    }

    /// The action, off for a reason.
    #[must_use]
    pub fn refused(mut self, refused: Option<String>) -> MenuItem {
        self.refused = refused;
        self
    }

    /// The item as a choice.
    #[must_use]
    pub fn mark(mut self, mark: Mark) -> MenuItem {
        self.mark = Some(mark);
        self
    }

    /// The item as the first of a group with these words above it.
    #[must_use]
    pub fn heading(mut self, heading: &'static str) -> MenuItem {
        self.heading = Some(heading);
        self
    }
}

/// The button and, once pressed, its actions. With `refused` the whole menu is off and says why.
#[component]
pub fn Menu(
    id: String,
    label: String,
    #[props(default)] kind: ButtonKind,
    glyph: Option<Glyph>,
    #[props(default)] icon_only: bool,
    #[props(default)] busy: bool,
    refused: Option<String>,
    items: Vec<MenuItem>,
    onselect: EventHandler<String>,
) -> Element {
    let mut open = use_signal(|| false);
    let (button, count, off) = (format!("{id}-button"), items.len(), refused.is_some() || busy);
    let (list, back) = (id.clone(), button.clone());
    let close = use_callback(move |()| {
        open.set(false);
        dom::focus(&back);
    });
    let mut place = use_signal(|| 0_usize);
    let mut go = move |next: usize| {
        place.set(next);
        dom::focus(&format!("{list}-{next}"));
    };
    let onkeydown = move |event: KeyboardEvent| {
        match event.key() {
            Key::ArrowDown if !off && !open() => {
                open.set(true);
                place.set(0);
            }
            _ if !open() => return,
            Key::ArrowDown => go((place() + 1) % count.max(1)),
            Key::ArrowUp => go((place() + count.saturating_sub(1)) % count.max(1)),
            Key::Home => go(0),
            Key::End => go(count.saturating_sub(1)),
            Key::Escape => close.call(()),
            Key::Tab => return open.set(false),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    rsx! {
        div { class: "picker", onkeydown,
            Button {
                id: "{button}",
                label,
                kind,
                glyph,
                icon_only,
                busy,
                refused,
                aria_haspopup: "menu",
                aria_expanded: if open() { "true" } else { "false" },
                aria_controls: "{id}",
                onclick: move |_| {
                    place.set(0);
                    open.toggle();
                },
            }
            if open() {
                div { class: "picker-veil", onclick: move |_| open.set(false) }
                ul {
                    id: "{id}",
                    class: "picker-list menu-list",
                    role: "menu",
                    aria_labelledby: "{button}",
                    onmounted: {
                        let id = id.clone();
                        move |_| dom::end_in_window(&id, TALLEST)
                    },
                    for (index, item) in items.into_iter().enumerate() {
                        li { key: "{item.id}", role: "none",
                            if let Some(heading) = item.heading {
                                span { class: "menu-heading", aria_hidden: "true", "{heading}" }
                            }
                            button {
                                id: "{id}-{index}",
                                r#type: "button",
                                role: Mark::role(item.mark),
                                aria_checked: item.mark.map(|mark| if mark.is_set() { "true" } else { "false" }),
                                tabindex: if place() == index { "0" } else { "-1" },
                                "data-action": "{item.word}",
                                aria_disabled: if item.refused.is_some() { "true" },
                                title: item.refused.clone(),
                                onmounted: {
                                    let first = format!("{id}-{index}");
                                    move |_| if index == 0 { dom::focus(&first) }
                                },
                                onclick: {
                                    let (id, off, stays) = (item.id.clone(), item.refused.is_some(), item.mark.is_some());
                                    move |_| if !off {
                                        if !stays {
                                            close.call(());
                                        }
                                        onselect.call(id.clone());
                                    }
                                },
                                if item.mark.is_some() {
                                    Icon { glyph: Glyph::Check, size: 14 }
                                }
                                "{item.word}"
                            }
                        }
                    }
                }
            }
        }
    }
}
