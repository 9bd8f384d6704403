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

/// How lines lie in time: so many evenly over so long, the last one now.
#[derive(Clone, Copy)]
pub struct Spread {
    /// Lines.
    pub lines: i64,
    /// Time.
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
