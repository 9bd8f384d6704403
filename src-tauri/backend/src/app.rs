//! The whole backend in one process: started, watched and stopped in order.

mod files;
mod first_user;
mod key;
mod platform_files;
mod remote;
mod serving;
mod stopping;
mod tls;
mod watcher;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use netraven_api::Secret;
use netraven_api::logs::{Level, LogType};
use netraven_api::users::Role;
use secrecy::ExposeSecret as _;
use serde_json::json;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use crate::catalog::Catalog;
use crate::config::{Config, External};
use crate::finisher::Finisher;
use crate::journal::{About, Journal, Signal};
use crate::queue::Queue;
use crate::scheduler::Scheduler;
use crate::server::{self, AppState, Connections, Prover, ServersState, Tokens};
use crate::session::{self, JumpPool};
use crate::snapshots::Repository;
use crate::start::StartError;
use crate::store::{Store, StoreError};
use crate::supervisor::{DataDirLock, Health, Options, Servers};
use crate::worker::{self, Worker};
use crate::{handover, hub, replay};

pub use remote::RemoteWorker;

use platform_files::SavedInStore;
use serving::Serving;
use stopping::{StopLimits, join};

/// Name of the first user.
const ADMIN: &str = "admin";
/// How long the window's own token lasts.
const LOCAL_TOKEN: Duration = Duration::from_secs(30 * 60);
/// Prefix of everything in Redis; the installation's own name follows.
const NAMESPACE: &str = "netraven";
/// Setting that holds the installation's own name.
const INSTALLATION: &str = "installation";

/// A running backend.
pub struct App {
    services: Services,
    servers: Option<Servers>,
    /// Released last, so that the next program to take the folder finds no server in it.
    _lock: DataDirLock,
}

/// What runs on top of the database and the queue.
struct Services {
    url: String,
    tokens: Arc<Tokens>,
    store: Store,
    journal: Journal,
    /// Ends requests, streams and everything that makes work.
    stop: CancellationToken,
    /// Ends the journal and the hub, last of all.
    stop_last: CancellationToken,
    workers: Vec<JoinHandle<()>>,
    tasks: Vec<JoinHandle<()>>,
    last_tasks: Vec<JoinHandle<()>>,
}

/// What server and worker processes have in common once database and queue answer.
struct Base {
    store: Store,
    queue: Queue,
    journal: Journal,
    signals: broadcast::Sender<Signal>,
    tasks: Vec<JoinHandle<()>>,
}

impl Base {
    async fn connect(urls: &External, stop_last: &CancellationToken) -> Result<Base, StartError> {
        let external = |what: &'static str| move |reason: String| StartError::External { what, reason };
        let store = Store::connect(urls.database_url.expose()).await;
        let store = store.map_err(|error| external("The database")(format!("{error:#}")))?;
        let installation = installation(&store).await.map_err(|error| external("The database")(error.to_string()))?;
        let queue = Queue::connect(urls.redis_url.expose(), &format!("{NAMESPACE}:{installation}")).await;
        let queue = queue.map_err(|error| external("Redis")(error.to_string()))?;
        let (signals, hub) = hub::start(&queue, stop_last.clone()).await;
        let (journal, writer) = Journal::start(store.clone(), queue.clone(), stop_last.clone());
        Ok(Base { store, queue, journal, signals, tasks: vec![hub, writer] })
    }
}

/// The installation's own name, made with its database: installations that share a Redis do not hear each other.
async fn installation(store: &Store) -> Result<String, StoreError> {
    store.add_setting(INSTALLATION, &uuid::Uuid::new_v4().simple().to_string()).await?;
    Ok(store.setting(INSTALLATION).await?.unwrap_or_default())
}

impl App {
    /// Starts everything; `progress` receives each step as a sentence.
    pub async fn start(config: Config, progress: impl Fn(&str) + Send + Sync + 'static) -> Result<App, StartError> {
        if !config.listen.ip().is_loopback() && config.tls.is_none() && !config.behind_proxy {
            return Err(StartError::Unencrypted { address: config.listen });
        }
        let lock = DataDirLock::acquire(&config.data_dir)?;
        let (servers, urls) = match config.external.clone() {
            Some(external) => (None, external),
            None => {
                let options = Options {
                    data_dir: config.data_dir.clone(),
                    bundled: config.bundled.clone(),
                    ..Options::default()
                };
                let servers = Servers::start(&options, &progress).await?;
                let urls = External {
                    database_url: Secret::new(servers.database_url().expose_secret()),
                    redis_url: Secret::new(servers.redis_url().expose_secret()),
                };
                (Some(servers), urls)
            }
        };
        progress("Preparing the database tables…");
        match Services::start(&config, &urls, servers.as_ref().map(Servers::health), &lock).await {
            Ok(services) => Ok(App { services, servers, _lock: lock }),
            // The lock is held until the servers are gone.
            Err(error) => {
                if let Some(servers) = servers
                    && let Err(stopping) = servers.stop().await
                {
                    tracing::warn!(%stopping, "the embedded servers did not stop cleanly");
                }
                Err(error)
            }
        }
    }

    /// Address of the API.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.services.url
    }

    /// A token of the user `admin` for the window this backend runs in; it lasts half an hour.
    #[must_use]
    pub fn local_token(&self) -> Secret {
        self.services.tokens.for_window(ADMIN, Role::Admin, LOCAL_TOKEN)
    }

    /// Writes lines to the log as the system itself, and waits until they are written; for measuring the live feed.
    pub async fn say(&self, lines: impl IntoIterator<Item = String>) {
        self.mention(lines);
        self.services.journal.flush().await;
    }

    /// [`App::say`] without waiting: the lines are written when the journal writes, as those of workers are.
    pub fn mention(&self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            self.services.journal.line(Level::Info, LogType::System, "app", About::default(), line, json!({}));
        }
    }

    /// Stops everything in order: workers, API, journal, Redis and Postgres. Takes nine seconds at most, whatever hangs.
    pub async fn stop(self) {
        let limits = StopLimits::from_now();
        self.services.stop(&limits).await;
        let Some(servers) = self.servers else { return };
        match timeout_at(limits.servers, servers.stop()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the embedded servers did not stop cleanly"),
            Err(_) => tracing::warn!("the embedded servers did not stop in time; the next start stops them"),
        }
    }
}

impl Services {
    async fn start(
        config: &Config,
        urls: &External,
        health: Option<watch::Receiver<Health>>,
        lock: &DataDirLock,
    ) -> Result<Services, StartError> {
        let other = |error: anyhow::Error| StartError::Other(format!("{error:#}"));
        let (stop, stop_last) = (CancellationToken::new(), CancellationToken::new());
        // A start that fails or is given up leaves no task behind.
        let guards = [&stop, &stop_last].map(|token| token.clone().drop_guard());
        let repository = Repository::open_or_create(&config.snapshots_dir());
        let repository = Arc::new(repository.map_err(|error| StartError::Other(error.to_string()))?);
        let tls = config.tls.as_ref().map(tls::acceptor).transpose()?;
        let listener = listen(config.listen).await?;
        let Base { store, queue, journal, signals, tasks: last_tasks } = Base::connect(urls, &stop_last).await?;
        let seal = Arc::new(key::of_installation(&config.seal_key_file(), &store).await?);
        first_user::ensure(config, &store).await.map_err(other)?;
        let saved = Arc::new(SavedInStore { store: store.clone(), seal: Arc::clone(&seal) });
        let platforms = Catalog::open(Some(config.platforms_dir()), saved, "", &journal).await.map_err(other)?;
        let tokens = Arc::new(Tokens::new(&seal.jwt_key()));
        let mut tasks = Vec::new();
        let (servers_state, servers_seen) = watch::channel(ServersState::default());
        if let Some(health) = health {
            tasks.push(tokio::spawn(watcher::watch(
                health,
                servers_state,
                journal.clone(),
                signals.clone(),
                stop.clone(),
            )));
        }
        let (ticked, scheduler_seen) = watch::channel(None);
        let scheduler = Scheduler {
            store: store.clone(),
            queue: queue.clone(),
            journal: journal.clone(),
            keep_logs_days: config.keep_logs_days,
        };
        tasks.push(tokio::spawn(scheduler.run(ticked, stop.clone())));
        let finisher =
            Finisher { store: store.clone(), journal: journal.clone(), repository, signals: signals.clone() };
        tasks.push(tokio::spawn(finisher.run(stop.clone())));
        tasks.push(tokio::spawn(handover::answer(
            store.clone(),
            journal.clone(),
            Arc::clone(&seal),
            signals.clone(),
            stop.clone(),
        )));
        let algorithms = Arc::new(session::supported_algorithms().map_err(StartError::Other)?);
        let (secrets, jumps) = (worker::Secrets::default(), JumpPool::new());
        let agent = Arc::new(worker::agent(&config.ssh_agent));
        let worker = || Worker {
            id: worker::new_id(),
            capacity: config.sessions,
            store: store.clone(),
            queue: queue.clone(),
            journal: journal.clone(),
            seal: Arc::clone(&seal),
            platforms: platforms.clone(),
            jumps: jumps.clone(),
            agent: Arc::clone(&agent),
            secrets: secrets.clone(),
            signals: signals.clone(),
        };
        let workers = (0..config.workers).map(|_| tokio::spawn(worker().run(stop.clone()))).collect();
        let address = listener.local_addr().map_err(|source| StartError::Listen { address: config.listen, source })?;
        let url = format!("{}://{address}", if tls.is_some() { "https" } else { "http" });
        let state = AppState {
            store: store.clone(),
            queue,
            journal: journal.clone(),
            seal,
            tokens: Arc::clone(&tokens),
            platforms,
            algorithms,
            prover: Prover::new(|definition, recordings| Box::pin(replay::prove(definition, recordings))),
            servers: servers_seen,
            next_runs: Arc::default(),
            scheduler: scheduler_seen,
            signals,
            stop: stop.clone(),
            bound: address,
            data_dir: Arc::from(config.data_dir.as_path()),
            keep_logs_days: config.keep_logs_days,
            behind_proxy: config.behind_proxy,
            files: server::room_for_files(),
        };
        let at_once = config.sessions.saturating_add(worker::TRIALS);
        let most = files::connections(config.workers.saturating_mul(at_once));
        let connections = Connections::new(config.connections.unwrap_or(most));
        let serving = Serving::new(server::router(state), tls, connections, stop.clone());
        tasks.push(tokio::spawn(serving.run(listener)));
        if let Err(error) = lock.write_info(&url) {
            tracing::warn!(%error, "the address of the API was not recorded in the data folder");
        }
        journal.line(
            Level::Info,
            LogType::System,
            "app",
            About::default(),
            format!("NetRaven {} started.", env!("CARGO_PKG_VERSION")),
            json!({}),
        );
        for guard in guards {
            guard.disarm();
        }
        Ok(Services { url, tokens, store, journal, stop, stop_last, workers, tasks, last_tasks })
    }

    async fn stop(self, limits: &StopLimits) {
        self.journal.line(Level::Info, LogType::System, "app", About::default(), "NetRaven is stopping.", json!({}));
        self.stop.cancel();
        join("workers and services", self.workers.into_iter().chain(self.tasks), limits.work).await;
        self.stop_last.cancel();
        join("journal", self.last_tasks, limits.journal).await;
        let _ = timeout_at(limits.database, self.store.close()).await;
    }
}

async fn listen(address: SocketAddr) -> Result<tokio::net::TcpListener, StartError> {
    tokio::net::TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}
