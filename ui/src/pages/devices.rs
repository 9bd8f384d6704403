//! The devices of the network.

use dioxus::prelude::*;
use netraven_api::devices::ListDevices;

use crate::components::{Crumb, ErrorState, PageHeader, SkeletonRows};
use crate::data::use_query;
use crate::pages::lab::LabBand;
use crate::route::Route;

/// The list of devices.
#[component]
pub fn DevicesPage() -> Element {
    let devices = use_query(|| ListDevices { size: Some(50), ..ListDevices::default() });
    let rows = match (devices.value(), devices.error()) {
        (Some(page), _) => rsx! {
            ul { for device in page.items.iter() { li { key: "{device.id}", "{device.hostname}" } } }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The devices could not be read", problem, onretry: move |()| devices.refresh() }
        },
        (None, None) => rsx! { SkeletonRows {} },
    };
    rsx! {
        LabBand {}
        PageHeader {
            title: "Devices",
            crumbs: vec![Crumb::link("Home", Route::JobDashboard {}), Crumb::here("Devices")],
        }
        section { class: "panel", {rows} }
    }
}
