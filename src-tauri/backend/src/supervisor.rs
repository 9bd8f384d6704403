//! Finds, makes, starts, watches and stops a private PostgreSQL and a private Redis or Valkey in one data folder.
//!
//! It knows nothing else of the backend. Children die with this process as far as the system allows: on Linux they are
//! asked to end when it dies; anywhere, the next start stops what is left before it starts its own.

mod closed;
mod engine;
mod error;
mod find;
mod folder;
mod health;
mod leftovers;
mod lock;
mod postgres;
mod process;
mod redis;
#[cfg(test)]
#[cfg(unix)]
mod tests;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use secrecy::SecretString;
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
};

#[cfg(unix)]
use self::unix as os;
#[cfg(windows)]
use self::windows as os;
use self::{
    engine::Engine,
    find::Search,
    folder::{Folder, Log},
    leftovers::{PATIENCE, clear_leftovers},
    postgres::Postgres,
    process::Process,
    redis::Redis,
};
pub use self::{
    error::{Program, ServerStartError, StopError},
    folder::write_private,
    health::{Health, ProcessState},
    lock::{DataDirLock, LockError},
};

/// Receives each step as a sentence for the person waiting.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Where everything is.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The data folder; the caller holds its [`DataDirLock`].
    pub data_dir: PathBuf,
    /// The folder of PostgreSQL's programs; found when absent.
    pub postgres_bin: Option<PathBuf>,
    /// The folder of Redis's or Valkey's program; found when absent.
    pub redis_bin: Option<PathBuf>,
    /// The application's resources, which may bring their own servers.
    pub bundled: Option<PathBuf>,
}

/// How a server is reached.
#[derive(Clone, Debug)]
enum Place {
    /// Through a socket in this private folder.
    Socket(PathBuf),
    /// Through this port of 127.0.0.1.
    Loopback(u16),
}

/// What to listen on.
#[derive(Clone, Copy)]
enum Transport {
    Sockets,
    /// Ports of 127.0.0.1: these first, if any, then whatever is free.
    Loopback {
        first: Option<u16>,
    },
}

/// Both servers, running and watched. Dropped without [`Servers::stop`], they are asked to end and not waited for.
pub struct Servers {
    folder: Folder,
    database_url: SecretString,
    redis_url: SecretString,
    health: watch::Receiver<Health>,
    postgres: Keeper,
    redis: Keeper,
}

/// The task that watches one server.
struct Keeper {
    program: Program,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), StopError>>,
}

impl Keeper {
    fn new(engine: Engine, process: Process, health: &Arc<watch::Sender<Health>>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let program = engine.program();
        let task = tokio::spawn(Arc::new(engine).keep(process, Arc::clone(health), stopped));
        Self { program, stop, task }
    }

    async fn stop(self) -> Result<(), StopError> {
        drop(self.stop);
        // A task that panicked dropped its process, which asks it to end.
        self.task.await.unwrap_or(Err(StopError::Killed(self.program)))
    }
}

impl Servers {
    /// Starts both servers, making what is missing, and returns when both answer. On failure nothing keeps running.
    pub async fn start(options: &Options, progress: Progress<'_>) -> Result<Self, ServerStartError> {
        let wire = if cfg!(windows) { Transport::Loopback { first: None } } else { Transport::Sockets };
        Self::start_on(options, wire, postgres::INIT_BYTES, progress).await
    }

    async fn start_on(
        options: &Options,
        wire: Transport,
        init_bytes: u64,
        progress: Progress<'_>,
    ) -> Result<Self, ServerStartError> {
        let (cluster, bundled) = (options.data_dir.join("postgres"), options.bundled.as_deref());
        let postgres_search = Search::new(Program::Postgres, options.postgres_bin.as_deref(), bundled);
        let redis_search = Search::new(Program::Redis, options.redis_bin.as_deref(), bundled);
        let major = find::cluster_major(&cluster);
        let (postgres_found, redis_found) =
            tokio::try_join!(find::postgres(&postgres_search, &cluster, major), find::redis(&redis_search))?;
        let folder = Folder::prepare(&options.data_dir)?;
        let (cluster, redis_folder) = (folder.cluster(), folder.redis());
        let postgres_log = Log { path: folder.log("postgres.log") };
        let redis_log = Log { path: folder.log("redis.log") };
        tokio::try_join!(
            clear_leftovers(Program::Postgres, &cluster, &postgres_log, PATIENCE, progress),
            clear_leftovers(Program::Redis, &redis_folder, &redis_log, PATIENCE, progress),
        )?;
        let place = match wire {
            Transport::Sockets => Place::Socket(folder.socket_folder()?),
            Transport::Loopback { first } => Place::Loopback(first.unwrap_or(0)),
        };
        let redis = Engine::Redis(Redis {
            program: redis_found.path.clone(),
            folder: redis_folder,
            log: redis_log,
            place: place.clone(),
            password: folder.password_or_new("redis-password")?,
        });
        let postgres = async {
            let password = postgres::initialise(&postgres_found, &folder, init_bytes, progress).await?;
            progress("Starting the database…");
            let (program, account, log) = (postgres_found.path.clone(), folder.account, postgres_log);
            let postgres = Postgres { program, cluster: cluster.clone(), log, account, place, password };
            launch(Engine::Postgres(postgres), progress).await
        };
        let (postgres, redis) = tokio::join!(postgres, launch(redis, progress));
        let ((postgres, postgres_process), (redis, redis_process)) = match (postgres, redis) {
            (Ok(postgres), Ok(redis)) => (postgres, redis),
            (postgres, redis) => {
                let mut failure = None;
                for started in [redis, postgres] {
                    match started {
                        Ok((engine, process)) => drop(engine.stop(process).await),
                        Err(error) => failure = Some(error),
                    }
                }
                folder.remove_socket_folder();
                return Err(failure.expect("one of the two servers failed"));
            }
        };
        tracing::info!(postgres = %postgres_found.version, redis = %redis_found.version, "the embedded servers are running");
        let (health, watched) =
            watch::channel(Health { postgres: ProcessState::Running, redis: ProcessState::Running });
        let health = Arc::new(health);
        Ok(Self {
            folder,
            database_url: url(&postgres),
            redis_url: url(&redis),
            health: watched,
            postgres: Keeper::new(postgres, postgres_process, &health),
            redis: Keeper::new(redis, redis_process, &health),
        })
    }

    /// The address of the database, with its password.
    pub fn database_url(&self) -> &SecretString {
        &self.database_url
    }

    /// The address of Redis, with its password.
    pub fn redis_url(&self) -> &SecretString {
        &self.redis_url
    }

    /// How both servers are, now and from now on.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Stops both; less than five seconds, even if one hangs.
    pub async fn stop(self) -> Result<(), StopError> {
        let (redis, postgres) = tokio::join!(self.redis.stop(), self.postgres.stop());
        self.folder.remove_socket_folder();
        postgres.and(redis)
    }
}

fn url(engine: &Engine) -> SecretString {
    match engine {
        Engine::Postgres(postgres) => postgres.url(),
        Engine::Redis(redis) => redis.url(),
    }
}

/// The first start of a run: tries other ports while the one chosen is taken, and creates the database if missing.
async fn launch(mut engine: Engine, progress: Progress<'_>) -> Result<(Engine, Process), ServerStartError> {
    let mut attempt = 0;
    let process = loop {
        attempt += 1;
        let program = engine.program();
        let place = match &mut engine {
            Engine::Postgres(postgres) => &mut postgres.place,
            Engine::Redis(redis) => &mut redis.place,
        };
        if let Place::Loopback(port) = place
            && (*port == 0 || attempt > 1)
        {
            *port = free_port(*port, program)?;
        }
        match engine.launch(progress).await {
            Err(ServerStartError::PortTaken { .. }) if attempt < 5 => {}
            launched => break launched?,
        }
    };
    if let Engine::Postgres(postgres) = &engine
        && let Err(error) = postgres.ensure_database().await
    {
        let log = postgres.log.path.clone();
        let _ = engine.stop(process).await;
        let reason = format!("the database could not be created in it: {error}.");
        return Err(ServerStartError::StartFailed { program: Program::Postgres, reason, log });
    }
    Ok((engine, process))
}

fn free_port(port: u16, program: Program) -> Result<u16, ServerStartError> {
    let found = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    found.map(|address| address.port()).map_err(|_| ServerStartError::PortTaken { program, port })
}
