//! The chooser behind "Run a job".

use dioxus::prelude::*;
use netraven_api::jobs::Job;

use crate::components::{Button, Dialog, Empty, ErrorState, Glyph, Icon, SearchField, SkeletonRows};
use crate::features::actions::use_run_job;
use crate::features::lab::SimulatedTag;
use crate::features::pickers::use_jobs;
use crate::format;
use crate::route::Route;

/// Lets a person choose the job to run now.
#[component]
pub fn RunChooser(onclose: EventHandler<()>) -> Element {
    let jobs = use_jobs();
    let mut search = jobs.typed();
    let body = match (jobs.rows(), jobs.error()) {
        (Some(found), _) if found.is_empty() && search.read().is_empty() => rsx! {
            Empty { title: "No jobs yet", text: "A job defines what is done on which devices.", glyph: Glyph::Jobs,
                Link { class: "btn btn-outline", to: Route::JobsPage {}, "Go to Jobs" }
            }
        },
        (Some(found), _) => rsx! {
            ul { class: "chooser", aria_label: "Jobs",
                for job in found {
                    JobLine { key: "{job.id}", job }
                }
            }
            if let Some(note) = jobs.note() {
                p { class: "muted", role: "status", "{note}" }
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The jobs could not be loaded", problem, onretry: move |()| jobs.refresh() }
        },
        (None, None) => rsx! { SkeletonRows { rows: 4 } },
    };
    rsx! {
        Dialog { id: "run-a-job", title: "Run a job", wide: true, onclose: move |()| onclose.call(()),
            SearchField { id: "find-job", label: "Find job", value: search(), oninput: move |text| search.set(text) }
            {body}
        }
    }
}

#[component]
fn JobLine(job: Job) -> Element {
    let start = use_run_job();
    let job_id = job.id;
    let targets = if job.device_id.is_some() {
        "one device".to_owned()
    } else if job.tags.is_empty() {
        "no devices".to_owned()
    } else {
        let names: Vec<&str> = job.tags.iter().map(|tag| tag.name.as_str()).collect();
        format!("devices of {}", names.join(", "))
    };
    rsx! {
        li {
            Icon { glyph: Glyph::of_job(&job.job_type) }
            span { class: "grow",
                b { class: "text-heading", "{job.name}" }
                small { class: "muted", "{format::job_kind(&job.job_type)}, {targets}" }
            }
            SimulatedTag { tags: job.tags.clone() }
            Button {
                label: "Run",
                named: "Run {job.name}",
                small: true,
                glyph: Glyph::Play,
                busy: start.busy(),
                onclick: move |_| start.start(job_id),
            }
        }
    }
}
