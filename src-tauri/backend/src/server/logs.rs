//! The unified log, read.

use axum::Json;
use axum::extract::State;
use netraven_api::logs::{
    GetLog, GetLogHistogram, GetLogStats, LEVELS, ListLogLevels, ListLogTypes, ListLogs, LogEntry, LogHistogram,
    LogLevel, LogStats, LogType, TYPES,
};

use super::Shared;
use super::fault::Fault;
use super::input::{Id, Query};
use super::mount::Mount;
use super::raw::RawJson;

/// Mounts the endpoints of the log.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListLogTypes, _>(types);
    mount.add::<ListLogLevels, _>(levels);
    mount.add::<GetLogStats, _>(stats);
    mount.add::<GetLogHistogram, _>(histogram);
    mount.add::<ListLogs, _>(list);
    mount.add::<GetLog, _>(get);
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListLogs>) -> Result<RawJson, Fault> {
    Ok(shared.store.list_logs(&query).await?.into())
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<LogEntry>, Fault> {
    Ok(Json(shared.store.log(id).await?))
}

async fn histogram(
    State(shared): State<Shared>,
    Query(query): Query<GetLogHistogram>,
) -> Result<Json<LogHistogram>, Fault> {
    if let (Some(start), Some(end)) = (query.start_time, query.end_time)
        && start > end
    {
        return Err(Fault::query_field("start_time", "start_time should not be after end_time", start.to_string()));
    }
    Ok(Json(shared.store.log_histogram(&query).await?))
}

async fn types() -> Json<Vec<LogType>> {
    let describe = |name: &str| match name {
        "job" => "What jobs did",
        "connection" => "Reaching devices and signing in",
        "session" => "What was said to devices",
        _ => "The system itself",
    };
    Json(
        TYPES
            .iter()
            .map(|name| LogType { log_type: (*name).into(), description: Some(describe(name).into()) })
            .collect(),
    )
}

async fn levels() -> Json<Vec<LogLevel>> {
    let describe = |name: &str| match name {
        "DEBUG" => "Details for looking closely",
        "INFO" => "What was done",
        "WARNING" => "Worth a look",
        "ERROR" => "Something failed",
        _ => "Work stopped",
    };
    Json(
        LEVELS
            .iter()
            .map(|name| LogLevel { level: (*name).into(), description: Some(describe(name).into()) })
            .collect(),
    )
}

async fn stats(State(shared): State<Shared>) -> Result<Json<LogStats>, Fault> {
    Ok(Json(shared.store.log_stats().await?))
}
