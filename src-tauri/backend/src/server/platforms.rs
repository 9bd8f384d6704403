//! Platforms: their list, how each is defined, reading their files again, and those that admins save. How to talk to a
//! device, and how to recognise it, is the worker's business.

mod details;
mod prover;
mod saved;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::platforms::{
    AUTO, GetPlatform, ListPlatforms, Platform, PlatformDetails, Platforms, RefusedPlatform, ReloadPlatforms,
};

pub use prover::Prover;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::Query;
use super::http::mount::Mount;
use crate::catalog::Loaded;
use crate::journal::Signal;
use crate::platforms::{BadDefinition, SharedFile};

/// Mounts the endpoints of platforms.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListPlatforms, _>(list);
    mount.add::<GetPlatform, _>(get);
    mount.add::<ReloadPlatforms, _>(reload);
    saved::mount(mount);
}

async fn list(State(state): State<AppState>) -> Result<Json<Platforms>, ApiError> {
    let loaded = state.platforms.refreshed(&state.journal).await;
    Ok(Json(listed(&state, &loaded).await?))
}

async fn reload(State(state): State<AppState>, caller: Caller) -> Result<Json<Platforms>, ApiError> {
    let by = caller.name();
    let loaded = state.platforms.reload(by, &state.journal).await;
    let loaded = loaded.map_err(|error| ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, error.to_string()))?;
    state.journal.signal(&Signal::Platforms { by: by.to_owned() }).await;
    Ok(Json(listed(&state, &loaded).await?))
}

async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Query(wanted): Query<GetPlatform>,
) -> Result<Json<PlatformDetails>, ApiError> {
    let loaded = state.platforms.refreshed(&state.journal).await;
    let (registry, name) = (&loaded.registry, &wanted.name);
    let (Some(definition), Some(text)) = (registry.get(name), registry.text(name)) else {
        return Err(ApiError::not_found(format!("There is no platform '{name}'.")));
    };
    if registry.is_custom(name) && !caller.author().approves {
        let sentence = "Only admins may see how this platform is defined: it is not built in, and its file may hold \
                        passwords.";
        return Err(ApiError::detail(StatusCode::FORBIDDEN, sentence));
    }
    Ok(Json(details::of(&definition, text)))
}

/// The platforms by title, each with the number of its devices, and what was refused.
async fn listed(state: &AppState, loaded: &Loaded) -> Result<Platforms, ApiError> {
    let devices = state.store.devices_by_platform().await?;
    let saved = state.store.saved_platforms().await?;
    let registry = &loaded.registry;
    let mut items: Vec<Platform> = registry
        .iter()
        .map(|definition| Platform {
            name: definition.name.clone(),
            title: definition.title.clone(),
            vendor: definition.vendor.clone(),
            custom: registry.is_custom(&definition.name),
            source: Some(registry.source(&definition.name)),
            evidence: definition.evidence,
            extends: definition.extends.clone(),
            file: registry.file(&definition.name).map(str::to_owned),
            saved: saved.iter().find(|saved| saved.name == definition.name).cloned(),
            devices: Some(devices.get(&definition.name).copied().unwrap_or_default()),
        })
        .collect();
    let name_of = |bad: &BadDefinition| {
        let refused = saved.iter().find(|saved| SharedFile::spoken_of(&saved.name) == bad.file);
        refused.map(|saved| saved.name.clone())
    };
    items.sort_by(|one, other| one.title.cmp(&other.title));
    items.insert(0, to_be_recognised(devices.get(AUTO).copied().unwrap_or_default()));
    Ok(Platforms {
        items,
        refused: loaded.refused.iter().map(ToString::to_string).collect(),
        refusals: loaded.refused.iter().map(|bad| refusal(bad, name_of(bad))).collect(),
        folder: state.platforms.folder().map(|folder| folder.display().to_string()),
    })
}

/// A refusal in its parts; `saved` is the name of the saved platform that it is about.
fn refusal(bad: &BadDefinition, saved: Option<String>) -> RefusedPlatform {
    RefusedPlatform {
        file: bad.file.clone(),
        saved,
        line: bad.line.and_then(|line| i64::try_from(line).ok()),
        field: bad.field.clone(),
        problem: bad.problem.clone(),
        advice: bad.advice.clone(),
    }
}

/// The choice of a device whose platform is to be recognised.
fn to_be_recognised(devices: i64) -> Platform {
    Platform {
        name: AUTO.to_owned(),
        title: "Recognise it (auto)".to_owned(),
        vendor: "Any".to_owned(),
        custom: false,
        source: None,
        evidence: None,
        extends: None,
        file: None,
        saved: None,
        devices: Some(devices),
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
