//! Mock data for working on the screen in an ordinary browser: `cargo xtask ui --demo`. A release cannot contain it.
//!
//! It knows no server: a small world in memory, the same each time but for the hour, in which jobs run again and again as a real
//! backend recorded them with the sample lab. Requests that no code here answers are answered by the tape alone.

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
mod plan;
mod policies;
mod runs;
mod tables;
mod tape;
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
            span { "A recording of the sample lab, played in this browser: no server, no device, and nothing stays." }
        }
    }
}
