//! Cancelling a whole run, or one device of it. Waiting devices end at once with their result; devices being worked on are
//! marked, and their worker, woken by a signal or by its own checks, closes the session and records the end.

use netraven_api::runs::{DeviceState, RunStatus};
use netraven_api::{DeviceId, RunId};
use sqlx::PgConnection;

use super::leases::{RunDeviceId, lapsed};
use super::{Result, Store, StoreError};

/// The outcome of a request to cancel a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceCancelled {
    /// It was waiting, and has ended.
    Waiting,
    /// A worker has it and will close its session.
    Running,
    /// It had ended, or was already being cancelled: nothing was done.
    Nothing,
}

impl Store {
    /// Asks for a run's cancellation: devices still queued are cancelled at once, each with its result; open sessions are
    /// closed by their workers. Does nothing to a run that has ended; returns whether it was active.
    pub async fn cancel_run(&self, id: RunId, by: &str) -> Result<bool> {
        let mut tx = self.pool().begin().await?;
        let status: Option<String> = sqlx::query_scalar("select status from job_runs where id = $1 for update")
            .bind(id.get())
            .fetch_optional(&mut *tx)
            .await?;
        let active = match status.as_deref().map(RunStatus::parse) {
            None => return Err(StoreError::NotFound("Run")),
            Some(status) => status.is_some_and(RunStatus::is_active),
        };
        if active {
            sqlx::query(
                "update job_runs set cancel_requested = true, cancelled_by = coalesce(cancelled_by, $2) where id = $1",
            )
            .bind(id.get())
            .bind(by)
            .execute(&mut *tx)
            .await?;
            end_waiting(&mut tx, id, None).await?;
        }
        tx.commit().await?;
        Ok(active)
    }

    /// Asks for the cancellation of one device of a run; the others go on. If it waits it is cancelled at once, with its
    /// result; if a worker has it, the worker closes its session.
    pub async fn cancel_device(&self, run_id: RunId, device_id: DeviceId, by: &str) -> Result<DeviceCancelled> {
        let mut tx = self.pool().begin().await?;
        // Under the row's lock, a worker either leased it earlier or sees the mark.
        let row: Option<(String, bool)> = sqlx::query_as(
            "select d.state, r.cancel_requested or d.cancelled_by is not null from run_devices d
             join job_runs r on r.id = d.run_id where d.run_id = $1 and d.device_id = $2 for update of d",
        )
        .bind(run_id.get())
        .bind(device_id.get())
        .fetch_optional(&mut *tx)
        .await?;
        let (state, is_asked) = row.ok_or(StoreError::NotFound("Device of this run"))?;
        let done = match DeviceState::parse(&state) {
            Some(DeviceState::Queued) => DeviceCancelled::Waiting,
            Some(DeviceState::Running) if !is_asked => DeviceCancelled::Running,
            _ => return Ok(DeviceCancelled::Nothing),
        };
        sqlx::query(
            "update run_devices set cancelled_by = coalesce(cancelled_by, $3) where run_id = $1 and device_id = $2",
        )
        .bind(run_id.get())
        .bind(device_id.get())
        .bind(by)
        .execute(&mut *tx)
        .await?;
        if done == DeviceCancelled::Waiting {
            end_waiting(&mut tx, run_id, Some(device_id)).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Which of these devices a person asked to cancel, alone or with their run.
    pub async fn cancelled_among(&self, held: &[RunDeviceId]) -> Result<Vec<RunDeviceId>> {
        Ok(sqlx::query_as(
            "select d.run_id, d.device_id from unnest($1::bigint[], $2::bigint[]) held (run_id, device_id)
             join run_devices d using (run_id, device_id) join job_runs r on r.id = d.run_id
             where r.cancel_requested or d.cancelled_by is not null",
        )
        .bind(held.iter().map(|one| one.run_id.get()).collect::<Vec<_>>())
        .bind(held.iter().map(|one| one.device_id.get()).collect::<Vec<_>>())
        .fetch_all(self.pool())
        .await?)
    }

    /// Ends cancelled devices whose worker died before doing so.
    pub async fn end_cancelled(&self) -> Result<u64> {
        Ok(sqlx::query(concat!(
            "with ended as (update run_devices d set state = 'cancelled', cause = 'cancelled',
                 message = 'Cancelled; its worker had stopped.', finished_at = now(), lease_until = null
                 from job_runs r where r.id = d.run_id and (r.cancel_requested or d.cancelled_by is not null)
                 and (d.state = 'queued' or (d.state = 'running' and ",
            lapsed!(),
            "))
                 returning d.run_id, d.device_id, coalesce(d.stage, 'prepare') as stage)
             insert into job_results (run_id, job_id, device_id, job_type, status, cause, stage, result_time, details)
             select e.run_id, j.id, e.device_id, j.job_type, 'failure', 'cancelled', e.stage, now(),
                 jsonb_build_object('cause', 'cancelled', 'stage', e.stage, 'message', 'Cancelled; its worker had stopped.')
             from ended e join job_runs r on r.id = e.run_id join jobs j on j.id = r.job_id
             join devices d on d.id = e.device_id on conflict (run_id, device_id) do nothing",
        ))
        .execute(self.pool())
        .await?
        .rows_affected())
    }
}

/// Ends the waiting devices of a run, or one of them, each with its result.
async fn end_waiting(tx: &mut PgConnection, run_id: RunId, device_id: Option<DeviceId>) -> Result<()> {
    sqlx::query(
        "with ended as (update run_devices set state = 'cancelled', cause = 'cancelled', stage = 'prepare',
             message = 'Cancelled before it started.', finished_at = now()
             where run_id = $1 and state = 'queued' and ($2::bigint is null or device_id = $2) returning device_id)
         insert into job_results (run_id, job_id, device_id, job_type, status, cause, stage, result_time, details)
         select $1, j.id, e.device_id, j.job_type, 'failure', 'cancelled', 'prepare', now(),
             jsonb_build_object('cause', 'cancelled', 'stage', 'prepare', 'message', 'Cancelled before it started.')
         from ended e join devices d on d.id = e.device_id, job_runs r join jobs j on j.id = r.job_id where r.id = $1
         on conflict (run_id, device_id) do nothing",
    )
    .bind(run_id.get())
    .bind(device_id.map(DeviceId::get))
    .execute(tx)
    .await?;
    Ok(())
}
