//! Requests a second and CPU time per request of the lists people look at most, with a small log and with a large one. The
//! CPU time is that of the API's process and of its Postgres together. Before them, the runs and the devices of a large one.

use std::time::{Duration, Instant};

use netraven_api::Secret;
use netraven_backend::supervisor::{Options, Servers};
use netraven_client::Client;
use reqwest::Client as Http;
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use super::process::{cpu_of, postmaster};
use super::rows::{self, Spread, fill, grow};
use super::server::{PASSWORD, Server};

/// Log lines of the two measurements.
const LINES: [i64; 2] = [5_000, 1_000_000];
/// A line a second, the last of them some time ago.
const SPREAD: Spread = Spread { lines: 2_000_000, over: Duration::from_secs(2_000_000) };
const PATHS: [&str; 5] = [
    "/jobs/?size=100",
    "/logs/?size=100",
    "/logs/?level=ERROR&log_type=job&size=100",
    "/job-results/?size=100",
    "/devices/?size=100",
];
/// Postgres' time for a page of runs, in milliseconds, that is not to be passed.
const RUNS_AIM_MS: f64 = 2.0;
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
    let postmaster = postmaster(&data_dir)?;
    let token = Client::new(&server.url)?.login("admin", &Secret::new(PASSWORD), None).await?.access_token;
    runs(&mut connection, &server, postmaster, &token).await?;
    fill(&mut connection).await?;
    let mut lines = 0;
    for wanted in LINES {
        grow(&mut connection, lines, wanted, SPREAD).await?;
        lines = wanted;
        println!("{wanted} log lines");
        for path in PATHS {
            measure(&server, postmaster, &token, path, None).await?;
        }
    }
    connection.close().await?;
    server.stop()?;
    servers.stop().await?;
    Ok(())
}

/// Runs of a few and of 5,000 devices: all ended, then one of the large ones under way, and the pages of its devices.
async fn runs(connection: &mut PgConnection, server: &Server, postmaster: u32, token: &Secret) -> anyhow::Result<()> {
    let list = "/runs/?size=100";
    rows::runs(connection).await?;
    println!("{} runs, {} of them of {} devices, all ended", rows::RUNS, rows::LARGE_RUNS, rows::RUN_DEVICES);
    measure(server, postmaster, token, list, Some(RUNS_AIM_MS)).await?;
    let large = rows::set_going(connection).await?;
    println!("one of the large ones under way, half of its devices done");
    measure(server, postmaster, token, list, Some(RUNS_AIM_MS)).await?;
    measure(server, postmaster, token, &format!("/runs/{large}"), None).await?;
    let devices = format!("/runs/{large}/devices?size=100");
    for more in ["", "&page=50", "&sort=cause&order=desc", "&state=failure&state=cancelled", "&search=77"] {
        measure(server, postmaster, token, &format!("{devices}{more}"), None).await?;
    }
    rows::forget_runs(connection).await
}

async fn measure(
    server: &Server,
    postmaster: u32,
    token: &Secret,
    path: &str,
    aim_ms: Option<f64>,
) -> anyhow::Result<()> {
    let http = Http::builder().no_proxy().build()?;
    requests(&http, server, token, path, WARMING).await?;
    let cpu = || -> anyhow::Result<(Duration, Duration)> { Ok((server.cpu()?, cpu_of(postmaster)?)) };
    let (before, began) = (cpu()?, Instant::now());
    let bytes = requests(&http, server, token, path, MEASURED).await?;
    let (after, took) = (cpu()?, began.elapsed());
    let count = f64::from(u32::try_from(MEASURED)?);
    let each = |used: Duration| used.as_secs_f64() * 1000.0 / count;
    let (api, postgres) = (each(after.0 - before.0), each(after.1 - before.1));
    let aim = aim_ms.map(|most| format!(" of at most {most}")).unwrap_or_default();
    println!(
        "  {path:<54} {:6.0} requests/s  {:6.2} ms CPU ({api:.2} API, {postgres:.2} Postgres{aim})  {bytes} bytes",
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
