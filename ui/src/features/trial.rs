//! A trial of one device: asked for as its dialog opens, followed live, and shown with its result.

mod result;

use dioxus::prelude::*;
use netraven_api::jobs::JobKind;
use netraven_api::problem::Code;
use netraven_api::runs::{DeviceState, RunDevice};
use netraven_api::trials::{CancelTrial, GetTrial, StartTrial, Trial, TrialInput, TrialPurpose, TrialState};
use netraven_api::{Open, Problem, TrialId};

use crate::components::{Button, ButtonKind, Dialog, Empty, ErrorState, Glyph, SkeletonRows};
use crate::data::{use_api, use_query_maybe};
use crate::features::actions::use_change;
use crate::features::stages::Stages;
use crate::format;
use result::TrialResult;

/// The dialog of a trial. Closing it leaves the trial to its end; nothing of it is stored.
#[component]
pub fn TrialDialog(input: TrialInput, onclose: EventHandler<()>) -> Element {
    let api = use_api();
    let (mut asked, mut id) = (use_signal(|| input.clone()), use_signal(|| None::<TrialId>));
    let mut refused = use_signal(|| None::<Problem>);
    let start = use_callback(move |input: TrialInput| {
        let api = api.clone();
        asked.set(input.clone());
        id.set(None);
        refused.set(None);
        spawn(async move {
            match api.send(&StartTrial(input)).await {
                Ok(trial) => id.set(Some(trial.id)),
                Err(problem) => refused.set(Some(problem)),
            }
        });
    });
    use_effect(move || start.call(input.clone()));
    let trial = use_query_maybe(move || id().map(GetTrial));
    let again = move |purpose: TrialPurpose| {
        let input = TrialInput { purpose, ..asked.peek().clone() };
        start.call(input);
    };
    let shown = trial.value().filter(|shown| Some(shown.id) == id()).map(|shown| (*shown).clone());
    let problem = refused().or_else(|| trial.error());
    let purpose = asked.read().purpose;
    let title = match &shown {
        Some(trial) => format!("{}: {}", purpose.title(), trial.hostname),
        None => purpose.title().to_owned(),
    };
    let actions = rsx! {
        TrialActions { trial: shown.clone(), failed: problem.is_some(), purpose, onagain: again }
    };
    rsx! {
        Dialog { id: "trial", title, wide: true, onclose: move |()| onclose.call(()), actions,
            match (shown, problem) {
                (_, Some(problem)) if problem.code == Code::NotFound => rsx! {
                    Empty {
                        title: "No longer kept",
                        text: "A trial is removed after an hour. Try the device again.",
                        glyph: Glyph::Waiting,
                    }
                },
                (_, Some(problem)) => rsx! {
                    ErrorState { title: "The device could not be tried", problem, onretry: move |()| again(purpose) }
                },
                (Some(trial), None) => rsx! { TrialBody { trial } },
                (None, None) => rsx! { SkeletonRows { rows: 4, label: "Asking for a worker" } },
            }
        }
    }
}

/// Cancelling while it goes on; afterwards trying again, and recording.
#[component]
fn TrialActions(
    #[props(!optional)] trial: Option<Trial>,
    failed: bool,
    purpose: TrialPurpose,
    onagain: EventHandler<TrialPurpose>,
) -> Element {
    let cancel = use_change(|_| ());
    let open = trial.as_ref().filter(|trial| trial.state.is_open()).map(|trial| trial.id);
    let ended = trial.is_some() && open.is_none();
    rsx! {
        if let Some(id) = open {
            Button {
                label: "Cancel the session",
                glyph: Glyph::Stop,
                busy: cancel.busy(),
                onclick: move |_| cancel.make(CancelTrial(id), "The session is being closed."),
            }
        }
        if ended && !failed {
            if purpose == TrialPurpose::Backup {
                Button {
                    label: "Record as a test",
                    onclick: move |_| onagain.call(TrialPurpose::Record),
                }
            }
            Button {
                label: "Try again",
                kind: ButtonKind::Primary,
                glyph: Glyph::Again,
                onclick: move |_| onagain.call(purpose),
            }
        }
    }
}

#[component]
fn TrialBody(trial: Trial) -> Element {
    let backup = Open::from(JobKind::ConfigBackup);
    let device = as_run_device(&trial);
    let now = match (trial.state, trial.stage) {
        (TrialState::Running, Some(stage)) => format::stage(stage, &backup),
        (state, _) => state.title(),
    };
    rsx! {
        Stages { job_type: backup, device }
        if trial.state.is_open() {
            p { class: "muted", role: "status", "{now}" }
        } else {
            TrialResult { trial }
        }
    }
}

/// A trial as the stages of a run's device are drawn from it.
fn as_run_device(trial: &Trial) -> RunDevice {
    RunDevice {
        device_id: trial.device_id,
        hostname: trial.hostname.clone(),
        address: String::new(),
        device_type: String::new(),
        transport: trial.transport,
        state: match trial.state {
            TrialState::Waiting => DeviceState::Queued,
            TrialState::Running => DeviceState::Running,
            TrialState::Succeeded => DeviceState::Success,
            TrialState::Failed => DeviceState::Failure,
            TrialState::Cancelled => DeviceState::Cancelled,
        },
        stage: trial.stage,
        cause: trial.cause,
        message: trial.message.clone(),
        attempt: 1,
        worker: None,
        started_at: trial.started_at,
        finished_at: trial.finished_at,
        result_id: None,
        details: trial.evidence.clone(),
        changed: None,
        snapshot_id: None,
        waits_for: None,
    }
}
