//! The jobs: what is done to which devices, and when.

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::jobs::{DeleteJob, Job, ListJobs};

use crate::components::{
    Button, ButtonKind, Confirm, Crumb, Empty, ErrorState, Glyph, PageHeader, Pager, SearchField, SkeletonRows,
    StaleNote, TimesSwitch, UpdatedAgo,
};
use crate::data::{Query, use_query, use_settled};
use crate::pages::actions::{use_cancel_run, use_change};
use crate::pages::lab::{LabBand, LabButton};
use crate::pages::paging::use_existing_page;
use crate::route::Route;
use crate::state::session::use_workplace;

mod add;
mod draft;
mod schedule;
mod table;
mod target;

use add::AddJob;
use table::JobsTable;

/// Jobs on one page.
const PAGE_SIZE: i64 = 50;

/// What a person is doing over the list.
#[derive(Clone, Debug, PartialEq)]
enum Doing {
    Nothing,
    Adding,
    /// Cancelling the newest run of a job.
    Cancelling(Box<Job>),
    Deleting(Box<Job>),
}

/// The list of jobs.
#[component]
pub fn JobsPage() -> Element {
    let mut search = use_signal(String::new);
    let mut number = use_signal(|| 1_i64);
    let name = use_settled(move || search.read().trim().to_owned());
    let jobs = use_query(move || ListJobs {
        page: Some(number()),
        size: Some(PAGE_SIZE),
        name: Some(name()).filter(|name| !name.is_empty()),
        ..ListJobs::default()
    });
    let mut doing = use_signal(|| Doing::Nothing);
    use_existing_page(jobs, number);
    rsx! {
        LabBand {}
        PageHeader {
            title: "Jobs",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Jobs")],
            UpdatedAgo { at: jobs.at(), loading: jobs.loading() }
            Button {
                label: "Add job",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        section { class: "panel bg-card",
            div { class: "filters", role: "search", aria_label: "Filters",
                SearchField {
                    id: "filter-jobs",
                    label: "Find job",
                    value: search(),
                    oninput: move |text| {
                        search.set(text);
                        number.set(1);
                    },
                }
            }
            JobsBody { jobs, search, number, doing }
        }
        Dialogs { doing }
    }
}

#[component]
fn JobsBody(jobs: Query<Page<Job>>, search: Signal<String>, number: Signal<i64>, doing: Signal<Doing>) -> Element {
    let (mut search, mut number, mut doing) = (search, number, doing);
    let retry = move |()| jobs.refresh();
    match (jobs.value(), jobs.error()) {
        (Some(page), stale) => rsx! {
            if let Some(problem) = stale {
                StaleNote { problem, at: jobs.at(), onretry: retry }
            }
            if !page.items.is_empty() {
                JobsTable {
                    page: page.clone(),
                    oncancel: move |job| doing.set(Doing::Cancelling(Box::new(job))),
                    ondelete: move |job| doing.set(Doing::Deleting(Box::new(job))),
                }
            } else if search.read().trim().is_empty() {
                Empty {
                    title: "There is no job yet",
                    text: "A job says what is done to which devices, and when: back up the routers of a site every night, for example.",
                    glyph: Glyph::Jobs,
                    LabButton {}
                    Button { label: "Add a job", glyph: Glyph::Plus, onclick: move |_| doing.set(Doing::Adding) }
                }
            } else {
                Empty { title: "No job matches", text: "No job has this in its name.", glyph: Glyph::Search,
                    Button { label: "Clear the filters", onclick: move |_| search.set(String::new()) }
                }
            }
            Pager {
                noun: "job",
                total: page.total,
                page: number(),
                size: PAGE_SIZE,
                onpage: move |page| number.set(page),
                TimesSwitch {}
            }
        },
        (None, Some(problem)) => rsx! {
            ErrorState { title: "The jobs could not be read", problem, onretry: retry }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 8, label: "Reading the jobs" }
        },
    }
}

#[component]
fn Dialogs(doing: Signal<Doing>) -> Element {
    let mut doing = doing;
    let (cancel, workplace) = (use_cancel_run(), use_workplace());
    let close = move |()| doing.set(Doing::Nothing);
    let delete = use_change(move |_| doing.set(Doing::Nothing));
    match doing() {
        Doing::Nothing => rsx! {},
        Doing::Adding => rsx! { AddJob { onclose: close } },
        Doing::Cancelling(job) => rsx! {
            Confirm {
                title: "Cancel this run of {job.name}?",
                text: "Devices that wait are not started, open sessions are closed. What was read so far stays.",
                action: "Cancel the run",
                onconfirm: move |()| {
                    doing.set(Doing::Nothing);
                    if let Some(run_id) = job.last_run_id {
                        cancel.call(run_id);
                    }
                },
                onclose: close,
            }
        },
        Doing::Deleting(job) => rsx! {
            Confirm {
                title: "Delete {job.name}?",
                text: "{job.name} goes with its schedule and all its runs. The devices and their stored configurations stay. This cannot be taken back.",
                action: "Delete the job",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteJob(job.id), format!("{} was deleted.", job.name)),
                onclose: close,
            }
        },
    }
}
