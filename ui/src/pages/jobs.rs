//! The jobs: what is done to which devices, and when.

use dioxus::prelude::*;
use netraven_api::jobs::{DeleteJob, Job, ListJobs, ScheduleKind};
use netraven_api::native::Feature;
use netraven_api::sorting::JobColumn;

use crate::components::{Confirm, Glyph, TimesSwitch};
use crate::data::use_list;
use crate::features::actions::use_cancel_run;
use crate::features::listing::{ListPage, Words, use_listing};
use crate::features::open_dialog::{OpenDialog, Question, use_deletion};
use crate::section::Section;
use crate::state::session::{Workplace, use_workplace};

mod add;
mod draft;
mod schedule;
mod table;
mod target;

use add::AddJob;
use table::{JobRow, TABLE};

/// Jobs on one page.
const PAGE_SIZE: i64 = 50;
/// The words of the list.
const WORDS: Words = Words {
    one: "job",
    find: "job",
    nothing: "No job name contains this text.",
    none: Some((
        Glyph::Jobs,
        "A job defines what is done on which devices, and when: for example, back up the routers of a site every \
         night.",
    )),
};

/// The dialog that jobs alone have.
#[derive(Clone, Debug, PartialEq)]
enum JobsDialog {
    /// Asks before the newest run of a job is cancelled.
    Cancel(Box<Job>),
}

/// The list of jobs.
#[component]
pub fn JobsPage() -> Element {
    let listing = use_listing("jobs", JobColumn::Name);
    let jobs = use_list(move || ListJobs {
        page: listing.page(),
        size: Some(PAGE_SIZE),
        name: listing.text(),
        sort: Some(listing.sorted().column),
        order: Some(listing.sorted().order),
        ..ListJobs::default()
    });
    let mut dialog = use_signal(|| OpenDialog::<Job, JobsDialog>::Nothing);
    rsx! {
        ListPage {
            crumbs: Section::Jobs.crumbs(),
            list: jobs,
            listing,
            words: WORDS,
            face: TABLE,
            size: PAGE_SIZE,
            row_id: move |row: Job| row.id.get(),
            row: move |job: Job| rsx! {
                JobRow {
                    key: "{job.id}",
                    job,
                    oncancel: move |job| dialog.set(OpenDialog::More(JobsDialog::Cancel(Box::new(job)))),
                    ondelete: move |job| dialog.set(OpenDialog::Delete(job)),
                }
            },
            lab: true,
            onadd: move |()| dialog.set(OpenDialog::Add),
            TimesSwitch {}
        }
        Dialogs { dialog }
    }
}

#[component]
fn Dialogs(mut dialog: Signal<OpenDialog<Job, JobsDialog>>) -> Element {
    let (cancel, workplace) = (use_cancel_run(), use_workplace());
    let close = move |()| dialog.set(OpenDialog::Nothing);
    let deletion = use_deletion(dialog);
    match dialog() {
        OpenDialog::Nothing | OpenDialog::Change(_) => rsx! {},
        OpenDialog::Add => rsx! { AddJob { onclose: close } },
        OpenDialog::More(JobsDialog::Cancel(job)) => rsx! {
            Confirm {
                title: "Cancel this run of {job.name}?",
                text: "Waiting devices do not start, open sessions are closed. Results so far are kept.",
                action: "Cancel the run",
                onconfirm: move |()| {
                    dialog.set(OpenDialog::Nothing);
                    if let Some(run_id) = job.last_run_id {
                        cancel.call(run_id);
                    }
                },
                onclose: close,
            }
        },
        OpenDialog::Delete(job) => {
            let question = Question {
                title: format!("Delete {}?", job.name),
                text: farewell(&job, &workplace),
                action: "Delete the job",
                done: format!("{} was deleted.", job.name),
            };
            deletion.ask(DeleteJob(job.id), question)
        }
    }
}

/// What goes with a job that is deleted, and what stays, as this server has it.
fn farewell(job: &Job, workplace: &Workplace) -> String {
    let what = match workplace.refusal(Feature::DeleteUsed) {
        Some(reason) => format!("{} is deleted with its schedule. {reason}", job.name),
        None => format!("{} is deleted with its schedule and all its runs.", job.name),
    };
    let is_interval = job.schedule.known() == Some(ScheduleKind::Interval);
    let kept = is_interval.then(|| workplace.refusal(Feature::ScheduleChange)).flatten();
    let kept = kept.map(|reason| format!(" {reason}")).unwrap_or_default();
    format!("{what}{kept} The devices and their stored configurations are kept. This can't be undone.")
}
