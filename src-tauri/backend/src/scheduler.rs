//! The scheduler: starts due jobs, and requeues work that Postgres says is open and Redis does not hold.
//!
//! Only one process does this at a time: the one whose own connection holds an advisory lock. Knows no worker.

pub mod next;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::runs::Trigger;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::journal::{About, Journal};
use crate::queue::{Priority, Queue, Task};
use crate::store::jobs::JobSchedule;
use crate::store::leases::{AttemptId, RunDeviceId};
use crate::store::starts::StartedRun;
use crate::store::{Store, StoreError};
use next::Timing;

/// Pause between two looks.
const TICK: Duration = Duration::from_secs(1);
/// Longest one look may take before the lead is given up.
const TICK_LIMIT: Duration = Duration::from_secs(30);
/// Pause between two reconciliations of Postgres and Redis.
const RECONCILE: Duration = Duration::from_secs(5);
/// Pause between two looks at the log's partitions.
const PARTITIONS: Duration = Duration::from_secs(3600);
/// Seconds a trial waits before it is asked whether any worker runs.
const UNHEARD_S: f64 = 5.0;
/// Seconds a trial waits for workers that are busy with others.
const CROWDED_S: f64 = 60.0;
const NO_WORKER: &str = "No worker is running, so nobody connected to the device. Start one, then try again.";
const NO_ROOM: &str = "All workers were busy with other trials for a minute. Try again when those have ended.";
/// Seconds after which the lead of a silent scheduler passes on.
const SILENCE_S: u32 = 10;
/// Most missed starts that are counted.
const MISSED: usize = 1_000;
/// Key of the advisory lock that makes a scheduler the leader.
const LEAD: i64 = 0x6e72_7363_6865;

/// What a scheduler works with.
#[derive(Clone, Debug)]
pub struct Scheduler {
    /// The truth.
    pub store: Store,
    /// The queue.
    pub queue: Queue,
    /// The log.
    pub journal: Journal,
    /// Days log lines are kept; 0 for ever.
    pub keep_logs_days: u32,
}

impl Scheduler {
    /// Ticks until stopped; `ticked` holds the time of the newest tick.
    pub async fn run(self, ticked: watch::Sender<Option<Timestamp>>, stop: CancellationToken) {
        let mut lead: Option<PgConnection> = None;
        let mut reconciled: Option<tokio::time::Instant> = None;
        let mut partitioned: Option<tokio::time::Instant> = None;
        while !stop.is_cancelled() {
            let led = lead.is_some();
            match tokio::time::timeout(TICK_LIMIT, self.hold(&mut lead)).await {
                Ok(Ok(true)) => {
                    if !led {
                        partitioned = None;
                    }
                    let due_to_reconcile = reconciled.is_none_or(|at| at.elapsed() >= RECONCILE);
                    let due_to_partition = partitioned.is_none_or(|at| at.elapsed() >= PARTITIONS);
                    let work = async {
                        self.fire_due().await?;
                        self.store.tend_tallies().await?;
                        self.tend_trials().await?;
                        if due_to_reconcile {
                            self.reconcile().await?;
                        }
                        if due_to_partition {
                            self.tend_logs().await?;
                        }
                        Ok::<(), anyhow::Error>(())
                    };
                    match tokio::time::timeout(TICK_LIMIT, work).await {
                        Ok(Ok(())) => {
                            if due_to_reconcile {
                                reconciled = Some(tokio::time::Instant::now());
                            }
                            if due_to_partition {
                                partitioned = Some(tokio::time::Instant::now());
                            }
                            ticked.send_replace(Some(Timestamp::now()));
                        }
                        Ok(Err(error)) => {
                            tracing::warn!(
                                error = format!("{error:#}"),
                                "the scheduler's check failed; it will be repeated"
                            )
                        }
                        Err(_) => tracing::warn!("the scheduler's check took too long; it will be repeated"),
                    }
                }
                // Another scheduler leads: schedules are followed, but not here.
                Ok(Ok(false)) => {
                    ticked.send_replace(Some(Timestamp::now()));
                }
                Ok(Err(error)) => {
                    lead = None;
                    tracing::debug!(%error, "the scheduler is waiting for the database");
                }
                Err(_) => lead = None,
            }
            tokio::select! {
                () = tokio::time::sleep(TICK) => {}
                () = stop.cancelled() => {}
            }
        }
        if let Some(connection) = lead {
            let _ = tokio::time::timeout(Duration::from_secs(1), connection.close()).await;
        }
    }

    /// Whether this scheduler leads; the lock lives and dies with its connection.
    async fn hold(&self, lead: &mut Option<PgConnection>) -> Result<bool, StoreError> {
        if let Some(connection) = lead {
            sqlx::query("select 1").execute(connection).await?;
            return Ok(true);
        }
        let mut connection = self.store.own_connection(SILENCE_S).await?;
        let held: bool =
            sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LEAD).fetch_one(&mut connection).await?;
        if held {
            *lead = Some(connection);
        } else {
            connection.close().await?;
        }
        Ok(held)
    }

    /// Starts a run of every job whose schedule is due.
    async fn fire_due(&self) -> anyhow::Result<()> {
        for (job_id, name) in self.store.forget_the_future().await? {
            let about = About { job_id: Some(job_id), ..About::default() };
            let message = format!("{name}: the clock had been set ahead. Its schedule continues from now.");
            self.journal.line(Level::Warning, LogType::System, "scheduler", about, message, json!({}));
        }
        let now = self.store.now().await?;
        for job in self.store.schedules().await? {
            let timing = match Timing::of(&job.schedule, job.schedule_since) {
                Ok(Some(timing)) => timing,
                Ok(None) => continue,
                Err(reason) => {
                    tracing::warn!(job_id = job.id.get(), %reason, "a schedule cannot be used");
                    continue;
                }
            };
            let Some(fire_at) = due(&timing, &job, now) else { continue };
            let about = About { job_id: Some(job.id), ..About::default() };
            match self.store.start_run(job.id, Trigger::Schedule, None, Some(fire_at)).await {
                Ok(started) => {
                    enqueue(&self.queue, &started, Priority::Default).await;
                    let about = About { run_id: Some(started.run_id), ..about };
                    let message = format!("{} queued by its schedule: {} devices.", job.name, started.devices.len());
                    let meta = json!({ "trigger": Trigger::Schedule, "fire_at": fire_at.to_string() });
                    self.journal.line(Level::Info, LogType::Job, "scheduler", about, message, meta);
                    self.tell_missed(&timing, &job, fire_at, about);
                    self.journal.changed(Changed::Run { run_id: started.run_id, job_id: job.id, ended: false }).await;
                }
                // Its last run is still active, or another scheduler was faster: the next look decides again.
                Err(StoreError::Conflict(reason)) => {
                    tracing::debug!(job_id = job.id.get(), reason, "a due job was not started");
                }
                Err(StoreError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Logs the missed starts of a schedule: only the newest of them is made up for.
    fn tell_missed(&self, timing: &Timing, job: &JobSchedule, fire_at: Timestamp, about: About) {
        let Some((first, count)) = missed(timing, since(timing, job), fire_at) else { return };
        let starts = match count {
            1 => "1 earlier start was".to_owned(),
            MISSED => format!("{MISSED} earlier starts or more were"),
            _ => format!("{count} earlier starts were"),
        };
        let message = format!(
            "{}: {starts} missed, the first at {first:.0}: NetRaven was not running, or the previous run had not ended.",
            job.name
        );
        let meta = json!({ "missed": count, "first": first.to_string() });
        self.journal.line(Level::Warning, LogType::Job, "scheduler", about, message, meta);
    }

    /// Creates the log's next partitions and removes those that are old enough.
    async fn tend_logs(&self) -> anyhow::Result<()> {
        self.store.ensure_log_partitions().await?;
        if self.keep_logs_days == 0 {
            return Ok(());
        }
        for removed in self.store.remove_old_logs(self.keep_logs_days, Timestamp::now()).await? {
            let (month, days) = (removed.month.strftime("%Y-%m"), self.keep_logs_days);
            let message = format!("The log of {month} was removed: {} lines, older than {days} days.", removed.lines);
            let meta = json!({ "lines": removed.lines, "keep_days": days });
            self.journal.line(Level::Info, LogType::System, "scheduler", About::default(), message, meta);
        }
        Ok(())
    }

    /// Ends the trials that no worker took, or whose worker is gone.
    async fn tend_trials(&self) -> anyhow::Result<()> {
        let mut ended = self.store.end_lost_trials().await?;
        if self.store.has_waiting_trial(UNHEARD_S).await? {
            let unworked = matches!(self.queue.workers().await, Ok(workers) if workers.is_empty());
            let (seconds, reason) = if unworked { (UNHEARD_S, NO_WORKER) } else { (CROWDED_S, NO_ROOM) };
            ended.extend(self.store.end_waiting_trials(seconds, reason).await?);
        }
        for trial_id in ended {
            self.journal.changed(Changed::Trial { trial_id }).await;
        }
        Ok(())
    }

    /// Queues work that is open and not on the queue: Redis may lose its last second, a worker may die with a lease.
    async fn reconcile(&self) -> anyhow::Result<()> {
        self.store.end_cancelled().await?;
        self.store.remove_old_trials().await?;
        let open = self.store.open_devices().await?;
        if open.is_empty() {
            return Ok(());
        }
        let held = self.queue.holds().await?.into_iter();
        let held: HashSet<RunDeviceId> =
            held.map(|Task { run_id, device_id, .. }| RunDeviceId { run_id, device_id }).collect();
        let missing: Vec<Task> = open
            .into_iter()
            .filter(|open| !held.contains(&open.run_device()))
            .map(|AttemptId { run_id, device_id, attempt }| Task { run_id, device_id, attempt })
            .collect();
        if !missing.is_empty() {
            tracing::info!(tasks = missing.len(), "tasks missing from the queue are queued again");
            self.queue.push(Priority::Default, &missing).await?;
        }
        Ok(())
    }
}

/// Puts a started run's devices on the queue. If the queue is away, the reconciler does it later.
pub async fn enqueue(queue: &Queue, run: &StartedRun, priority: Priority) {
    let tasks: Vec<Task> =
        run.devices.iter().map(|device_id| Task { run_id: run.run_id, device_id: *device_id, attempt: 0 }).collect();
    if let Err(error) = queue.push(priority, &tasks).await {
        tracing::warn!(%error, run_id = run.run_id.get(), "the queue is unavailable; the run is queued once it is back");
    }
}

/// The time a job is due for, if it is due. Starts before the schedule was made are not made up for, except a one-time
/// start: better late than never.
fn due(timing: &Timing, job: &JobSchedule, now: Timestamp) -> Option<Timestamp> {
    timing.due(since(timing, job), now)
}

/// The last start of a schedule, or the time from which it counts; none for one that never ran and is made up for.
fn since(timing: &Timing, job: &JobSchedule) -> Option<Timestamp> {
    match timing {
        Timing::Once { .. } => job.last_fire,
        Timing::Interval { .. } => job.last_fire.filter(|at| *at >= job.schedule_since),
        Timing::Cron { .. } => Some(job.last_fire.map_or(job.schedule_since, |at| at.max(job.schedule_since))),
    }
}

/// The first start between the last one and this one, and how many there are, up to [`MISSED`].
fn missed(timing: &Timing, since: Option<Timestamp>, fire_at: Timestamp) -> Option<(Timestamp, usize)> {
    let next = |after: Timestamp| timing.next_after(after).filter(|at| *at < fire_at);
    let first = next(since.unwrap_or(Timestamp::UNIX_EPOCH))?;
    Some((first, std::iter::successors(Some(first), |at| next(*at)).take(MISSED).count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missed_starts_are_counted_from_the_last_one() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let daily = Timing::cron("0 2 * * *", "UTC").unwrap();
        let ran = Some(at("2026-11-01T02:00:00Z"));
        assert_eq!(missed(&daily, ran, at("2026-11-02T02:00:00Z")), None);
        let first = at("2026-11-02T02:00:00Z");
        assert_eq!(missed(&daily, ran, at("2026-11-05T02:00:00Z")), Some((first, 3)));
        let often = Timing::interval(60, at("2026-01-01T00:00:00Z")).unwrap();
        assert_eq!(missed(&often, ran, at("2026-11-20T00:00:00Z")).map(|(_, count)| count), Some(MISSED));
        assert_eq!(missed(&Timing::Once { at: first }, None, first), None);
    }
}
