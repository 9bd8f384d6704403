//! Data of the run charts: runs by end state over time, and runs that were active at the same time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Run, RunFilter, RunStatus};
use crate::endpoint::endpoint;
use crate::ids::{JobId, RunId};
use crate::jobs::JobKind;
use crate::words::Open;

/// Most edges in a request.
pub const MOST_EDGES: usize = 201;
/// Runs in a timeline, by default and at most.
pub const TIMELINE_RUNS: i64 = 500;

/// Counts runs over time by state, between the times one gives, so that a day is the asker's day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GetRunOutcomes {
    /// The times that delimit the buckets, 2 to 201 of them, ascending.
    pub edge: Vec<Timestamp>,
    /// Which of the runs between the edges.
    #[serde(flatten)]
    pub filter: RunFilter,
}

/// Answer to [`GetRunOutcomes`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunOutcomes {
    /// One bucket between each two edges, including empty ones.
    pub buckets: Vec<OutcomeBucket>,
    /// What readers should know about how the runs were counted, as in [`crate::Page::note`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The runs in a period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutcomeBucket {
    /// Start of the period.
    pub start: Timestamp,
    /// End of the period, exclusive.
    pub end: Timestamp,
    /// Runs by state; states without a run are left out.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, i64>))]
    pub by_status: BTreeMap<RunStatus, i64>,
}

impl RunOutcomes {
    /// Builds the buckets from rows of bucket, state and number.
    #[must_use]
    pub fn between(edges: &[Timestamp], counts: impl IntoIterator<Item = (usize, RunStatus, i64)>) -> RunOutcomes {
        let empty = |pair: &[Timestamp]| OutcomeBucket { start: pair[0], end: pair[1], by_status: BTreeMap::new() };
        let mut buckets: Vec<OutcomeBucket> = edges.windows(2).map(empty).collect();
        for (place, status, runs) in counts {
            if let Some(bucket) = buckets.get_mut(place) {
                *bucket.by_status.entry(status).or_default() += runs;
            }
        }
        RunOutcomes { buckets, note: None }
    }

    /// The same of runs that are all there, handed in as the time they were put on the queue and their state.
    #[must_use]
    pub fn of(edges: &[Timestamp], runs: impl IntoIterator<Item = (Timestamp, RunStatus)>) -> RunOutcomes {
        let counts = runs.into_iter().filter_map(|(queued_at, status)| {
            let behind = edges.partition_point(|edge| *edge <= queued_at);
            Some((behind.checked_sub(1)?, status, 1))
        });
        RunOutcomes::between(edges, counts)
    }
}

impl OutcomeBucket {
    /// Runs of any of these states.
    #[must_use]
    pub fn runs(&self, statuses: &[RunStatus]) -> i64 {
        statuses.iter().filter_map(|status| self.by_status.get(status)).sum()
    }
}

endpoint! { GetRunOutcomes: Get "/runs/outcomes" by User => RunOutcomes, |it, to| to.query(it) }

/// The runs of a period, briefly, to draw those that overlap; the newest first, and no more than can be
/// drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GetRunTimeline {
    /// Most runs, 1 to 500.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 500, default = 500))]
    pub limit: Option<i64>,
    /// Which runs.
    #[serde(flatten)]
    pub filter: RunFilter,
    /// Any of these states.
    pub status: Vec<RunStatus>,
}

/// Answer to [`GetRunTimeline`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunTimeline {
    /// The newest runs, the newest first.
    pub runs: Vec<TimelineRun>,
    /// Total number of runs; exact up to 10,000, see `total_is_estimate`.
    pub total: i64,
    /// Whether `total` is the database's estimate.
    pub total_is_estimate: bool,
    /// What readers should know about how the runs were found, as in [`crate::Page::note`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A run on a timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineRun {
    /// Id of the run.
    pub id: RunId,
    /// Id of the job.
    pub job_id: JobId,
    /// Name of the job.
    pub job_name: String,
    /// Kind of the job.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub job_type: Open<JobKind>,
    /// State of the run.
    pub status: RunStatus,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When its first device was started.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// Number of its devices.
    pub devices: i64,
    /// Number of devices that have succeeded so far.
    pub succeeded: i64,
    /// Number of devices that have failed so far, including cancelled ones.
    pub failed: i64,
    /// Median duration of the job's last finished runs in seconds, for a run that has not ended.
    pub usual_seconds: Option<f64>,
}

impl From<Run> for TimelineRun {
    fn from(run: Run) -> TimelineRun {
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
}

endpoint! { GetRunTimeline: Get "/runs/timeline" by User => RunTimeline, |it, to| to.query(it) }
