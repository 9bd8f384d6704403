//! The stages of a session from left to right, the one that broke in red.

use dioxus::prelude::*;
use netraven_api::Open;
use netraven_api::jobs::JobKind;
use netraven_api::native::Feature;
use netraven_api::outcome::Stage;
use netraven_api::runs::{DeviceState, RunDevice};
use serde_json::Value;

use crate::components::{Glyph, Icon};
use crate::state::session::use_workplace;

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Went {
    Well,
    Wrong,
    Now,
    NotYet,
}

impl Went {
    fn as_str(self) -> &'static str {
        match self {
            Went::Well => "well",
            Went::Wrong => "wrong",
            Went::Now => "now",
            Went::NotYet => "not-yet",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Went::Well => "done",
            Went::Wrong => "broke here",
            Went::Now => "now",
            Went::NotYet => "not reached",
        }
    }
}

/// The stages of one device.
#[component]
pub fn Stages(job_type: Open<JobKind>, device: RunDevice) -> Element {
    let reached = device.stage.unwrap_or(Stage::Prepare);
    // Of stages that nobody recorded, only the one that broke is known.
    let unrecorded = use_workplace().refusal(Feature::RunRecords);
    let of_kind = job_type.known().map_or(&Stage::ALL[..], JobKind::stages);
    let shown: Vec<Stage> = Stage::ALL
        .into_iter()
        .filter(|stage| unrecorded.is_none() || device.stage == Some(*stage))
        .filter(|stage| match stage {
            Stage::Prepare => reached == Stage::Prepare && device.state != DeviceState::Success,
            Stage::Reach => true,
            other => of_kind.contains(other) || *other == reached,
        })
        .collect();
    let timings = device.details.as_ref().and_then(|details| details.get("timings")).cloned().unwrap_or(Value::Null);
    if shown.is_empty() {
        return rsx! {};
    }
    rsx! {
        ol { class: "steps", aria_label: "Stages", title: unrecorded,
            for stage in shown {
                {
                    let went = went(stage, reached, device.state);
                    // A later stage may have begun for an earlier command; what counts is where it broke.
                    let took = timing(&timings, stage).filter(|_| went != Went::NotYet);
                    let small = took.unwrap_or_else(|| went.word().to_owned());
                    let spoken = went.word();
                    rsx! {
                        li { key: "{stage.as_str()}", class: "step", "data-state": "{went.as_str()}",
                            span { class: "step-mark",
                                match went {
                                    Went::Well => rsx! { Icon { glyph: Glyph::Check, size: 11 } },
                                    Went::Wrong => rsx! { Icon { glyph: Glyph::Cross, size: 11 } },
                                    Went::Now => rsx! { Icon { glyph: Glyph::Spinner, size: 11, class: "spin" } },
                                    Went::NotYet => rsx! {},
                                }
                            }
                            span { class: "step-name", "{stage.title()}" }
                            if went == Went::Wrong || small == spoken {
                                small { "{spoken}" }
                            } else {
                                small { "{small}" }
                                span { class: "sr-only", "{spoken}" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn went(stage: Stage, reached: Stage, state: DeviceState) -> Went {
    match state {
        DeviceState::Success => Went::Well,
        DeviceState::Queued => Went::NotYet,
        _ if stage < reached => Went::Well,
        _ if stage > reached => Went::NotYet,
        DeviceState::Running => Went::Now,
        DeviceState::NoResult => Went::NotYet,
        DeviceState::Failure | DeviceState::Cancelled => Went::Wrong,
    }
}

fn timing(timings: &Value, stage: Stage) -> Option<String> {
    let entry =
        timings.as_array()?.iter().find(|entry| entry.get("stage").and_then(Value::as_str) == Some(stage.as_str()))?;
    let ms = entry.get("ms").and_then(Value::as_f64)?;
    Some(if ms < 1000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1000.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_before_the_broken_stage_went_well() {
        let of = |stage| went(stage, Stage::SignIn, DeviceState::Failure);
        assert_eq!((of(Stage::HostKey), of(Stage::SignIn), of(Stage::Read)), (Went::Well, Went::Wrong, Went::NotYet));
        assert_eq!(went(Stage::Record, Stage::Read, DeviceState::Success), Went::Well);
    }
}
