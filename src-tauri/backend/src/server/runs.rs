//! Runs.

use axum::Json;
use axum::extract::State;
use netraven_api::event::Changed;
use netraven_api::jobs::RunStarted;
use netraven_api::logs::{Level, LogType};
use netraven_api::runs::{
    Again, CancelDevice, CancelRun, GetRun, GetRunDevice, GetRunOutcomes, GetRunTimeline, ListRunDevices, ListRuns,
    MOST_EDGES, Run, RunAgain, RunDetail, RunDevice, RunOutcomes, RunParts, RunSummary, SummarizeRuns, Trigger,
};
use netraven_api::{DeviceId, RunId};
use serde_json::json;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Id, Ids, Query};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use crate::journal::{About, Signal};
use crate::queue::Priority;
use crate::store::cancels::DeviceCancelled;

/// Mounts the endpoints of runs.
pub fn mount(mount: &mut Mount) {
    mount.add::<SummarizeRuns, _>(summarize);
    mount.add::<GetRunOutcomes, _>(outcomes);
    mount.add::<GetRunTimeline, _>(timeline);
    mount.add::<ListRuns, _>(list);
    mount.add::<GetRun, _>(get);
    mount.add::<ListRunDevices, _>(devices);
    mount.add::<GetRunDevice, _>(device);
    mount.add::<RunAgain, _>(again);
    mount.add::<CancelRun, _>(cancel);
    mount.add::<CancelDevice, _>(cancel_device);
}

async fn list(State(state): State<AppState>, Query(query): Query<ListRuns>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_runs(&query).await?.into())
}

async fn get(
    State(state): State<AppState>,
    Id(id): Id<RunId>,
    Query(parts): Query<RunParts>,
) -> Result<Json<RunDetail>, ApiError> {
    let run = state.store.run(id).await?;
    let results = match parts.results {
        Some(false) => None,
        _ => Some(state.store.all_run_devices(id).await?),
    };
    Ok(Json(RunDetail { run, results }))
}

async fn devices(
    State(state): State<AppState>,
    Id(run_id): Id<RunId>,
    Query(query): Query<ListRunDevices>,
) -> Result<RawJson, ApiError> {
    Ok(state.store.list_run_devices(&ListRunDevices { run_id, ..query }).await?.into())
}

async fn device(
    State(state): State<AppState>,
    Ids(run_id, device_id): Ids<RunId, DeviceId>,
) -> Result<Json<RunDevice>, ApiError> {
    Ok(Json(state.store.run_device(run_id, device_id).await?))
}

async fn summarize(
    State(state): State<AppState>,
    Query(query): Query<SummarizeRuns>,
) -> Result<Json<RunSummary>, ApiError> {
    Ok(Json(state.store.summarize_runs(&query).await?))
}

async fn outcomes(
    State(state): State<AppState>,
    Query(query): Query<GetRunOutcomes>,
) -> Result<Json<RunOutcomes>, ApiError> {
    let edges = &query.edge;
    if edges.len() < 2 || edges.len() > MOST_EDGES {
        let sentence = format!("edge should be given 2 to {MOST_EDGES} times");
        return Err(ApiError::query_field("edge", sentence, edges.len()));
    }
    if let Some(pair) = edges.windows(2).find(|pair| pair[0] >= pair[1]) {
        return Err(ApiError::query_field("edge", "each edge should be after the one before", pair[1].to_string()));
    }
    Ok(Json(state.store.run_outcomes(&query).await?))
}

async fn timeline(State(state): State<AppState>, Query(query): Query<GetRunTimeline>) -> Result<RawJson, ApiError> {
    Ok(RawJson(state.store.run_timeline(&query).await?))
}

async fn again(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<RunId>,
    Body(which): Body<Again>,
) -> Result<Json<RunStarted>, ApiError> {
    let started = state.store.start_again(id, &which, caller.name()).await?;
    crate::scheduler::enqueue(&state.queue, &started, Priority::High).await;
    let run = state.store.run(started.run_id).await?;
    let about = About { job_id: Some(run.job_id), run_id: Some(started.run_id), device_id: None };
    let message = format!(
        "{} queued again by {}: {} devices of run {id}, {}.",
        run.job_name,
        caller.name(),
        started.devices.len(),
        said(&which)
    );
    let meta = json!({ "trigger": Trigger::Manual, "again": id, "which": which });
    state.journal.line(Level::Info, LogType::Job, "server.runs", about, message, meta);
    state.journal.changed(Changed::Run { run_id: started.run_id, job_id: run.job_id, ended: false }).await;
    Ok(Json(RunStarted {
        message: "Job triggered successfully".to_owned(),
        job_id: run.job_id,
        job_name: run.job_name,
        queue_job_id: started.run_id.to_string(),
        run_id: Some(started.run_id),
    }))
}

/// The selection, in words.
fn said(which: &Again) -> String {
    let mut parts = Vec::new();
    if which.failed == Some(true) {
        parts.push("those that failed".to_owned());
    }
    if !which.causes.is_empty() {
        let titles: Vec<String> = which.causes.iter().map(|cause| cause.title().to_lowercase()).collect();
        parts.push(format!("those with the cause {}", titles.join(" or ")));
    }
    if !which.devices.is_empty() {
        parts.push("those chosen".to_owned());
    }
    if parts.is_empty() { "all of them".to_owned() } else { parts.join(", ") }
}

async fn cancel_device(
    State(state): State<AppState>,
    caller: Caller,
    Ids(run_id, device_id): Ids<RunId, DeviceId>,
) -> Result<Json<RunDevice>, ApiError> {
    let done = state.store.cancel_device(run_id, device_id, caller.name()).await?;
    let device = state.store.run_device(run_id, device_id).await?;
    if done != DeviceCancelled::Nothing {
        let job_id = state.store.run(run_id).await?.job_id;
        let about = About { job_id: Some(job_id), run_id: Some(run_id), device_id: Some(device_id) };
        let what = match done {
            DeviceCancelled::Waiting => "it had not started",
            _ => "its session is closed",
        };
        let message =
            format!("{} was cancelled by {}: {what}, the other devices continue.", device.hostname, caller.name());
        state.journal.line(Level::Warning, LogType::Job, "server.runs", about, message, json!({}));
        // If the signal is lost, the worker sees it in the database within a second.
        state.journal.signal(&Signal::CancelDevice { run_id, device_id }).await;
        if let Err(error) = state.queue.remove_device(run_id, device_id).await {
            tracing::warn!(%error, run_id = run_id.get(), device_id = device_id.get(), "the task of a cancelled device stays in the queue; workers drop it");
        }
        state.journal.changed(Changed::Run { run_id, job_id, ended: false }).await;
    }
    Ok(Json(device))
}

async fn cancel(State(state): State<AppState>, caller: Caller, Id(id): Id<RunId>) -> Result<Json<Run>, ApiError> {
    if state.store.cancel_run(id, caller.name()).await? {
        let run = state.store.run(id).await?;
        let about = About { job_id: Some(run.job_id), run_id: Some(id), device_id: None };
        let message = format!("Cancelled by {}: waiting devices are dropped, open sessions are closed.", caller.name());
        state.journal.line(Level::Warning, LogType::Job, "server.runs", about, message, json!({}));
        // If the signal is lost, the workers see it in the database within a second.
        state.journal.signal(&Signal::Cancel { run_id: id }).await;
        if let Err(error) = state.queue.remove_run(id).await {
            tracing::warn!(%error, run_id = id.get(), "tasks of a cancelled run stay in the queue; workers drop them");
        }
        state.journal.changed(Changed::Run { run_id: id, job_id: run.job_id, ended: false }).await;
    }
    Ok(Json(state.store.run(id).await?))
}
