//! Trials: a worker takes them beside its runs, in slots of their own, so that a person who waits is not behind ten
//! thousand devices. A trial is never repeated: one whose worker is gone has failed.

use std::sync::Arc;
use std::time::Duration;

use netraven_api::TrialId;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::trials::TrialState;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::patience::{Undone, patiently};
use super::{STOP_LIMIT, Worker, trial_session};
use crate::journal::{About, Signal};
use crate::session::Cancel;
use crate::store::trials::{TakenTrial, TrialOutcome};

/// Trials a worker conducts at once, beside its other devices.
pub const TRIALS: usize = 4;
/// Pause between two looks for trials, in case a signal is lost.
const LOOK: Duration = Duration::from_secs(2);
/// Pause between two signs of life of a trial, at which a lost cancellation is noticed too.
const BEAT: Duration = Duration::from_secs(1);
/// Shortest time between two writes of the stage.
const STAGE_PAUSE: Duration = Duration::from_millis(250);

impl Worker {
    /// Conducts trials until stopped; then those under way are closed.
    pub(super) async fn conduct_trials(self, stop: CancellationToken) {
        let mut signals = self.signals.subscribe();
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let slots = Arc::new(Semaphore::new(TRIALS));
        let mut under_way = JoinSet::new();
        loop {
            let looks_now = tokio::select! {
                () = stop.cancelled() => break,
                _ = looks.tick() => true,
                _ = under_way.join_next(), if !under_way.is_empty() => true,
                signal = signals.recv() => matches!(signal, Ok(Signal::TrialAsked) | Err(RecvError::Lagged(_))),
            };
            while looks_now && let Ok(slot) = Arc::clone(&slots).try_acquire_owned() {
                let trial = match self.store.take_trial(&self.id).await {
                    Ok(Some(trial)) => trial,
                    Ok(None) => break,
                    Err(error) => {
                        tracing::debug!(%error, "no trial could be taken; the next look tries again");
                        break;
                    }
                };
                let (worker, stop) = (self.clone(), stop.clone());
                under_way.spawn(async move {
                    worker.conduct_trial(&trial, &stop).await;
                    drop(slot);
                });
            }
        }
        let drained = async { while under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_LIMIT, drained).await.is_err() {
            tracing::warn!("trials did not end in time; they end by themselves when their leases expire");
        }
    }

    async fn conduct_trial(&self, trial: &TakenTrial, stop: &CancellationToken) {
        self.journal.changed(Changed::Trial { trial_id: trial.id }).await;
        let cancel = Cancel::new();
        let (stages, seen) = watch::channel(Stage::Prepare);
        let tried = tokio::select! {
            tried = trial_session::conduct(self, trial, stages, &cancel) => tried,
            () = self.keep_trial(trial.id, &cancel, stop) => return,
            () = self.follow_trial(trial.id, seen) => return,
        };
        let outcome = tried.unwrap_or_else(|error| broken(&error));
        let outcome =
            if stop.is_cancelled() && outcome.cause == Some(Cause::Cancelled) { stopped(outcome) } else { outcome };
        match patiently(&cancel, || self.store.finish_trial(trial.id, &self.id, &outcome)).await {
            Ok(true) => self.tell_trial(trial, &outcome),
            Ok(false) => tracing::debug!(trial_id = trial.id.get(), "a trial had ended before its session"),
            Err(error) => tracing::warn!(%error, trial_id = trial.id.get(), "the end of a trial was not written"),
        }
        self.journal.changed(Changed::Trial { trial_id: trial.id }).await;
    }

    /// Keeps a trial, and closes its session once it is cancelled or lost or the worker stops. Never ends.
    async fn keep_trial(&self, id: TrialId, cancel: &Cancel, stop: &CancellationToken) {
        let mut signals = self.signals.subscribe();
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled(), if !cancel.is_cancelled() => cancel.cancel(),
                signal = signals.recv() => {
                    if matches!(signal, Ok(Signal::CancelTrial { trial_id }) if trial_id == id) {
                        cancel.cancel();
                    }
                }
                _ = beats.tick() => match self.store.beat_trial(id, &self.id).await {
                    Ok(Some(false)) => {}
                    Ok(Some(true) | None) => cancel.cancel(),
                    Err(error) => tracing::debug!(%error, "the lease of a trial was not renewed"),
                },
            }
        }
    }

    /// Shows the stage of a trial as it goes on. Never ends.
    async fn follow_trial(&self, id: TrialId, mut seen: watch::Receiver<Stage>) {
        while seen.changed().await.is_ok() {
            let stage = *seen.borrow_and_update();
            if let Err(error) = self.store.set_trial_stage(id, &self.id, stage).await {
                tracing::debug!(%error, "the stage of a trial was not written");
            }
            self.journal.changed(Changed::Trial { trial_id: id }).await;
            tokio::time::sleep(STAGE_PAUSE).await;
        }
        // The session has ended, and its outcome is being made.
        std::future::pending().await
    }

    fn tell_trial(&self, trial: &TakenTrial, outcome: &TrialOutcome) {
        let about = About { device_id: Some(trial.device_id), ..About::default() };
        let (level, title) = match outcome.cause {
            None => (Level::Info, "succeeded"),
            Some(cause) => (Level::Warning, cause.title()),
        };
        let what = format!("{} of {} for {}", trial.purpose.title(), trial.hostname, trial.asked_by);
        let meta =
            json!({ "trial_id": trial.id, "purpose": trial.purpose, "cause": outcome.cause, "stage": outcome.stage });
        let message = format!("{what}: {title}. {}", outcome.message);
        self.journal.line(level, LogType::Job, "worker.trials", about, message, meta);
    }
}

/// The outcome of a trial that broke on our side.
fn broken(error: &Undone) -> TrialOutcome {
    tracing::error!(error = format!("{error:#}"), "a trial failed internally");
    trial_session::failed_trial(Cause::Internal, format!("The trial failed inside NetRaven: {error:#}."))
}

/// The outcome of a trial whose worker was stopped: nobody cancelled it.
fn stopped(outcome: TrialOutcome) -> TrialOutcome {
    let message = "The worker in session with this device was stopped. Try again.".to_owned();
    TrialOutcome { state: TrialState::Failed, cause: Some(Cause::Internal), message, ..outcome }
}
