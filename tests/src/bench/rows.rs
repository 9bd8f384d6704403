//! A network with jobs that ran, and log lines of any number, written straight into the tables.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use sqlx::PgConnection;

/// Most lines written in one statement.
const AT_ONCE: i64 = 200_000;

/// A network of a hundred devices with twenty jobs that ran fifty times.
pub async fn fill(connection: &mut PgConnection) -> anyhow::Result<()> {
    for sql in [
        "insert into tags (name, type) select 'tag ' || n, 'site' from generate_series(1, 10) n",
        "insert into devices (hostname, ip_address, device_type, model, serial_number)
         select 'device-' || n, '192.0.2.' || n, 'cisco_ios', 'C9300', 'SN' || n from generate_series(1, 100) n",
        "insert into device_tags (device_id, tag_id) select d.id, t.id from devices d, tags t where d.id % 10 = t.id % 10",
        "update devices d set approved_address = ip_address, approved_port = port, approved_type = device_type,
             approved_tags = array(select tag_id from device_tags where device_id = d.id), approved_at = now()",
        "insert into credentials (username, password, priority) select 'user-' || n, 'sealed', n from generate_series(1, 5) n",
        "insert into credential_tags (credential_id, tag_id) select c.id, t.id from credentials c, tags t where c.id % 5 = t.id % 5",
        "insert into jobs (name, job_type, schedule_type, interval_seconds, cron_string)
         select 'job ' || n, 'config_backup', case n % 3 when 0 then 'interval' when 1 then 'cron' end,
             case n % 3 when 0 then 3600 end, case n % 3 when 1 then '0 2 * * *' end from generate_series(1, 20) n",
        "insert into job_tags (job_id, tag_id) select j.id, t.id from jobs j, tags t where j.id % 10 = t.id % 10",
        "insert into job_runs (job_id, trigger, status, queued_at, started_at, finished_at, devices)
         select j.id, 'manual', 'succeeded', now() - n * interval '1 hour', now() - n * interval '1 hour',
             now() - n * interval '1 hour' + interval '90 seconds', 10 from jobs j, generate_series(1, 50) n",
        "insert into job_results (run_id, job_id, device_id, job_type, status, result_time, details)
         select r.id, r.job_id, d.id, 'config_backup', case when d.id % 7 = 0 then 'failure' else 'success' end, r.finished_at,
             jsonb_build_object('changed', false, 'stages', jsonb_build_object('connect', 0.12, 'read', 1.4))
         from job_runs r join devices d on d.id % 10 = r.job_id % 10",
        "insert into device_configurations (device_id, config_data, fingerprint, retrieved_at)
         select d.id, repeat('interface GigabitEthernet0/0' || chr(10), 200), 'x', now() - n * interval '1 day'
         from devices d, generate_series(1, 5) n",
        "analyze",
    ] {
        sqlx::query(sql).execute(&mut *connection).await.with_context(|| sql.to_owned())?;
    }
    Ok(())
}

/// Runs of [`runs`].
pub const RUNS: i64 = 300;
/// Those of them that are large.
pub const LARGE_RUNS: i64 = 30;
/// Devices of a large run; the others have ten.
pub const RUN_DEVICES: i64 = 5_000;

/// Runs of twenty jobs that have ended, each tenth of them large, counted as the end of a run counts.
pub async fn runs(connection: &mut PgConnection) -> anyhow::Result<()> {
    for sql in [
        "insert into jobs (name, job_type) select 'job ' || n, 'config_backup' from generate_series(1, 20) n".to_owned(),
        format!(
            "insert into job_runs (job_id, trigger, status, queued_at, started_at, finished_at, devices, usual_seconds)
             select (select min(id) from jobs) + n % 20, 'schedule', 'partly_failed', now() - n * interval '1 hour',
                 now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '5 minutes',
                 case when n % {} = 0 then {RUN_DEVICES} else 10 end, 300 from generate_series(1, {RUNS}) n",
            RUNS / LARGE_RUNS
        ),
        "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message,
             attempt, worker, started_at, finished_at, result_id, changed)
         select r.id, n, 'device-' || lpad(n::text, 4, '0'), '10.0.' || n / 250 || '.' || n % 250, 22, 'cisco_ios',
             case when n % 9 = 0 then 'failure' else 'success' end, case when n % 9 = 0 then 'sign_in' else 'record' end,
             case when n % 9 = 0 then (array['auth-failed', 'timeout-connect', 'truncated'])[1 + n / 9 % 3] end,
             'The configuration is that of the last snapshot.', 1, 'host:1:1', r.started_at,
             r.started_at + n * interval '50 milliseconds', n, n % 50 = 0
         from job_runs r cross join lateral generate_series(1, r.devices) n"
            .to_owned(),
        "update job_runs r set succeeded = c.succeeded, failed = c.failed, changed = c.changed, causes = c.causes
         from (select d.run_id, count(*) filter (where d.state = 'success') as succeeded,
                   count(*) filter (where d.state = 'failure') as failed, count(*) filter (where d.changed) as changed,
                   (select coalesce(jsonb_agg(jsonb_build_object('cause', cause, 'devices', n) order by n desc, cause), '[]')
                    from (select cause, count(*) as n from run_devices x where x.run_id = d.run_id and cause is not null
                          group by cause) by_cause) as causes
               from run_devices d group by d.run_id) c where c.run_id = r.id"
            .to_owned(),
        "vacuum analyze".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql.clone())).execute(&mut *connection).await.context(sql)?;
    }
    Ok(())
}

/// Puts one under way in the newest large run's place: half of its devices are done, fifty are worked on. Its id.
pub async fn set_going(connection: &mut PgConnection) -> anyhow::Result<i64> {
    let large = "select id from job_runs where devices = $1 order by queued_at desc limit 1";
    sqlx::query(sqlx::AssertSqlSafe(format!("delete from job_runs where id = ({large})")))
        .bind(i32::try_from(RUN_DEVICES)?)
        .execute(&mut *connection)
        .await?;
    let run: i64 = sqlx::query_scalar(
        "insert into job_runs (job_id, trigger, status, started_at, devices) select min(id), 'manual', 'running', now(), $1 from jobs
         returning id",
    )
    .bind(i32::try_from(RUN_DEVICES)?)
    .fetch_one(&mut *connection)
    .await?;
    sqlx::query(
        "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message, attempt,
             lease_until, started_at, finished_at, changed)
         select $1, n, 'device-' || lpad(n::text, 4, '0'), '10.0.' || n / 250 || '.' || n % 250, 22, 'cisco_ios', state,
             case when state <> 'queued' then 'read' end,
             case state when 'failure' then (array['auth-failed', 'timeout-connect', 'truncated'])[1 + n / 9 % 3] end,
             case when state in ('success', 'failure') then 'The configuration is that of the last snapshot.' end, 1,
             case state when 'running' then now() + interval '40 seconds' end,
             case when state <> 'queued' then now() end,
             case when state in ('success', 'failure') then now() + n * interval '50 milliseconds' end,
             case state when 'success' then n % 50 = 0 end
         from (select n, case when n > $2 / 2 + 50 then 'queued' when n > $2 / 2 then 'running' when n % 9 = 0 then 'failure'
                   else 'success' end as state from generate_series(1, $2) n) numbered",
    )
    .bind(run)
    .bind(RUN_DEVICES)
    .execute(&mut *connection)
    .await?;
    sqlx::query("vacuum analyze run_devices").execute(&mut *connection).await?;
    Ok(run)
}

/// Removes what [`runs`] made.
pub async fn forget_runs(connection: &mut PgConnection) -> anyhow::Result<()> {
    sqlx::query("truncate jobs restart identity cascade").execute(&mut *connection).await?;
    Ok(())
}

/// How lines are spread over time: evenly over a period that ends now.
#[derive(Clone, Copy)]
pub struct Spread {
    /// Number of lines.
    pub lines: i64,
    /// Length of the period they are spread over.
    pub over: Duration,
}

/// Adds log lines as jobs write them, from one number up to another.
pub async fn grow(connection: &mut PgConnection, from: i64, to: i64, spread: Spread) -> anyhow::Result<()> {
    let add = "insert into logs (timestamp, log_type, level, job_id, device_id, source, message, meta)
        select now() - ($3::bigint - n) * make_interval(secs => $4::float8 / $3),
            (array['job', 'job', 'session', 'system', 'connection'])[1 + n % 5],
            (array['INFO', 'DEBUG', 'INFO', 'WARNING', 'INFO', 'ERROR', 'INFO'])[1 + n % 7], 1 + n % 20, 1 + n % 100, 'worker',
            'Line ' || n || ' of a job that reads the configuration of a device.', '{\"attempt\": 1}'
        from generate_series($1::bigint + 1, $2::bigint) n";
    let mut done = from;
    while done < to {
        let next = (done + AT_ONCE).min(to);
        let add = sqlx::query(add).bind(done).bind(next).bind(spread.lines).bind(spread.over.as_secs_f64());
        let added = add.execute(&mut *connection).await?.rows_affected();
        ensure!(added == u64::try_from(next - done)?, "lines are missing");
        done = next;
    }
    sqlx::query("vacuum analyze logs").execute(&mut *connection).await?;
    Ok(())
}
