//! The places of the window, folded to icons where it is narrow.

use dioxus::prelude::*;
use netraven_api::devices::{LastResult, ListDevices};
use netraven_api::native::Feature;

use super::connection_box::ConnectionBox;
use super::palette::Palette;
use crate::components::{Glyph, Icon};
use crate::data::use_query_maybe;
use crate::format;
use crate::route::Route;
use crate::section::{SETUP, Section};
use crate::state::session::use_workplace;

/// The way to the devices that fail.
const FAILING: &str = "Failing devices";
/// Id of the heading of the group.
const SETUP_GROUP: &str = "side-setup";

/// The sidebar.
#[component]
pub fn Sidebar() -> Element {
    let here = Section::of(&use_route::<Route>());
    let (setup, others): (Vec<Section>, Vec<Section>) =
        Section::ALL.into_iter().partition(|section| section.is_setup());
    rsx! {
        aside { class: "sidebar",
            div { class: "brand",
                span { class: "brand-mark", Icon { glyph: Glyph::Brand } }
                span { class: "side-word", "NetRaven" }
            }
            Palette {}
            nav { aria_label: "Pages",
                for section in others {
                    Place { key: "{section.name()}", section, here: here == Some(section) }
                }
                p { class: "side-group", id: SETUP_GROUP, span { class: "side-word", {SETUP} } }
                div { role: "group", aria_labelledby: SETUP_GROUP,
                    for section in setup {
                        Place { key: "{section.name()}", section, here: here == Some(section) }
                    }
                }
            }
            ConnectionBox {}
        }
    }
}

/// How many devices failed the last time, and the way to them; nothing where none did or it is not known.
#[component]
fn Failing() -> Element {
    let workplace = use_workplace();
    let failing = use_query_maybe(move || {
        workplace.refusal(Feature::NewestResults).is_none().then(|| ListDevices {
            size: Some(1),
            last_result: vec![LastResult::Failure],
            ..ListDevices::default()
        })
    });
    let Some(count) = failing.value().map(|page| page.total).filter(|count| *count > 0) else { return rsx! {} };
    let count = format::number(count);
    rsx! {
        Link {
            class: "side-note side-word",
            to: Route::failing_devices(),
            "data-action": FAILING,
            aria_label: "{count} failing now",
            title: "Devices whose latest result is a failure",
            "{count} failing now"
        }
        // Where there is no room for words.
        span { class: "side-count", role: "img", aria_label: "{count} failing now", "{count}" }
    }
}

/// The way to a section, and beside it what is to be known of it.
#[component]
fn Place(section: Section, here: bool) -> Element {
    let (name, to) = (section.name(), section.route());
    // On the very page the link says so itself; on a page beneath it, it is said here.
    let beneath = use_route::<Route>() != to && here;
    let link = rsx! {
        Link {
            to,
            class: if here { "place here" } else { "place" },
            aria_current: if beneath { "true" },
            title: "{name}",
            Icon { glyph: section.glyph(), size: 17 }
            span { class: "side-word", "{name}" }
        }
    };
    match section {
        Section::Devices => rsx! {
            div { class: "place-noted",
                {link}
                Failing {}
            }
        },
        _ => link,
    }
}
