//! One device of a run: how far it came, what broke, and what to do next.

use dioxus::prelude::*;
use netraven_api::evidence::Evidence;
use netraven_api::jobs::JobKind;
use netraven_api::logs::LiveFilter;
use netraven_api::native::Feature;
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::runs::{Again, DeviceState, GetRun, GetRunDevice, Run, RunDevice};
use netraven_api::{DeviceId, Open, RunId};

use crate::address::{Addressed, use_address};
use crate::components::{
    Button, ButtonKind, Crumb, DeviceStateTag, Empty, ErrorState, Glyph, PageHeader, Panel, SkeletonRows, TabBar,
    TabItem,
};
use crate::data::{use_log, use_query};
use crate::features::actions::{ONE_AT_A_TIME, use_cancel_device, use_run_job};
use crate::features::cancel_device::CancelDeviceDialog;
use crate::features::copy_link::CopyLink;
use crate::features::device::Unencrypted;
use crate::features::jump_host::through;
use crate::features::lab::LabBand;
use crate::features::remedy::Remedy;
use crate::features::stages::Stages;
use crate::features::unified_logs::{LogControls, UnifiedLogsTable};
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::moment::use_moment;
use crate::state::session::use_workplace;

mod evidence;
mod expected;
mod host_keys;
mod last_good;
mod outcomes;
mod report;
mod view;

use evidence::{FailureFacts, SuccessFacts};
use host_keys::HostKeys;
use last_good::LastGood;
use outcomes::Outcomes;
use report::{CopyReport, CopyReportRoom};
use view::{RunDeviceTab, RunDeviceView, RunDeviceViewStoreExt};

/// The page of one device of a run. `view` is what is looked at, as the page's address has it.
#[component]
pub fn RunDevicePage(run_id: ReadSignal<RunId>, device_id: ReadSignal<DeviceId>, view: ReadSignal<String>) -> Element {
    let chosen = use_store(|| RunDeviceView::of_address(&view.peek()));
    let place = move |view| Route::RunDevicePage { run_id: *run_id.peek(), device_id: *device_id.peek(), view };
    use_address(chosen, view, place);
    let run = use_query(move || GetRun(run_id()));
    let device = use_query(move || GetRunDevice { run_id: run_id(), device_id: device_id() });
    let retry = move |()| {
        run.refresh();
        device.refresh();
    };
    let has_not = run.value().is_some() && device.error().is_some_and(|problem| problem.code == Code::NotFound);
    let back = Route::run(run_id());
    match (run.value(), device.value()) {
        (Some(run), Some(device)) => rsx! {
            LabBand {}
            RunDeviceHead { run: run.run.clone(), device: (*device).clone(), link: move |()| place(chosen.peek().address()) }
            Panel {
                RunDeviceTabs { run_id, device_id, view: chosen, run: run.run.clone(), device: (*device).clone() }
            }
        },
        _ => rsx! {
            PageHeader {
                title: "Device {device_id}",
                crumbs: Section::JobStatus.crumbs_to([
                    Crumb::link(format!("Run {run_id}"), back.clone()),
                    Crumb::here(format!("Device {device_id}")),
                ]),
            }
            Panel {
                if has_not {
                    Empty { title: "Not in this run", text: "This device is not part of this run.", glyph: Glyph::Devices,
                        Link { class: "btn btn-outline", to: back, "Open the run" }
                    }
                } else if let Some(problem) = run.error().or(device.error()) {
                    ErrorState { title: "The run could not be loaded", problem, onretry: retry }
                } else {
                    SkeletonRows { rows: 8, label: "Loading the run" }
                }
            }
        },
    }
}

#[component]
fn RunDeviceHead(run: Run, device: RunDevice, link: Callback<(), Route>) -> Element {
    let (moment, workplace) = (use_moment(), use_workplace());
    let (start, cancel) = (use_run_job(), use_cancel_device());
    let mut asking = use_signal(|| false);
    let (run_id, device_id, job_id) = (run.id, device.device_id, run.job_id);
    let under_way = matches!(device.state, DeviceState::Queued | DeviceState::Running);
    let one_at_a_time = run.status.is_active().then(|| ONE_AT_A_TIME.to_owned());
    let whole = start.clone();
    let hopeless = device.cause.is_some_and(|cause| !cause.retry_may_help());
    rsx! {
        PageHeader {
            title: device.hostname.clone(),
            crumbs: Section::JobStatus.crumbs_to([
                Crumb::link(format::run_name(&run, &moment.zone()), Route::run(run.id)),
                Crumb::here(device.hostname.clone()),
            ]),
            beside: rsx! {
                DeviceStateTag { state: device.state }
                Unencrypted {
                    transport: device.transport,
                    text: format!("{}, not encrypted", device.transport.title()),
                }
                if let Some(details) = device.details.as_deref().filter(|details| !details.via.is_empty()) {
                    span { class: "muted", {through(&details.via)} }
                }
            },
            // What comes and goes stands at the free end, each in a room of its own: nothing beside it moves.
            if under_way {
                Button {
                    label: "Cancel this device",
                    glyph: Glyph::Stop,
                    refused: workplace
                        .refusal(Feature::CancelDevice)
                        .or_else(|| run.cancel_requested.then(|| "The run is already being cancelled.".to_owned())),
                    onclick: move |_| asking.set(true),
                }
                CopyReportRoom {}
            }
            if device.state == DeviceState::Failure {
                CopyReport { run: run.clone(), device: device.clone() }
            }
            CopyLink { place: link }
            Button {
                label: "Run the job again",
                busy: whole.busy(),
                refused: one_at_a_time.clone(),
                onclick: move |_| whole.start(job_id),
            }
            Button {
                label: "Run this device again",
                // Not the first thing to do where running it again would only fail again.
                kind: if hopeless { ButtonKind::Outline } else { ButtonKind::Primary },
                glyph: Glyph::Again,
                busy: start.busy(),
                refused: workplace.refusal(Feature::RunSome).or(one_at_a_time),
                onclick: move |_| start.again(run_id, Again::device(device_id)),
            }
        }
        if asking() {
            CancelDeviceDialog { run_id, device: device.clone(), oncancel: move |which| cancel.call(which), onclose: move |()| asking.set(false) }
        }
    }
}

#[component]
fn RunDeviceTabs(
    run_id: ReadSignal<RunId>,
    device_id: ReadSignal<DeviceId>,
    view: Store<RunDeviceView>,
    run: Run,
    device: RunDevice,
) -> Element {
    let tab = view.tab().cloned();
    let log = use_log(move || {
        LiveFilter { run_id: Some(run_id()), device_id: Some(device_id()), ..LiveFilter::default() }.into()
    });
    let search = use_signal(String::new);
    let on_log = tab == RunDeviceTab::Log;
    rsx! {
        Stages { job_type: run.job_type.clone(), device: device.clone() }
        TabBar {
            label: "Content",
            tabs: vec![
                TabItem::new("story", "What happened"),
                TabItem::new("log", "Log of this device").live(run.status.is_active()),
            ],
            selected: tab.as_str(),
            onselect: move |chosen: String| view.tab().set(RunDeviceTab::of(&chosen)),
            if on_log {
                LogControls { view: log }
            }
        }
        if on_log {
            div { class: "panel-body", id: "panel-log", role: "tabpanel", aria_labelledby: "tab-log",
                UnifiedLogsTable { view: log, search, narrowed: false }
            }
        } else {
            div { class: "panel-body", id: "panel-story", role: "tabpanel", aria_labelledby: "tab-story",
                div { class: "scroll story",
                    Outcomes { job_id: run.job_id, device_id, run_id: run.id }
                    Story { job_type: run.job_type.clone(), device: device.clone() }
                }
                NextStep { run_id: run.id, device }
            }
        }
    }
}

#[component]
fn Story(job_type: Open<JobKind>, device: RunDevice) -> Element {
    let evidence = *device.details.clone().unwrap_or_default();
    match device.state {
        DeviceState::Queued => rsx! {
            Empty { title: "Waiting for a worker", text: "Work on this device has not started.", glyph: Glyph::Waiting }
        },
        DeviceState::Running => {
            let stage = device.stage.map_or("Under way", |stage| format::stage(stage, &job_type));
            rsx! {
                Empty { title: "{stage}", text: "A worker is working on this device now.", glyph: Glyph::Reach }
            }
        }
        DeviceState::Success => rsx! {
            SuccessFacts { device, evidence }
        },
        DeviceState::NoResult => rsx! {
            div { class: "why",
                h2 { "No result" }
                if let Some(message) = &device.message {
                    p { "{message}" }
                }
            }
        },
        DeviceState::Failure | DeviceState::Cancelled => rsx! {
            div { class: "why",
                h2 { {device.cause.map_or("Failed", |cause| cause.title())} }
                if let Some(message) = &device.message {
                    p { "{message}" }
                }
                if device.state == DeviceState::Failure && job_type.known().is_some_and(JobKind::reads_configurations) {
                    LastGood { device_id: device.device_id, failed_at: device.finished_at }
                }
            }
            if let Some(keys) = evidence.host_keys.clone() {
                HostKeys { device_id: device.device_id, hostname: device.hostname.clone(), keys }
            }
            FailureFacts { cause: device.cause, evidence }
        },
    }
}

/// Whether the prompt lab has something to show: the session broke at what a platform file says, and what was said is kept.
fn in_prompt_lab(device: &RunDevice) -> bool {
    let is_about_rules = device.cause.is_some_and(|cause| {
        matches!(
            cause,
            Cause::PromptNotSeen
                | Cause::PrivilegeRefused
                | Cause::CommandRejected
                | Cause::EmptyAnswer
                | Cause::Truncated
                | Cause::Unsettled
        )
    });
    let said = |evidence: &Evidence| {
        !evidence.transcript.is_empty() || evidence.last_seen.as_ref().is_some_and(|seen| !seen.is_empty())
    };
    is_about_rules && device.details.as_deref().is_some_and(said)
}

/// The next step in words, always in sight.
#[component]
fn NextStep(run_id: RunId, device: RunDevice) -> Element {
    let lab = in_prompt_lab(&device).then(|| Route::prompt_lab_of(run_id, device.device_id));
    let advice = device
        .details
        .as_ref()
        .and_then(|evidence| evidence.advice.clone())
        .or_else(|| device.cause.map(|cause| cause.advice().to_owned()));
    rsx! {
        if let Some(advice) = advice {
            footer { class: "status-line next-step",
                span { "What to do:" }
                span { class: "text-body grow", "{advice}" }
                if device.cause.is_some_and(|cause| cause.retry_may_help()) {
                    span { class: "text-success", "A retry may help" }
                } else {
                    span { "Run it again once this is fixed" }
                }
                if let Some(cause) = device.cause {
                    Remedy { cause }
                }
                if let Some(to) = lab {
                    Link { class: "btn btn-outline btn-sm", to, "Open in the prompt lab" }
                }
            }
        }
    }
}
