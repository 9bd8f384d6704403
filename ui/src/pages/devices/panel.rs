//! One device explained beside the list: facts, host key, last runs, snapshots.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Transport;
use netraven_api::devices::{Device, GetHostKey};
use netraven_api::native::Feature;
use netraven_api::platforms::Platforms;
use netraven_api::problem::Code;
use netraven_api::results::{JobResult, ListResults};
use netraven_api::trials::{TrialInput, TrialPurpose};

use super::approval::ApprovalPart;
use super::keep::KeepPlatform;
use super::kept_files::KeptFiles;
use super::newest::NewestResult;
use super::platform::PlatformPart;
use super::snapshots::Snapshots;
use super::unsaved::StartupPart;
use super::way::WayPart;
use crate::components::{Button, CloseButton, Glyph, ReadFailed, SkeletonRows, StaleNote, Time};
use crate::data::use_query;
use crate::features::device::{ResultTag, Unencrypted, place, platform_of, tag_names};
use crate::features::forget_key::{ForgetKey, KeyOwner};
use crate::features::jump_host::way;
use crate::features::lab::SimulatedTag;
use crate::features::session_policy::DevicePolicyPart;
use crate::features::trial::TrialDialog;
use crate::route::Route;
use crate::state::session::use_workplace;

/// Runs listed.
const RUNS: i64 = 5;

/// The panel of a device.
#[component]
pub fn DevicePanel(
    device: ReadSignal<Device>,
    titles: Option<Rc<Platforms>>,
    onapprove: EventHandler<Device>,
    onclose: EventHandler<()>,
) -> Element {
    let shown = device.read().clone();
    let unknown = "not known";
    rsx! {
        aside { class: "side", aria_label: "Selected device",
            div { class: "side-head",
                h3 { "{shown.hostname}" }
                CloseButton { onclose }
            }
            if let Some(text) = shown.description.as_ref().filter(|text| !text.is_empty()) {
                p { class: "side-message", "{text}" }
            }
            dl { class: "facts facts-device",
                dt { "Address" }
                dd { class: "mono", {place(&shown)} }
                dt { "Transport" }
                dd {
                    {shown.transport.title()}
                    if !shown.transport.is_encrypted() {
                        " "
                        Unencrypted { transport: shown.transport }
                    }
                }
                if let Some(way) = way(&shown) {
                    dt { "Reached" }
                    dd { "{way}" }
                }
                dt { "Platform" }
                dd {
                    {platform_of(titles.as_deref(), &shown)}
                    KeepPlatform { device }
                }
                dt { "Model" }
                dd { {shown.model.as_deref().unwrap_or(unknown)} }
                dt { "Serial" }
                dd { {shown.serial_number.as_deref().unwrap_or(unknown)} }
                dt { "Tags" }
                dd {
                    SimulatedTag { tags: shown.tags.clone() }
                    " {tag_names(&shown.tags)}"
                }
                NewestResult { device }
                if let Some(at) = shown.created_at {
                    dt { "Added" }
                    dd { Time { at } }
                }
            }
            TestConnection { device }
            PlatformPart { device }
            WayPart { device }
            DevicePolicyPart { device }
            ApprovalPart { device, onapprove }
            if shown.transport.is_encrypted() {
                StoredKey { device }
            } else {
                NoHostKey { transport: shown.transport }
            }
            StartupPart { device }
            LastRuns { device }
            Snapshots { device }
            KeptFiles { device }
        }
    }
}

/// A session that signs in and reads no configuration, followed in a dialog.
#[component]
fn TestConnection(device: ReadSignal<Device>) -> Element {
    let workplace = use_workplace();
    let mut open = use_signal(|| false);
    rsx! {
        div { class: "side-actions",
            Button {
                label: "Test connection",
                glyph: Glyph::Reach,
                small: true,
                refused: workplace.refusal(Feature::Trials),
                onclick: move |_| open.set(true),
            }
        }
        if open() {
            TrialDialog {
                input: TrialInput::new(device.read().id, TrialPurpose::Connection),
                onclose: move |()| open.set(false),
            }
        }
    }
}

/// Why there is no host key where the session is not encrypted.
#[component]
fn NoHostKey(transport: Transport) -> Element {
    rsx! {
        section { class: "side-part", aria_label: "Host key",
            h4 { "Host key" }
            p { class: "muted", "None: only SSH has host keys." }
            if let Some(warning) = transport.warning() {
                p { class: "text-warning", "{warning}" }
            }
        }
    }
}

#[component]
fn StoredKey(device: ReadSignal<Device>) -> Element {
    let key = use_query(move || GetHostKey(device.read().id));
    let body = match (key.value(), key.error()) {
        (_, Some(problem)) if problem.code == Code::NotFound => rsx! {
            p { class: "muted", "None stored yet; the first session stores the key the device shows." }
        },
        (_, Some(problem)) if problem.code == Code::NotOffered => rsx! {
            p { class: "muted", "{problem.message}" }
        },
        (None, Some(problem)) => rsx! {
            ReadFailed { problem, onretry: move |()| key.refresh() }
        },
        (None, None) => rsx! {
            SkeletonRows { rows: 1, label: "Loading the host key" }
        },
        (Some(key), _) => rsx! {
            p { class: "mono wraps", "{key.sha256}" }
            p { class: "muted",
                "{key.key_type}, "
                if let Some(user) = &key.trusted_by { "trusted by {user} " } else { "first seen " }
                Time { at: key.first_seen }
            }
            ForgetKey { owner: KeyOwner::Device(device.read().id), name: device.read().hostname.clone() }
        },
    };
    rsx! {
        section { class: "side-part", aria_label: "Host key",
            h4 { "Host key" }
            {body}
        }
    }
}

/// The device's results in its last runs, each with a link to the details.
#[component]
fn LastRuns(device: ReadSignal<Device>) -> Element {
    let results = use_query(move || ListResults {
        size: Some(RUNS),
        device_id: Some(device.read().id),
        ..ListResults::default()
    });
    let retry = move |()| results.refresh();
    rsx! {
        section { class: "side-part", aria_label: "Last runs",
            h4 { "Last runs" }
            match (results.value(), results.error()) {
                (Some(page), stale) => rsx! {
                    if let Some(problem) = stale {
                        StaleNote { problem, at: None, onretry: retry }
                    }
                    if page.items.is_empty() {
                        p { class: "muted", "No runs of this device yet." }
                    }
                    ul { class: "side-list",
                        for result in page.items.iter().cloned() {
                            LastRun { key: "{result.id}", result }
                        }
                    }
                },
                (None, Some(problem)) => rsx! { ReadFailed { problem, onretry: retry } },
                (None, None) => rsx! { SkeletonRows { rows: 2, label: "Loading the runs" } },
            }
        }
    }
}

#[component]
fn LastRun(result: JobResult) -> Element {
    rsx! {
        li {
            if let Some(run_id) = result.run_id {
                Link { class: "grow", to: Route::run_device(run_id, result.device_id), "{result.job_name}" }
            } else {
                span { class: "grow", "{result.job_name}" }
            }
            Time { at: result.result_time }
            ResultTag { result: Some(result.status), cause: result.cause() }
        }
    }
}
