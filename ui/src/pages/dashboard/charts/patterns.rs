//! The patterns that distinguish outcomes without their colours, and the key to them.

use dioxus::prelude::*;

use super::outcome::Outcome;

/// Draws nothing, but has to be on a page that draws outcomes.
#[component]
pub fn Patterns() -> Element {
    rsx! {
        svg { class: "chart-patterns", width: "0", height: "0", "aria-hidden": "true",
            defs {
                pattern { id: "hatch-partly", width: "5", height: "5", pattern_units: "userSpaceOnUse", pattern_transform: "rotate(45)",
                    rect { class: "hatch-ground", width: "5", height: "5" }
                    rect { class: "hatch-partly", width: "3", height: "5" }
                }
                pattern { id: "hatch-failed", width: "5", height: "5", pattern_units: "userSpaceOnUse",
                    rect { class: "hatch-failed", width: "5", height: "5" }
                    path { class: "hatch-line", d: "M0 0L5 5M5 0L0 5" }
                }
                pattern { id: "hatch-active", width: "4", height: "4", pattern_units: "userSpaceOnUse",
                    rect { class: "hatch-ground", width: "4", height: "4" }
                    rect { class: "hatch-active", width: "2", height: "4" }
                }
                pattern { id: "hatch-undrawn", width: "6", height: "6", pattern_units: "userSpaceOnUse", pattern_transform: "rotate(-45)",
                    rect { class: "hatch-undrawn", width: "1", height: "6" }
                }
            }
        }
    }
}

/// What each pattern means.
#[component]
pub fn OutcomeKey(outcomes: Vec<Outcome>) -> Element {
    rsx! {
        span { class: "chart-key", aria_hidden: "true",
            for outcome in outcomes {
                span { key: "{outcome.as_str()}",
                    svg { width: "10", height: "10",
                        rect { class: "out-{outcome.look()}", x: "0.5", y: "0.5", width: "9", height: "9", fill: outcome.fill() }
                    }
                    {outcome.word()}
                }
            }
        }
    }
}
