//! One platform explained beside the list: what is sent, what is recognised, and the text of its file.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::DeviceId;
use netraven_api::native::Feature;
use netraven_api::platforms::{GetPlatform, Platform, PlatformCommand, PlatformDetails, Platforms};
use netraven_api::problem::Code;
use netraven_api::trials::{TrialInput, TrialPurpose};

use super::copy::duplicate;
use super::draft::PlatformDraft;
use super::table::{DeviceCount, EvidenceTag, source_word};
use super::{PlatformActions, may_not_change};
use crate::components::{Button, ButtonKind, Glyph, ReadFailed, SkeletonRows, StaleNote, Time};
use crate::data::use_query;
use crate::dom;
use crate::features::device_field::DeviceField;
use crate::features::trial::TrialDialog;
use crate::format;
use crate::route::Route;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// The panel of a platform.
#[component]
pub fn PlatformPanel(
    platform: ReadSignal<Platform>,
    known: Rc<Platforms>,
    actions: PlatformActions,
    onclose: EventHandler<()>,
) -> Element {
    let details = use_query(move || GetPlatform { name: platform.read().name.clone() });
    let retry = move |()| details.refresh();
    let shown = platform.read().clone();
    rsx! {
        aside { class: "side", aria_label: "Selected platform",
            div { class: "side-head",
                h3 { "{shown.title}" }
                Button {
                    label: "Close",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Cross,
                    icon_only: true,
                    small: true,
                    onclick: move |_| onclose.call(()),
                }
            }
            dl { class: "facts facts-platform",
                dt { "Name" }
                dd { class: "mono", "{shown.name}" }
                dt { "Vendor" }
                dd { "{shown.vendor}" }
                dt { "Source" }
                dd { {source_word(shown.source)} }
                if let Some(file) = &shown.file {
                    dt { "File" }
                    dd { class: "mono wraps", "{file}" }
                }
                if let Some(saved) = shown.saved.clone() {
                    dt { "Saved" }
                    dd { class: "wraps",
                        "by {saved.changed_by}, "
                        Time { at: saved.changed_at }
                        ", with {format::count(saved.recordings, \"recording\")}"
                    }
                    if shown.file.is_some() {
                        dt { "In use" }
                        dd { class: "wraps text-warning", "This server uses the file, not what was saved." }
                    }
                }
                if let Some(extends) = &shown.extends {
                    dt { "Extends" }
                    dd { class: "mono", "{extends}" }
                }
                dt { "Evidence" }
                dd { EvidenceTag { evidence: shown.evidence } }
                dt { "Devices" }
                dd { DeviceCount { name: shown.name.clone(), devices: shown.devices } }
            }
            match (details.value(), details.error()) {
                (Some(found), stale) => rsx! {
                    if let Some(problem) = stale {
                        StaleNote { problem, at: details.at(), onretry: retry }
                    }
                    TryOnDevice { text: found.text.clone() }
                    Commands { commands: found.commands.clone() }
                    Recognised { found: found.clone() }
                    FileText { text: found.text.clone(), platform: shown.clone(), known, actions }
                },
                (None, Some(problem)) if matches!(problem.code, Code::Forbidden | Code::NotOffered) => rsx! {
                    p { class: "muted", "{problem.message}" }
                },
                (None, Some(problem)) => rsx! { ReadFailed { problem, onretry: retry } },
                (None, None) => rsx! { SkeletonRows { rows: 6, label: "Loading the platform" } },
            }
        }
    }
}

/// Tries this platform, as its file is now, on a device that is chosen here. The device keeps its own.
#[component]
fn TryOnDevice(text: String) -> Element {
    let workplace = use_workplace();
    let mut chosen = use_signal(|| None::<DeviceId>);
    let denied = "Only admins may try a platform on a device: its file decides what is sent there.".to_owned();
    let refused = workplace.refusal(Feature::Trials).or_else(|| (!workplace.is_admin()).then_some(denied));
    rsx! {
        section { class: "side-part", aria_label: "Try on a device",
            h4 { "Try on a device" }
            if let Some(reason) = refused {
                p { class: "muted", "{reason}" }
            } else {
                p { class: "muted",
                    "Reads it twice with this platform. Nothing is stored, and the device keeps its own platform."
                }
                DeviceField { id: "try-device", onchoose: move |device| chosen.set(Some(device)) }
            }
        }
        if let Some(device) = chosen() {
            TrialDialog {
                input: TrialInput { platform: Some(text), ..TrialInput::new(device, TrialPurpose::Backup) },
                onclose: move |()| chosen.set(None),
            }
        }
    }
}

#[component]
fn Commands(commands: Vec<PlatformCommand>) -> Element {
    rsx! {
        section { class: "side-part", aria_label: "Commands",
            h4 { "Commands" }
            ul { class: "side-list",
                for (index, command) in commands.into_iter().enumerate() {
                    li { key: "{index}",
                        span { class: "mono wraps grow", "{command.send}" }
                        span { class: "muted wraps", {about(&command)} }
                    }
                }
            }
        }
    }
}

/// What a command is for, and what is sent if the device refuses it.
fn about(command: &PlatformCommand) -> String {
    let purpose = command.purpose.title();
    match command.or_else.as_slice() {
        [] => purpose.to_owned(),
        others => format!("{purpose}; if refused: {}", others.join(", ")),
    }
}

#[component]
fn Recognised(found: Rc<PlatformDetails>) -> Element {
    let rules = |count: i64| format::count(count, "rule");
    let joined = |commands: &[String]| if commands.is_empty() { "none".to_owned() } else { commands.join(", ") };
    let prompt = found.prompt.clone().unwrap_or_else(|| "none: nothing is typed into a shell".to_owned());
    rsx! {
        section { class: "side-part", aria_label: "Session",
            h4 { "Session" }
            dl { class: "facts facts-platform",
                dt { "Prompt" }
                dd { class: "mono wraps", "{prompt}" }
                if let Some(privileged) = &found.privileged {
                    dt { "Privileged" }
                    dd { class: "mono wraps", "{privileged}" }
                }
                dt { "Privilege" }
                dd { class: "mono wraps", {joined(&found.privilege)} }
                dt { "Paging off" }
                dd { class: "mono wraps", {joined(&found.paging_off)} }
                dt { "Pager" }
                dd { "{format::count(found.pagers, \"pattern\")}" }
                dt { "Hidden" }
                dd { "{rules(found.secrets)} for secrets" }
                dt { "Left out" }
                dd { "{rules(found.volatile)} for lines that are not stored" }
                dt { "Not compared" }
                dd { "{rules(found.unstable)} for lines that are stored" }
            }
        }
    }
}

/// The text of a platform's file, and what can be done with it.
#[component]
fn FileText(text: String, platform: Platform, known: Rc<Platforms>, actions: PlatformActions) -> Element {
    let notices = use_notices();
    let copy = use_callback(move |(text, done): (String, String)| {
        spawn(async move {
            if dom::copy(&text).await {
                notices.done(done);
            } else {
                notices.wrong("The clipboard is not available. Mark the text and copy it with Ctrl C.");
            }
        });
    });
    let refused = may_not_change();
    let is_file_alone = platform.file.is_some() && platform.saved.is_none();
    let elsewhere = is_file_alone
        .then(|| "This platform is a file in the server's folder: change it there, or duplicate it.".to_owned());
    let (whole, copied) = (text.clone(), format!("The file of {} was copied.", platform.title));
    let (twin, _) = duplicate(&text, &platform, &known.items);
    let (first, saved, deleted) = (text.clone(), platform.saved.clone(), platform.saved.clone());
    let exported = (platform.name.clone(), text.clone(), platform.saved.clone());
    rsx! {
        section { class: "side-part", aria_label: "Definition",
            h4 { "Definition" }
            div { class: "side-actions",
                Link { class: "btn btn-outline btn-sm", to: Route::prompt_lab_for(&platform.name), "Open in the prompt lab" }
                Button {
                    label: "Copy",
                    glyph: Glyph::Copy,
                    small: true,
                    onclick: move |_| copy.call((whole.clone(), copied.clone())),
                }
                Button {
                    label: "Duplicate",
                    glyph: Glyph::Plus,
                    small: true,
                    refused: refused.clone(),
                    onclick: move |_| actions.edit.call(PlatformDraft::new(twin.clone())),
                }
                Button {
                    label: "Edit",
                    glyph: Glyph::Edit,
                    small: true,
                    refused: refused.clone().or(elsewhere),
                    onclick: move |_| match &saved {
                        Some(saved) => actions.change.call(saved.name.clone()),
                        None => actions.edit.call(PlatformDraft::new(first.clone())),
                    },
                }
                Button {
                    label: "Export",
                    glyph: Glyph::Download,
                    small: true,
                    onclick: move |_| actions.export.call(exported.clone()),
                }
                if let Some(saved) = deleted {
                    Button {
                        label: "Delete",
                        glyph: Glyph::Trash,
                        small: true,
                        refused,
                        onclick: move |_| actions.delete.call(saved.clone()),
                    }
                }
            }
            p { class: "muted",
                "Duplicate begins a platform with a name of its own. A built-in platform that is edited is replaced by what is saved."
            }
            pre { class: "code-block mono", tabindex: "0", aria_label: "Text of the file", "{text}" }
        }
    }
}
