//! What the demo's charts draw: the runs of a period over time.

use jiff::SignedDuration;
use netraven_api::runs::{
    GetRunOutcomes, GetRunTimeline, ListRuns, RunFilter, RunOutcomes, RunStatus, RunTimeline, TIMELINE_RUNS,
    TimelineRun,
};

use super::runs;
use super::world::World;

/// How far back from a period the usual is looked for.
const USUAL: SignedDuration = SignedDuration::from_hours(24 * 28);

/// Runs by state between the times that are given.
#[must_use]
pub fn outcomes(world: &World, asked: &GetRunOutcomes) -> RunOutcomes {
    let counts = runs::find(world, &asked.filter).into_iter().filter_map(|plan| {
        let behind = asked.edge.partition_point(|edge| *edge <= plan.queued_at);
        Some((behind.checked_sub(1)?, plan.status(world.now), 1))
    });
    RunOutcomes::between(&asked.edge, counts)
}

/// The newest runs of a period as strokes in time.
#[must_use]
pub fn timeline(world: &World, asked: &GetRunTimeline) -> RunTimeline {
    let limit = asked.limit.unwrap_or(TIMELINE_RUNS);
    let mut drawn = Vec::new();
    let mut total = 0;
    for number in 1.. {
        let (page, size) = (Some(number), Some(100));
        let (filter, status) = (asked.filter.clone(), asked.status.clone());
        let page = runs::list(world, &ListRuns { page, size, filter, status, ..ListRuns::default() });
        total = page.total;
        drawn.extend(page.items);
        if number >= page.pages {
            break;
        }
    }
    let runs = drawn.into_iter().take(usize::try_from(limit).unwrap_or_default()).map(|run| TimelineRun {
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
    });
    RunTimeline { runs: runs.collect(), total, total_is_estimate: false, note: None }
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
