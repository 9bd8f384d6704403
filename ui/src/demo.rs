//! Made-up data for working on the screen in an ordinary browser: `cargo xtask ui --demo`. A release cannot contain it.
//!
//! It knows no server: a small world in memory, the same each time but for the hour, in which jobs run, devices fail for
//! their reasons, and lines are written as time passes.

use dioxus::prelude::*;

use crate::components::{Glyph, Icon};

mod answers;
mod bridge;
mod charts;
mod configs;
mod edits;
mod jobs;
mod lists;
mod log;
mod network;
mod plan;
mod random;
mod runs;
mod story;
mod tables;
mod world;

#[cfg(test)]
mod tests;

pub use bridge::DemoBridge;

/// Says, on every page and whatever the session, that nothing here is real.
#[component]
pub fn DemoBand() -> Element {
    rsx! {
        div { class: "demo-band", role: "note",
            Icon { glyph: Glyph::Info, size: 14 }
            b { "Demo data" }
            span { "Made up in this browser: no server, no device, and nothing stays." }
        }
    }
}
