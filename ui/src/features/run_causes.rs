//! Why devices of a run failed: grouped by cause, each group with the one useful next step.

use dioxus::prelude::*;
use netraven_api::native::Feature;
use netraven_api::outcome::Cause as DeviceCause;
use netraven_api::runs::{Again, CauseCount, Run};

use crate::components::{Button, Glyph, Icon};
use crate::features::actions::{ONE_AT_A_TIME, use_run_job};
use crate::features::remedy::Remedy;
use crate::format;
use crate::route::Route;
use crate::state::session::use_workplace;
use crate::state::steady::{use_order_seen, use_pointing};

/// The causes of a run. On the run's `own` page there is no way to it.
#[component]
pub fn RunCauses(run: Run, #[props(default)] own: bool) -> Element {
    let helped: Vec<CauseCount> = run.causes.iter().filter(|group| group.cause.retry_may_help()).cloned().collect();
    let devices = helped.iter().map(|group| group.devices).sum::<i64>();
    let causes = i64::try_from(run.causes.len()).unwrap_or_default();
    // A cause that joins stands behind the others, however many devices it has; in a table it waits for the pointer to leave.
    let held = use_pointing().is_on() && !own;
    let now: Vec<DeviceCause> = run.causes.iter().map(|group| group.cause).collect();
    let seen = use_order_seen(run.id, &now, held);
    let groups: Vec<CauseCount> =
        seen.iter().filter_map(|cause| run.causes.iter().find(|group| group.cause == *cause)).cloned().collect();
    let failed = format!("{} failed: {}", format::number(run.failed), format::count(causes, "cause"));
    rsx! {
        div { class: "causes", role: "group", aria_label: "Why devices failed",
            if let Some(message) = run.message.as_ref() {
                p { class: "cause-message",
                    Icon { glyph: Glyph::Info, size: 14 }
                    "{message}"
                }
            }
            if causes > 0 {
                div { class: "cause-head",
                    b { "{failed}" }
                    if devices > 0 {
                        Retry {
                            run: run.clone(),
                            label: format!("Retry {} retryable", format::number(devices)),
                            which: Again::causes(helped.iter().map(|group| group.cause).collect()),
                        }
                    } else {
                        span { class: "muted", "A retry will not fix any of them." }
                    }
                }
            }
            for group in groups {
                Cause { key: "{group.cause.as_str()}", run: run.clone(), group }
            }
            if !own {
                div { class: "cause-foot",
                    Link { class: "btn btn-text btn-sm", to: Route::run(run.id), "Open this run" }
                }
            }
        }
    }
}

#[component]
fn Cause(run: Run, group: CauseCount) -> Element {
    let cause = group.cause;
    let devices = format::number(group.devices);
    rsx! {
        div { class: "cause",
            Icon { glyph: Glyph::Cross, size: 15, class: "text-danger" }
            b { "{cause.title()}" }
            span { {format::count(group.devices, "device")} }
            span { class: "cause-advice",
                {advice(cause)}
            }
            span { class: "cause-do",
              Remedy { cause }
              if cause.retry_may_help() {
                Retry {
                    run: run.clone(),
                    label: "Retry {devices}",
                    named: "Retry {devices}: {cause.title()}",
                    which: Again::causes(vec![cause]),
                }
            } else {
                Link {
                    class: "btn btn-outline btn-sm",
                    to: Route::failed_by(run.id, cause),
                    if group.devices == 1 { "Show the device" } else { "Show the devices" }
                }
              }
            }
        }
    }
}

/// Runs some devices of a run again, unless something is in the way, which it then says.
#[component]
fn Retry(run: Run, label: String, named: Option<String>, which: Again) -> Element {
    let (start, workplace) = (use_run_job(), use_workplace());
    let (run_id, active) = (run.id, run.status.is_active());
    rsx! {
        Button {
            label,
            named,
            small: true,
            glyph: Glyph::Again,
            busy: start.busy(),
            refused: workplace.refusal(Feature::RunSome).or_else(|| active.then(|| ONE_AT_A_TIME.to_owned())),
            onclick: move |_| start.again(run_id, which.clone()),
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
