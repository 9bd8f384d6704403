//! Configurations read from devices.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::configs::{
    BackupCount, Config, ConfigDeleted, ConfigDiff, ConfigHead, ConfigRestored, CountBackups, DeleteConfig,
    DiffConfigs, ExportConfig, FoundConfig, GetConfig, ListConfigHistory, ListConfigs, ListConfigsAtRoot, RawConfig,
    RestoreConfig, SearchConfigs,
};
use netraven_api::logs::{Level, LogType};
use netraven_api::{DeviceId, Secret, SnapshotId};
use serde_json::json;
use similar::TextDiff;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Id, Query};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::http::snippet::snippet;
use crate::journal::About;
use crate::places::{RAW_CONFIG, context};

/// Most snapshots a search finds.
const FOUND: i64 = 50;
/// How long a difference is minimised; after that it is still right, but longer.
const DIFF_LIMIT: Duration = Duration::from_secs(2);

/// Mounts the endpoints of configurations.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListConfigs, _>(list);
    mount.add::<ListConfigsAtRoot, _>(list);
    mount.add::<SearchConfigs, _>(search);
    mount.add::<DiffConfigs, _>(diff);
    mount.add::<GetConfig, _>(get);
    mount.add::<DeleteConfig, _>(delete);
    mount.add::<RestoreConfig, _>(restore);
    mount.add::<CountBackups, _>(count);
    mount.add::<ListConfigHistory, _>(history);
    mount.add::<ExportConfig, _>(export);
}

async fn list(State(state): State<AppState>, Query(query): Query<ListConfigs>) -> Result<RawJson, ApiError> {
    Ok(RawJson(state.store.list_configs(&query).await?))
}

async fn search(
    State(state): State<AppState>,
    Query(query): Query<SearchConfigs>,
) -> Result<Json<Vec<FoundConfig>>, ApiError> {
    let found = state.store.search_configs(&query.q, FOUND).await?.into_iter().map(|config| FoundConfig {
        snippet: snippet(&config.config_data, &query.q),
        id: config.id,
        device_id: config.device_id,
        retrieved_at: config.retrieved_at,
        config_metadata: config.config_metadata,
    });
    Ok(Json(found.collect()))
}

async fn diff(State(state): State<AppState>, Query(query): Query<DiffConfigs>) -> Result<Json<ConfigDiff>, ApiError> {
    let (one, other) = (state.store.config(query.config_id_a).await?, state.store.config(query.config_id_b).await?);
    let names = (format!("config_{}", one.id), format!("config_{}", other.id));
    let diff = unified(names, one.config_data, other.config_data).await?;
    Ok(Json(ConfigDiff { config_id_a: query.config_id_a, config_id_b: query.config_id_b, diff }))
}

/// The lines of a unified difference of two texts.
pub async fn unified(names: (String, String), old: String, new: String) -> Result<Vec<String>, ApiError> {
    // Two long texts without a common line take a while: not on the threads that serve.
    let lines = tokio::task::spawn_blocking(move || {
        let diff = TextDiff::configure().timeout(DIFF_LIMIT).diff_lines(&old, &new);
        let text =
            diff.unified_diff().context_radius(3).missing_newline_hint(false).header(&names.0, &names.1).to_string();
        text.lines().map(str::to_owned).collect()
    });
    lines.await.map_err(|error| ApiError::Broken(error.to_string()))
}

async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<SnapshotId>,
) -> Result<Json<ConfigDeleted>, ApiError> {
    let device_id = state.store.delete_config(id).await?;
    let about = About { device_id: Some(device_id), ..About::default() };
    let message = format!("Snapshot {id} was deleted by {}; the git history keeps its text.", caller.name());
    state.journal.line(Level::Warning, LogType::System, "server.configs", about, message, json!({ "config_id": id }));
    Ok(Json(ConfigDeleted { deleted_id: id }))
}

async fn restore(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<SnapshotId>,
) -> Result<Json<ConfigRestored>, ApiError> {
    let config = state.store.config(id).await?;
    let about = About { device_id: Some(config.device_id), ..About::default() };
    let message = format!("Snapshot {id} was marked as restored by {}; nothing was sent to the device.", caller.name());
    state.journal.line(Level::Info, LogType::System, "server.configs", about, message, json!({ "config_id": id }));
    Ok(Json(ConfigRestored {
        restored_id: id,
        device_id: config.device_id,
        restored_at: config.retrieved_at,
        message: "Config marked as restored (no device push performed)".to_owned(),
    }))
}

async fn count(State(state): State<AppState>) -> Result<Json<BackupCount>, ApiError> {
    Ok(Json(BackupCount { count: state.store.count_configs().await? }))
}

async fn get(State(state): State<AppState>, Id(id): Id<SnapshotId>) -> Result<Json<Config>, ApiError> {
    Ok(Json(state.store.config(id).await?))
}

async fn history(
    State(state): State<AppState>,
    Id(device_id): Id<DeviceId>,
) -> Result<Json<Vec<ConfigHead>>, ApiError> {
    Ok(Json(state.store.config_history(device_id).await?))
}

async fn export(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<SnapshotId>,
) -> Result<Json<RawConfig>, ApiError> {
    let (device_id, hostname, sealed) = state.store.sealed_config(id).await?;
    let about = About { device_id: Some(device_id), ..About::default() };
    let message =
        format!("The raw configuration {id} of {hostname}, secrets included, was exported by {}.", caller.name());
    state.journal.line(Level::Warning, LogType::System, "server.configs", about, message, json!({ "config_id": id }));
    // Nobody gets the text unless the export is on record.
    if !state.journal.flush().await {
        let sentence =
            "The export could not be recorded: the log cannot be written at the moment. Try again in a minute.";
        return Err(ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence));
    }
    let raw = state
        .seal
        .open_text(&context(RAW_CONFIG, device_id), &sealed)
        .map_err(|error| ApiError::Broken(format!("the raw configuration {id} could not be opened: {error}")))?;
    let raw = Secret::new(raw.as_str());
    Ok(Json(RawConfig { id, device_id, hostname, raw }))
}
