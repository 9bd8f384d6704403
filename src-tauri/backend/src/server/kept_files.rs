//! Files fetched from devices, which are kept sealed.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netraven_api::kept_files::{DownloadKeptFile, KeptFile, KeptFilePart, ListKeptFiles};
use netraven_api::logs::{Level, LogType};
use netraven_api::{DeviceId, KeptFileId, Secret};
use serde_json::json;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Id, Ids};
use super::http::mount::Mount;
use crate::journal::About;
use crate::places::kept_file_context;

/// Mounts the endpoints of kept files.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListKeptFiles, _>(list);
    mount.add::<DownloadKeptFile, _>(download);
}

async fn list(State(state): State<AppState>, Id(device_id): Id<DeviceId>) -> Result<Json<Vec<KeptFile>>, ApiError> {
    state.store.device(device_id).await?;
    Ok(Json(state.store.kept_files(device_id).await?))
}

async fn download(
    State(state): State<AppState>,
    caller: Caller,
    Ids(file_id, part): Ids<KeptFileId, i64>,
) -> Result<Json<KeptFilePart>, ApiError> {
    let file = state.store.kept_file(file_id).await?;
    let place = part
        .checked_sub(1)
        .and_then(|place| i32::try_from(place).ok())
        .filter(|place| (0..file.parts).contains(&i64::from(*place)));
    let Some(place) = place else {
        let sentence = format!("The file has {} parts; there is no part {part}.", file.parts);
        return Err(ApiError::not_found(sentence));
    };
    let sealed = state.store.kept_file_part(file_id, place).await?;
    let about = About { device_id: Some(file.device_id), ..About::default() };
    let message =
        format!("Part {part} of {} of the kept file {} was downloaded by {}.", file.parts, file.path, caller.name());
    let meta = json!({ "file_id": file_id, "part": part, "sha256": file.sha256 });
    state.journal.line(Level::Warning, LogType::System, "server.kept_files", about, message, meta);
    // Nobody gets the bytes unless that is on record.
    if !state.journal.flush().await {
        let sentence =
            "The download could not be recorded: the log cannot be written at the moment. Try again in a minute.";
        return Err(ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence));
    }
    let bytes = state
        .seal
        .open(&kept_file_context(file.device_id, &file.sha256, place), &sealed)
        .map_err(|error| ApiError::Broken(format!("the kept file {file_id} could not be opened: {error}")))?;
    let content = Secret::new(STANDARD.encode(&*bytes));
    Ok(Json(KeptFilePart { file, part, content }))
}
