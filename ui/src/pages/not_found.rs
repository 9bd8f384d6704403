//! An address that leads nowhere.

use dioxus::prelude::*;

use crate::components::{Crumb, Empty, PageHeader};
use crate::route::Route;

/// There is no such page.
#[component]
pub fn NotFound(segments: Vec<String>) -> Element {
    rsx! {
        PageHeader {
            title: "No such page",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("No such page")],
        }
        Empty { title: "Page not found", text: "There is no page at /{segments.join(\"/\")}.",
            Link { to: Route::dashboard(), class: "btn btn-outline", "Go to Job Status" }
        }
    }
}
