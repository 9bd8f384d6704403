//! Health of the system.

use jiff::Timestamp;
use netraven_api::Problem;
use netraven_api::problem::Code;
use netraven_api::system::{SystemDetails, SystemStatus, UNKNOWN};
use serde_json::Value;

use super::Talk;
use super::row::{Row, reply};

/// A part that works.
const HEALTHY: &str = "healthy";
/// The message while Redis is away.
const NO_REDIS: &str = "Redis does not answer: no job can be started, and what waits there stays where it is.";

/// The state of each part, asked directly: the server's own summary can be half a minute old.
pub async fn status(talk: Talk<'_>) -> Result<Value, Problem> {
    let found = talk.get("/system/status", &[("refresh", "true".to_owned())]).await?;
    let row = Row(&found);
    let word = |name| row.text(name).unwrap_or_else(|| "unhealthy".to_owned());
    let mut details = SystemDetails::default();
    let workers = match talk.get("/jobs/status", &[]).await {
        Ok(found) => {
            let found = Row(&found);
            details.waiting = Some(found.rows("rq_queues").filter_map(|queue| queue.number("job_count")).sum());
            details.waiting_since = found.rows("rq_queues").filter_map(|queue| queue.time("oldest_job_ts")).min();
            i64::try_from(found.rows("workers").count()).unwrap_or_default()
        }
        Err(_) => i64::from(word("worker") == HEALTHY),
    };
    let mut notes = Vec::new();
    if word("redis") != HEALTHY {
        notes.push(NO_REDIS.to_owned());
    } else if word("worker") != HEALTHY {
        notes.push("No worker is registered: runs wait until one is started.".to_owned());
    }
    // It calls its scheduler healthy in any state.
    let scheduler = if word("scheduler") == HEALTHY { UNKNOWN.to_owned() } else { word("scheduler") };
    Ok(reply(&SystemStatus {
        api: word("api"),
        postgres: word("postgres"),
        redis: word("redis"),
        worker: word("worker"),
        scheduler,
        system_time: row.time("system_time").unwrap_or_else(Timestamp::now),
        notes,
        workers,
        details,
    }))
}

/// Why a job could not be started, if the server only says that it failed. The job itself still says "queued".
pub async fn not_started(talk: Talk<'_>) -> Problem {
    let refresh = [("refresh", "true".to_owned())];
    let found = talk.get("/system/status", &refresh).await.unwrap_or_default();
    let why = match Row(&found).text("redis") {
        Some(word) if word != HEALTHY => "The server's Redis does not answer, so that nothing can be queued.",
        _ => "The server failed at starting the job; its log has the reason.",
    };
    let message =
        format!("{why} The job was not started, though the server may go on calling it queued. Run it again then.");
    Problem::new(Code::Unavailable, message)
}
