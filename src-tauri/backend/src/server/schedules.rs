//! Schedules and waiting tasks: the scheduler's side of jobs.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use netraven_api::jobs::{
    GetJobStatus, Job, JobDashboardStatus, JobKind, Priority, QueueJobDetail, QueueStatus, WorkerState, WorkerStatus,
};
use netraven_api::schedules::{JobType, ListJobTypes, ListQueues, ListScheduledJobs, ListSchedulerJobs, ScheduledJob};
use serde_json::json;

use super::AppState;
use super::http::error::ApiError;
use super::http::mount::Mount;
use super::jobs::next_run;
use super::system::now;

/// Most waiting tasks listed per queue.
const LISTED: i64 = 100;

/// Mounts the endpoints of schedules and queues.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListScheduledJobs, _>(scheduled);
    mount.add::<ListSchedulerJobs, _>(scheduled);
    mount.add::<ListQueues, _>(queues);
    mount.add::<GetJobStatus, _>(status);
    mount.add::<ListJobTypes, _>(kinds);
}

async fn scheduled(State(state): State<AppState>) -> Result<Json<Vec<ScheduledJob>>, ApiError> {
    let time = Timestamp::now();
    let mut jobs: Vec<ScheduledJob> =
        state.store.scheduled_jobs().await?.into_iter().map(|job| of_job(&state, job, time)).collect();
    // Schedules that will not fire again come last.
    jobs.sort_by_key(|job| (job.next_run.is_none(), job.next_run, job.id));
    Ok(Json(jobs))
}

fn of_job(state: &AppState, job: Job, now: Timestamp) -> ScheduledJob {
    ScheduledJob {
        next_run: next_run(state, &job, now),
        args: Some(vec![job.id.get()]),
        meta: Some(
            json!({ "db_job_id": job.id, "schedule_type": job.schedule.kind, "time_zone": job.schedule.time_zone }),
        ),
        id: job.id,
        name: job.name,
        job_type: job.job_type,
        description: job.description,
        schedule_type: job.schedule.kind,
        interval_seconds: job.schedule.interval_seconds,
        cron_string: job.schedule.cron_string,
        scheduled_for: job.schedule.scheduled_for,
        repeat: None,
        tags: job.tags,
        is_enabled: job.is_enabled,
        is_system_job: job.is_system_job,
    }
}

async fn queues(State(state): State<AppState>) -> Result<Json<Vec<QueueStatus>>, ApiError> {
    let lengths = state.queue.lengths().await.map_err(|error| {
        tracing::warn!(%error, "the queue was not read");
        let sentence = "The queue is not responding; it is being restarted. Try again in a few seconds.";
        ApiError::detail(axum::http::StatusCode::SERVICE_UNAVAILABLE, sentence)
    })?;
    let mut queues = Vec::new();
    for queue in lengths {
        // Runs started by people go before scheduled ones; the third queue is for the product's own work.
        let jobs = match queue.priority {
            Priority::High => state.store.waiting(true, LISTED).await?,
            Priority::Default => state.store.waiting(false, LISTED).await?,
            Priority::Low => Vec::new(),
        };
        queues.push(QueueStatus {
            name: queue.priority.into(),
            job_count: i64::try_from(queue.waiting).unwrap_or(i64::MAX),
            oldest_job_ts: queue.oldest,
            jobs,
        });
    }
    Ok(Json(queues))
}

async fn status(State(state): State<AppState>) -> Json<JobDashboardStatus> {
    let info = state.queue.ping().await.ok();
    let queues = state.queue.lengths().await.unwrap_or_default();
    let workers = state.queue.workers().await.unwrap_or_default();
    Json(JobDashboardStatus {
        redis_uptime: info.as_ref().and_then(|info| i64::try_from(info.uptime_s).ok()),
        redis_memory: info.as_ref().and_then(|info| i64::try_from(info.used_memory_bytes).ok()),
        redis_last_heartbeat: info.map(|_| now()),
        rq_queues: queues
            .into_iter()
            .map(|queue| QueueStatus {
                name: queue.priority.into(),
                job_count: i64::try_from(queue.waiting).unwrap_or(i64::MAX),
                oldest_job_ts: queue.oldest,
                jobs: Vec::<QueueJobDetail>::new(),
            })
            .collect(),
        workers: workers
            .into_iter()
            .map(|worker| WorkerStatus {
                id: worker.id,
                status: if worker.busy > 0 { WorkerState::Busy } else { WorkerState::Idle }.into(),
                jobs_in_progress: i64::try_from(worker.busy).unwrap_or(i64::MAX),
            })
            .collect(),
    })
}

async fn kinds(State(state): State<AppState>) -> Result<Json<Vec<JobType>>, ApiError> {
    let used = state.store.kinds_last_used().await?;
    let kind = |kind: JobKind| JobType {
        job_type: kind.into(),
        label: kind.label().to_owned(),
        description: Some(kind.about().to_owned()),
        icon: Some(kind.icon().to_owned()),
        last_used: used.iter().find(|(used, _)| used == kind.as_str()).map(|(_, at)| *at),
    };
    Ok(Json(JobKind::ALL.into_iter().map(kind).collect()))
}
