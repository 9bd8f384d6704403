//! The places of the window, folded to icons where it is narrow.

use dioxus::prelude::*;
use netraven_api::devices::{LastResult, ListDevices};
use netraven_api::native::Feature;

use super::connection_box::ConnectionBox;
use super::palette::Palette;
use crate::components::{Glyph, Icon};
use crate::data::use_query_maybe;
use crate::format;
use crate::pages::devices::filters::DeviceFilter;
use crate::route::Route;
use crate::state::session::use_workplace;

/// The way to the devices that fail.
const FAILING: &str = "Failing devices";
/// Id of the heading of the group.
const SETUP: &str = "side-setup";

/// The sidebar.
#[component]
pub fn Sidebar() -> Element {
    let here = use_route::<Route>();
    let section = match here {
        Route::JobDashboard { .. } | Route::RunPage { .. } | Route::DossierPage { .. } => "Job Status",
        Route::JobsPage {} => "Jobs",
        Route::DevicesPage { .. } => "Devices",
        Route::ConfigurationsPage { .. } | Route::DeviceConfigurationsPage { .. } => "Configurations",
        Route::CredentialsPage {} => "Credentials",
        Route::TagsPage {} => "Tags",
        Route::UsersPage {} => "Users",
        Route::SystemPage {} => "System",
        Route::NotFound { .. } => "",
    };
    rsx! {
        aside { class: "sidebar",
            div { class: "brand",
                span { class: "brand-mark", Icon { glyph: Glyph::Brand } }
                span { class: "side-word", "NetRaven" }
            }
            Palette {}
            nav { aria_label: "Pages",
                Place { name: "Job Status", glyph: Glyph::Dashboard, to: Route::dashboard(), here: section == "Job Status" }
                Place { name: "Jobs", glyph: Glyph::Jobs, to: Route::JobsPage {}, here: section == "Jobs" }
                div { class: "place-noted",
                    Place { name: "Devices", glyph: Glyph::Devices, to: Route::devices(), here: section == "Devices" }
                    Failing {}
                }
                Place { name: "Configurations", glyph: Glyph::Config, to: Route::configurations(), here: section == "Configurations" }
                p { class: "side-group", id: SETUP, span { class: "side-word", "Setup" } }
                div { role: "group", aria_labelledby: SETUP,
                    Place { name: "Credentials", glyph: Glyph::Key, to: Route::CredentialsPage {}, here: section == "Credentials" }
                    Place { name: "Tags", glyph: Glyph::Tag, to: Route::TagsPage {}, here: section == "Tags" }
                    Place { name: "Users", glyph: Glyph::Users, to: Route::UsersPage {}, here: section == "Users" }
                    Place { name: "System", glyph: Glyph::System, to: Route::SystemPage {}, here: section == "System" }
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
            to: DeviceFilter::failing(),
            "data-action": FAILING,
            aria_label: "{count} failing now",
            title: "Devices whose latest result is a failure",
            "{count} failing now"
        }
        // Where there is no room for words.
        span { class: "side-count", role: "img", aria_label: "{count} failing now", "{count}" }
    }
}

#[component]
fn Place(name: String, glyph: Glyph, to: Route, here: bool) -> Element {
    // On the very page the link says so itself; on a page beneath it, it is said here.
    let beneath = here && use_route::<Route>() != to;
    rsx! {
        Link {
            to,
            class: if here { "place here" } else { "place" },
            aria_current: if beneath { "true" },
            title: "{name}",
            Icon { glyph, size: 17 }
            span { class: "side-word", "{name}" }
        }
    }
}
