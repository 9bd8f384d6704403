//! The crypto report of 5,000 devices that were backed up every day for three months, beside the time that reading as
//! many devices takes from a table that holds nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use netraven_api::Secret;
use netraven_api::crypto_report::{CryptoReport, GetCryptoReport};
use netraven_backend::supervisor::{Options, Servers};
use netraven_client::Client;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use super::process::{cpu_of, postmaster};
use super::server::{PASSWORD, Server};

/// Devices that are filled in.
const DEVICES: usize = 5_000;
/// Reports and readings that are measured, after one that fills the caches.
const MEASURED: u32 = 10;

/// Devices with a backup each day; every seventh agrees on what is old, until it is upgraded in the second month.
const FILL: [&str; 5] = [
    "insert into devices (hostname, ip_address, device_type)
     select 'device-' || n, '10.0.' || n / 250 || '.' || n % 250, 'cisco_ios' from generate_series(1, 5000) n",
    "insert into jobs (name, job_type) values ('backup', 'config_backup')",
    "insert into job_runs (job_id, trigger, status, queued_at, started_at, finished_at, devices)
     select j.id, 'schedule', 'succeeded', now() - n * interval '1 day', now() - n * interval '1 day',
         now() - n * interval '1 day', 5000 from jobs j, generate_series(0, 89) n",
    "insert into job_results (run_id, job_id, device_id, job_type, status, result_time, details)
     select r.id, r.job_id, d.id, 'config_backup', 'success', r.finished_at, jsonb_build_object(
         'algorithms', case when d.id % 7 = 0 and r.finished_at < now() - interval '45 days'
             then jsonb_build_object('kex', 'diffie-hellman-group14-sha1', 'host_key', 'ssh-rsa',
                 'cipher', 'aes256-cbc', 'mac', 'hmac-sha1')
             else jsonb_build_object('kex', 'curve25519-sha256', 'host_key', 'ssh-ed25519',
                 'cipher', 'aes256-ctr', 'mac', 'hmac-sha2-256') end,
         'host_key', jsonb_build_object('key_type', 'ssh-ed25519', 'sha256', 'SHA256:' || md5(d.id::text)),
         'bytes', 104857, 'lines', 4100, 'secrets_hidden', 12, 'changed', false, 'sha256', md5(r.id::text),
         'timings', (select jsonb_agg(jsonb_build_object('stage', stage, 'ms', 120)) from unnest(array['reach',
             'key-exchange', 'host-key', 'sign-in', 'prompt', 'privilege', 'read', 'prove-complete', 'record']) stage))
     from job_runs r cross join devices d order by r.finished_at, d.id",
    "create table report_floor as
     select d.id, d.hostname, d.ip_address, r.result_time, r.details -> 'algorithms' as agreed
     from devices d join job_results r on r.device_id = d.id
     where r.run_id = (select id from job_runs order by finished_at desc limit 1)",
];

/// What a report says of each device, without a question as to which result holds.
const FLOOR: &str = "select json_build_object('device_id', id, 'hostname', hostname, 'ip_address', ip_address,
        'seen_at', wire_time(result_time), 'algorithms', agreed)::text
    from report_floor order by lower(hostname), id";

/// What one of several took.
struct Cost {
    took: Duration,
    /// PostgreSQL's processor time.
    postgres: Duration,
}

/// Measures and prints.
pub async fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().join("servers");
    let servers = Servers::start(&Options { data_dir: data_dir.clone(), ..Options::default() }, &|_: &str| {}).await?;
    let database = servers.database_url().expose_secret().to_owned();
    let arguments = ["--no-worker", "--database-url", &database, "--redis-url", servers.redis_url().expose_secret()];
    let server = Server::start(&folder.path().join("api"), &arguments)?;
    let mut connection = PgConnection::connect(&database).await?;
    fill(&mut connection).await?;
    measure(&mut connection, &server, &data_dir).await?;
    connection.close().await?;
    server.stop()?;
    servers.stop().await?;
    Ok(())
}

async fn fill(connection: &mut PgConnection) -> anyhow::Result<()> {
    for sql in FILL {
        sqlx::query(sql).execute(&mut *connection).await.with_context(|| sql.to_owned())?;
    }
    sqlx::query("vacuum analyze").execute(&mut *connection).await?;
    Ok(())
}

async fn measure(connection: &mut PgConnection, server: &Server, data_dir: &Path) -> anyhow::Result<()> {
    let token = Client::new(&server.url)?.login("admin", &Secret::new(PASSWORD), None).await?.access_token;
    let client = Client::new(&server.url)?.with_token(token);
    let postmaster = postmaster(data_dir)?;
    let report: CryptoReport = client.send(&GetCryptoReport).await?;
    ensure!(report.devices.len() == DEVICES, "the report has {} devices of {DEVICES}", report.devices.len());
    let report = averaged(postmaster, async || {
        client.send(&GetCryptoReport).await?;
        Ok(())
    });
    let report = report.await?;
    let floor = averaged(postmaster, async || {
        let rows: Vec<String> = sqlx::query_scalar(FLOOR).fetch_all(&mut *connection).await?;
        ensure!(rows.len() == DEVICES, "the table has {} devices of {DEVICES}", rows.len());
        Ok(())
    });
    let floor = floor.await?;
    println!("Crypto report, {DEVICES} devices, 90 days of backups, the mean of {MEASURED}.");
    println!("                 answer, ms   PostgreSQL's CPU, ms");
    for (name, cost) in [("report", &report), ("floor", &floor)] {
        println!("{name:<16} {:>11.1} {:>22.1}", milliseconds(cost.took), milliseconds(cost.postgres));
    }
    println!("ratio            {:>11.1}", milliseconds(report.took) / milliseconds(floor.took));
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What a thing costs that is done several times.
async fn averaged(postmaster: u32, mut ask: impl AsyncFnMut() -> anyhow::Result<()>) -> anyhow::Result<Cost> {
    ask().await?;
    let (cpu, began) = (cpu_of(postmaster)?, Instant::now());
    for _ in 0..MEASURED {
        ask().await?;
    }
    let took = began.elapsed() / MEASURED;
    Ok(Cost { took, postgres: cpu_of(postmaster)?.saturating_sub(cpu) / MEASURED })
}
