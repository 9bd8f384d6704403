//! The jobs: what is done to which devices, and when.

use dioxus::prelude::*;
use netraven_api::jobs::{DeleteJob, Job, ListJobs};
use netraven_api::native::Feature;

use crate::components::{Button, ButtonKind, Confirm, Crumb, Empty, Glyph, PageHeader, Panel, TimesSwitch, UpdatedAgo};
use crate::data::use_list;
use crate::pages::actions::{use_cancel_run, use_change};
use crate::pages::lab::{LabBand, LabButton};
use crate::pages::listing::{ListPanel, Words, use_listing};
use crate::route::Route;
use crate::state::session::{Workplace, use_workplace};

mod add;
mod draft;
mod schedule;
mod table;
mod target;

use add::AddJob;
use table::JobsTable;

/// Jobs on one page.
const PAGE_SIZE: i64 = 50;
/// Columns they can be sorted by.
const SORTS: [&str; 5] = ["name", "job_type", "next_run", "target", "last_run_at"];
/// The words of the list.
const WORDS: Words = Words { one: "job", many: "jobs", find: "job", nothing: "No job has this in its name." };

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
    let listing = use_listing("jobs", &SORTS);
    let jobs = use_list(move || ListJobs {
        page: listing.page(),
        size: Some(PAGE_SIZE),
        name: listing.text(),
        sort: Some(listing.sorted().column.to_owned()),
        order: Some(listing.sorted().order()),
        ..ListJobs::default()
    });
    let mut doing = use_signal(|| Doing::Nothing);
    rsx! {
        LabBand {}
        PageHeader {
            title: "Jobs",
            crumbs: vec![Crumb::link("Home", Route::dashboard()), Crumb::here("Jobs")],
            UpdatedAgo { at: jobs.at(), loading: jobs.loading(), of_before: jobs.is_of_before() }
            Button {
                label: "Add job",
                kind: ButtonKind::Primary,
                glyph: Glyph::Plus,
                onclick: move |_| doing.set(Doing::Adding),
            }
        }
        Panel { reading: jobs.is_of_before(),
            ListPanel {
                list: jobs,
                listing,
                words: WORDS,
                size: PAGE_SIZE,
                row_id: move |row: Job| row.id,
                table: move |page| rsx! {
                    JobsTable {
                        page,
                        sorted: listing.sorted(),
                        onsort: move |column| listing.sort_by(column),
                        oncancel: move |job| doing.set(Doing::Cancelling(Box::new(job))),
                        ondelete: move |job| doing.set(Doing::Deleting(Box::new(job))),
                    }
                },
                empty: rsx! {
                    Empty {
                        title: "There is no job yet",
                        text: "A job says what is done to which devices, and when: back up the routers of a site every night, for example.",
                        glyph: Glyph::Jobs,
                        LabButton {}
                        Button { label: "Add job", glyph: Glyph::Plus, onclick: move |_| doing.set(Doing::Adding) }
                    }
                },
                TimesSwitch {}
            }
        }
        Dialogs { doing }
    }
}

#[component]
fn Dialogs(mut doing: Signal<Doing>) -> Element {
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
                text: farewell(&job, &workplace),
                action: "Delete the job",
                typed: workplace.guard(),
                busy: delete.busy(),
                onconfirm: move |()| delete.make(DeleteJob(job.id), format!("{} was deleted.", job.name)),
                onclose: close,
            }
        },
    }
}

/// What goes with a job that is deleted, and what stays, as this server has it.
fn farewell(job: &Job, workplace: &Workplace) -> String {
    let what = match workplace.refusal(Feature::DeleteUsed) {
        Some(reason) => format!("{} is deleted with its schedule. {reason}", job.name),
        None => format!("{} is deleted with its schedule and all its runs.", job.name),
    };
    let kept = schedule::is_interval(job).then(|| workplace.refusal(Feature::ScheduleChange)).flatten();
    let kept = kept.map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{what}{kept} The devices and their stored configurations stay. This can't be undone.")
}
