//! Charts of the reconstructed runs: how many ended in which state over time, and which were active at the same time.

use netraven_api::Problem;
use netraven_api::runs::{Run, RunOutcomes, RunTimeline, TIMELINE_RUNS, TimelineRun};
use serde_json::Value;

use super::wanted::Wanted;
use super::window;
use crate::dialect::Context;
use crate::dialect::parsed_request::ParsedRequest;
use crate::dialect::row::reply;

/// The runs of a period by time and state.
pub async fn outcomes(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let edges = request.times("edge")?;
    let (runs, note) = wanted_runs(context, request).await?;
    let counted = RunOutcomes::of(&edges, runs.iter().map(|run| (run.queued_at, run.status)));
    Ok(reply(&RunOutcomes { note, ..counted }))
}

/// The newest runs of a period, briefly.
pub async fn timeline(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let (runs, note) = wanted_runs(context, request).await?;
    let limit = request.number("limit")?.unwrap_or(TIMELINE_RUNS).clamp(1, TIMELINE_RUNS);
    let total = i64::try_from(runs.len()).unwrap_or(i64::MAX);
    let runs = runs.into_iter().take(usize::try_from(limit).unwrap_or_default()).map(TimelineRun::from).collect();
    Ok(reply(&RunTimeline { runs, total, total_is_estimate: false, note }))
}

/// The matching runs, the newest first, and a note on how they were found.
async fn wanted_runs(context: Context<'_>, request: &ParsedRequest) -> Result<(Vec<Run>, Option<String>), Problem> {
    let window = window(context, request).await?;
    let wanted = Wanted::read(context, request).await?;
    let note = window.note("The runs are drawn from this server's log and");
    let runs = window.runs.into_iter().filter(|(run, seen)| wanted.fits(run, seen.as_ref())).map(|(run, _)| run);
    Ok((runs.collect(), note))
}
