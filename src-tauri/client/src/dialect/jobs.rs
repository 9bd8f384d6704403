//! Jobs, and the start of a run.

mod check;

use jiff::Timestamp;
use netraven_api::devices::Device;
use netraven_api::jobs::{
    DeviceName, Job, JobDashboardStatus, QueueStatus, RecentJob, RunStarted, Schedule, ScheduleKind, WorkerStatus,
};
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::sorting::JobColumn;
use netraven_api::{JobId, Method, Open, Problem};
use serde_json::Value;

use super::lists::{MOST_ROWS, finish, note};
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::tags::{tag, tags};
use super::{Context, devices, offered, runs, system, used, words};

/// Most jobs of `/jobs/recent` asked for.
const MOST_RECENT: i64 = 100;

/// Answers requests for jobs.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, ["status"]) => Ok(reply(&status(Row(&context.get("/jobs/status", &[]).await?)))),
        (Method::Get, ["recent"]) => recent(context, request).await,
        (Method::Get, ["scheduled" | "job-types"]) => context.plain(request).await,
        (Method::Get, [_, "matrix"]) => Err(offered::refusal(Feature::RunHistory)),
        (Method::Get, [text]) => Ok(reply(&get(context, id(text)?).await?)),
        (Method::Post, []) => {
            let body = check::body(&context.server.description, request.fields()?)?;
            Ok(reply(&job(Row(&context.change(Method::Post, "/jobs/".to_owned(), Some(body)).await?))))
        }
        (Method::Put, [text]) => update(context, request, id(text)?).await,
        (Method::Post, ["run", text]) => run(context, id(text)?).await,
        (Method::Delete, [text]) => delete(context, request, id(text)?).await,
        _ => context.plain(request).await,
    }
}

/// A job of the server.
pub fn job(row: Row) -> Job {
    let status = row.word("status");
    Job {
        id: row.id(),
        name: row.word("name"),
        description: row.text("description"),
        is_enabled: row.flag("is_enabled"),
        schedule: Schedule {
            kind: row.text("schedule_type").map(|kind| Open::of(&kind)),
            interval_seconds: row.number("interval_seconds"),
            cron_string: row.text("cron_string"),
            time_zone: None,
            scheduled_for: row.time("scheduled_for"),
        },
        job_type: words::job_type(&row.word("job_type")),
        started_at: row.time("started_at"),
        completed_at: row.time("completed_at"),
        tags: tags(row),
        device_id: row.id_of("device_id"),
        is_system_job: row.flag("is_system_job"),
        next_run: None,
        last_run_id: words::run_status(&status).map(|_| runs::newest_of(row.id())),
        status: words::job_status(&status),
    }
}

/// Every job the server can show, by name, with its status word in the server's spelling.
pub async fn all(context: Context<'_>) -> Result<Vec<(Job, String)>, Problem> {
    let loaded = context.all("/jobs/", &[], MOST_ROWS).await?;
    Ok(loaded.rows.iter().map(|row| (job(Row(row)), Row(row).word("status"))).collect())
}

/// The same, read now.
pub async fn anew(context: Context<'_>) -> Result<Vec<(Job, String)>, Problem> {
    context.anew("/jobs/", &[], MOST_ROWS).await?;
    all(context).await
}

async fn get(context: Context<'_>, id: JobId) -> Result<Job, Problem> {
    let found = context.get(&format!("/jobs/{id}"), &[]).await.map_err(|problem| match problem.code {
        Code::Internal => Problem::new(Code::Internal, check::POISONED),
        _ => problem,
    })?;
    let mut found = job(Row(&found));
    runs::judge(context, std::slice::from_mut(&mut found)).await;
    Ok(found)
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let loaded = context.all("/jobs/", &request.given(&["name", "is_enabled", "tag_id"]), MOST_ROWS).await?;
    let (statuses, schedules, kinds) =
        (request.many("status"), request.many("schedule_type"), request.many("job_type"));
    let has = |words: &[String], word: &str| words.is_empty() || words.iter().any(|it| it.eq_ignore_ascii_case(word));
    let mut jobs: Vec<Job> = loaded.rows.iter().map(|row| job(Row(row))).collect();
    runs::judge(context, &mut jobs).await;
    jobs.retain(|job| {
        has(&statuses, job.status.as_str())
            && has(&schedules, job.schedule.kind.as_ref().map(Open::as_str).unwrap_or_default())
            && has(&kinds, job.job_type.as_str())
    });
    plan(context, &mut jobs).await;
    jobs.sort_by_key(|job| (job.name.to_lowercase(), job.id));
    let hosts = if request.word("sort") == Some(JobColumn::Target) { devices::all(context).await? } else { Vec::new() };
    let rows: Vec<Value> = jobs.iter().map(|job| with_orders(job, &hosts)).collect();
    finish(&rows, request, note(&loaded, "jobs"))
}

/// A row together with its sort keys.
fn with_orders(job: &Job, hosts: &[Device]) -> Value {
    let host = job.device_id.and_then(|id| hosts.iter().find(|device| device.id == id));
    let tag = || job.tags.iter().map(|tag| tag.name.to_lowercase()).min();
    let mut row = reply(job);
    row[JobColumn::LastRunAt.as_str()] = reply(&job.completed_at.or(job.started_at));
    row[JobColumn::Target.as_str()] = Value::from(host.map(|device| device.hostname.clone()).or_else(tag));
    row
}

/// Fills in when the intervals end next. The server counts from the first start, so a time in the past means nothing; and
/// its times for other schedules mean nothing either: its scheduler only starts intervals.
async fn plan(context: Context<'_>, jobs: &mut [Job]) {
    let Ok(planned) = context.get("/jobs/scheduled", &[]).await else { return };
    let now = Timestamp::now();
    for row in planned.as_array().into_iter().flatten().map(Row) {
        let next = row.time("next_run").filter(|next| *next > now);
        let is_it = |job: &&mut Job| {
            job.id == row.id::<JobId>() && job.is_enabled && job.schedule.known() == Some(ScheduleKind::Interval)
        };
        if let Some(job) = jobs.iter_mut().find(is_it) {
            job.next_run = next;
        }
    }
}

async fn update(context: Context<'_>, request: &ParsedRequest, id: JobId) -> Result<Value, Problem> {
    let body = check::body(&context.server.description, request.fields()?)?;
    match context.change(Method::Put, format!("/jobs/{id}"), Some(body)).await {
        Ok(changed) => Ok(reply(&job(Row(&changed)))),
        Err(problem) if problem.code == Code::Internal => Err(Problem::new(Code::Internal, check::POISONED)),
        Err(problem) => Err(problem),
    }
}

async fn run(context: Context<'_>, id: JobId) -> Result<Value, Problem> {
    let pressed_at = context.now();
    let found = match context.change(Method::Post, format!("/jobs/run/{id}"), None).await {
        Err(problem) if problem.code == Code::Internal => return Err(system::not_started(context).await),
        found => found?,
    };
    let row = Row(&found);
    context.server.runs.pressed(id, pressed_at);
    Ok(reply(&RunStarted {
        message: row.word("message"),
        job_id: row.id_of("job_id").unwrap_or(id),
        job_name: row.word("job_name"),
        queue_job_id: row.word("queue_job_id"),
        run_id: Some(runs::newest_of(id)),
    }))
}

/// A job with results cannot be deleted: the server fails at it without a reason.
async fn delete(context: Context<'_>, request: &ParsedRequest, id: JobId) -> Result<Value, Problem> {
    used::refuse(context, ("job_id", id), "job").await?;
    context.plain(request).await.map_err(|problem| match problem.code {
        Code::Internal => offered::refusal(Feature::DeleteUsed),
        _ => problem,
    })
}

async fn recent(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let limit = request.number("limit")?.unwrap_or(20).clamp(1, MOST_RECENT);
    let found = context.get("/jobs/recent", &[("limit", limit.to_string())]).await?;
    let rows = found.as_array().into_iter().flatten().map(Row);
    let jobs: Vec<RecentJob> = rows
        .map(|row| RecentJob {
            id: row.id(),
            name: row.word("name"),
            job_type: words::job_type(&row.word("job_type")),
            run_time: row.time("run_time").unwrap_or_default(),
            duration: row.fraction("duration").filter(|seconds| *seconds >= 0.0),
            status: words::job_status(&row.word("status")),
            devices: row.rows("devices").map(|row| DeviceName { id: row.id(), name: row.word("name") }).collect(),
            tags: row.rows("tags").map(tag).collect(),
            is_system_job: row.flag("is_system_job"),
        })
        .collect();
    Ok(reply(&jobs))
}

fn status(row: Row) -> JobDashboardStatus {
    let queue = |row: Row| QueueStatus {
        name: Open::of(&row.word("name")),
        job_count: row.number("job_count").unwrap_or_default(),
        oldest_job_ts: row.time("oldest_job_ts"),
        // The server lists the tasks of a queue elsewhere, never here.
        jobs: Vec::new(),
    };
    let worker = |row: Row| WorkerStatus {
        id: row.word("id"),
        status: Open::of(&row.word("status")),
        jobs_in_progress: row.number("jobs_in_progress").unwrap_or_default(),
    };
    JobDashboardStatus {
        redis_uptime: row.number("redis_uptime"),
        redis_memory: row.number("redis_memory"),
        redis_last_heartbeat: row.time("redis_last_heartbeat"),
        rq_queues: row.rows("rq_queues").map(queue).collect(),
        workers: row.rows("workers").map(worker).collect(),
    }
}
