//! The window while it is worked hard: lines arriving while its log is scrolled, and filters changed over a long log.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use netraven_api::Secret;
use netraven_backend::supervisor::{Options, Servers};
use netraven_backend::{App, Config, External};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use super::rows::{Spread, fill, grow};
use super::server::PASSWORD;
use crate::desktop::{Screen, Window};

mod filters;
mod live;
mod requests;

/// What runs in the page.
const PROBE: &str = include_str!("ui/probe.js");
/// Time the log reaches back. The window looks at thirty days, so that all of it counts.
const REACH: Duration = Duration::from_secs(29 * 24 * 3_600);

/// Fewer lines than this are what a start says by itself.
const UNSAID: i64 = 1_000;

/// What is measured.
struct Wanted {
    /// Lines of the log before anything is measured.
    rows: i64,
    /// Lines that arrive.
    lines: usize,
    /// Where the log is kept for the next time.
    data_dir: Option<PathBuf>,
}

impl Wanted {
    fn of(arguments: &[String]) -> anyhow::Result<Wanted> {
        let mut wanted = Wanted { rows: 1_000_000, lines: 100_000, data_dir: None };
        for pair in arguments.chunks(2) {
            match pair {
                [name, value] if name == "--rows" => wanted.rows = value.parse().context("--rows wants a number")?,
                [name, value] if name == "--lines" => wanted.lines = value.parse().context("--lines wants a number")?,
                [name, value] if name == "--data-dir" => wanted.data_dir = Some(PathBuf::from(value)),
                _ => bail!("there is no option '{}': choose --rows N, --lines N or --data-dir FOLDER", pair.join(" ")),
            }
        }
        Ok(wanted)
    }
}

/// Measures and prints.
pub async fn run(arguments: &[String]) -> anyhow::Result<()> {
    let wanted = Wanted::of(arguments)?;
    let temporary = tempfile::tempdir()?;
    let data_dir = wanted.data_dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&data_dir).with_context(|| format!("could not make {}", data_dir.display()))?;
    let options = Options { data_dir: data_dir.join("servers"), ..Options::default() };
    let servers = Servers::start(&options, &|_: &str| {}).await?;
    let external = External {
        database_url: Secret::new(servers.database_url().expose_secret()),
        redis_url: Secret::new(servers.redis_url().expose_secret()),
    };
    let config = Config {
        admin_password: Some(Secret::new(PASSWORD)),
        workers: 0,
        external: Some(external),
        ..Config::embedded(data_dir.join("app"))
    };
    let app = App::start(config, |_| {}).await?;
    println!(
        "Optimised build, real window on a virtual screen without a graphics card, PostgreSQL and Redis beside it."
    );
    seed(servers.database_url().expose_secret(), wanted.rows).await?;
    let measured = measure(&app, wanted.lines).await;
    app.stop().await;
    servers.stop().await?;
    measured
}

async fn measure(app: &App, lines: usize) -> anyhow::Result<()> {
    let window_data = tempfile::tempdir()?;
    let screen = Screen::open().await?;
    let folder = window_data.path().to_str().context("the path is text")?;
    let window = screen.window(&["--data-dir", folder, "--remote", app.url()]).await?;
    window.fill("server-user", "admin").await?;
    window.fill("server-password", PASSWORD).await?;
    window.press("Sign in").await?;
    window.press("Unified Logs").await?;
    window.press("Period 30 d").await?;
    window.sees("of a job that reads").await?;
    window.sees("Live").await?;
    window.ask(PROBE).await?;
    let measured = async {
        filters::measure(&window).await?;
        requests::measure(app).await?;
        live::measure(app, &screen, &window, lines).await
    };
    if let Err(error) = measured.await {
        let picture = window.picture("bench-failed").await?;
        return Err(error.context(format!("see {}; the application printed:\n{}", picture.display(), screen.log())));
    }
    window.close().await
}

/// Makes the log as long as wanted, unless a run before this one did.
async fn seed(database: &str, rows: i64) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(database).await?;
    // What a run before this one said is no part of it.
    sqlx::query("delete from logs where source <> 'worker'").execute(&mut connection).await?;
    let kept: i64 =
        sqlx::query_scalar("select coalesce(sum(lines), 0)::bigint from log_counts").fetch_one(&mut connection).await?;
    if (rows..rows + UNSAID).contains(&kept) {
        println!("{rows} log lines kept from before.");
    } else {
        let began = Instant::now();
        sqlx::query("truncate logs, log_counts, log_times").execute(&mut connection).await?;
        let devices: i64 = sqlx::query_scalar("select count(*) from devices").fetch_one(&mut connection).await?;
        if devices == 0 {
            fill(&mut connection).await?;
        }
        grow(&mut connection, 0, rows, Spread { lines: rows, over: REACH }).await?;
        println!("{rows} log lines written in {:.0} s.", began.elapsed().as_secs_f64());
    }
    Ok(connection.close().await?)
}

/// Calls a function of the probe that answers at once.
async fn ask(window: &Window, call: &str) -> anyhow::Result<Value> {
    window.ask(&format!("return window.netravenProbe.{call}")).await
}

/// Calls a function of the probe that answers later, by its last argument.
async fn ask_later(window: &Window, call: &str, arguments: &[Value]) -> anyhow::Result<Value> {
    let arguments: Vec<String> = arguments.iter().map(Value::to_string).collect();
    let arguments: String = arguments.iter().map(|argument| format!("{argument}, ")).collect();
    let script = format!("window.netravenProbe.{call}({arguments}arguments[arguments.length - 1])");
    Ok(window.client.execute_async(&script, Vec::new()).await?)
}

/// Numbers of a list, smallest first.
fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// The number that `percent` percent of a sorted list do not exceed.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).or(sorted.last()).copied().unwrap_or(f64::NAN)
}

/// Three figures of milliseconds.
fn spread(numbers: Vec<f64>) -> String {
    let sorted = sorted(numbers);
    let last = sorted.last().copied().unwrap_or(f64::NAN);
    format!("p50 {:4.0} ms  p95 {:4.0} ms  longest {last:4.0} ms", percentile(&sorted, 50), percentile(&sorted, 95))
}

/// The numbers of a JSON list.
fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}
