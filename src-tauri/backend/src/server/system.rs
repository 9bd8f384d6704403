//! Health of the system, always measured, never cached.

use std::path::Path;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use netraven_api::system::{Condition, GetHealth, GetSystemStatus, Health, SystemDetails, SystemStatus};
use tokio::time::timeout;

use super::AppState;
use super::http::mount::Mount;
use crate::queue::QueueStatus;
use crate::store::system::DatabaseFacts;

/// How long to wait for a part.
const LIMIT: Duration = Duration::from_secs(3);

/// Seconds since its last tick for which a scheduler counts as healthy.
const SCHEDULER_SILENCE_S: i64 = 15;

/// Mounts the endpoints of the system.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetHealth, _>(health);
    mount.add::<GetSystemStatus, _>(status);
}

async fn health() -> Json<Health> {
    Json(Health { status: Condition::Healthy.into() })
}

/// The clock, in the microseconds that other programs read.
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    now.round(jiff::Unit::Microsecond).unwrap_or(now)
}

async fn status(State(state): State<AppState>) -> Json<SystemStatus> {
    let servers = state.servers.borrow().clone();
    let (postgres, redis, workers, facts, queues) = tokio::join!(
        timeout(LIMIT, state.store.ping()),
        timeout(LIMIT, state.queue.ping()),
        timeout(LIMIT, state.queue.workers()),
        timeout(LIMIT, state.store.facts()),
        timeout(LIMIT, state.queue.lengths()),
    );
    let (facts, queues) = (facts.ok().and_then(Result::ok), queues.ok().and_then(Result::ok));
    let redis_version = redis.as_ref().ok().and_then(|redis| redis.as_ref().ok()).map(|info| info.version.clone());
    let details = details(&state, facts, queues, redis_version);
    let of = |is_well: bool| if is_well { Condition::Healthy } else { Condition::Unhealthy };
    let of_server = |answers: bool, wrong: &Option<String>| match wrong {
        Some(_) => Condition::Restarting,
        None => of(answers),
    };
    let postgres = of_server(matches!(postgres, Ok(Ok(()))), &servers.postgres);
    let redis = of_server(matches!(redis, Ok(Ok(_))), &servers.redis);
    let workers = workers.ok().and_then(Result::ok).map_or(0, |workers| workers.len());
    let ticked = *state.scheduler.borrow();
    let scheduler =
        ticked.is_some_and(|at| (Timestamp::now().as_second() - at.as_second()).abs() <= SCHEDULER_SILENCE_S);
    let mut notes: Vec<String> = servers.postgres.into_iter().chain(servers.redis).collect();
    // While Redis is away it is unknown whether a worker runs.
    if workers == 0 && redis == Condition::Healthy {
        notes.push("No worker is running; jobs are waiting. Start one with `netraven-server worker`.".to_owned());
    }
    if let Some((lines, time)) = state.journal.held_up() {
        let lines = if lines == 1 { "1 log line waits".to_owned() } else { format!("{lines} log lines wait") };
        notes.push(format!(
            "{lines} to be written, for {} s now: the database is unavailable or busy. They appear once they are written.",
            time.as_secs()
        ));
    }
    Json(SystemStatus {
        api: Condition::Healthy.into(),
        postgres: postgres.into(),
        redis: redis.into(),
        worker: of(workers > 0).into(),
        scheduler: of(scheduler).into(),
        system_time: now(),
        notes,
        workers: i64::try_from(workers).unwrap_or(i64::MAX),
        details,
    })
}

/// What this server works with, as far as its parts have reported it.
fn details(
    state: &AppState,
    facts: Option<DatabaseFacts>,
    queues: Option<Vec<QueueStatus>>,
    redis_version: Option<String>,
) -> SystemDetails {
    let (free, whole) = disk(&state.data_dir).unzip();
    let sum = |count: fn(&QueueStatus) -> u64| {
        let queues = queues.as_ref()?;
        Some(number(queues.iter().map(count).sum()))
    };
    SystemDetails {
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        postgres_version: facts.as_ref().map(|facts| facts.version.clone()),
        redis_version,
        database_bytes: facts.as_ref().map(|facts| facts.bytes),
        disk_free_bytes: free,
        disk_bytes: whole,
        waiting: sum(|queue| queue.waiting),
        leased: sum(|queue| queue.leased),
        waiting_since: queues.as_ref().and_then(|queues| queues.iter().filter_map(|queue| queue.oldest).min()),
        oldest_log: facts.and_then(|facts| facts.oldest_log),
        keep_logs_days: Some(i64::from(state.keep_logs_days)),
    }
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Free and total bytes on the disk of a folder.
#[cfg(unix)]
fn disk(folder: &Path) -> Option<(i64, i64)> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| number(blocks.saturating_mul(disk.f_frsize));
    Some((bytes(disk.f_bavail), bytes(disk.f_blocks)))
}

/// Not available on this system.
#[cfg(not(unix))]
fn disk(_folder: &Path) -> Option<(i64, i64)> {
    None
}
