//! The stages of a session from left to right, the one that broke in red. What was recorded decides which of them there were.

use std::cmp::Ordering;
use std::time::Duration;

use dioxus::prelude::*;
use netraven_api::Open;
use netraven_api::jobs::JobKind;
use netraven_api::native::Feature;
use netraven_api::outcome::Stage;
use netraven_api::runs::{DeviceState, RunDevice};

use crate::components::{Glyph, Icon};
use crate::format;
use crate::state::session::use_workplace;

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StageStatus {
    Well,
    Wrong,
    /// The device was cancelled while it was in it.
    Cancelled,
    Now,
    /// The work is past it; the result will show whether it was needed.
    NotTold,
    NotYet,
}

impl StageStatus {
    fn as_str(self) -> &'static str {
        match self {
            StageStatus::Well => "well",
            StageStatus::Wrong => "wrong",
            StageStatus::Cancelled => "cancelled",
            StageStatus::Now => "now",
            StageStatus::NotTold => "not-told",
            StageStatus::NotYet => "not-yet",
        }
    }

    fn word(self) -> &'static str {
        match self {
            StageStatus::Well => "done",
            StageStatus::Wrong => "failed here",
            StageStatus::Cancelled => "cancelled here",
            StageStatus::Now => "now",
            StageStatus::NotTold => "not reported yet",
            StageStatus::NotYet => "not reached",
        }
    }
}

/// A stage as it is drawn.
#[derive(Debug, PartialEq)]
struct ShownStage {
    stage: Stage,
    name: &'static str,
    status: StageStatus,
    /// How long it took, where that was recorded and says something.
    took: Option<String>,
}

/// The stages of one device.
#[component]
pub fn Stages(job_type: Open<JobKind>, device: RunDevice) -> Element {
    let unrecorded = use_workplace().refusal(Feature::RunRecords);
    let mut shown = shown(&job_type, &device);
    // Of stages that nobody recorded, only the one that broke is known.
    shown.retain(|shown| unrecorded.is_none() || device.stage == Some(shown.stage));
    if shown.is_empty() {
        return rsx! {};
    }
    rsx! {
        ol { class: "steps", aria_label: "Stages", title: unrecorded,
            for ShownStage { stage, name, status, took } in shown {
                li { key: "{stage.as_str()}", class: "step", "data-state": "{status.as_str()}",
                    span { class: "step-mark",
                        match status {
                            StageStatus::Well => rsx! { Icon { glyph: Glyph::Check, size: 11 } },
                            StageStatus::Wrong => rsx! { Icon { glyph: Glyph::Cross, size: 11 } },
                            StageStatus::Now => rsx! { Icon { glyph: Glyph::Spinner, size: 11, class: "spin" } },
                            StageStatus::Cancelled | StageStatus::NotTold | StageStatus::NotYet => rsx! {},
                        }
                    }
                    span { class: "step-name", "{name}" }
                    if let Some(took) = took {
                        small { "{took}" }
                        span { class: "sr-only", {status.word()} }
                    } else {
                        small { {status.word()} }
                    }
                }
            }
        }
    }
}

/// The stages that are known of, in their order.
fn shown(job_type: &Open<JobKind>, device: &RunDevice) -> Vec<ShownStage> {
    let reached = device.stage.unwrap_or(Stage::Prepare);
    let of_kind = job_type.known().map_or(&Stage::ALL[..], JobKind::stages);
    let times = times(device);
    let is_drawn = |stage: &Stage| match stage {
        Stage::Prepare => reached == Stage::Prepare && device.state != DeviceState::Success,
        Stage::Reach => true,
        // What a transport does not have was neither done nor left out.
        other => (of_kind.contains(other) && device.transport.has_stage(*other)) || *other == reached,
    };
    let of = |stage: Stage| {
        let time = times.iter().find(|(timed, _)| *timed == stage).map(|(_, took)| *took);
        let status = status(stage, reached, device.state, &times)?;
        let took = time.filter(|_| status == StageStatus::Well).map(duration);
        Some(ShownStage { stage, name: format::stage(stage, job_type), status, took })
    };
    Stage::ALL.into_iter().filter(is_drawn).filter_map(of).collect()
}

/// How a stage went; nothing where it was not seen, as a privileged mode on a platform that has none.
fn status(stage: Stage, reached: Stage, state: DeviceState, times: &[(Stage, u64)]) -> Option<StageStatus> {
    let is_timed = times.iter().any(|(timed, _)| *timed == stage);
    match (state, stage.cmp(&reached)) {
        (DeviceState::NoResult, _) => None,
        (DeviceState::Queued, _) => Some(StageStatus::NotYet),
        (DeviceState::Success, order) => (is_timed || order == Ordering::Equal).then_some(StageStatus::Well),
        (DeviceState::Running, Ordering::Equal) => Some(StageStatus::Now),
        (DeviceState::Failure, Ordering::Equal) => Some(StageStatus::Wrong),
        (DeviceState::Cancelled, Ordering::Equal) => Some(StageStatus::Cancelled),
        (_, Ordering::Less) if is_timed => Some(StageStatus::Well),
        (DeviceState::Running, Ordering::Less) => Some(StageStatus::NotTold),
        (_, Ordering::Less) => None,
        (DeviceState::Running, Ordering::Greater) => Some(StageStatus::NotYet),
        // A later stage may have begun for an earlier command; what counts is where it broke. Without any times nobody knows.
        (DeviceState::Failure | DeviceState::Cancelled, Ordering::Greater) => {
            (!times.is_empty()).then_some(StageStatus::NotYet)
        }
    }
}

/// The stages whose time was recorded, with their milliseconds.
fn times(device: &RunDevice) -> Vec<(Stage, u64)> {
    let timings = device.details.iter().flat_map(|evidence| &evidence.timings);
    timings.filter_map(|timed| Some((timed.stage.known()?, timed.ms))).collect()
}

fn duration(ms: u64) -> String {
    if ms < 1_000 { format!("{ms} ms") } else { format!("{:.1} s", Duration::from_millis(ms).as_secs_f64()) }
}

#[cfg(test)]
mod tests {
    use netraven_api::Transport;
    use serde_json::{Value, json};

    use super::*;

    fn device(state: DeviceState, stage: Option<Stage>, timed: &[&str]) -> RunDevice {
        let timings: Vec<Value> = timed.iter().map(|stage| json!({"stage": stage, "ms": 7})).collect();
        serde_json::from_value(json!({
            "device_id": 9, "hostname": "r1", "address": "10.0.0.9", "device_type": "juniper_junos", "state": state, "stage": stage,
            "cause": null, "message": null, "attempt": 1, "worker": null, "started_at": null, "finished_at": null,
            "result_id": null, "changed": null, "snapshot_id": null, "details": {"timings": timings}
        }))
        .unwrap()
    }

    fn of(kind: JobKind, device: &RunDevice) -> Vec<(Stage, StageStatus)> {
        shown(&kind.into(), device).into_iter().map(|shown| (shown.stage, shown.status)).collect()
    }

    #[test]
    fn only_what_was_recorded_is_done() {
        let backup = |state, stage, timed: &[&str]| of(JobKind::ConfigBackup, &device(state, Some(stage), timed));
        let seen = ["reach", "key_exchange", "read"];
        let read = [
            (Stage::Reach, StageStatus::Well),
            (Stage::KeyExchange, StageStatus::Well),
            (Stage::Read, StageStatus::Well),
        ];
        let done = backup(DeviceState::Success, Stage::Record, &seen);
        assert_eq!(done, [&read[..], &[(Stage::Record, StageStatus::Well)]].concat());
        let broke = backup(DeviceState::Failure, Stage::ProveComplete, &seen);
        assert_eq!(
            broke,
            [&read[..], &[(Stage::ProveComplete, StageStatus::Wrong), (Stage::Record, StageStatus::NotYet)]].concat()
        );
        // Rows from before times were recorded show where it ended, and no more.
        assert_eq!(backup(DeviceState::Success, Stage::Record, &[]), [(Stage::Record, StageStatus::Well)]);
        assert_eq!(backup(DeviceState::Failure, Stage::Read, &[]), [(Stage::Read, StageStatus::Wrong)]);
        assert_eq!(backup(DeviceState::Cancelled, Stage::Read, &[]), [(Stage::Read, StageStatus::Cancelled)]);
        assert!(of(JobKind::ConfigBackup, &device(DeviceState::Success, None, &[])).is_empty());
    }

    #[test]
    fn what_a_device_under_way_has_passed_is_not_told_yet() {
        let running = device(DeviceState::Running, Some(Stage::Read), &[]);
        let status = of(JobKind::ConfigBackup, &running);
        assert_eq!(status.iter().filter(|(_, status)| *status == StageStatus::NotTold).count(), 7);
        assert_eq!(
            status[7..],
            [
                (Stage::Read, StageStatus::Now),
                (Stage::ProveComplete, StageStatus::NotYet),
                (Stage::Record, StageStatus::NotYet)
            ]
        );
        let waiting = of(JobKind::ConfigBackup, &device(DeviceState::Queued, None, &[]));
        assert!(waiting.iter().all(|(_, status)| *status == StageStatus::NotYet) && waiting.len() == 11, "{waiting:?}");
    }

    #[test]
    fn a_session_over_telnet_has_no_stages_of_ssh() {
        let of_ssh = [Stage::KeyExchange, Stage::HostKey, Stage::SignIn];
        let over_telnet = |state, stage, timed: &[&str]| {
            let device = RunDevice { transport: Transport::Telnet, ..device(state, Some(stage), timed) };
            of(JobKind::ConfigBackup, &device)
        };
        let running = over_telnet(DeviceState::Running, Stage::Prompt, &[]);
        assert_eq!(running[..2], [(Stage::Reach, StageStatus::NotTold), (Stage::Prompt, StageStatus::Now)]);
        for stages in [
            running,
            over_telnet(DeviceState::Queued, Stage::Prepare, &[]),
            over_telnet(DeviceState::Success, Stage::Record, &["reach", "prompt", "read"]),
            over_telnet(DeviceState::Failure, Stage::Reach, &["reach"]),
        ] {
            assert!(stages.iter().all(|(stage, _)| !of_ssh.contains(stage)), "{stages:?}");
        }
    }

    #[test]
    fn a_test_of_reachability_exchanges_no_keys() {
        let up = device(DeviceState::Success, Some(Stage::KeyExchange), &["reach", "key_exchange"]);
        let shown = shown(&JobKind::Reachability.into(), &up);
        assert_eq!(shown.iter().map(|shown| shown.name).collect::<Vec<_>>(), ["Reach", "SSH greeting"]);
    }
}
