//! A job's devices against its last runs.

use axum::Json;
use axum::extract::State;
use netraven_api::JobId;
use netraven_api::matrix::{GetJobMatrix, JobMatrix};

use super::AppState;
use super::http::error::ApiError;
use super::http::input::{Id, Query};
use super::http::mount::Mount;

/// Mounts the endpoint.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetJobMatrix, _>(matrix);
}

async fn matrix(
    State(state): State<AppState>,
    Id(job_id): Id<JobId>,
    Query(query): Query<GetJobMatrix>,
) -> Result<Json<JobMatrix>, ApiError> {
    Ok(Json(state.store.job_matrix(&GetJobMatrix { job_id, ..query }).await?))
}
