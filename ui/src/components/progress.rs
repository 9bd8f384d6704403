//! The bar of a run: succeeded, failed and left, with the counts beside it in words.

use dioxus::prelude::*;
use netraven_api::runs::Run;

use crate::format;

/// How far a run is and how it went.
#[component]
pub fn OutcomeBar(run: Run, #[props(default)] wide: bool) -> Element {
    let active = run.status.is_active();
    let done = run.succeeded + run.failed;
    // When a run is over, devices can only be left where the server lost their results.
    let untold = if active { 0 } else { (run.devices - done).max(0) };
    let (ok, bad) = shares(run.succeeded, run.failed, run.devices.max(done));
    let said = match (active, untold) {
        (true, _) => format!("{} of {} devices done, {} failed", done, run.devices, run.failed),
        (false, 0) => format!("{} succeeded, {} failed", run.succeeded, run.failed),
        (false, _) => format!("{} succeeded, {} failed, {} without a result", run.succeeded, run.failed, untold),
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
                span { class: "bar-ok", width: "{ok}" }
                span { class: "bar-bad", width: "{bad}" }
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
                    if untold > 0 {
                        ", "
                        span { class: "text-warning", "{format::number(untold)} no result" }
                    }
                }
            }
        }
    }
}

/// The parts of a bar that succeeded and failed, as widths. Of a whole that is done they fill all of it, and neither is too
/// small to be seen.
fn shares(succeeded: i64, failed: i64, whole: i64) -> (String, String) {
    /// Smallest part, in hundredths of a percent.
    const SEEN: i64 = 200;
    let whole = whole.max(1);
    let done = ((succeeded + failed) * 10_000 / whole).clamp(0, 10_000);
    let bad = match (succeeded, failed) {
        (_, 0) => 0,
        (0, _) => done.max(SEEN),
        _ => (failed * 10_000 / whole).max(SEEN).min((done - SEEN).max(SEEN)),
    };
    let ok = (done - bad).max(0);
    let width = |hundredths: i64| format!("{}.{:02}%", hundredths / 100, hundredths % 100);
    (width(ok), width(bad))
}

#[cfg(test)]
mod tests {
    use super::shares;

    #[test]
    fn the_parts_of_what_is_done_fill_the_bar() {
        let widths = |succeeded, failed, whole| {
            let (ok, bad) = shares(succeeded, failed, whole);
            let number = |text: &str| text.trim_end_matches('%').replace('.', "").parse::<i64>().unwrap();
            (number(&ok), number(&bad))
        };
        for (succeeded, failed) in [(5, 2), (4_817, 183), (1, 2), (4_999, 1), (1, 4_999), (7, 0), (0, 7)] {
            let (ok, bad) = widths(succeeded, failed, succeeded + failed);
            assert_eq!(ok + bad, 10_000, "{succeeded} and {failed}");
            assert!((ok > 0) == (succeeded > 0) && (bad > 0) == (failed > 0), "{ok} {bad}");
        }
        assert_eq!(widths(5, 2, 14), (3_572, 1_428), "half of it is done");
        assert_eq!(widths(0, 0, 0), (0, 0));
    }
}
