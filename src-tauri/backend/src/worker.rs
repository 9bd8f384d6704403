//! The worker: leases devices of runs from the queue, works on each in its own thread, and records the outcome.
//! Knows no server.

mod backup;
mod extras;
mod heartbeat;
mod in_flight;
mod logins;
mod patience;
mod pauses;
mod reachability;
mod recognition;
mod rules;
mod secrets;
mod session_log;
mod session_thread;
mod text;
mod trial_session;
mod trials;
mod turns;
mod way;

use std::sync::Arc;
use std::time::{Duration, Instant};

use netraven_api::event::Changed;
use netraven_api::evidence::Evidence;
use netraven_api::jobs::JobKind;
use netraven_api::logs::{Level, LogType};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::{Open, Transport};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::sync::broadcast;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::in_flight::{InFlight, InFlightDevice, id_of};
use self::patience::patiently;
use self::pauses::Pauses;
pub use self::secrets::Secrets;
pub use self::trials::TRIALS;
use self::turns::Turns;
use crate::catalog::Catalog;
use crate::config::AgentAccess;
use crate::journal::{About, Journal, Signal};
use crate::queue::{self, Queue};
use crate::seal::SealKey;
use crate::session::{Cancel, JumpPool, SshAgent};
use crate::store::Store;
use crate::store::leases::{Lease, LeaseAnswer, RunDeviceId};
use crate::store::outcomes::Outcome;
use crate::store::startup::StartupOutcome;

/// Longest wait for a task before the worker does other chores.
const DELIVERY_WAIT: Duration = Duration::from_millis(500);
/// Attempts after which a device's failure counts even if this worker stood still meanwhile.
const ATTEMPTS: i64 = 4;
/// Longest wait for open sessions when the worker stops.
const STOP_LIMIT: Duration = Duration::from_secs(4);

/// What a worker works with.
#[derive(Clone)]
pub struct Worker {
    /// Its name among workers, new at each start.
    pub id: String,
    /// Devices it works on at once.
    pub capacity: usize,
    /// The truth.
    pub store: Store,
    /// The queue.
    pub queue: Queue,
    /// The log.
    pub journal: Journal,
    /// Opens credentials, seals raw configurations.
    pub seal: Arc<SealKey>,
    /// The platforms.
    pub platforms: Catalog,
    /// The connections to jump hosts, which all workers of a process share.
    pub jumps: JumpPool,
    /// The SSH agent of this machine.
    pub agent: Arc<SshAgent>,
    /// The secrets to hide in everything a device says.
    pub secrets: Secrets,
    /// Signals of every process.
    pub signals: broadcast::Sender<Signal>,
}

impl Worker {
    /// Works until stopped; then open sessions are closed and their devices returned.
    pub async fn run(self, stop: CancellationToken) {
        let in_flight = InFlight::default();
        let heartbeat = tokio::spawn(self.clone().beat(in_flight.clone(), stop.clone()));
        let cancel_listener = tokio::spawn(self.clone().listen_for_cancels(in_flight.clone(), stop.clone()));
        let trials = tokio::spawn(self.clone().conduct_trials(stop.clone()));
        let pauses = Pauses::default();
        let watch = tokio::spawn(pauses.clone().watch(stop.clone()));
        let turns = Turns::default();
        let turn_giver = tokio::spawn(self.clone().give_turns(turns.clone(), stop.clone()));
        let slots = Arc::new(Semaphore::new(self.capacity));
        let mut devices = JoinSet::new();
        while !stop.is_cancelled() {
            while devices.try_join_next().is_some() {}
            // One slot first; then as many more as are free.
            let slot = tokio::select! {
                slot = Arc::clone(&slots).acquire_owned() => slot.expect("the semaphore is never closed"),
                () = stop.cancelled() => break,
            };
            let most = (slots.available_permits() + 1).min(64);
            let deliveries = tokio::select! {
                deliveries = self.queue.hand_out(&self.id, most, DELIVERY_WAIT) => deliveries,
                () = stop.cancelled() => break,
            };
            let deliveries = match deliveries {
                Ok(deliveries) => deliveries,
                Err(error) => {
                    tracing::warn!(%error, "the worker is waiting for the queue");
                    tokio::select! {
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                        () = stop.cancelled() => {}
                    }
                    continue;
                }
            };
            let mut slot = Some(slot);
            for delivery in deliveries {
                let permit = match slot.take() {
                    Some(permit) => permit,
                    None => Arc::clone(&slots).acquire_owned().await.expect("the semaphore is never closed"),
                };
                let (worker, in_flight, pauses, stop) = (self.clone(), in_flight.clone(), pauses.clone(), stop.clone());
                let turns = turns.clone();
                devices.spawn(async move {
                    if worker.device(delivery, &in_flight, &pauses, &stop).await {
                        turns.look();
                    }
                    drop(permit);
                });
            }
        }
        in_flight.cancel_all();
        let drained = tokio::time::timeout(STOP_LIMIT, async { while devices.join_next().await.is_some() {} });
        // Trials have the same limit, at the same time.
        let (drained, _) = tokio::join!(drained, trials);
        if drained.is_err() {
            tracing::warn!(
                "sessions did not close in time; other workers take their devices over when the leases expire"
            );
        }
        self.jumps.close();
        heartbeat.abort();
        cancel_listener.abort();
        watch.abort();
        turn_giver.abort();
        let _ = tokio::time::timeout(Duration::from_secs(1), self.queue.forget_worker(&self.id)).await;
    }

    /// One device of one run, from its lease to its result; whether others may wait for it, or it waits itself.
    async fn device(
        &self,
        delivery: queue::Delivery,
        in_flight: &InFlight,
        pauses: &Pauses,
        stop: &CancellationToken,
    ) -> bool {
        let id = id_of(&delivery.task);
        // The queue may hold a device twice; this worker works on it once.
        if in_flight.has(id) {
            self.drop_delivery(&delivery).await;
            return false;
        }
        let lease = match self.store.lease(id, &self.id).await {
            Ok(LeaseAnswer::Leased(lease)) => *lease,
            // It is put on the queue again when its turn comes.
            Ok(LeaseAnswer::Waits { job_id }) => {
                self.drop_delivery(&delivery).await;
                self.journal.changed(Changed::Run { run_id: id.run_id, job_id, ended: false }).await;
                return true;
            }
            // If the worker that holds it dies, the reconciler queues it again.
            Ok(LeaseAnswer::Nothing) => {
                self.drop_delivery(&delivery).await;
                return false;
            }
            Err(error) => {
                // The queue's entry stays with this worker and is taken over when it has been silent long enough.
                let RunDeviceId { run_id, device_id } = id;
                tracing::warn!(%error, run_id = run_id.get(), device_id = device_id.get(), "a device could not be leased");
                return false;
            }
        };
        let cancel = Cancel::new();
        let guard = in_flight.take(InFlightDevice {
            delivery: delivery.clone(),
            attempt: lease.attempt,
            cancel: cancel.clone(),
        });
        // A stop or cancellation looks at the devices in progress, and may have looked before this one was added.
        let is_late =
            stop.is_cancelled() || self.store.cancelled_among(&[id]).await.is_ok_and(|cancelled| !cancelled.is_empty());
        if is_late {
            cancel.cancel();
        }
        let about = About { job_id: Some(lease.job_id), device_id: Some(lease.device_id), run_id: Some(lease.run_id) };
        if lease.begins_run {
            let run = About { device_id: None, ..about };
            self.journal.line(
                Level::Info,
                LogType::Job,
                "worker",
                run,
                format!("{} started.", lease.job_name),
                json!({}),
            );
            self.journal.changed(Changed::Run { run_id: lease.run_id, job_id: lease.job_id, ended: false }).await;
        }
        if lease.attempt > 1 {
            let message =
                format!("{} is started again, attempt {}: its worker had stopped.", lease.hostname, lease.attempt);
            self.journal.line(
                Level::Warning,
                LogType::Job,
                "worker",
                about,
                message,
                json!({ "attempt": lease.attempt }),
            );
        }
        let began = Instant::now();
        let worked = match lease.job_type.known() {
            Some(JobKind::ConfigBackup) => backup::work(self, &lease, &cancel).await,
            Some(JobKind::Reachability) => reachability::work(self, &lease, &cancel).await,
            None => Ok(failed(
                Cause::Internal,
                Stage::Prepare,
                format!("This worker does not support the kind of job '{}'.", lease.job_type),
            )),
        };
        let done = match worked {
            Ok(outcome) if stop.is_cancelled() && outcome.cause == Some(Cause::Cancelled) => {
                self.give_back(&lease).await
            }
            Ok(outcome) => match own_pause(&outcome, &lease, pauses, began) {
                Some(lasted) => {
                    let message = format!(
                        "This worker was suspended for {} s, or its computer slept. Its result for {} does not \
                         count; another attempt starts.",
                        lasted.as_secs(),
                        lease.hostname
                    );
                    let meta = json!({ "attempt": lease.attempt, "stood_still_s": lasted.as_secs() });
                    self.journal.line(Level::Warning, LogType::Job, "worker", about, message, meta);
                    self.give_back(&lease).await
                }
                None => self.record(&lease, outcome, about, &cancel).await,
            },
            // The lease ends by itself, and the reconciler puts the device back on the queue.
            Err(error) => {
                let RunDeviceId { run_id, device_id } = id;
                tracing::warn!(%error, run_id = run_id.get(), device_id = device_id.get(), "a device is waiting for another attempt");
                false
            }
        };
        drop(guard);
        if done {
            self.drop_delivery(&delivery).await;
        }
        lease.is_limited
    }

    async fn give_back(&self, lease: &Lease) -> bool {
        match self.store.give_back(lease).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "a device could not be released; another worker takes it over when its lease expires");
                false
            }
        }
    }

    /// Writes the outcome; waits for a database that is away, so that nothing is lost.
    async fn record(&self, lease: &Lease, outcome: Outcome, about: About, cancel: &Cancel) -> bool {
        // A worker that lost its lease logs nothing: the newer attempt reports its own result.
        if patiently(cancel, || self.store.holds(lease)).await.is_ok_and(|holds| !holds) {
            self.taken_over(lease, about);
            return true;
        }
        self.tell(&outcome, about).await;
        let mut written = patiently(cancel, || self.store.finish(lease, &outcome)).await;
        if let Err(error) = &written
            && !error.is_absence()
        {
            tracing::error!(%error, run_id = lease.run_id.get(), device_id = lease.device_id.get(), "a result was refused");
            let message =
                "The database refused the data read from this device; see the application's own log for the reason.";
            let outcome = failed(Cause::Internal, Stage::Record, message.to_owned());
            self.tell(&outcome, about).await;
            written = patiently(cancel, || self.store.finish(lease, &outcome)).await;
        }
        match written {
            Ok(Some(finished)) => {
                if let Some(message) = finished.met_same {
                    let message = format!("{message} Another run stored the same in the meantime.");
                    self.journal.line(Level::Info, LogType::Job, "worker", about, message, json!({ "changed": false }));
                }
                let changed = Changed::Run { run_id: lease.run_id, job_id: lease.job_id, ended: false };
                self.journal.changed(changed).await;
                true
            }
            Ok(None) => {
                self.taken_over(lease, about);
                true
            }
            Err(error) => {
                tracing::error!(%error, run_id = lease.run_id.get(), device_id = lease.device_id.get(), "a result was not written");
                false
            }
        }
    }

    /// Logs an outcome. A result promises a complete log, so this comes first and is waited for.
    async fn tell(&self, outcome: &Outcome, about: About) {
        let (level, text) = match outcome.cause {
            None => (Level::Info, outcome.message.clone()),
            Some(Cause::Cancelled) => (Level::Warning, outcome.message.clone()),
            Some(cause) => (Level::Error, format!("{}: {}", cause.title(), outcome.message)),
        };
        let meta = match outcome.cause {
            None => json!({ "stage": outcome.stage, "changed": outcome.changed }),
            Some(cause) => json!({ "cause": cause, "stage": outcome.stage, "advice": cause.advice() }),
        };
        self.journal.line(level, LogType::Job, "worker", about, text, meta);
        self.journal.flush().await;
    }

    fn taken_over(&self, lease: &Lease, about: About) {
        let message = format!(
            "The result of attempt {} on {} does not count: this worker no longer held its lease.",
            lease.attempt, lease.hostname
        );
        self.journal.line(Level::Warning, LogType::Job, "worker", about, message, json!({ "attempt": lease.attempt }));
    }

    async fn drop_delivery(&self, delivery: &queue::Delivery) {
        if let Err(error) = self.queue.finish(delivery).await {
            tracing::debug!(%error, "a finished task stays in the queue until its next reader drops it");
        }
    }
}

/// How long this worker stood still during a session whose failure such a pause explains; none if the failure is the
/// device's own, or has happened too often to be explained by pauses.
fn own_pause(outcome: &Outcome, lease: &Lease, pauses: &Pauses, began: Instant) -> Option<Duration> {
    let explained = outcome.cause.is_some_and(a_pause_explains);
    if explained && lease.attempt < ATTEMPTS { pauses.since(began) } else { None }
}

/// Whether a failure can be caused by waking after a time limit. A missing prompt or an unresolved name can, although without
/// a pause a retry would not help.
fn a_pause_explains(cause: Cause) -> bool {
    match cause {
        Cause::Cancelled => false,
        Cause::PromptNotSeen | Cause::NameNotResolved => true,
        cause => cause.retry_may_help(),
    }
}

/// The transport of a session as its evidence has it: nothing for SSH.
fn unencrypted(transport: Transport) -> Option<Open<Transport>> {
    (!transport.is_encrypted()).then(|| transport.into())
}

/// An outcome without a session.
fn failed(cause: Cause, stage: Stage, message: String) -> Outcome {
    let evidence = Evidence::default();
    of_none(Some(cause), stage, message, evidence)
}

/// An outcome without a configuration.
fn of_none(cause: Option<Cause>, stage: Stage, message: String, evidence: Evidence) -> Outcome {
    let (startup, files) = (StartupOutcome::default(), Vec::new());
    Outcome { cause, stage, message, evidence, changed: None, snapshot: None, same_as: None, startup, files }
}

/// The name of this machine, to show.
fn host() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_else(|_| "this computer".to_owned());
    name
}

/// The SSH agent of this machine, as far as its workers may use it.
#[must_use]
pub fn agent(access: &AgentAccess) -> SshAgent {
    SshAgent { machine: host(), is_allowed: access.is_allowed, socket: access.socket.clone() }
}

/// A unique name for a new worker.
#[must_use]
pub fn new_id() -> String {
    format!("{}:{}:{}", host(), std::process::id(), &uuid::Uuid::new_v4().simple().to_string()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_explains_whatever_ends_with_a_time_limit_and_nothing_the_device_said() {
        let waits = [
            Cause::NameNotResolved,
            Cause::TimeoutConnect,
            Cause::PromptNotSeen,
            Cause::Disconnected,
            Cause::Timeout,
            Cause::Truncated,
        ];
        for cause in waits {
            assert!(a_pause_explains(cause), "{cause:?}");
        }
        let own = [
            Cause::AuthFailed,
            Cause::HostKeyChanged,
            Cause::PrivilegeRefused,
            Cause::CommandRejected,
            Cause::NoCredentials,
            Cause::Cancelled,
        ];
        for cause in own {
            assert!(!a_pause_explains(cause), "{cause:?}");
        }
    }
}
