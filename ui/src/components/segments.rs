//! A choice of one among a few, all in sight.

use dioxus::prelude::*;

/// A segmented choice: `options` are value and word.
#[component]
pub fn Segments(
    label: String,
    options: Vec<(String, String)>,
    selected: String,
    onselect: EventHandler<String>,
) -> Element {
    rsx! {
        div { class: "segments", role: "group", aria_label: "{label}",
            for (value, word) in options {
                button {
                    key: "{value}",
                    r#type: "button",
                    "data-action": "{label} {word}",
                    aria_pressed: if value == selected { "true" } else { "false" },
                    onclick: {
                        let value = value.clone();
                        move |_| onselect.call(value.clone())
                    },
                    "{word}"
                }
            }
        }
    }
}
