//! A choice of one among a few, all in sight.

use dioxus::prelude::*;

/// A segmented choice: `options` are value and word. With `refused` it is off and says why.
#[component]
pub fn Segments(
    label: String,
    options: Vec<(String, String)>,
    selected: String,
    refused: Option<String>,
    onselect: EventHandler<String>,
) -> Element {
    let off = refused.is_some();
    rsx! {
        div { class: "segments", role: "group", aria_label: "{label}",
            for (value, word) in options {
                button {
                    key: "{value}",
                    r#type: "button",
                    "data-action": "{label} {word}",
                    aria_pressed: if value == selected { "true" } else { "false" },
                    aria_disabled: if off { "true" },
                    title: refused.clone(),
                    onclick: {
                        let value = value.clone();
                        move |_| {
                            if !off {
                                onselect.call(value.clone());
                            }
                        }
                    },
                    "{word}"
                }
            }
        }
    }
}
