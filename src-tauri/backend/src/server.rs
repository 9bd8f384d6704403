//! The REST API: mounts the endpoints of `netraven_api`, checks callers, answers in NetRaven's shapes. Knows neither
//! worker nor session.

mod agent_key;
mod answers;
mod approvals;
mod bulk;
mod configs;
mod credentials;
mod crypto_report;
mod devices;
mod docs;
mod feed;
mod host_keys;
mod http;
mod import;
mod jobs;
mod jump_hosts;
mod kept_files;
mod login;
mod logs;
mod matrix;
mod networks;
mod next_run;
mod platforms;
mod private_key;
mod results;
mod runs;
mod schedules;
mod session_policies;
mod ssh_config;
mod startup;
mod system;
mod tags;
mod trials;
mod users;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use netraven_api::JobId;
use netraven_api::runs::Trigger;
use netraven_api::session_policy::AlgorithmLists;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use http::connections::{Connection, Connections};
pub use http::tokens::Tokens;
pub use platforms::Prover;

use crate::catalog::Catalog;
use crate::journal::{Journal, Signal};
use crate::queue::Queue;
use crate::seal::SealKey;
use crate::store::Store;
use http::error::ApiError;
use http::mount::Mount;
use http::{body_limit, host_check, path};
use next_run::NextRuns;

/// State of the embedded servers, as far as the API reports it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServersState {
    /// What is wrong with PostgreSQL, as a sentence; none when it runs.
    pub postgres: Option<String>,
    /// What is wrong with Redis.
    pub redis: Option<String>,
}

/// State shared by all handlers.
#[derive(Clone)]
pub struct AppState {
    /// The truth.
    pub store: Store,
    /// The queue.
    pub queue: Queue,
    /// The log.
    pub journal: Journal,
    /// Seals credentials, opens raw configurations.
    pub seal: Arc<SealKey>,
    /// Makes and reads tokens.
    pub tokens: Arc<Tokens>,
    /// The platforms, and what was refused of the user's.
    pub platforms: Catalog,
    /// The SSH algorithms that sessions can offer.
    pub algorithms: Arc<AlgorithmLists>,
    /// Replays the recordings of a platform.
    pub prover: Prover,
    /// State of the embedded servers.
    pub servers: watch::Receiver<ServersState>,
    /// When schedules fire next.
    pub next_runs: Arc<NextRuns>,
    /// The scheduler's last tick.
    pub scheduler: watch::Receiver<Option<jiff::Timestamp>>,
    /// Signals of all processes, for the live streams.
    pub signals: tokio::sync::broadcast::Sender<Signal>,
    /// Ends the streams.
    pub stop: CancellationToken,
    /// Where the API listens.
    pub bound: SocketAddr,
    /// The data folder.
    pub data_dir: Arc<Path>,
    /// Days log lines are kept; 0 for ever.
    pub keep_logs_days: u32,
    /// Whether a proxy stands in front.
    pub behind_proxy: bool,
    /// Slots for files of devices.
    pub files: Arc<Semaphore>,
}

impl AppState {
    /// Starts a run and puts its devices on the queue; the reconciler does the second if the queue is away.
    async fn start_run(&self, job_id: JobId, by: &str) -> Result<crate::store::starts::StartedRun, ApiError> {
        let started = self.store.start_run(job_id, Trigger::Manual, Some(by), None).await?;
        crate::scheduler::enqueue(&self.queue, &started, crate::queue::Priority::High).await;
        Ok(started)
    }
}

/// Slots for files of devices accepted at once.
pub fn room_for_files() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(body_limit::FILES))
}

/// The whole API as one service, for any number of connections.
pub fn router(state: AppState) -> Router {
    let mut mount = Mount::new(state.clone());
    login::mount(&mut mount);
    users::mount(&mut mount);
    system::mount(&mut mount);
    platforms::mount(&mut mount);
    tags::mount(&mut mount);
    credentials::mount(&mut mount);
    jump_hosts::mount(&mut mount);
    session_policies::mount(&mut mount);
    devices::mount(&mut mount);
    trials::mount(&mut mount);
    ssh_config::mount(&mut mount);
    jobs::mount(&mut mount);
    matrix::mount(&mut mount);
    runs::mount(&mut mount);
    results::mount(&mut mount);
    crypto_report::mount(&mut mount);
    logs::mount(&mut mount);
    schedules::mount(&mut mount);
    bulk::mount(&mut mount);
    configs::mount(&mut mount);
    startup::mount(&mut mount);
    kept_files::mount(&mut mount);
    feed::mount(&mut mount);
    let (routes, description) = docs::mount(mount);
    let inner = docs::serve(routes, description)
        .fallback(|| async { ApiError::detail(StatusCode::NOT_FOUND, "Not Found") })
        .method_not_allowed_fallback(|| async {
            ApiError::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
        })
        .layer(from_fn(body_limit::check))
        .layer(from_fn_with_state(host_check::AllowedHosts::of(state.bound, state.behind_proxy), host_check::check))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| panicked()))
        .with_state(state);
    Router::new().fallback_service(tower::util::MapRequestLayer::new(path::canonical_path).layer(inner))
}

fn panicked() -> Response {
    ApiError::detail(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error: a defect; see the server's own log.")
        .into_response()
}
