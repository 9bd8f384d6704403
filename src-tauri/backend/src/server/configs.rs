//! Configurations read from devices.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::Secret;
use netraven_api::configs::{Config, ConfigHead, ExportConfig, GetConfig, ListConfigHistory, ListConfigs, RawConfig};
use serde_json::json;

use super::Shared;
use super::auth::Caller;
use super::fault::Fault;
use super::input::{Id, Query};
use super::mount::Mount;
use crate::journal::About;
use crate::places::{RAW_CONFIG, context};

/// Mounts the endpoints of configurations.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListConfigs, _>(list);
    mount.add::<GetConfig, _>(get);
    mount.add::<ListConfigHistory, _>(history);
    mount.add::<ExportConfig, _>(export);
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListConfigs>) -> Result<Json<Vec<Config>>, Fault> {
    Ok(Json(shared.store.list_configs(&query).await?))
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Config>, Fault> {
    Ok(Json(shared.store.config(id).await?))
}

async fn history(State(shared): State<Shared>, Id(device_id): Id) -> Result<Json<Vec<ConfigHead>>, Fault> {
    Ok(Json(shared.store.config_history(device_id).await?))
}

async fn export(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<Json<RawConfig>, Fault> {
    let (device_id, hostname, sealed) = shared.store.sealed_config(id).await?;
    let about = About { device_id: Some(device_id), ..About::default() };
    let message =
        format!("The raw configuration {id} of {hostname}, secrets included, was exported by {}.", caller.name());
    shared.journal.line("WARNING", "system", "server.configs", about, message, json!({ "config_id": id }));
    // Nobody gets the text whose export is not on record.
    if !shared.journal.flush().await {
        let sentence =
            "The export could not be put on record: the log is not written at the moment. Try again in a minute.";
        return Err(Fault::detail(StatusCode::SERVICE_UNAVAILABLE, sentence));
    }
    let raw = shared
        .seal
        .open_text(&context(RAW_CONFIG, device_id), &sealed)
        .map_err(|error| Fault::Broken(format!("the raw configuration {id} could not be opened: {error}")))?;
    let raw = Secret::new(raw.as_str());
    Ok(Json(RawConfig { id, device_id, hostname, raw }))
}
