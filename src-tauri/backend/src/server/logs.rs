//! The unified log, read.

use axum::Json;
use axum::extract::State;
use netraven_api::LogId;
use netraven_api::logs::{
    GetLog, GetLogHistogram, GetLogStats, Level, ListLogLevels, ListLogTypes, ListLogs, LogEntry, LogHistogram,
    LogLevelInfo, LogStats, LogType, LogTypeInfo,
};

use super::AppState;
use super::http::error::ApiError;
use super::http::input::{Id, Query};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;

/// Mounts the endpoints of the log.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListLogTypes, _>(types);
    mount.add::<ListLogLevels, _>(levels);
    mount.add::<GetLogStats, _>(stats);
    mount.add::<GetLogHistogram, _>(histogram);
    mount.add::<ListLogs, _>(list);
    mount.add::<GetLog, _>(get);
}

async fn list(State(state): State<AppState>, Query(query): Query<ListLogs>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_logs(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<LogId>) -> Result<Json<LogEntry>, ApiError> {
    Ok(Json(state.store.log(id).await?))
}

async fn histogram(
    State(state): State<AppState>,
    Query(query): Query<GetLogHistogram>,
) -> Result<Json<LogHistogram>, ApiError> {
    if let (Some(start), Some(end)) = (query.filter.start_time, query.filter.end_time)
        && start > end
    {
        return Err(ApiError::query_field("start_time", "start_time should not be after end_time", start.to_string()));
    }
    Ok(Json(state.store.log_histogram(&query).await?))
}

async fn types() -> Json<Vec<LogTypeInfo>> {
    let info =
        |log_type: LogType| LogTypeInfo { log_type: log_type.into(), description: Some(log_type.about().to_owned()) };
    Json(LogType::ALL.into_iter().map(info).collect())
}

async fn levels() -> Json<Vec<LogLevelInfo>> {
    let info = |level: Level| LogLevelInfo { level, description: Some(level.about().to_owned()) };
    Json(Level::ALL.into_iter().map(info).collect())
}

async fn stats(State(state): State<AppState>) -> Result<Json<LogStats>, ApiError> {
    Ok(Json(state.store.log_stats().await?))
}
