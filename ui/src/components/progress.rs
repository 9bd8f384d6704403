//! The bar of a run: succeeded, failed and left, with the counts beside it in words.

use dioxus::prelude::*;
use netraven_api::runs::Run;

use crate::format;

/// How far a run is and how it went.
#[component]
pub fn OutcomeBar(run: Run, #[props(default)] wide: bool) -> Element {
    let whole = run.devices.max(1);
    let done = run.succeeded + run.failed;
    let ok = run.succeeded * 100 / whole;
    let bad = if run.failed > 0 { (run.failed * 100 / whole).max(2) } else { 0 };
    let active = run.status.is_active();
    let said = if active {
        format!("{} of {} devices done, {} failed", done, run.devices, run.failed)
    } else {
        format!("{} succeeded, {} failed", run.succeeded, run.failed)
    };
    rsx! {
        span { class: "outcome",
            span {
                class: if wide { "bar bar-wide" } else { "bar" },
                role: "progressbar",
                aria_label: "Devices done",
                aria_valuemin: "0",
                aria_valuemax: "{run.devices}",
                aria_valuenow: "{done}",
                aria_valuetext: "{said}",
                span { class: "bar-ok", width: "{ok}%" }
                span { class: "bar-bad", width: "{bad}%" }
            }
            span { class: "outcome-words",
                if run.devices == 0 {
                    "no devices"
                } else if active {
                    "{format::number(done)} of {format::number(run.devices)}"
                    if run.failed > 0 {
                        ", "
                        span { class: "text-danger", "{format::number(run.failed)} failed" }
                    }
                } else {
                    "{format::number(run.succeeded)} ok"
                    if run.failed > 0 {
                        ", "
                        span { class: "text-danger", "{format::number(run.failed)} failed" }
                    }
                }
            }
        }
    }
}
