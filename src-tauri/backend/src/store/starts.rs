//! Starting runs: of all the devices of a job, or again of some devices of an earlier run.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use netraven_api::jobs::JobStatus;
use netraven_api::runs::{Again, Trigger};
use netraven_api::{DeviceId, JobId, RunId};

use super::{Result, Store, StoreError, explain, numbers};

const UNIQUE: &[(&str, &str)] = &[
    ("job_runs_active", "A run of this job is still active: wait for it to finish, or cancel it"),
    ("job_runs_job_id_fire_at_key", "The schedule has already fired for this time"),
];

const NOTHING: &str = "None of this run's devices matches the request, or the job no longer includes them: choose \
    other devices, or run the whole job.";

/// A run that was just started, with the devices to put on the queue.
#[derive(Clone, Debug)]
pub struct StartedRun {
    /// Id of the run.
    pub run_id: RunId,
    /// Its devices.
    pub devices: Vec<DeviceId>,
}

/// The parameters of a new run.
struct Beginning<'a> {
    job_id: JobId,
    trigger: Trigger,
    by: Option<&'a str>,
    fire_at: Option<Timestamp>,
    /// The run to take the devices from, and which of them.
    again: Option<(RunId, &'a Again)>,
}

impl Store {
    /// Starts a run of a job: one row for it, one for each of its devices. Refused while one is active, or when the
    /// schedule has fired for `fire_at` before.
    pub async fn start_run(
        &self,
        job_id: JobId,
        trigger: Trigger,
        by: Option<&str>,
        fire_at: Option<Timestamp>,
    ) -> Result<StartedRun> {
        self.begin(&Beginning { job_id, trigger, by, fire_at, again: None }).await
    }

    /// Starts another run of a run's job, with the requested devices, as far as the job still has them. Refused
    /// while one is active, and when no device is left.
    pub async fn start_again(&self, run_id: RunId, which: &Again, by: &str) -> Result<StartedRun> {
        let job_id: Option<i64> = sqlx::query_scalar("select job_id from job_runs where id = $1")
            .bind(run_id.get())
            .fetch_optional(self.pool())
            .await?;
        let job_id = job_id.map(JobId::new).ok_or(StoreError::NotFound("Run"))?;
        let again = Some((run_id, which));
        self.begin(&Beginning { job_id, trigger: Trigger::Manual, by: Some(by), fire_at: None, again }).await
    }

    async fn begin(&self, beginning: &Beginning<'_>) -> Result<StartedRun> {
        let Beginning { job_id, trigger, by, fire_at, again } = *beginning;
        let mut tx = self.pool().begin().await?;
        let run_id: Option<i64> = sqlx::query_scalar(
            "insert into job_runs (job_id, trigger, triggered_by, fire_at, repeats) select id, $2, $3, $4, $5 from jobs
             where id = $1 returning id",
        )
        .bind(job_id.get())
        .bind(trigger.as_str())
        .bind(by)
        .bind(fire_at.map(|at| at.to_sqlx()))
        .bind(again.filter(|(_, which)| !which.is_everything()).map(|(run_id, _)| run_id.get()))
        .fetch_optional(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        let run_id = run_id.ok_or(StoreError::NotFound("Job"))?;
        let causes: Vec<&str> = again.iter().flat_map(|(_, which)| &which.causes).map(|cause| cause.as_str()).collect();
        let devices: Vec<i64> = sqlx::query_scalar(
            "insert into run_devices (run_id, device_id, hostname, ip_address, port, transport, device_type)
             select $1, d.id, d.hostname, d.ip_address, d.port, d.transport, d.device_type from devices d
             where (d.id = (select device_id from jobs where id = $2)
                or ((select device_id from jobs where id = $2) is null and exists (select 1 from device_tags dt
                    join job_tags jt on jt.tag_id = dt.tag_id where jt.job_id = $2 and dt.device_id = d.id)))
             and ($3::bigint is null or exists (select 1 from run_devices o where o.run_id = $3 and o.device_id = d.id
                and (not $4 or o.state in ('failure', 'cancelled'))
                and (cardinality($5::text[]) = 0 or o.cause = any($5))
                and (cardinality($6::bigint[]) = 0 or o.device_id = any($6))))
             order by d.id returning device_id",
        )
        .bind(run_id)
        .bind(job_id.get())
        .bind(again.map(|(run_id, _)| run_id.get()))
        .bind(again.is_some_and(|(_, which)| which.failed == Some(true)))
        .bind(causes)
        .bind(again.map(|(_, which)| numbers(&which.devices)).unwrap_or_default())
        .fetch_all(&mut *tx)
        .await?;
        if again.is_some() && devices.is_empty() {
            return Err(StoreError::Conflict(NOTHING.to_owned()));
        }
        sqlx::query("update job_runs set devices = $2 where id = $1")
            .bind(run_id)
            .bind(i32::try_from(devices.len()).unwrap_or(i32::MAX))
            .execute(&mut *tx)
            .await?;
        sqlx::query("update jobs set status = $2 where id = $1")
            .bind(job_id.get())
            .bind(JobStatus::Queued.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(StartedRun { run_id: run_id.into(), devices: devices.into_iter().map(DeviceId::new).collect() })
    }
}
