//! Charts of the reconstructed runs: how many ended in which state over time, and which were active at the same time.

use netraven_api::Problem;
use netraven_api::runs::{Run, RunOutcomes, RunTimeline, TIMELINE_RUNS, TimelineRun};
use serde_json::Value;

use super::wanted::Wanted;
use super::window;
use crate::dialect::Talk;
use crate::dialect::asked::Asked;
use crate::dialect::row::reply;

/// The runs of a period by time and state.
pub async fn outcomes(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let edges = asked.times("edge")?;
    let (runs, note) = wanted_runs(talk, asked).await?;
    let counts = runs.iter().filter_map(|run| {
        let after = edges.partition_point(|edge| *edge <= run.queued_at);
        Some((after.checked_sub(1)?, run.status, 1))
    });
    Ok(reply(&RunOutcomes { note, ..RunOutcomes::between(&edges, counts) }))
}

/// The newest runs of a period, briefly.
pub async fn timeline(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let (runs, note) = wanted_runs(talk, asked).await?;
    let limit = asked.number("limit")?.unwrap_or(TIMELINE_RUNS).clamp(1, TIMELINE_RUNS);
    let total = i64::try_from(runs.len()).unwrap_or(i64::MAX);
    let runs = runs.into_iter().take(usize::try_from(limit).unwrap_or_default()).map(light).collect();
    Ok(reply(&RunTimeline { runs, total, total_is_estimate: false, note }))
}

/// The matching runs, the newest first, and a note on how they were found.
async fn wanted_runs(talk: Talk<'_>, asked: &Asked) -> Result<(Vec<Run>, Option<String>), Problem> {
    let window = window(talk, asked).await?;
    let wanted = Wanted::read(talk, asked).await?;
    let note = window.note("The runs are drawn from this server's log and");
    let runs = window.runs.into_iter().filter(|(run, seen)| wanted.fits(run, seen.as_ref())).map(|(run, _)| run);
    Ok((runs.collect(), note))
}

fn light(run: Run) -> TimelineRun {
    TimelineRun {
        id: run.id,
        job_id: run.job_id,
        job_name: run.job_name,
        job_type: run.job_type,
        status: run.status,
        queued_at: run.queued_at,
        started_at: run.started_at,
        finished_at: run.finished_at,
        devices: run.devices,
        succeeded: run.succeeded,
        failed: run.failed,
        usual_seconds: run.usual_seconds,
    }
}
