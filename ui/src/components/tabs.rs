//! Tabs after the ARIA pattern: arrows move, the chosen one is in the tab order.

use dioxus::prelude::*;

use crate::dom;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabItem {
    /// Its id; the panel it opens has the id `panel-<id>`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A number beside the name, where there is to be one; none while it is not known.
    pub count: Option<Option<String>>,
    /// Whether its content is live, where it can be.
    pub live: Option<bool>,
}

impl TabItem {
    /// A tab with nothing beside its name.
    #[must_use]
    pub fn new(id: &str, name: &str) -> TabItem {
        TabItem { id: id.to_owned(), name: name.to_owned(), count: None, live: None }
    }

    /// The tab with a number beside its name, whose room it has before the number is known.
    #[must_use]
    pub fn count(mut self, count: Option<String>) -> TabItem {
        self.count = Some(count);
        self
    }

    /// The tab marked as live, now or at another time: the mark has its room either way.
    #[must_use]
    pub fn live(mut self, live: bool) -> TabItem {
        self.live = Some(live);
        self
    }
}

/// A row of tabs; the children stand at its right end.
#[component]
pub fn TabBar(
    label: String,
    tabs: Vec<TabItem>,
    selected: String,
    onselect: EventHandler<String>,
    children: Element,
) -> Element {
    let ids: Vec<String> = tabs.iter().map(|tab| tab.id.clone()).collect();
    let here = ids.iter().position(|id| *id == selected).unwrap_or(0);
    let onkeydown = move |event: KeyboardEvent| {
        let last = ids.len().saturating_sub(1);
        let next = match event.key() {
            Key::ArrowRight => {
                if here == last {
                    0
                } else {
                    here + 1
                }
            }
            Key::ArrowLeft => {
                if here == 0 {
                    last
                } else {
                    here - 1
                }
            }
            Key::Home => 0,
            Key::End => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(id) = ids.get(next) {
            onselect.call(id.clone());
            let tab = format!("tab-{id}");
            dom::focus(&tab);
            // The tabs may be redrawn together with what they open.
            dom::focus_if_lost(&tab);
        }
    };
    rsx! {
        div { class: "tab-bar",
            div { class: "tabs", role: "tablist", aria_label: "{label}", onkeydown,
                for tab in tabs {
                    button {
                        key: "{tab.id}",
                        id: "tab-{tab.id}",
                        r#type: "button",
                        role: "tab",
                        "data-action": "{tab.name}",
                        aria_selected: if tab.id == selected { "true" } else { "false" },
                        aria_controls: "panel-{tab.id}",
                        tabindex: if tab.id == selected { "0" } else { "-1" },
                        onclick: {
                            let id = tab.id.clone();
                            move |_| {
                                onselect.call(id.clone());
                                dom::focus_if_lost(&format!("tab-{id}"));
                            }
                        },
                        // Tabs are as wide before something is known of them as afterwards: none moves.
                        if let Some(live) = tab.live {
                            span { class: if live { "dot dot-success" } else { "dot dot-off" }, aria_hidden: "true" }
                        }
                        "{tab.name}"
                        if let Some(count) = tab.count {
                            span { class: if count.is_some() { "count" } else { "count count-unknown" },
                                {count.clone().unwrap_or_default()}
                            }
                        }
                    }
                }
            }
            div { class: "tab-extras", {children} }
        }
    }
}
