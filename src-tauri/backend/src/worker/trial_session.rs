//! The session of a trial: whom it may be sent to, with what, and what of it is shown. Nothing is stored but a first
//! host key, since a password may have been sent under it.

use std::sync::Arc;

use netraven_api::CredentialId;
use netraven_api::evidence::{Evidence, ShownKey};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::AUTO;
use netraven_api::trials::{TrialPurpose, TrialState};
use serde_json::Value;
use tokio::sync::watch;

use super::backup::{TRANSCRIPT, known_key, not_approved, refused, shortened, timings, trust};
use super::logins::{opened, secrets};
use super::patience::{Undone, patiently};
use super::recognition;
use super::rules::SessionRules;
use super::session_thread::in_a_thread;
use super::way::{self, Way};
use super::{Worker, failed, unencrypted};
use crate::platforms::{Definition, Known, Redaction, first_questions, inquiry};
use crate::session::{self, Before, Cancel, Level, Limits, LogType, Login, Observer, Reading, Target, Visit};
use crate::store::approvals::Aim;
use crate::store::outcomes::Outcome;
use crate::store::startup::StartupOutcome;
use crate::store::trials::{TakenTrial, TrialOutcome};
use crate::trial::{self, TrialPlan, Tried};

/// Most bytes of a text that is shown.
const SHOWN: usize = 2 * 1024 * 1024;

/// Conducts a trial; `stages` receives each stage it enters.
pub(super) async fn conduct(
    worker: &Worker,
    trial: &TakenTrial,
    stages: watch::Sender<Stage>,
    cancel: &Cancel,
) -> Result<TrialOutcome, Undone> {
    let store = &worker.store;
    let Some(mut aim) = patiently(cancel, || store.aim(trial.device_id)).await? else {
        let message = "This device was deleted meanwhile, so there is no credential for it.".to_owned();
        return Ok(failed_trial(Cause::NoCredentials, message));
    };
    if aim.waits {
        return Ok(ended(not_approved(&aim)));
    }
    if let Some(outcome) = way::refused(&aim) {
        return Ok(ended(outcome));
    }
    if let Some(id) = trial.credential_id {
        aim.logins.retain(|login| login.id == id);
    }
    let sealed = std::mem::take(&mut aim.logins).into_iter();
    let logins = match sealed.map(|login| opened(worker, login)).collect::<anyhow::Result<Vec<Login>>>() {
        Ok(logins) if logins.is_empty() => return Ok(failed_trial(Cause::NoCredentials, without_logins(trial))),
        Ok(logins) => logins,
        Err(error) => return Ok(failed_trial(Cause::Internal, format!("{error:#}"))),
    };
    let rules = SessionRules::of(worker, trial.device_id, cancel).await?;
    let way = match way::through(worker, std::mem::take(&mut aim.hops), &rules) {
        Ok(way) => way,
        Err(error) => return Ok(failed_trial(Cause::Internal, format!("{error:#}"))),
    };
    let device = TriedDevice {
        worker,
        trial,
        host_key: known_key(worker, trial.device_id, cancel).await?,
        secrets: patiently(cancel, || worker.secrets.all(store, &worker.seal)).await?,
        aim,
        logins,
        way,
        rules,
        stages,
        cancel,
    };
    device.conduct().await
}

fn without_logins(trial: &TakenTrial) -> String {
    match trial.credential_id {
        Some(_) => "This credential is not one of the device's: they share no tag, so it was not sent.".to_owned(),
        None => "No credential shares a tag with this device.".to_owned(),
    }
}

/// A device that may be connected to, and all that is needed for it.
struct TriedDevice<'a> {
    worker: &'a Worker,
    trial: &'a TakenTrial,
    aim: Aim,
    logins: Vec<Login>,
    way: Way,
    rules: SessionRules,
    host_key: Option<ShownKey>,
    secrets: Arc<Known>,
    stages: watch::Sender<Stage>,
    cancel: &'a Cancel,
}

impl TriedDevice<'_> {
    async fn conduct(mut self) -> Result<TrialOutcome, Undone> {
        let definition = match self.definition().await? {
            Ok(definition) => definition,
            Err(outcome) => return Ok(self.on_its_way(*outcome)),
        };
        let definition = self.rules.applied_to(definition);
        let redaction = Arc::new(self.redaction(&definition));
        let limits = self.rules.limits();
        let session = {
            let (definition, redaction, logins) =
                (Arc::clone(&definition), Arc::clone(&redaction), self.logins.clone());
            let (purpose, hostname) = (self.trial.purpose, self.trial.hostname.clone());
            let (target, transport, host_key) = (self.target(), self.aim.transport, self.host_key.clone());
            let (cancel, mut stages) = (self.cancel.clone(), self.observer());
            move || {
                let plan = TrialPlan {
                    purpose,
                    hostname: &hostname,
                    target: &target,
                    transport,
                    definition: &definition,
                    logins: &logins,
                    host_key: host_key.as_ref(),
                    redaction: &redaction,
                    limits: &limits,
                };
                trial::conduct(&plan, &cancel, &mut stages)
            }
        };
        let Some(tried) = in_a_thread(&self.trial.hostname, self.aim.transport, session).await? else {
            return Ok(self.on_its_way(thread_ended()));
        };
        way::remember(self.worker, &self.way, self.cancel).await?;
        let shown = match &tried.session {
            Ok(reading) => reading.host_key.clone(),
            Err(failure) => failure.host_key.clone(),
        };
        self.remember_key(shown.as_ref()).await?;
        Ok(self.outcome(tried, &definition, &redaction))
    }

    /// The platform to talk to it as: the one that is tried, its own, the one it was recognised as, or the one that a
    /// session finds out now. The last is not remembered.
    async fn definition(&mut self) -> Result<Result<Arc<Definition>, Box<Outcome>>, Undone> {
        let loaded = self.worker.platforms.refreshed(&self.worker.journal).await;
        if let Some(text) = &self.trial.platform {
            let others = |name: &str| loaded.registry.text(name).map(str::to_owned);
            return Ok(match Definition::parse_with("of this trial", text, &others) {
                Ok(definition) => Ok(Arc::new(definition)),
                Err(bad) => Err(unknown(format!("This worker cannot use the {bad}."))),
            });
        }
        let name = self.aim.device_type.as_str();
        if let Some(definition) = loaded.registry.get(name) {
            return Ok(Ok(definition));
        }
        if name != AUTO {
            return Ok(Err(unknown(format!("The platform '{name}' of this device is not defined."))));
        }
        let remembered = self.aim.memory.recognised.as_ref();
        match remembered.and_then(|known| loaded.registry.get(&known.platform)) {
            Some(definition) => Ok(Ok(definition)),
            None => self.recognised().await,
        }
    }

    async fn recognised(&mut self) -> Result<Result<Arc<Definition>, Box<Outcome>>, Undone> {
        let loaded = self.worker.platforms.current();
        let first = inquiry(&loaded.registry, &first_questions(&loaded.registry));
        let first = self.rules.applied_to(Arc::new(first));
        let limits = Limits { total: recognition::LONGEST, ..self.rules.limits() };
        let redaction = self.redaction(&first);
        let session = {
            let (loaded, refuted) = (Arc::clone(&loaded), self.aim.memory.refuted.clone());
            let (target, transport, logins) = (self.target(), self.aim.transport, self.logins.clone());
            let (host_key, cancel, mut stages) = (self.host_key.clone(), self.cancel.clone(), self.observer());
            move || {
                let visit = Visit {
                    target: &target,
                    transport,
                    definition: &first,
                    logins: &logins,
                    before: &Before { host_key: host_key.as_ref(), is_stored: &|_| true },
                    limits: &limits,
                };
                session::recognise(&loaded.registry, &refuted, visit, &cancel, &mut stages)
            }
        };
        let Some(recognised) = in_a_thread(&self.trial.hostname, self.aim.transport, session).await? else {
            return Ok(Err(Box::new(thread_ended())));
        };
        way::remember(self.worker, &self.way, self.cancel).await?;
        let recognition = match recognised {
            Ok(recognition) => recognition,
            Err(failure) => {
                self.remember_key(failure.host_key.as_ref()).await?;
                return Ok(Err(Box::new(refused(&failure, self.aim.transport, &self.logins, &redaction))));
            }
        };
        self.remember_key(recognition.host_key.as_ref()).await?;
        // Those that the device has just refused are not sent to it again.
        self.keep_login(recognition.login_id);
        let best = recognition.best().and_then(|guess| loaded.registry.get(&guess.platform));
        Ok(best.ok_or_else(|| Box::new(recognition::unknown(self.aim.transport, &recognition, &redaction))))
    }

    fn keep_login(&mut self, accepted: Option<CredentialId>) {
        if let Some(id) = accepted {
            self.logins.retain(|login| login.id == id);
        }
    }

    /// The first key a device showed is expected from then on, also by the second session of the same trial.
    async fn remember_key(&mut self, shown: Option<&ShownKey>) -> Result<(), Undone> {
        if let (None, Some(shown)) = (&self.host_key, shown) {
            trust(self.worker, self.trial.device_id, self.cancel, shown).await?;
            self.host_key = Some(shown.clone());
        }
        Ok(())
    }

    fn target(&self) -> Target {
        Target {
            host: self.aim.ip_address.clone(),
            port: self.aim.port,
            through: self.way.clone(),
            crypto: self.rules.crypto(),
        }
    }

    fn observer(&self) -> StageObserver {
        StageObserver(self.stages.clone())
    }

    fn redaction(&self, definition: &Definition) -> Redaction {
        let key = self.worker.seal.fingerprint_key();
        Redaction::new(definition, &key, secrets(&self.logins), Arc::clone(&self.secrets))
    }

    /// An outcome without a text.
    fn on_its_way(&self, mut outcome: Outcome) -> TrialOutcome {
        outcome.evidence.via = way::names(&self.way);
        ended(outcome)
    }

    fn outcome(&self, tried: Tried, definition: &Definition, redaction: &Redaction) -> TrialOutcome {
        let Tried { session, text, secrets_hidden, facts, proposed, recording, mut notes } = tried;
        let outcome = match session {
            Ok(reading) => self.seen(&reading, text.as_deref(), redaction),
            Err(failure) => refused(&failure, self.aim.transport, &self.logins, redaction),
        };
        let mut trial = self.on_its_way(outcome);
        trial.evidence.platform = Some(definition.name.clone());
        if trial.cause.is_none() {
            trial.evidence.facts = Some(facts);
            trial.evidence.secrets_hidden = text.as_ref().and_then(|_| i64::try_from(secrets_hidden).ok());
        }
        trial.text = text.map(|text| {
            let short = beginning(&text);
            if short.len() < text.len() {
                notes.push(format!("Only the first {} MiB of the text are shown.", SHOWN / 1024 / 1024));
            }
            short.to_owned()
        });
        for note in notes {
            trial.message.push(' ');
            trial.message.push_str(&note);
        }
        TrialOutcome { proposals: proposed.rules, unexplained: proposed.unexplained, recording, ..trial }
    }

    /// The outcome of a session that reached its end.
    fn seen(&self, reading: &Reading, text: Option<&str>, redaction: &Redaction) -> Outcome {
        let login = self.logins.iter().find(|login| Some(login.id) == reading.login_id);
        let hide = |lines: &str| redaction.lines(lines);
        let count = |number: usize| i64::try_from(number).ok();
        let evidence = Evidence {
            bytes: text.and_then(|text| count(text.len())),
            lines: text.and_then(|text| count(text.lines().count())),
            prompt: Some(redaction.sentence(&reading.prompt)).filter(|prompt| !prompt.is_empty()),
            login: login.map(|login| login.username.clone()),
            timings: timings(&reading.timings),
            transport: unencrypted(self.aim.transport),
            host_key: reading.host_key.clone(),
            algorithms: reading.algorithms.clone(),
            transcript: shortened(reading.transcript.lines(hide), TRANSCRIPT),
            ..Evidence::default()
        };
        let lines = text.map(|text| text.lines().count()).unwrap_or_default();
        let message = match self.trial.purpose {
            TrialPurpose::Connection => "Connected and signed in. No configuration was read.".to_owned(),
            TrialPurpose::Backup => format!("Read {lines} lines, complete. Nothing was stored."),
            TrialPurpose::Record => format!("Read {lines} lines, complete, and recorded the session."),
        };
        let stage = reading.timings.iter().map(|(stage, _)| *stage).max().unwrap_or(Stage::SignIn);
        let (cause, changed, snapshot, same_as) = (None, None, None, None);
        let (startup, files) = (StartupOutcome::default(), Vec::new());
        Outcome { cause, stage, message, evidence, changed, snapshot, same_as, startup, files }
    }
}

/// The outcome of a trial without a session.
pub(super) fn failed_trial(cause: Cause, message: String) -> TrialOutcome {
    ended(failed(cause, Stage::Prepare, message))
}

/// An outcome as that of a trial without a text.
fn ended(outcome: Outcome) -> TrialOutcome {
    let Outcome { cause, stage, message, evidence, .. } = outcome;
    let state = match cause {
        None => TrialState::Succeeded,
        Some(Cause::Cancelled) => TrialState::Cancelled,
        Some(_) => TrialState::Failed,
    };
    let (proposals, unexplained) = (Vec::new(), Vec::new());
    TrialOutcome { state, cause, stage, message, evidence, text: None, proposals, unexplained, recording: None }
}

fn unknown(message: String) -> Box<Outcome> {
    Box::new(failed(Cause::UnknownPlatform, Stage::Prepare, message))
}

fn thread_ended() -> Outcome {
    let message = "The session's thread ended without a result: a defect; see the application's own log.";
    failed(Cause::Internal, Stage::Read, message.to_owned())
}

/// The first lines of a text, as many as are shown.
fn beginning(text: &str) -> &str {
    if text.len() <= SHOWN {
        return text;
    }
    let end = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= SHOWN).last().unwrap_or_default();
    let end = text[..end].rfind('\n').map_or(end, |at| at + 1);
    &text[..end]
}

/// Tells the stages of a session. What else it says is in the transcript.
struct StageObserver(watch::Sender<Stage>);

impl Observer for StageObserver {
    fn stage(&mut self, stage: Stage) {
        self.0.send_replace(stage);
    }

    fn log(&mut self, _level: Level, _log_type: LogType, _message: String, _meta: Value) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_very_long_text_is_shown_up_to_a_whole_line() {
        let text = "nine more\n".repeat(SHOWN / 10 + 7);
        let short = beginning(&text);
        assert!(short.len() <= SHOWN && short.len() > SHOWN - 10 && short.ends_with('\n'));
        assert_eq!(beginning("a\nb"), "a\nb");
    }

    #[test]
    fn a_cancelled_trial_has_not_failed() {
        let of = |cause| failed_trial(cause, String::new()).state;
        assert_eq!((of(Cause::Cancelled), of(Cause::AuthFailed)), (TrialState::Cancelled, TrialState::Failed));
    }
}
