//! Notices, one at a time at the right end of the line below the page, where they cover nothing; the others on wish.

use std::time::Duration;

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::data::use_api;
use crate::state::notices::{Notice, Weight, use_notices};

/// How long a notice of something done stays.
const STAYS: Duration = Duration::from_secs(6);
/// What the button for the others does.
const MORE: &str = "More notices";
/// Pause between two looks whether it is still being pointed at.
const LOOK: Duration = Duration::from_secs(1);

/// The notices of the window: the newest, and how many more there are.
#[component]
pub fn Toasts() -> Element {
    let notices = use_notices();
    let mut open = use_signal(|| false);
    // What is pointed at stays as it is: who is about to close one notice closes no other.
    let mut held = use_signal(|| None::<u64>);
    let mut list = notices.list();
    let shown = held()
        .and_then(|id| list.iter().position(|notice| notice.id == id))
        .or_else(|| list.len().checked_sub(1))
        .map(|place| list.remove(place));
    let newest = shown.as_ref().map(|notice| notice.id);
    let more = list.len();
    rsx! {
        section {
            class: "toasts",
            aria_label: "Notices",
            onmouseenter: move |_| held.set(newest),
            onmouseleave: move |_| held.set(None),
            if open() && more > 0 {
                div { class: "toasts-more",
                    for notice in list {
                        Toast { key: "{notice.id}", notice, held: held() }
                    }
                }
            }
            if let Some(notice) = shown {
                div { class: "toasts-newest",
                    if more > 0 {
                        button {
                            class: "btn btn-text btn-sm",
                            r#type: "button",
                            "data-action": "{MORE}",
                            aria_expanded: if open() { "true" } else { "false" },
                            onclick: move |_| open.toggle(),
                            "{more} more"
                        }
                    }
                    Toast { key: "{notice.id}", notice, held: held() }
                }
            }
        }
    }
}

#[component]
fn Toast(notice: Notice, held: ReadSignal<Option<u64>>) -> Element {
    let (notices, api) = (use_notices(), use_api());
    let (id, weight) = (notice.id, notice.weight);
    use_future(move || {
        let clock = api.clock().clone();
        async move {
            if weight == Weight::Done {
                clock.sleep(STAYS).await;
                while held.peek().is_some() {
                    clock.sleep(LOOK).await;
                }
                notices.close(id);
            }
        }
    });
    let (role, glyph, class) = match weight {
        Weight::Done => ("status", Glyph::Check, "toast"),
        Weight::Wrong => ("alert", Glyph::Alert, "toast toast-wrong"),
    };
    rsx! {
        div { class, role,
            Icon { glyph }
            p { title: "{notice.text}", "{notice.text}" }
            button {
                class: "btn btn-text btn-icon btn-sm",
                r#type: "button",
                aria_label: "Close this notice",
                onclick: move |_| notices.close(id),
                Icon { glyph: Glyph::Cross, size: 14 }
            }
        }
    }
}
