//! What the demo's charts draw: the runs of a period over time.

use jiff::SignedDuration;
use netraven_api::Problem;
use netraven_api::runs::{
    GetRunOutcomes, GetRunTimeline, RunFilter, RunOutcomes, RunStatus, RunTimeline, TIMELINE_RUNS, TimelineRun,
};

use super::lists::asked;
use super::runs;
use super::world::World;

/// How far back from a period the usual is looked for.
const USUAL: SignedDuration = SignedDuration::from_hours(24 * 28);

/// Runs by state between the times that are given.
pub fn outcomes(world: &World, query: &str) -> Result<RunOutcomes, Problem> {
    let edges = asked::<GetRunOutcomes>(query)?.edge;
    let found = runs::find(world, &asked(query)?);
    Ok(RunOutcomes::of(&edges, found.into_iter().map(|plan| (plan.queued_at, plan.status(world.now)))))
}

/// The newest runs of a period as strokes in time.
pub fn timeline(world: &World, query: &str) -> Result<RunTimeline, Problem> {
    let limit = asked::<GetRunTimeline>(query)?.limit.unwrap_or(TIMELINE_RUNS);
    let found = runs::wanted(world, query)?;
    let total = i64::try_from(found.len()).unwrap_or_default();
    let newest = found.into_iter().rev().take(usize::try_from(limit).unwrap_or_default());
    Ok(RunTimeline { runs: newest.map(TimelineRun::from).collect(), total, total_is_estimate: false, note: None })
}

/// Runs that ended in the weeks before a period, and those of them in which every device succeeded.
#[must_use]
pub fn usual(world: &World, wanted: &RunFilter) -> (i64, i64) {
    let Some(end) = wanted.start_time else { return (0, 0) };
    let before = RunFilter { start_time: Some(end - USUAL), end_time: Some(end), ..wanted.clone() };
    let mut counts = (0, 0);
    for status in runs::find(world, &before).into_iter().map(|plan| plan.status(world.now)) {
        counts.0 += i64::from(!status.is_active());
        counts.1 += i64::from(status == RunStatus::Succeeded);
    }
    counts
}
