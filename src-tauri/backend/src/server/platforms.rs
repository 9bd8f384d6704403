//! Platforms: names only; how to talk to them is the worker's business.

use axum::Json;
use axum::extract::State;
use netraven_api::platforms::{ListPlatforms, Platform, Platforms};

use super::AppState;
use super::http::mount::Mount;

/// Mounts the endpoint of platforms.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListPlatforms, _>(list);
}

async fn list(State(state): State<AppState>) -> Json<Platforms> {
    let mut items: Vec<Platform> = state
        .platforms
        .iter()
        .map(|definition| Platform {
            name: definition.name.clone(),
            title: definition.title.clone(),
            vendor: definition.vendor.clone(),
            custom: state.platforms.is_custom(&definition.name),
        })
        .collect();
    items.sort_by(|one, other| one.title.cmp(&other.title));
    Json(Platforms { items, refused: state.refused_platforms.to_vec() })
}
