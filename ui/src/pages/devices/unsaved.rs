//! Devices with unsaved changes: how many there are, and what is known of one.

use dioxus::prelude::*;
use netraven_api::devices::{Device, ListDevices};
use netraven_api::native::Feature;
use netraven_api::startup::SavedState;

use crate::components::{Button, Glyph, Time};
use crate::data::use_query_maybe;
use crate::features::saved::{SavedTag, is_unsaved};
use crate::format;
use crate::route::Route;
use crate::state::session::use_workplace;

/// How many devices have unsaved changes, beside the title of the page; nothing where none has.
#[component]
pub fn UnsavedBadge(onpress: EventHandler<()>) -> Element {
    let workplace = use_workplace();
    let found = use_query_maybe(move || {
        workplace.refusal(Feature::Startup).is_none().then(|| ListDevices {
            size: Some(1),
            startup: vec![SavedState::Unsaved],
            ..ListDevices::default()
        })
    });
    // A server that does not know the filter answers with whatever it has.
    let page = found.value().filter(|page| page.items.iter().any(is_unsaved));
    let Some(page) = page else { return rsx! {} };
    let verb = if page.total == 1 { "has" } else { "have" };
    rsx! {
        Button {
            label: "{format::count(page.total, \"device\")} {verb} unsaved changes",
            small: true,
            glyph: Glyph::Alert,
            onclick: move |_| onpress.call(()),
        }
    }
}

/// Whether a device's changes are saved, in its panel; nothing where that is not known of any.
#[component]
pub fn StartupPart(device: ReadSignal<Device>) -> Element {
    let shown = device.read().clone();
    let Some(startup) = shown.startup.clone() else { return rsx! {} };
    rsx! {
        section { class: "side-part", aria_label: "Startup configuration",
            h4 { "Startup configuration" }
            p {
                SavedTag { device: shown.clone() }
                if let Some(at) = startup.unsaved_since {
                    " since "
                    Time { at }
                }
            }
            if let Some(reason) = &startup.reason {
                p { "{reason}" }
            }
            p { class: "muted", "Compared " Time { at: startup.checked_at } }
            if startup.state == SavedState::Unsaved {
                p {
                    Link { class: "side-link", to: Route::unsaved_changes(shown.id), "See what is not saved" }
                }
            }
        }
    }
}
