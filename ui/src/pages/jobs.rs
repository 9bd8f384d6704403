//! The jobs: what is done to which devices, and when.

use dioxus::prelude::*;
use netraven_api::jobs::ListJobs;

use crate::components::{Crumb, ErrorState, PageHeader, SkeletonRows};
use crate::data::use_query;
use crate::route::Route;

/// The list of jobs.
#[component]
pub fn JobsPage() -> Element {
    let jobs = use_query(|| ListJobs { size: Some(50), ..ListJobs::default() });
    let rows = match (jobs.value(), jobs.error()) {
        (Some(page), _) => rsx! {
            ul { for job in page.items.iter() { li { key: "{job.id}", "{job.name}" } } }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The jobs could not be read", problem, onretry: move |()| jobs.refresh() }
        },
        (None, None) => rsx! { SkeletonRows {} },
    };
    rsx! {
        PageHeader {
            title: "Jobs",
            crumbs: vec![Crumb::link("Home", Route::JobDashboard {}), Crumb::here("Jobs")],
        }
        section { class: "panel", {rows} }
    }
}
