//! Health of the system.

use jiff::Timestamp;
use netraven_api::Problem;
use netraven_api::system::{SystemDetails, SystemStatus};
use serde_json::Value;

use super::Talk;
use super::row::{Row, reply};

/// The state of each part, asked anew: the server's own answer is up to half a minute old otherwise.
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
        Err(_) => i64::from(word("worker") == "healthy"),
    };
    let mut notes = Vec::new();
    if word("scheduler") == "healthy" {
        notes.push("This server calls its scheduler healthy whenever its Redis answers.".to_owned());
    }
    if word("worker") != "healthy" {
        notes.push("No worker is registered: runs wait until one is started.".to_owned());
    }
    Ok(reply(&SystemStatus {
        api: word("api"),
        postgres: word("postgres"),
        redis: word("redis"),
        worker: word("worker"),
        scheduler: word("scheduler"),
        system_time: row.time("system_time").unwrap_or_else(Timestamp::now),
        notes,
        workers,
        details,
    }))
}
