//! The REST API: mounts the endpoints of `netraven_api`, checks callers, answers in NetRaven's shapes. Knows neither
//! worker nor session.

mod accounts;
mod approvals;
mod auth;
mod bulk;
mod check;
mod configs;
mod connections;
mod credentials;
mod describe;
mod devices;
mod docs;
mod fault;
mod feed;
mod guesses;
mod hosts;
mod import;
mod input;
mod jobs;
mod large;
mod login;
mod logs;
mod matrix;
mod mount;
mod networks;
mod peer;
mod platforms;
mod raw;
mod results;
mod runs;
mod schedules;
mod shape;
mod snippet;
mod system;
mod tags;
mod tokens;
mod upcoming;
mod users;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use netraven_api::runs::Trigger;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tower::Layer as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

pub use connections::{Connection, Connections};
pub use tokens::Tokens;

use crate::journal::{Journal, Signal};
use crate::platforms::Registry;
use crate::queue::Queue;
use crate::seal::SealKey;
use crate::store::Store;
use fault::Fault;
use upcoming::Upcoming;

/// Longest a request may take; streams are exempt.
const REQUEST_LIMIT: Duration = Duration::from_secs(90);

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
pub struct Shared {
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
    /// The platforms, and what was refused in the user's folder.
    pub platforms: Arc<Registry>,
    /// Sentences about files refused in the user's folder.
    pub refused_platforms: Arc<Vec<String>>,
    /// State of the embedded servers.
    pub servers: watch::Receiver<ServersState>,
    /// When schedules fire next.
    pub upcoming: Arc<Upcoming>,
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

impl Shared {
    /// Starts a run and puts its devices on the queue; the reconciler does the second if the queue is away.
    async fn start_run(&self, job_id: i64, by: &str) -> Result<crate::store::starts::StartedRun, Fault> {
        let started = self.store.start_run(job_id, Trigger::Manual, Some(by), None).await?;
        crate::scheduler::enqueue(&self.queue, &started, crate::queue::Priority::High).await;
        Ok(started)
    }
}

/// Slots for files of devices accepted at once.
pub fn room_for_files() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(large::FILES))
}

/// The whole API as one service, for any number of connections.
pub fn router(shared: Shared) -> Router {
    let mut mount = mount::Mount::new(shared.clone());
    login::mount(&mut mount);
    users::mount(&mut mount);
    system::mount(&mut mount);
    platforms::mount(&mut mount);
    tags::mount(&mut mount);
    credentials::mount(&mut mount);
    devices::mount(&mut mount);
    jobs::mount(&mut mount);
    matrix::mount(&mut mount);
    runs::mount(&mut mount);
    results::mount(&mut mount);
    logs::mount(&mut mount);
    schedules::mount(&mut mount);
    bulk::mount(&mut mount);
    configs::mount(&mut mount);
    feed::mount(&mut mount);
    let (routes, description) = docs::mount(mount);
    let inner = docs::serve(routes, description)
        .fallback(|| async { Fault::detail(StatusCode::NOT_FOUND, "Not Found") })
        .method_not_allowed_fallback(|| async { Fault::detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed") })
        .layer(from_fn(large::check))
        .layer(from_fn_with_state(hosts::Hosts::of(shared.bound, shared.behind_proxy), hosts::check))
        .layer(SetResponseHeaderLayer::overriding(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .layer(SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| panicked()))
        .with_state(shared);
    Router::new().fallback_service(tower::util::MapRequestLayer::new(canonical_path).layer(inner))
}

fn panicked() -> Response {
    Fault::detail(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Internal Server Error: a defect; the server's own log has the place.",
    )
    .into_response()
}

/// The one path a route is mounted under: without a leading `/api` and without a trailing slash.
fn canonical(path: &str) -> &str {
    let mut path = path;
    while let Some(rest) = path.strip_prefix("/api").filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        path = rest;
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() { "/" } else { path }
}

/// Both `/jobs` and `/jobs/`, at the root and under `/api`, are the same route: no redirects, so no token is lost in one.
fn canonical_path(mut request: Request) -> Request {
    let path = request.uri().path();
    let short = canonical(path);
    if short != path {
        let target = match request.uri().query() {
            Some(query) => format!("{short}?{query}"),
            None => short.to_owned(),
        };
        if let Ok(uri) = target.parse::<Uri>() {
            *request.uri_mut() = uri;
        }
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_path_is_one_route() {
        let path = |given: &str| {
            let request = Request::builder().uri(given).body(axum::body::Body::empty()).unwrap();
            canonical_path(request).uri().to_string()
        };
        assert_eq!(path("/jobs/?size=2"), "/jobs?size=2");
        assert_eq!(path("/api/jobs"), "/jobs");
        assert_eq!(path("/api/jobs/7/"), "/jobs/7");
        assert_eq!(path("/api/backups/count"), "/backups/count");
        assert_eq!(path("/api/api/backups/count"), "/backups/count");
        assert_eq!(path("/apiary"), "/apiary");
        assert_eq!(path("/api"), "/");
        assert_eq!(path("/"), "/");
    }
}
