//! Runs.

use axum::Json;
use axum::extract::State;
use netraven_api::event::Changed;
use netraven_api::runs::{CancelRun, GetRun, ListRuns, Run, RunDetail, RunSummary, SummarizeRuns};
use serde_json::json;

use super::Shared;
use super::auth::Caller;
use super::fault::Fault;
use super::input::{Id, Query};
use super::mount::Mount;
use super::raw::RawJson;
use crate::journal::{About, Signal};

/// Mounts the endpoints of runs.
pub fn mount(mount: &mut Mount) {
    mount.add::<SummarizeRuns, _>(summarize);
    mount.add::<ListRuns, _>(list);
    mount.add::<GetRun, _>(get);
    mount.add::<CancelRun, _>(cancel);
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListRuns>) -> Result<RawJson, Fault> {
    Ok(shared.store.list_runs(&query).await?.into())
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<RunDetail>, Fault> {
    Ok(Json(shared.store.run_detail(id).await?))
}

async fn summarize(
    State(shared): State<Shared>,
    Query(query): Query<SummarizeRuns>,
) -> Result<Json<RunSummary>, Fault> {
    Ok(Json(shared.store.summarize_runs(&query).await?))
}

async fn cancel(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<Json<Run>, Fault> {
    if shared.store.cancel_run(id, caller.name()).await? {
        let run = shared.store.run(id).await?;
        let about = About { job_id: Some(run.job_id), run_id: Some(id), device_id: None };
        let message = format!("Cancelled by {}: waiting devices are dropped, open sessions are closed.", caller.name());
        shared.journal.line("WARNING", "job", "server.runs", about, message, json!({}));
        // What the signal misses, the workers see in the database within a second.
        shared.journal.signal(&Signal::Cancel { run_id: id }).await;
        if let Err(error) = shared.queue.remove_run(id).await {
            tracing::warn!(%error, run_id = id, "tasks of a cancelled run stay on the queue; workers drop them");
        }
        shared.journal.changed(Changed::Run { run_id: id, job_id: run.job_id, ended: false }).await;
    }
    Ok(Json(shared.store.run(id).await?))
}
