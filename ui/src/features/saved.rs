//! Whether a device's changes are saved, as it is shown wherever a device is.

use dioxus::prelude::*;
use netraven_api::devices::Device;
use netraven_api::native::Feature;
use netraven_api::startup::SavedState;

use crate::components::{Glyph, Tag, Tone};
use crate::state::session::use_workplace;

/// Whether a device has unsaved changes.
#[must_use]
pub fn is_unsaved(device: &Device) -> bool {
    device.startup.as_ref().is_some_and(|startup| startup.state == SavedState::Unsaved)
}

/// The sign of a device with unsaved changes; nothing on any other.
#[component]
pub fn UnsavedMark(device: Device) -> Element {
    if is_unsaved(&device) {
        rsx! { SavedTag { device } }
    } else {
        rsx! {}
    }
}

/// Whether a device's changes are saved; a dash where its platform has no startup configuration, or none was read yet.
#[component]
pub fn SavedTag(device: Device) -> Element {
    let untold = use_workplace().refusal(Feature::Startup);
    let Some(startup) = device.startup else {
        let (word, hint) = match untold {
            Some(reason) => ("not reported", reason),
            None => ("–", "Its platform has no startup configuration, or it was not read yet.".to_owned()),
        };
        return rsx! { span { class: "muted", title: "{hint}", "{word}" } };
    };
    let (tone, glyph, hint) = match startup.state {
        SavedState::Saved => {
            (Tone::Success, Glyph::Check, "It would restart with the configuration that it runs.".to_owned())
        }
        SavedState::Unsaved => {
            (Tone::Warning, Glyph::Alert, "What it runs is not saved: it would be lost by a restart.".to_owned())
        }
        SavedState::Unknown => (Tone::Neutral, Glyph::Info, startup.reason.unwrap_or_default()),
    };
    rsx! {
        span { title: "{hint}",
            Tag { text: startup.state.title(), tone, glyph }
        }
    }
}
