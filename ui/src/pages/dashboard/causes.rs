//! Why a run failed: its devices grouped by cause, each group with the one useful next step.

use dioxus::prelude::*;
use netraven_api::outcome::Cause as DeviceCause;
use netraven_api::runs::{CauseCount, Run};

use crate::components::{Button, Glyph, Icon};
use crate::format;
use crate::pages::actions::use_run_job;
use crate::route::Route;

/// The causes of a run.
#[component]
pub fn RunCauses(run: Run) -> Element {
    rsx! {
        div { class: "causes",
            if let Some(message) = &run.message {
                p { class: "cause-message",
                    Icon { glyph: Glyph::Info, size: 14 }
                    "{message}"
                }
            }
            for group in run.causes.iter().cloned() {
                Cause { key: "{group.cause.as_str()}", run: run.clone(), group }
            }
            div { class: "cause-foot",
                Link { class: "btn btn-text btn-sm", to: Route::run(run.id), "Open this run" }
            }
        }
    }
}

#[component]
fn Cause(run: Run, group: CauseCount) -> Element {
    let start = use_run_job();
    let cause = group.cause;
    let retry = cause.retry_may_help();
    let job_id = run.job_id;
    rsx! {
        div { class: "cause",
            Icon { glyph: Glyph::Cross, size: 15, class: "text-danger" }
            b { "{cause.title()}" }
            span { {format::count(group.devices, "device")} }
            span { class: "cause-advice",
                {advice(cause)}
            }
            if retry {
                Button {
                    label: "Run again",
                    small: true,
                    glyph: Glyph::Again,
                    busy: start.busy(),
                    disabled: run.status.is_active(),
                    onclick: move |_| start.start(job_id),
                }
            } else {
                Link {
                    class: "btn btn-outline btn-sm",
                    to: Route::RunPage { id: run.id, cause: cause.as_str().to_owned() },
                    if group.devices == 1 { "Show the device" } else { "Show the devices" }
                }
            }
        }
    }
}

/// The next step, and whether a retry has a chance, unless the advice says so itself.
fn advice(cause: DeviceCause) -> String {
    let said = cause.advice();
    if said.contains("retry") {
        said.to_owned()
    } else if cause.retry_may_help() {
        format!("A retry may help. {said}")
    } else {
        format!("A retry will not help. {said}")
    }
}
