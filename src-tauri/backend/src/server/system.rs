//! Health of the system, asked now, never remembered.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use netraven_api::system::{GetHealth, GetSystemStatus, Health, SystemStatus};

use super::Shared;
use super::mount::Mount;

/// Seconds after its last tick that a scheduler still counts as healthy.
const SCHEDULER_SILENCE_S: i64 = 15;

/// Mounts the endpoints of the system.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetHealth, _>(health);
    mount.add::<GetSystemStatus, _>(status);
}

async fn health() -> Json<Health> {
    Json(Health { status: "healthy".to_owned() })
}

/// The clock, in the microseconds that other programs read.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Microsecond).unwrap_or(now)
}

async fn status(State(shared): State<Shared>) -> Json<SystemStatus> {
    let servers = shared.servers.borrow().clone();
    let limit = std::time::Duration::from_secs(3);
    let (postgres, redis, workers) = tokio::join!(
        tokio::time::timeout(limit, shared.store.ping()),
        tokio::time::timeout(limit, shared.queue.ping()),
        tokio::time::timeout(limit, shared.queue.workers()),
    );
    let word = |answers: bool, wrong: &Option<String>| match (answers, wrong) {
        (true, None) => "healthy",
        (_, Some(_)) => "restarting",
        (false, None) => "unhealthy",
    };
    let postgres = word(matches!(postgres, Ok(Ok(()))), &servers.postgres);
    let redis = word(matches!(redis, Ok(Ok(_))), &servers.redis);
    let workers = workers.ok().and_then(Result::ok).map_or(0, |workers| workers.len());
    let ticked = *shared.scheduler.borrow();
    let scheduler = ticked.is_some_and(|at| Timestamp::now().as_second() - at.as_second() <= SCHEDULER_SILENCE_S);
    let mut notes: Vec<String> = servers.postgres.into_iter().chain(servers.redis).collect();
    // While Redis is away nobody can tell whether a worker runs.
    if workers == 0 && redis == "healthy" {
        notes.push("No worker is running: jobs wait. Start one with `netraven-server worker`.".to_owned());
    }
    Json(SystemStatus {
        api: "healthy".to_owned(),
        postgres: postgres.to_owned(),
        redis: redis.to_owned(),
        worker: if workers > 0 { "healthy" } else { "unhealthy" }.to_owned(),
        scheduler: if scheduler { "healthy" } else { "unhealthy" }.to_owned(),
        system_time: now(),
        notes,
        workers: i64::try_from(workers).unwrap_or(i64::MAX),
    })
}
