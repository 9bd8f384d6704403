//! How long a run took, or has been going on, beside how long its job usually takes.

use dioxus::prelude::*;
use netraven_api::runs::Run;

use crate::estimate::left;
use crate::format::{duration, seconds_between};
use crate::state::moment::use_moment;

/// A difference smaller than this is not worth a word.
const NOTABLE_SECONDS: i64 = 5;

/// The duration of a run; redrawn every second while it is going on. Where it is `roomy`, the remaining time is spelled out.
#[component]
pub fn RunDuration(run: Run, #[props(default)] roomy: bool) -> Element {
    let moment = use_moment();
    let Some(started) = run.started_at else {
        return rsx! {
            span { class: "muted", "–" }
        };
    };
    #[expect(clippy::cast_possible_truncation, reason = "seconds of a run")]
    let usual = run.usual_seconds.map(|seconds| seconds.round() as i64);
    if run.status.is_active() {
        let gone = seconds_between(started, moment.now());
        return rsx! {
            span { title: usual.map(|usual| format!("usually {}", duration(usual))),
                {duration(gone)}
                if let Some(left) = left(&run, gone) {
                    span { class: "muted", title: "{left.words()}", " · " {if roomy { left.words() } else { left.brief() }} }
                }
            }
        };
    }
    let Some(finished) = run.finished_at else {
        return rsx! {
            span { class: "muted", "–" }
        };
    };
    let took = seconds_between(started, finished);
    let Some(usual) = usual else {
        return rsx! {
            span { {duration(took)} }
        };
    };
    let over = Some(took - usual).filter(|over| *over >= NOTABLE_SECONDS && *over * 10 >= took);
    let said = over.map_or_else(
        || format!("usually {}", duration(usual)),
        |over| {
            format!("{} longer than usual", if over < 120 { format!("{over} s") } else { format!("{} min", over / 60) })
        },
    );
    rsx! {
        span { class: if over.is_some() { "text-warning" }, title: "{said}", {duration(took)} }
        span { class: "muted", " / {duration(usual)}" }
    }
}
