//! Leases: which worker has which device of which run, with a fencing number. The clock is the database's.

use netraven_api::jobs::{JobKind, JobStatus};
use netraven_api::outcome::Stage;
use netraven_api::{DeviceId, JobId, Open, RunId, Transport};
use serde::Deserialize;
use sqlx::types::Json;

use super::{Result, Store, turns};

/// Seconds a lease holds without a heartbeat of its worker.
pub const LEASE_SECONDS: i32 = 15;

/// Whether the lease of the device `d` has ended. No lease lasts longer than this: one that ends later was given by a
/// clock that was ahead, and its worker, if it lives, has renewed it at its next heartbeat.
macro_rules! lapsed {
    () => {
        "(d.lease_until < now() or d.lease_until > now() + interval '45 seconds')"
    };
}
pub(super) use lapsed;

/// One device of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::FromRow)]
pub struct RunDeviceId {
    /// Id of the run.
    #[sqlx(try_from = "i64")]
    pub run_id: RunId,
    /// Id of the device.
    #[sqlx(try_from = "i64")]
    pub device_id: DeviceId,
}

/// One attempt at a device of a run: what a lease is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AttemptId {
    /// Id of the run.
    #[sqlx(try_from = "i64")]
    pub run_id: RunId,
    /// Id of the device.
    #[sqlx(try_from = "i64")]
    pub device_id: DeviceId,
    /// Fencing number.
    pub attempt: i64,
}

impl AttemptId {
    /// The device of the run, whichever attempt it is.
    #[must_use]
    pub fn run_device(self) -> RunDeviceId {
        RunDeviceId { run_id: self.run_id, device_id: self.device_id }
    }
}

/// A device of a run, leased by a worker.
#[derive(Clone, Debug, Deserialize)]
pub struct Lease {
    /// Id of the run.
    pub run_id: RunId,
    /// Id of the job.
    pub job_id: JobId,
    /// Kind of job.
    pub job_type: Open<JobKind>,
    /// Job's name.
    pub job_name: String,
    /// Id of the device.
    pub device_id: DeviceId,
    /// The device's hostname.
    pub hostname: String,
    /// The device's address when the run began.
    pub ip_address: String,
    /// TCP port.
    pub port: u16,
    /// What carries the session.
    pub transport: Transport,
    /// Name of the device's platform.
    pub device_type: String,
    /// Fencing number.
    pub attempt: i64,
    /// Whether this is the run's first device, so that the run begins with it.
    pub begins_run: bool,
    /// Whether a limit of sessions holds for it.
    #[serde(default)]
    pub is_limited: bool,
}

/// What comes of asking for a lease.
#[derive(Clone, Debug)]
pub enum LeaseAnswer {
    /// The device is the worker's.
    Leased(Box<Lease>),
    /// A limit of sessions is reached: it is off the queue until its turn comes.
    Waits {
        /// Id of the job.
        job_id: JobId,
    },
    /// It is done, cancelled, or held by another living worker.
    Nothing,
}

impl Store {
    /// Leases a device of a run to a worker, if the limits of sessions allow it.
    pub async fn lease(&self, id: RunDeviceId, worker: &str) -> Result<LeaseAnswer> {
        let mut tx = self.pool().begin().await?;
        let limits = turns::limits_of(&mut tx, id.device_id).await?;
        if let Some(full) = turns::full(&mut tx, id, &limits).await? {
            let parked = turns::park(&mut tx, id, full).await?;
            tx.commit().await?;
            return Ok(parked.map_or(LeaseAnswer::Nothing, |job_id| LeaseAnswer::Waits { job_id }));
        }
        let row: Option<Json<Lease>> = sqlx::query_scalar(concat!(
            "update run_devices d set state = 'running', attempt = d.attempt + 1, worker = $3, stage = 'prepare',
                 started_at = coalesce(d.started_at, now()), lease_until = now() + make_interval(secs => $4),
                 waits_for = null, waits_since = null, is_parked = false
             from job_runs r join jobs j on j.id = r.job_id
             where d.run_id = $1 and d.device_id = $2 and r.id = d.run_id
                 and not r.cancel_requested and d.cancelled_by is null
                 and (d.state = 'queued' or (d.state = 'running' and ",
            lapsed!(),
            "))
             returning json_build_object('run_id', d.run_id, 'job_id', j.id, 'job_type', j.job_type, 'job_name', j.name,
                 'device_id', d.device_id, 'hostname', d.hostname, 'ip_address', d.ip_address, 'port', d.port,
                 'transport', d.transport, 'device_type', d.device_type, 'attempt', d.attempt,
                 'begins_run', r.status = 'queued')"
        ))
        .bind(id.run_id.get())
        .bind(id.device_id.get())
        .bind(worker)
        .bind(f64::from(LEASE_SECONDS))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(Json(mut lease)) = row else {
            return Ok(LeaseAnswer::Nothing);
        };
        lease.is_limited = !limits.is_empty();
        turns::take_slots(&mut tx, &lease, &limits).await?;
        if lease.begins_run {
            lease.begins_run = sqlx::query(
                "with begun as (update job_runs set status = 'running', started_at = now()
                     where id = $1 and status = 'queued' returning job_id)
                 update jobs set status = $2, started_at = now(), completed_at = null from begun where id = begun.job_id",
            )
            .bind(id.run_id.get())
            .bind(JobStatus::Running.as_str())
            .execute(&mut *tx)
            .await?
            .rows_affected()
                == 1;
        }
        tx.commit().await?;
        Ok(LeaseAnswer::Leased(Box::new(lease)))
    }

    /// Records the stage a device is in, if the worker still holds it.
    pub async fn set_stage(&self, lease: &Lease, stage: Stage) -> Result<()> {
        sqlx::query(
            "update run_devices set stage = $4 where run_id = $1 and device_id = $2 and attempt = $3 and state = 'running'",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(lease.attempt)
        .bind(stage.as_str())
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Prolongs the leases that a worker says it works on; answers which of them it still has, so that
    /// it can drop what it lost. What it has without knowing, because an answer was lost, ends by itself.
    pub async fn beat(&self, worker: &str, leases: &[AttemptId]) -> Result<Vec<AttemptId>> {
        Ok(sqlx::query_as(
            "update run_devices set lease_until = now() + make_interval(secs => $2)
             where worker = $1 and state = 'running' and (run_id, device_id, attempt) in
                 (select * from unnest($3::bigint[], $4::bigint[], $5::bigint[]))
             returning run_id, device_id, attempt",
        )
        .bind(worker)
        .bind(f64::from(LEASE_SECONDS))
        .bind(leases.iter().map(|lease| lease.run_id.get()).collect::<Vec<_>>())
        .bind(leases.iter().map(|lease| lease.device_id.get()).collect::<Vec<_>>())
        .bind(leases.iter().map(|lease| lease.attempt).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await?)
    }

    /// Whether a worker still holds a lease.
    pub async fn holds(&self, lease: &Lease) -> Result<bool> {
        Ok(sqlx::query_scalar(
            "select exists (select 1 from run_devices
             where run_id = $1 and device_id = $2 and attempt = $3 and state = 'running')",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(lease.attempt)
        .fetch_one(self.pool())
        .await?)
    }

    /// Returns devices that a stopping worker will not do: they are queued again.
    pub async fn give_back(&self, lease: &Lease) -> Result<()> {
        sqlx::query(
            "update run_devices set state = 'queued', worker = null, lease_until = null, stage = null
             where run_id = $1 and device_id = $2 and attempt = $3 and state = 'running'",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(lease.attempt)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Devices of active runs that wait for a worker, or whose worker's lease ran out, each with its newest attempt. Those
    /// that wait for their turn are not to be on the queue.
    pub async fn open_devices(&self) -> Result<Vec<AttemptId>> {
        Ok(sqlx::query_as(concat!(
            "select d.run_id, d.device_id, d.attempt from run_devices d join job_runs r on r.id = d.run_id
             where ((d.state = 'queued' and not d.is_parked) or (d.state = 'running' and ",
            lapsed!(),
            ")) and not r.cancel_requested
                 and d.cancelled_by is null order by d.run_id, d.device_id limit 20000",
        ))
        .fetch_all(self.pool())
        .await?)
    }
}
