//! Platforms: names only; how to talk to them, and how to recognise them, is the worker's business.

use axum::Json;
use axum::extract::State;
use netraven_api::platforms::{AUTO, ListPlatforms, Platform, Platforms};

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
    let (title, vendor) = ("Recognise it (auto)".to_owned(), "Any".to_owned());
    items.insert(0, Platform { name: AUTO.to_owned(), title, vendor, custom: false });
    Json(Platforms { items, refused: state.refused_platforms.to_vec() })
}
