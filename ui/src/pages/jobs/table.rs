//! One row for each job, with what can be done to it.

use dioxus::prelude::*;
use netraven_api::Open;
use netraven_api::jobs::{Job, JobInput, JobStatus, ScheduleKind, UpdateJob};
use netraven_api::native::{AdminAction, Feature};
use netraven_api::runs::RunStatus;
use netraven_api::sorting::JobColumn;

use super::schedule;
use super::target::Target;
use crate::components::{Ago, Button, ButtonKind, Glyph, Icon, StatusTag, Tag};
use crate::data::use_api;
use crate::features::actions::use_run_job;
use crate::features::sorted_table::TableFace;
use crate::format;
use crate::route::Route;
use crate::state::moment::use_moment;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Why a job of the product itself is left alone.
const SYSTEM: &str = "NetRaven uses this job itself; it cannot be changed.";

/// The table of jobs.
pub const TABLE: TableFace<JobColumn> = TableFace {
    name: "jobs",
    title: "Jobs",
    class: "jobs-table",
    heads: &[
        (JobColumn::Name, "Name", "", ""),
        (JobColumn::Kind, "Kind", "col-job-kind wide-only", "wide-only"),
        (JobColumn::NextRun, "Schedule", "col-schedule", ""),
        (JobColumn::Target, "Target", "col-target", ""),
        (JobColumn::LastRunAt, "Last run", "col-last-run", ""),
    ],
    needs: &[],
    unsorted: &[],
    turns: &[("col-actions", "Actions")],
};

/// The row of a job.
#[component]
pub fn JobRow(job: ReadSignal<Job>, oncancel: EventHandler<Job>, ondelete: EventHandler<Job>) -> Element {
    let shown = job.read().clone();
    rsx! {
        tr { "data-job": "{shown.id}",
            td { class: "name", title: shown.description.clone().unwrap_or_else(|| shown.name.clone()),
                span { class: "target",
                    Icon { glyph: Glyph::of_job(&shown.job_type), size: 14 }
                    span { class: "cut", "{shown.name}" }
                }
            }
            td { class: "muted wide-only", {format::job_kind(&shown.job_type).to_owned()} }
            td { class: "two-lines", Schedule { job } }
            td { class: "muted", Target { job } }
            td { LastRun { job: shown.clone() } }
            td { class: "row-actions", Actions { job, oncancel, ondelete } }
        }
    }
}

/// When it runs, and when next.
#[component]
fn Schedule(job: ReadSignal<Job>) -> Element {
    let (moment, workplace) = (use_moment(), use_workplace());
    let job = job.read();
    let never = schedule::never_starts(job.schedule.known(), &workplace);
    let words = schedule::words(&job.schedule, &moment.zone());
    let by_hand = job.schedule.kind.is_none();
    rsx! {
        span { class: if by_hand { "muted cut" } else { "cut" }, title: job.schedule.cron_string.clone(), "{words}" }
        if !by_hand && !job.is_enabled {
            span { class: "muted cut", "off" }
        } else if let Some(reason) = never {
            span { class: "text-warning cut", title: "{reason}", "never starts" }
        } else if let Some(next) = job.next_run {
            span { class: "muted cut", title: format::full_time(next, &moment.zone()), "next {format::until(next, moment.now())}" }
        }
    }
}

/// The result of the newest run, and the link to it.
#[component]
fn LastRun(job: Job) -> Element {
    let Some(run_id) = job.last_run_id else {
        return rsx! { span { class: "muted", "never run" } };
    };
    let status = status_of(&job.status);
    rsx! {
        Link { class: "last-run", to: Route::run(run_id), title: "Open run {run_id}",
            if let Some(status) = status {
                StatusTag { status }
            } else {
                Tag { text: other_word(&job.status) }
            }
            if let Some(at) = job.completed_at.or(job.started_at) {
                span { class: "muted", Ago { at } }
            }
        }
    }
}

#[component]
fn Actions(job: ReadSignal<Job>, oncancel: EventHandler<Job>, ondelete: EventHandler<Job>) -> Element {
    let (api, notices, workplace, start) = (use_api(), use_notices(), use_workplace(), use_run_job());
    let mut switching = use_signal(|| false);
    let shown = job.read().clone();
    let (id, enabled) = (shown.id, shown.is_enabled);
    let active = shown.last_run_id.is_some() && status_of(&shown.status).is_some_and(RunStatus::is_active);
    let system = shown.is_system_job.then(|| SYSTEM.to_owned());
    let undeletable = workplace.forbids(AdminAction::DeleteJob).or_else(|| system.clone());
    let is_interval = shown.schedule.known() == Some(ScheduleKind::Interval);
    let kept = is_interval.then(|| workplace.refusal(Feature::ScheduleChange)).flatten();
    let never = schedule::never_starts(shown.schedule.known(), &workplace);
    let switch = move |_| {
        let (api, name) = (api.clone(), job.peek().name.clone());
        let (kept, never) = (kept.clone(), never.clone());
        switching.set(true);
        spawn(async move {
            let input = JobInput { is_enabled: Some(!enabled), ..JobInput::default() };
            let answer = api.send(&UpdateJob(id, input)).await;
            switching.set(false);
            match answer {
                Ok(_) => notices.done(switched(&name, !enabled, kept.as_deref().or(never.as_deref()))),
                Err(problem) => notices.problem(&problem),
            }
        });
    };
    rsx! {
        if active {
            Button {
                label: "Cancel",
                small: true,
                glyph: Glyph::Stop,
                refused: workplace.refusal(Feature::CancelRun),
                aria_label: "Cancel the run of {shown.name}",
                onclick: move |_| oncancel.call(job.peek().clone()),
            }
        } else {
            Button {
                label: "Run",
                small: true,
                glyph: Glyph::Play,
                busy: start.busy(),
                aria_label: "Run {shown.name}",
                onclick: move |_| start.start(id),
            }
        }
        if shown.schedule.kind.is_some() {
            Button {
                label: if enabled { "Disable the schedule of {shown.name}" } else { "Enable the schedule of {shown.name}" },
                kind: ButtonKind::Icon,
                glyph: if enabled { Glyph::Pause } else { Glyph::Jobs },
                busy: switching(),
                refused: system,
                onclick: switch,
            }
        }
        Button {
            label: "Delete {shown.name}",
            kind: ButtonKind::Icon,
            glyph: Glyph::Trash,
            refused: undeletable,
            onclick: move |_| ondelete.call(job.peek().clone()),
        }
    }
}

/// A status that is none of a run's, short enough for its column.
fn other_word(status: &Open<JobStatus>) -> String {
    if status.is(JobStatus::NoDevices) {
        return "No devices".to_owned();
    }
    status.as_str().to_lowercase().replace('_', " ")
}

/// What switching a schedule did. `but` is why it does not do on this server what it says.
fn switched(name: &str, on: bool, but: Option<&str>) -> String {
    match (on, but) {
        (true, None) => format!("Schedule enabled for {name}."),
        (false, None) => format!("Schedule disabled for {name}; it can still be run manually."),
        (true, Some(reason)) => format!("Schedule enabled for {name}. {reason}"),
        (false, Some(reason)) => format!("Schedule disabled for {name}. {reason}"),
    }
}

/// The status of the newest run, where the job's own says no more than that.
fn status_of(status: &Open<JobStatus>) -> Option<RunStatus> {
    status.known().filter(|status| *status != JobStatus::NoDevices).and_then(JobStatus::run)
}
