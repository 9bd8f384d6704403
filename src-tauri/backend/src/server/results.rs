//! Results.

use axum::Json;
use axum::extract::State;
use netraven_api::ResultId;
use netraven_api::results::{GetResult, JobResult, ListResults};

use super::AppState;
use super::http::error::ApiError;
use super::http::input::{Id, Query};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;

/// Mounts the endpoints of results.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListResults, _>(list);
    mount.add::<GetResult, _>(get);
}

async fn list(State(state): State<AppState>, Query(query): Query<ListResults>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_results(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<ResultId>) -> Result<Json<JobResult>, ApiError> {
    Ok(Json(state.store.result(id).await?))
}
