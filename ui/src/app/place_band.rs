//! The band that says which network this is, wherever a person marked it as one that people depend on.

use dioxus::prelude::*;

use crate::components::{Glyph, Icon};
use crate::state::session::use_workplace;

/// Shows "production" while a production server is open; otherwise nothing.
#[component]
pub fn PlaceBand() -> Element {
    let Some(profile) = use_workplace().ready().profile.filter(|profile| profile.production) else {
        return rsx! {};
    };
    rsx! {
        div { class: "band band-production", role: "note", "data-colour": "{profile.colour.as_str()}",
            Icon { glyph: Glyph::Alert, size: 14 }
            span { class: "grow", b { "Production" } ": {profile.title()}" }
        }
    }
}
