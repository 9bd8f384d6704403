//! One run: its progress, each device's result, and its own log.

use dioxus::prelude::*;
use netraven_api::RunId;
use netraven_api::jobs::JobKind;
use netraven_api::logs::LiveFilter;
use netraven_api::native::Feature;
use netraven_api::runs::{Again, GetRun, Run, Trigger};

use crate::address::{Addressed, use_address};
use crate::components::{
    Button, ButtonKind, Confirm, Crumb, ErrorState, Glyph, Menu, MenuItem, OutcomeBar, PageHeader, SkeletonRows,
    StaleNote, StatusTag, TabBar, TabItem, Time,
};
use crate::data::{use_log, use_query};
use crate::features::actions::{ONE_AT_A_TIME, use_cancel_run, use_run_job};
use crate::features::copy_link::CopyLink;
use crate::features::lab::LabBand;
use crate::features::run_duration::RunDuration;
use crate::features::unified_logs::{LogControls, UnifiedLogsTable};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

mod causes;
mod devices;
mod devices_table;
mod history;
mod view;

use causes::OwnCauses;
use devices::RunDevices;
use history::RunHistory;
pub use view::of_cause;
use view::{RunTab, RunVerbs, RunView, RunViewStoreExt};

/// The page of a run. `view` is what is looked at, as the page's address has it.
#[component]
pub fn RunPage(id: ReadSignal<RunId>, view: ReadSignal<String>) -> Element {
    let chosen = use_store(|| RunView::of_address(&view.peek()));
    use_address(chosen, view, move |view| Route::RunPage { id: *id.peek(), view });
    let run = use_query(move || GetRun(id()));
    let moment = use_moment();
    let retry = move |()| run.refresh();
    let go = navigator();
    use_effect(move || {
        // A run may be asked for by a name that another run has later; its page stands at the one that lasts.
        if let Some(lasting) = run.value().map(|run| run.id).filter(|lasting| *lasting != *id.peek()) {
            go.replace(Route::RunPage { id: lasting, view: view.peek().clone() });
        }
    });
    match (run.value(), run.error()) {
        (Some(shown), stale) => rsx! {
            LabBand {}
            RunHead { run: shown.run.clone(), view: chosen }
            section { class: "panel bg-card",
                if let Some(problem) = stale {
                    StaleNote { problem, at: run.at(), onretry: retry }
                }
                RunStrip { run: shown.run.clone() }
                RunTabs { id, view: chosen, run: shown.run.clone() }
            }
        },
        (None, problem) => rsx! {
            PageHeader { title: "Run {id}", crumbs: crumbs(format!("Run {id}")) }
            section { class: "panel bg-card",
                if let Some(problem) = problem {
                    ErrorState { title: "The run could not be loaded", problem, onretry: retry }
                } else {
                    SkeletonRows { rows: 10, label: "Loading the run" }
                }
            }
            span { hidden: true, {format::zone_name(moment.glance(), &moment.zone())} }
        },
    }
}

fn crumbs(here: String) -> Vec<Crumb> {
    Section::JobStatus.crumbs_to([Crumb::here(here)])
}

#[component]
fn RunHead(run: Run, view: Store<RunView>) -> Element {
    let (moment, workplace, start, cancel) = (use_moment(), use_workplace(), use_run_job(), use_cancel_run());
    let mut asking = use_signal(|| false);
    let (id, job_id, active) = (run.id, run.job_id, run.status.is_active());
    let no_part = workplace
        .refusal(Feature::RunSome)
        .or_else(|| (run.failed == 0).then(|| "No device of this run failed.".to_owned()));
    let part = match run.failed {
        0 => "Only failed devices".to_owned(),
        failed => format!("Only the {} that failed", format::number(failed)),
    };
    rsx! {
        PageHeader {
            title: run.job_name.clone(),
            crumbs: crumbs(format::run_name(&run, &moment.zone())),
            beside: rsx! { StatusTag { status: run.status, cancelling: run.cancel_requested } },
            // At the free end: when it goes, nothing beside it moves.
            if active {
                Button {
                    label: "Cancel",
                    glyph: Glyph::Stop,
                    refused: workplace
                        .refusal(Feature::CancelRun)
                        .or_else(|| run.cancel_requested.then(|| "The run is already being cancelled.".to_owned())),
                    onclick: move |_| asking.set(true),
                }
            }
            CopyLink { place: move |()| Route::RunPage { id, view: view.peek().address() } }
            Menu {
                id: "run-again",
                label: "Run again",
                kind: ButtonKind::Primary,
                glyph: Glyph::Again,
                busy: start.busy(),
                refused: active.then(|| ONE_AT_A_TIME.to_owned()),
                items: vec![
                    MenuItem::new("all", "All devices of the job"),
                    MenuItem::new("failed", part).refused(no_part),
                ],
                onselect: move |which: String| if which == "failed" {
                    start.again(id, Again::failed());
                } else {
                    start.start(job_id);
                },
            }
        }
        if asking() {
            Confirm {
                title: "Cancel this run?",
                text: "Waiting devices do not start, open sessions are closed. Results so far are kept.",
                action: "Cancel the run",
                onconfirm: move |()| {
                    asking.set(false);
                    cancel.call(id);
                },
                onclose: move |()| asking.set(false),
            }
        }
    }
}

/// What the run is, in one line.
#[component]
fn RunStrip(run: Run) -> Element {
    // Such a server does not report which devices are being worked on.
    let untold = use_workplace().refusal(Feature::RunRecords).is_some();
    let waiting = (run.devices - run.succeeded - run.failed - run.running).max(0);
    let who = match (run.trigger, &run.triggered_by) {
        (Trigger::Schedule, _) => "by schedule".to_owned(),
        (Trigger::Manual, Some(user)) => format!("by {user}"),
        (Trigger::Manual, None) => "manual".to_owned(),
        (Trigger::Unknown, _) => String::new(),
    };
    let backup = run.job_type.known().is_some_and(JobKind::reads_configurations);
    let active = run.status.is_active();
    // The same facts from the first device to the last: none comes or goes, and so nothing below them moves.
    rsx! {
        div { class: "strip",
            div { class: "strip-bar",
                OutcomeBar { run: run.clone(), wide: true }
            }
            dl { class: "strip-facts",
                div { dt { "Started" } dd { Time { at: run.started_at.unwrap_or(run.queued_at) } " {who}" } }
                div { dt { "Duration" } dd { RunDuration { run: run.clone(), roomy: true } } }
                div { dt { "Kind" } dd { {format::job_kind(&run.job_type).to_owned()} } }
                div {
                    if active {
                        dt { "Now" }
                        dd {
                            if untold {
                                "{waiting} without a result yet"
                            } else {
                                "{run.running} running, {waiting} waiting"
                            }
                        }
                    } else {
                        dt { "Ended" } dd { if let Some(at) = run.finished_at { Time { at } } else { "not known" } }
                    }
                }
                if backup {
                    div { dt { "Changed" } dd { {format::count(run.changed, "configuration")} } }
                    div { dt { "Commit" }
                        match &run.commit {
                            Some(commit) => rsx! {
                                dd { class: "mono", title: "{commit}", {commit.chars().take(10).collect::<String>()} }
                            },
                            None if active => rsx! { dd { class: "muted", "at the end" } },
                            None if untold => rsx! { dd { class: "muted", "not reported" } },
                            None => rsx! { dd { class: "muted", "none" } },
                        }
                    }
                }
                if let Some(before) = run.repeats {
                    div { dt { "Repeats" } dd { Link { class: "side-link", to: Route::run(before), "run {before}" } } }
                }
            }
        }
    }
}

#[component]
fn RunTabs(id: ReadSignal<RunId>, mut view: Store<RunView>, run: Run) -> Element {
    let log = use_log(move || LiveFilter { run_id: Some(id()), ..LiveFilter::default() }.into());
    let search = use_signal(String::new);
    let tab = view.tab().cloned();
    rsx! {
        TabBar {
            label: "Content",
            tabs: vec![
                TabItem::new("devices", "Devices").count(Some(format::number(run.devices))),
                TabItem::new("history", "History"),
                TabItem::new("log", "Log of this run").live(run.status.is_active()),
            ],
            selected: tab.as_str(),
            onselect: move |chosen: String| view.open(RunTab::of(&chosen)),
            if tab == RunTab::Log {
                LogControls { view: log }
            }
        }
        match tab {
            RunTab::Devices => rsx! {
                div { class: "panel-body", id: "panel-devices", role: "tabpanel", aria_labelledby: "tab-devices",
                    OwnCauses { run: run.clone() }
                    RunDevices { run, view }
                }
            },
            RunTab::History => rsx! {
                div { class: "panel-body", id: "panel-history", role: "tabpanel", aria_labelledby: "tab-history",
                    RunHistory { job_id: run.job_id, run_id: id(), view }
                }
            },
            RunTab::Log => rsx! {
                div { class: "panel-body", id: "panel-log", role: "tabpanel", aria_labelledby: "tab-log",
                    UnifiedLogsTable { view: log, search, narrowed: false }
                }
            },
        }
    }
}
