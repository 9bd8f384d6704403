//! Health of the system.

use jiff::Timestamp;
use netraven_api::problem::Code;
use netraven_api::system::{Condition, SystemDetails, SystemStatus};
use netraven_api::{Open, Problem};
use serde_json::Value;

use super::Context;
use super::row::{Row, reply};

/// The message while Redis is away.
const NO_REDIS: &str = "Redis is not responding: no job can be started, and queued tasks stay in the queue.";

/// The state of each part, asked directly: the server's own summary can be half a minute old.
pub async fn status(context: Context<'_>) -> Result<Value, Problem> {
    let found = context.get("/system/status", &[("refresh", "true".to_owned())]).await?;
    let row = Row(&found);
    let part = |name| row.text(name).map_or(Open::Known(Condition::Unhealthy), |word| Open::of(&word));
    let mut details = SystemDetails::default();
    let workers = match context.get("/jobs/status", &[]).await {
        Ok(found) => {
            let found = Row(&found);
            details.waiting = Some(found.rows("rq_queues").filter_map(|queue| queue.number("job_count")).sum());
            details.waiting_since = found.rows("rq_queues").filter_map(|queue| queue.time("oldest_job_ts")).min();
            i64::try_from(found.rows("workers").count()).unwrap_or_default()
        }
        Err(_) => i64::from(part("worker").is(Condition::Healthy)),
    };
    let mut notes = Vec::new();
    if !part("redis").is(Condition::Healthy) {
        notes.push(NO_REDIS.to_owned());
    } else if !part("worker").is(Condition::Healthy) {
        notes.push("No worker is registered: runs wait until one is started.".to_owned());
    }
    // It calls its scheduler healthy in any state.
    let scheduler = part("scheduler");
    let scheduler = if scheduler.is(Condition::Healthy) { Open::Known(Condition::Unknown) } else { scheduler };
    Ok(reply(&SystemStatus {
        api: part("api"),
        postgres: part("postgres"),
        redis: part("redis"),
        worker: part("worker"),
        scheduler,
        system_time: row.time("system_time").unwrap_or_else(Timestamp::now),
        notes,
        workers,
        details,
    }))
}

/// Why a job could not be started, if the server only says that it failed. The job itself still says "queued".
pub async fn not_started(context: Context<'_>) -> Problem {
    let refresh = [("refresh", "true".to_owned())];
    let found = context.get("/system/status", &refresh).await.unwrap_or_default();
    let why = match Row(&found).text("redis") {
        Some(word) if !Open::of(&word).is(Condition::Healthy) => {
            "The server's Redis is not responding, so nothing can be queued."
        }
        _ => "The server failed to start the job; see its log for the reason.",
    };
    let message =
        format!("{why} The job was not started, though the server may still list it as queued. Run it again later.");
    Problem::new(Code::Unavailable, message)
}
