//! Requests a second and CPU time per request of the lists people look at most, with a small log and with a large one. The
//! CPU time is that of the API's process and of its Postgres together.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use netraven_api::Secret;
use netraven_backend::supervisor::{Options, Servers};
use netraven_client::Client;
use reqwest::Client as Http;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use super::server::{PASSWORD, Server, cpu_of};

/// Log lines of the two measurements.
const LINES: [i64; 2] = [5_000, 1_000_000];
const PATHS: [&str; 5] = [
    "/jobs/?size=100",
    "/logs/?size=100",
    "/logs/?level=ERROR&log_type=job&size=100",
    "/job-results/?size=100",
    "/devices/?size=100",
];
/// Requests at once, as many as a handful of windows send.
const CALLERS: usize = 4;
/// Requests that are not measured: they fill caches and prepare statements.
const WARMING: usize = 100;
const MEASURED: usize = 600;

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
    let postmaster = postmaster(&data_dir)?;
    let token = Client::new(&server.url)?.login("admin", &Secret::new(PASSWORD)).await?.access_token;
    let mut lines = 0;
    for wanted in LINES {
        grow(&mut connection, lines, wanted).await?;
        lines = wanted;
        println!("{wanted} log lines");
        for path in PATHS {
            measure(&server, postmaster, &token, path).await?;
        }
    }
    connection.close().await?;
    server.stop()?;
    servers.stop().await?;
    Ok(())
}

async fn measure(server: &Server, postmaster: u32, token: &Secret, path: &str) -> anyhow::Result<()> {
    let http = Http::builder().no_proxy().build()?;
    requests(&http, server, token, path, WARMING).await?;
    let cpu = || -> anyhow::Result<(Duration, Duration)> { Ok((server.cpu()?, cpu_of(postmaster)?)) };
    let (before, began) = (cpu()?, Instant::now());
    let bytes = requests(&http, server, token, path, MEASURED).await?;
    let (after, took) = (cpu()?, began.elapsed());
    let count = f64::from(u32::try_from(MEASURED)?);
    let each = |used: Duration| used.as_secs_f64() * 1000.0 / count;
    let (api, postgres) = (each(after.0 - before.0), each(after.1 - before.1));
    println!(
        "  {path:<42} {:6.0} requests/s  {:6.2} ms CPU ({api:.2} API, {postgres:.2} Postgres)  {bytes} bytes",
        count / took.as_secs_f64(),
        api + postgres
    );
    Ok(())
}

/// Sends requests from several callers; the size of an answer.
async fn requests(http: &Http, server: &Server, token: &Secret, path: &str, count: usize) -> anyhow::Result<usize> {
    let caller = async || -> anyhow::Result<usize> {
        let mut bytes = 0;
        for _ in 0..count / CALLERS {
            let request = http.get(format!("{}{path}", server.url)).bearer_auth(token.expose());
            bytes = request.send().await?.error_for_status()?.bytes().await?.len();
        }
        Ok(bytes)
    };
    let sizes = futures::future::try_join_all((0..CALLERS).map(|_| caller())).await?;
    Ok(sizes.into_iter().max().unwrap_or_default())
}

/// A network of a hundred devices with twenty jobs that ran fifty times.
async fn fill(connection: &mut PgConnection) -> anyhow::Result<()> {
    for sql in [
        "insert into tags (name, type) select 'tag ' || n, 'site' from generate_series(1, 10) n",
        "insert into devices (hostname, ip_address, device_type, model, serial_number)
         select 'device-' || n, '192.0.2.' || n, 'cisco_ios', 'C9300', 'SN' || n from generate_series(1, 100) n",
        "insert into device_tags (device_id, tag_id) select d.id, t.id from devices d, tags t where d.id % 10 = t.id % 10",
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

/// Adds log lines as jobs write them, up to this many.
async fn grow(connection: &mut PgConnection, from: i64, to: i64) -> anyhow::Result<()> {
    let add = "insert into logs (timestamp, log_type, level, job_id, device_id, source, message, meta)
        select now() - (2000000 - n) * interval '1 second', (array['job', 'job', 'session', 'system', 'connection'])[1 + n % 5],
            (array['INFO', 'DEBUG', 'INFO', 'WARNING', 'INFO', 'ERROR', 'INFO'])[1 + n % 7], 1 + n % 20, 1 + n % 100, 'worker',
            'Line ' || n || ' of a job that reads the configuration of a device.', '{\"attempt\": 1}'
        from generate_series($1::bigint + 1, $2) n";
    let done = sqlx::query(add).bind(from).bind(to).execute(&mut *connection).await?;
    ensure!(done.rows_affected() == u64::try_from(to - from)?, "lines are missing");
    sqlx::query("vacuum analyze logs").execute(&mut *connection).await?;
    Ok(())
}

fn postmaster(data_dir: &Path) -> anyhow::Result<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid"))?;
    Ok(text.lines().next().unwrap_or_default().trim().parse()?)
}
