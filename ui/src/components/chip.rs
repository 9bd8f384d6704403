//! A filter that is set, as a chip that can be taken away.

use dioxus::prelude::*;

use super::icon::{Glyph, Icon};

/// A chip. Pressing it takes the filter away.
#[component]
pub fn Chip(text: String, onremove: EventHandler<()>) -> Element {
    rsx! {
        button {
            class: "chip",
            r#type: "button",
            "data-action": "Remove {text}",
            aria_label: "Remove the filter {text}",
            onclick: move |_| onremove.call(()),
            "{text}"
            Icon { glyph: Glyph::Cross, size: 12 }
        }
    }
}
