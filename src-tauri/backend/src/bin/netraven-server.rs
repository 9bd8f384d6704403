//! The backend without a window: `serve`, further workers, the sample lab, imports, the platforms and what proves them.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};
use netraven_api::Secret;
use netraven_backend::config::{AgentAccess, Tls};
use netraven_backend::{App, Config, External, RemoteWorker};
use tokio_util::sync::CancellationToken;

#[path = "netraven-server/asking.rs"]
mod asking;
#[path = "netraven-server/import.rs"]
mod import;
#[path = "netraven-server/lab.rs"]
mod lab;
#[path = "netraven-server/list.rs"]
mod list;
#[path = "netraven-server/platform.rs"]
mod platform;
#[path = "netraven-server/target.rs"]
mod target;
#[path = "netraven-server/trying.rs"]
mod trying;

/// Longest end after SIGTERM or Ctrl-C; with the limit below it stays under ten seconds.
const STOP_LIMIT: Duration = Duration::from_millis(9_500);
/// Longest wait for threads that block, when all else has ended.
const THREADS_LIMIT: Duration = Duration::from_millis(300);

/// The NetRaven backend: REST API, scheduler and SSH workers.
#[derive(Parser)]
#[command(name = "netraven-server", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the backend; prints one line of JSON with its address when it is ready.
    Serve(Serve),
    /// Runs a further worker for a backend on the same database and Redis.
    Worker(WorkerArgs),
    /// Starts simulated SSH devices on this computer, adds them to the backend that runs here, and backs them up, until Ctrl-C.
    Lab(lab::LabArgs),
    /// Imports the hosts of a file into the backend that runs here.
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Lists the platforms, and what is wrong with files of your own.
    Platforms(list::ListArgs),
    /// Checks files of platforms of your own, alone, on recorded sessions or on a device, and makes skeletons of such
    /// files.
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
}

#[derive(Args)]
struct Serve {
    /// Folder of everything that lasts; the system's application folder if absent.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Address of the API; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Certificate of the API, PEM. Beyond this computer the API is served encrypted or behind a proxy.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of that certificate, PEM, PKCS #8.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front encrypts: any host name is answered, and `X-Forwarded-For` says whom a request is from.
    #[arg(long)]
    behind_proxy: bool,
    /// PostgreSQL to use instead of an embedded one.
    #[arg(long, env = "NETRAVEN_DATABASE_URL", hide_env_values = true, requires = "redis_url")]
    database_url: Option<String>,
    /// Redis to use instead of an embedded one.
    #[arg(long, env = "NETRAVEN_REDIS_URL", hide_env_values = true, requires = "database_url")]
    redis_url: Option<String>,
    /// Workers in this process.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// Devices each worker works on at once.
    #[arg(long, default_value_t = netraven_backend::config::SESSIONS)]
    sessions: usize,
    /// Days log lines are kept; they go by whole months. 0 keeps them for ever.
    #[arg(long, value_name = "DAYS", default_value_t = netraven_backend::config::KEEP_LOGS_DAYS)]
    keep_logs: u32,
    /// No worker in this process; others do the work.
    #[arg(long, conflicts_with = "workers")]
    no_worker: bool,
    #[command(flatten)]
    agent: AgentArgs,
}

#[derive(Args)]
struct AgentArgs {
    /// Credentials may sign in with the keys of the SSH agent on this machine (SSH_AUTH_SOCK).
    #[arg(long, env = "NETRAVEN_ALLOW_SSH_AGENT", value_parser = FalseyValueParser::new())]
    allow_ssh_agent: bool,
}

#[derive(Args)]
struct WorkerArgs {
    /// PostgreSQL of the backend.
    #[arg(long, env = "NETRAVEN_DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Redis of the backend.
    #[arg(long, env = "NETRAVEN_REDIS_URL", hide_env_values = true)]
    redis_url: String,
    /// Devices it works on at once.
    #[arg(long, default_value_t = netraven_backend::config::SESSIONS)]
    sessions: usize,
    /// Folder of your own platforms.
    #[arg(long)]
    platforms: Option<PathBuf>,
    #[command(flatten)]
    agent: AgentArgs,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn")),
        )
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("netraven-server: no threads could be started: {error}.");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve(args) => serve(args).await,
            Command::Worker(args) => work(args).await,
            Command::Lab(args) => lab::run(args).await,
            Command::Import(command) => import::run(command).await,
            Command::Platforms(args) => list::run(&args),
            Command::Platform(command) => platform::run(command).await,
        }
    });
    runtime.shutdown_timeout(THREADS_LIMIT);
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netraven-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Serve) -> anyhow::Result<()> {
    let data_dir = args.data_dir.or_else(Config::default_data_dir);
    let data_dir = data_dir.ok_or_else(|| {
        anyhow::anyhow!("this system has no default folder for application data: give one with --data-dir")
    })?;
    let external = args.database_url.zip(args.redis_url).map(|(database_url, redis_url)| External {
        database_url: Secret::new(database_url),
        redis_url: Secret::new(redis_url),
    });
    let config = Config {
        listen: args.listen,
        tls: args.tls_cert.zip(args.tls_key).map(|(certificate, key)| Tls { certificate, key }),
        behind_proxy: args.behind_proxy,
        external,
        workers: if args.no_worker { 0 } else { args.workers },
        sessions: args.sessions.max(1),
        keep_logs_days: args.keep_logs,
        ssh_agent: AgentAccess::of_process(args.agent.allow_ssh_agent),
        ..Config::embedded(data_dir)
    };
    let stop = stop_signal()?;
    let starting = App::start(config, |step| tracing::info!("{step}"));
    let app = tokio::select! {
        app = starting => app?,
        () = stop.cancelled() => return Ok(()),
    };
    println!("{}", serde_json::json!({ "ready": true, "url": app.url() }));
    stop.cancelled().await;
    tracing::info!("stopping");
    in_time(app.stop()).await;
    Ok(())
}

async fn work(args: WorkerArgs) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    let agent = AgentAccess::of_process(args.agent.allow_ssh_agent);
    let urls = External { database_url: Secret::new(args.database_url), redis_url: Secret::new(args.redis_url) };
    let worker = tokio::select! {
        worker = RemoteWorker::start(urls, args.sessions.max(1), args.platforms, agent) => worker?,
        () = stop.cancelled() => return Ok(()),
    };
    tracing::info!("working");
    stop.cancelled().await;
    in_time(worker.stop()).await;
    Ok(())
}

/// Waits for an end, but not longer than was promised.
async fn in_time(end: impl Future<Output = ()>) {
    if tokio::time::timeout(STOP_LIMIT, end).await.is_err() {
        tracing::warn!("stopping took too long and was cut short; the next start stops what is left");
    }
}

/// Cancelled by Ctrl-C and by SIGTERM.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let token = stop.clone();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            token.cancel();
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        let _ = tokio::signal::ctrl_c().await;
        token.cancel();
    });
    Ok(stop)
}
