//! The state of every job, for lists and for the feed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use netraven_api::jobs::{Job, JobStatus};
use netraven_api::runs::RunStatus;
use netraven_api::{JobId, LogId, Problem, RunId};

use super::life;
use super::newest_of;
use crate::Client;
use crate::dialect::lists::Server;
use crate::dialect::{Context, jobs, words};

/// What distinguishes one run of a job from the next, and its progress.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct JobState {
    /// The job's newest run.
    pub run_id: RunId,
    /// Its status; none if the job never ran.
    pub status: Option<RunStatus>,
    /// When the last ended run ended.
    pub ended_at: Option<Timestamp>,
    /// Its last line while it is active: with each line, results may have arrived.
    pub line: Option<LogId>,
}

/// The state of every job, read now.
pub(crate) async fn states(client: &Client, server: &Server) -> Result<BTreeMap<JobId, JobState>, Problem> {
    let context = Context { client, server };
    let mut all = BTreeMap::new();
    for (job, word) in jobs::anew(context).await? {
        let state = life::state(context, job.id, &word).await;
        let line = state.last_line.filter(|_| state.status == Some(RunStatus::Running)).map(|last_line| last_line.id);
        let run_id = newest_of(job.id);
        all.insert(job.id, JobState { run_id, status: state.status, ended_at: job.completed_at, line });
    }
    Ok(all)
}

/// Replaces the state of jobs that call themselves queued or running with the actual one, and the previous run's times,
/// which the server leaves there, with those of that run.
pub async fn judge(context: Context<'_>, jobs: &mut [Job]) {
    for job in jobs.iter_mut().filter(|job| words::run_status(job.status.as_str()).is_some_and(RunStatus::is_active)) {
        let state = life::state(context, job.id, job.status.as_str()).await;
        let Some(status) = state.status else { continue };
        job.status = JobStatus::from(status).into();
        job.completed_at = None;
        job.started_at = match status {
            RunStatus::Queued => state.waiting.last().map(|entry| entry.at).or(Some(state.seen_at)),
            RunStatus::Running => super::began(context, job.id).await.or(Some(state.seen_at)),
            _ => state.last_line.map(|last_line| last_line.at),
        };
    }
}
