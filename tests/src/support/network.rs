//! A network whose jobs ran for some days: what there is to filter, to page through and to walk to.

use sqlx::postgres::PgPool;

/// Runs of the last day; more than one page of any size but the largest.
pub const RUNS: usize = 60;

/// Four devices, three jobs of two kinds; every fifth run failed, with one cause for its first device; no two runs took the
/// same time.
const FILL: &[&str] = &[
    "insert into devices (id, hostname, ip_address, device_type)
     values (1, 'core-1', '192.0.2.1', 'linux'), (2, 'core-2', '192.0.2.2', 'linux'), (3, 'edge-1', '192.0.2.3', 'linux'),
         (4, 'edge-2', '192.0.2.4', 'linux')",
    "update devices set approved_address = ip_address, approved_port = port, approved_type = device_type, approved_at = now()",
    "insert into jobs (id, name, job_type)
     values (81, 'Core backup', 'config_backup'), (82, 'Edge backup', 'config_backup'), (83, 'Reach all', 'reachability')",
    "insert into job_runs (id, job_id, trigger, status, queued_at, started_at, finished_at, devices)
     select 1000 - n, 81 + n % 3, case n % 3 when 1 then 'manual' else 'schedule' end,
         case when n % 5 = 0 then 'failed' else 'succeeded' end, at, at, at + (1 + n * 37 % 61) * interval '1 second', 2
     from (select n, now() - case when n <= 60 then n * interval '20 minutes' else interval '3 days' + n * interval '1 minute' end as at
           from generate_series(1, 75) n) runs",
    "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message, started_at,
         finished_at)
     select r.id, d.id, d.hostname, d.ip_address, 22, 'linux', case when r.status = 'failed' then 'failure' else 'success' end,
         case when r.status = 'failed' then 'reach' end, case when r.status = 'failed' then 'refused' end,
         case when r.status = 'failed' then d.hostname || ' refused the connection.' end, r.started_at, r.finished_at
     from job_runs r join devices d on case r.job_id when 81 then d.id in (1, 2) when 82 then d.id in (3, 4) else d.id in (1, 3) end",
];

/// A run of forty devices under way: eleven are done, one of them failed, four are being read.
const UNDER_WAY: &[&str] = &[
    "insert into job_runs (id, job_id, trigger, triggered_by, status, queued_at, started_at, devices)
     values (2000, 81, 'manual', 'admin', 'running', now() - interval '9 seconds', now() - interval '8 seconds', 40)",
    "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, stage, cause, message, started_at,
         finished_at, lease_until)
     select 2000, n, case when n <= 2 then 'core-' || n else 'dist-' || to_char(n, 'FM00') end, '192.0.2.' || n, 22, 'linux',
         case when n = 7 then 'failure' when n <= 11 then 'success' when n <= 15 then 'running' else 'queued' end,
         case when n = 7 then 'reach' when n <= 11 then 'record' when n <= 15 then 'read' end,
         case when n = 7 then 'timeout-connect' end,
         case when n = 7 then '192.0.2.7:22 did not answer within 10 s.' end,
         case when n <= 15 then now() - interval '8 seconds' end,
         case when n <= 11 then now() - interval '3 seconds' end,
         case when n between 12 and 15 then now() + interval '1 hour' end
     from generate_series(1, 40) n",
];

/// Puts it into a database.
pub async fn fill(pool: &PgPool) -> anyhow::Result<()> {
    execute(pool, FILL).await
}

/// Adds a run that goes on for as long as it is looked at: where no worker is, nobody ends it.
pub async fn start_a_run(pool: &PgPool) -> anyhow::Result<()> {
    execute(pool, UNDER_WAY).await
}

async fn execute(pool: &PgPool, statements: &[&'static str]) -> anyhow::Result<()> {
    for sql in statements {
        sqlx::query(*sql).execute(pool).await?;
    }
    Ok(())
}
