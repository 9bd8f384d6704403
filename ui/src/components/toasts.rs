//! Notices in the corner.

use std::time::Duration;

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};
use crate::data::use_api;
use crate::state::notices::{Notice, Weight, use_notices};

/// How long a notice of something done stays.
const STAYS: Duration = Duration::from_secs(6);

/// The notices of the window.
#[component]
pub fn Toasts() -> Element {
    let notices = use_notices();
    rsx! {
        section { class: "toasts", aria_label: "Notices",
            for notice in notices.list() {
                Toast { key: "{notice.id}", notice }
            }
        }
    }
}

#[component]
fn Toast(notice: Notice) -> Element {
    let (notices, api) = (use_notices(), use_api());
    let (id, weight) = (notice.id, notice.weight);
    use_future(move || {
        let clock = api.clock().clone();
        async move {
            if weight == Weight::Done {
                clock.sleep(STAYS).await;
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
            p { "{notice.text}" }
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
