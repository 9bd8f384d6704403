//! A worker without a server: all it has is the addresses of somebody else's Postgres and Redis.

use netraven_api::logs::{Level, LogType};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinHandle;
use tokio::time::timeout_at;
use tokio_util::sync::CancellationToken;

use super::Base;
use super::platform_files::SavedInStore;
use super::stopping::{StopLimits, join};
use crate::catalog::Catalog;
use crate::config::{AgentAccess, External};
use crate::handover;
use crate::journal::About;
use crate::session::JumpPool;
use crate::start::StartError;
use crate::store::Store;
use crate::worker::{self, Worker};

/// A worker in a process of its own, on servers somebody else runs.
pub struct RemoteWorker {
    store: Store,
    stop: CancellationToken,
    stop_last: CancellationToken,
    workers: Vec<JoinHandle<()>>,
    last_tasks: Vec<JoinHandle<()>>,
}

impl RemoteWorker {
    /// Connects, waits until a server on the same database hands over the seal key, and begins to work. Given up half way,
    /// it leaves nothing behind.
    pub async fn start(
        urls: External,
        sessions: usize,
        platforms: Option<PathBuf>,
        ssh_agent: AgentAccess,
    ) -> Result<RemoteWorker, StartError> {
        let (stop, stop_last) = (CancellationToken::new(), CancellationToken::new());
        let guard = stop_last.clone().drop_guard();
        let Base { store, queue, journal, signals, tasks: last_tasks } = Base::connect(&urls, &stop_last).await?;
        let id = worker::new_id();
        let seal = handover::ask(&store, &journal, &id, &signals).await;
        let other = |error: anyhow::Error| StartError::Other(format!("{error:#}"));
        let seal = Arc::new(seal.map_err(other)?);
        let saved = Arc::new(SavedInStore { store: store.clone(), seal: Arc::clone(&seal) });
        let platforms = Catalog::open(platforms, saved, &format!("Worker {id}: "), &journal).await.map_err(other)?;
        let following = platforms.clone().follow(signals.subscribe(), journal.clone(), stop.clone());
        let worker = Worker {
            id,
            capacity: sessions,
            store: store.clone(),
            queue,
            journal: journal.clone(),
            seal,
            platforms,
            jumps: JumpPool::new(),
            agent: Arc::new(worker::agent(&ssh_agent)),
            secrets: worker::Secrets::default(),
            signals,
        };
        let message = format!("Worker {} started.", worker.id);
        journal.line(
            Level::Info,
            LogType::System,
            "worker",
            About::default(),
            message,
            json!({ "sessions": sessions }),
        );
        let workers = vec![tokio::spawn(worker.run(stop.clone())), tokio::spawn(following)];
        guard.disarm();
        Ok(RemoteWorker { store, stop, stop_last, workers, last_tasks })
    }

    /// Stops: open sessions are closed, their devices given back. Takes five seconds at most.
    pub async fn stop(self) {
        self.stop.cancel();
        let limits = StopLimits::from_now();
        join("worker", self.workers, limits.work).await;
        self.stop_last.cancel();
        join("journal", self.last_tasks, limits.journal).await;
        let _ = timeout_at(limits.database, self.store.close()).await;
    }
}
