//! Startup and running configurations of devices.

use axum::Json;
use axum::extract::State;
use netraven_api::DeviceId;
use netraven_api::startup::{DiffStartup, StartupDiff};

use super::AppState;
use super::configs::unified;
use super::http::error::ApiError;
use super::http::input::Id;
use super::http::mount::Mount;

/// Mounts the endpoints of startup configurations.
pub fn mount(mount: &mut Mount) {
    mount.add::<DiffStartup, _>(diff);
}

async fn diff(State(state): State<AppState>, Id(device_id): Id<DeviceId>) -> Result<Json<StartupDiff>, ApiError> {
    state.store.device(device_id).await?;
    let texts = state.store.startup_texts(device_id).await?;
    let names = ("startup".to_owned(), format!("config_{}", texts.snapshot_id));
    let diff = unified(names, texts.startup, texts.running).await?;
    Ok(Json(StartupDiff { device_id, snapshot_id: texts.snapshot_id, checked_at: texts.checked_at, diff }))
}
