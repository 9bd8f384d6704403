//! The prompt lab: what each line of a terminal log is taken for while the platform file beside it is typed. Nothing of
//! either leaves the web view.

use std::collections::BTreeMap;

use dioxus::prelude::*;
use netraven_api::native::{Feature, Native, PickedFile};
use netraven_api::platforms::{AUTO, GetPlatform, ListPlatforms, Platforms};
use netraven_api::runs::RunDevice;
use netraven_platforms::Registry;

use crate::address::{Addressed as _, use_address};
use crate::components::{Button, Crumb, Glyph, PageHeader, Panel, ReadFailed, TextAreaField};
use crate::data::{Query, use_api, use_query_maybe};
use crate::dom;
use crate::format;
use crate::route::Route;
use crate::section::Section;
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

mod file;
mod lines;
mod pattern;
mod state;
pub mod view;

use file::FileSide;
use lines::{Legend, Lines};
use state::{MOST_LINES, PromptLab, Verdict, use_prompt_lab, use_verdict};
use view::PromptLabView;

/// The page's name.
const NAME: &str = "Prompt lab";

/// The page. `view` is which platform and which session it was opened with, as its address has it.
#[component]
pub fn PromptLabPage(view: ReadSignal<String>) -> Element {
    let workplace = use_workplace();
    let mut chosen = use_store(|| PromptLabView::of_address(&view.peek()));
    use_address(chosen, view, |view| Route::PromptLabPage { view });
    let lab = use_prompt_lab();
    let offered = move || workplace.refusal(Feature::PlatformFiles).is_none();
    let listed = use_query_maybe(move || offered().then_some(ListPlatforms));
    let own = use_query_maybe(move || own_file(chosen.read().name(), &listed));
    let extended = use_query_maybe(move || {
        let known = listed.value()?;
        let child = known.items.iter().find(|platform| platform.custom && platform.name == chosen.read().name())?;
        own_file(child.extends.as_ref().filter(|name| **name != child.name)?, &listed)
    });
    use_effect(move || {
        let name = chosen.read().name().to_owned();
        let is_own = match (listed.value(), listed.error()) {
            _ if !offered() => Some(false),
            (Some(_), _) => Some(own_file(&name, &listed).is_some()),
            (None, Some(_)) => Some(false),
            (None, None) => None,
        };
        let text = match is_own {
            Some(true) => own.value().map(|details| details.text.clone()),
            Some(false) => Registry::built_in().text(&name).map(str::to_owned),
            None => None,
        };
        if let Some(text) = text {
            lab.take_file(&name, text);
        }
    });
    let session = use_query_maybe(move || chosen.read().session());
    use_effect(move || {
        if let Some(device) = session.value() {
            take_session(lab, chosen, &device);
        }
    });
    let others = use_memo(move || {
        let details = [own.value(), extended.value()].into_iter().flatten();
        details.map(|details| (details.name.clone(), details.text.clone())).collect::<BTreeMap<String, String>>()
    });
    let verdict = use_verdict(lab, others);
    let failed = own.error();
    rsx! {
        PageHeader { title: NAME, crumbs: Section::Platforms.crumbs_to([Crumb::here(NAME)]),
            OpenFile { lab, chosen }
            CopyFile { lab }
        }
        Panel {
            div { class: "prompt-lab",
                section { class: "prompt-lab-side", aria_label: "Log",
                    if let Some(problem) = session.error() {
                        ReadFailed { problem, onretry: move |()| session.refresh() }
                    }
                    LogSide { lab, verdict: verdict.read().clone() }
                }
                section { class: "prompt-lab-side", aria_label: "Platform file",
                    if let Some(problem) = failed {
                        ReadFailed { problem, onretry: move |()| own.refresh() }
                    }
                    FileSide {
                        lab,
                        platform: chosen.read().name().to_owned(),
                        listed: listed.value(),
                        verdict: verdict.read().clone(),
                        onchoose: move |name| chosen.write().platform = name,
                    }
                    Legend { explained: verdict.read().explained.clone() }
                }
            }
        }
    }
}

/// The request for the file of a platform, where that is one of the server's own.
fn own_file(name: &str, listed: &Query<Platforms>) -> Option<GetPlatform> {
    let known = listed.value()?;
    let is_own = known.items.iter().any(|platform| platform.custom && platform.name == name);
    is_own.then(|| GetPlatform { name: name.to_owned() })
}

/// Takes the transcript of a session, and its platform where none was chosen.
fn take_session(lab: PromptLab, mut chosen: Store<PromptLabView>, device: &RunDevice) {
    let view = chosen.peek().clone();
    let (Some(run_id), Some(device_id)) = (view.run, view.device) else { return };
    let evidence = device.details.as_deref().cloned().unwrap_or_default();
    if !lab.take_session(run_id, device_id, &evidence) || !view.platform.is_empty() {
        return;
    }
    let platform = evidence.platform.unwrap_or_else(|| device.device_type.clone());
    if platform != AUTO {
        chosen.write().platform = platform;
    }
}

#[component]
fn LogSide(lab: PromptLab, verdict: Verdict) -> Element {
    rsx! {
        TextAreaField {
            id: "prompt-lab-log",
            label: "Terminal log",
            value: lab.log(),
            hint: "Paste what a terminal showed, from a prompt to the next. It is not sent anywhere.",
            oninput: move |text| lab.type_log(text),
        }
        if verdict.left_out > 0 {
            p { class: "muted",
                {format::count(i64::try_from(verdict.left_out).unwrap_or(i64::MAX), "line")}
                " at the start left out: the last {MOST_LINES} are explained."
            }
        }
        Lines { explained: verdict.explained.filter(|_| !lab.log().trim().is_empty()) }
    }
}

/// The button that opens a recording or a log.
#[component]
fn OpenFile(lab: PromptLab, mut chosen: Store<PromptLabView>) -> Element {
    let (api, notices) = (use_api(), use_notices());
    let open = move |_| {
        let api = api.clone();
        spawn(async move {
            let wish = Native::PickFile {
                title: "Choose a recording or a terminal log".into(),
                extensions: ["toml", "txt", "log"].map(str::to_owned).to_vec(),
            };
            let picked = match api.ask::<Option<PickedFile>>(wish).await {
                Ok(None) => return,
                Ok(Some(picked)) => picked,
                Err(problem) => return notices.wrong(problem.message),
            };
            if !picked.name.ends_with(".toml") {
                return lab.type_log(picked.text);
            }
            match lab.take_recording(&picked.text) {
                Ok(platform) => chosen.write().platform = platform,
                Err(wrong) => notices.wrong(format!("{} is not a recording: {wrong}.", picked.name)),
            }
        });
    };
    rsx! {
        Button { label: "Open a file", glyph: Glyph::Upload, onclick: open }
    }
}

/// The button that copies the text of the platform file.
#[component]
fn CopyFile(lab: PromptLab) -> Element {
    let notices = use_notices();
    let copy = move |_| {
        let text = lab.file();
        spawn(async move {
            if dom::copy(&text).await {
                notices.done("The platform file was copied. Save it in the server's folder of platforms.");
            } else {
                notices.wrong("The clipboard is not available. Mark the text and copy it with Ctrl C.");
            }
        });
    };
    rsx! {
        Button { label: "Copy the platform file", glyph: Glyph::Copy, onclick: copy }
    }
}
