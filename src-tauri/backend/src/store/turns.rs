//! Turns: devices of runs that wait because a limit of sessions is reached. A waiting device is off the queue and keeps
//! its place in the line of the limit it met. The row of a policy is the lock of its line, so that limits hold across
//! all workers; a slot belongs to an attempt and is free as soon as that attempt no longer runs.

use netraven_api::{DeviceId, JobId};
use sqlx::PgTransaction;

use super::leases::{AttemptId, Lease, RunDeviceId, lapsed};
use super::{Result, Store};

/// How many more sessions the limits of the policy `p` allow now; many if there is no limit.
macro_rules! room {
    () => {
        concat!(
            "least(coalesce(p.at_once - (select count(*) from session_slots s join run_devices d
                     on d.run_id = s.run_id and d.device_id = s.device_id and d.attempt = s.attempt
                 where s.policy_id = p.id and d.state = 'running' and not ",
            lapsed!(),
            "), 100000),
             coalesce(p.per_second - (select count(*) from session_slots s
                 where s.policy_id = p.id and s.taken_at > clock_timestamp() - interval '1 second'), 100000))"
        )
    };
}

/// The devices whose turn has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NextTurns {
    /// What to put on the queue, each device with its newest attempt.
    pub devices: Vec<AttemptId>,
    /// Whether there were devices that waited.
    pub some_waited: bool,
}

/// The policies that limit the sessions with a device. Until the transaction ends nobody else takes a slot of theirs.
pub(super) async fn limits_of(tx: &mut PgTransaction<'_>, device_id: DeviceId) -> Result<Vec<i64>> {
    let limits: Vec<i64> = sqlx::query_scalar("select distinct policy_id from device_limits where device_id = $1")
        .bind(device_id.get())
        .fetch_all(&mut **tx)
        .await?;
    if limits.is_empty() {
        return Ok(limits);
    }
    // In one order, so that two workers never wait for each other.
    Ok(sqlx::query_scalar("select id from session_policies where id = any($1) order by id for no key update")
        .bind(&limits)
        .fetch_all(&mut **tx)
        .await?)
}

/// The first of these policies that has no room for a device, counting those before it in the line.
pub(super) async fn full(tx: &mut PgTransaction<'_>, id: RunDeviceId, limits: &[i64]) -> Result<Option<i64>> {
    if limits.is_empty() {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(concat!(
        "select p.id from session_policies p where p.id = any($3) and ",
        room!(),
        " <= (select count(*) from run_devices w join job_runs r on r.id = w.run_id
             where w.waits_for = p.id and w.state = 'queued' and w.waits_since is not null
                 and not r.cancel_requested and w.cancelled_by is null
                 and (w.run_id, w.device_id) <> ($1, $2)
                 and w.waits_since < coalesce((select m.waits_since from run_devices m
                     where m.run_id = $1 and m.device_id = $2), clock_timestamp()))
         order by p.id limit 1"
    ))
    .bind(id.run_id.get())
    .bind(id.device_id.get())
    .bind(limits)
    .fetch_optional(&mut **tx)
    .await?)
}

/// Has a device wait for its turn: that is no attempt. The id of its job; none if there was nothing to lease.
pub(super) async fn park(tx: &mut PgTransaction<'_>, id: RunDeviceId, limit: i64) -> Result<Option<JobId>> {
    let job_id: Option<i64> = sqlx::query_scalar(concat!(
        "update run_devices d set state = 'queued', worker = null, lease_until = null, stage = null, waits_for = $3,
             waits_since = coalesce(d.waits_since, clock_timestamp()), is_parked = true
         from job_runs r where d.run_id = $1 and d.device_id = $2 and r.id = d.run_id
             and not r.cancel_requested and d.cancelled_by is null
             and (d.state = 'queued' or (d.state = 'running' and ",
        lapsed!(),
        ")) returning r.job_id"
    ))
    .bind(id.run_id.get())
    .bind(id.device_id.get())
    .bind(limit)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(job_id.map(JobId::new))
}

/// Takes a slot of each limit for an attempt, and removes those that nobody holds any more.
pub(super) async fn take_slots(tx: &mut PgTransaction<'_>, lease: &Lease, limits: &[i64]) -> Result<()> {
    if limits.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "delete from session_slots s where s.policy_id = any($1) and s.taken_at < clock_timestamp() - interval '1 second'
             and not exists (select 1 from run_devices d where d.run_id = s.run_id and d.device_id = s.device_id
                 and d.attempt = s.attempt and d.state = 'running')",
    )
    .bind(limits)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "insert into session_slots (run_id, device_id, policy_id, attempt, taken_at)
         select $1, $2, policy_id, $3, clock_timestamp() from unnest($4::bigint[]) policy_id
         on conflict (run_id, device_id, policy_id) do update set attempt = excluded.attempt, taken_at = excluded.taken_at",
    )
    .bind(lease.run_id.get())
    .bind(lease.device_id.get())
    .bind(lease.attempt)
    .bind(limits)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

impl Store {
    /// Lets the first of each line go, as many as there is room for. They keep their place until they are leased, so that
    /// nobody passes them on the way.
    pub async fn give_turns(&self) -> Result<NextTurns> {
        let waits = "select exists (select 1 from run_devices where state = 'queued' and waits_since is not null)";
        let some_wait: bool = sqlx::query_scalar(waits).fetch_one(self.pool()).await?;
        if !some_wait {
            return Ok(NextTurns::default());
        }
        let devices = sqlx::query_as(concat!(
            "with line as materialized (
                 select d.run_id, d.device_id, d.waits_for, row_number() over (partition by d.waits_for
                     order by d.waits_since, d.run_id, d.device_id) as place
                 from run_devices d join job_runs r on r.id = d.run_id
                 where d.state = 'queued' and d.waits_since is not null
                     and not r.cancel_requested and d.cancelled_by is null),
             room as materialized (
                 select w.waits_for, ",
            room!(),
            " as places from (select distinct waits_for from line) w
                 left join session_policies p on p.id = w.waits_for),
             picked as materialized (
                 select d.run_id, d.device_id from run_devices d
                     join line using (run_id, device_id) join room on room.waits_for = line.waits_for
                 where d.is_parked and line.place <= room.places
                 order by d.run_id, d.device_id for update of d skip locked)
             update run_devices d set is_parked = false from picked
             where d.run_id = picked.run_id and d.device_id = picked.device_id
             returning d.run_id, d.device_id, d.attempt"
        ))
        .fetch_all(self.pool())
        .await?;
        Ok(NextTurns { devices, some_waited: true })
    }
}
