//! Jobs: their schedules are checked before anything is saved.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use jiff::Timestamp;
use netraven_api::JobId;
use netraven_api::event::Changed;
use netraven_api::jobs::{
    CreateJob, DeleteJob, GetJob, Job, JobDeviceLine, JobInput, ListJobDevices, ListJobs, ListRecentJobs, RecentJob,
    RunJob, RunStarted, Schedule, ScheduleKind, UpdateJob,
};
use netraven_api::logs::{Level, LogType};
use netraven_api::runs::Trigger;
use serde_json::json;

use super::AppState;
use super::http::auth::Caller;
use super::http::body_check::BodyCheck;
use super::http::error::ApiError;
use super::http::input::{Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::tags;
use crate::journal::About;
use crate::scheduler::next::{Timing, zone};
use crate::store::jobs::JobPlan;

/// Mounts the endpoints of jobs.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListRecentJobs, _>(recent);
    mount.add::<ListJobs, _>(list);
    mount.add::<GetJob, _>(get);
    mount.add::<CreateJob, _>(create);
    mount.add::<UpdateJob, _>(update);
    mount.add::<DeleteJob, _>(delete);
    mount.add::<RunJob, _>(run);
    mount.add::<ListJobDevices, _>(devices);
}

impl Resource for JobInput {
    const NEW: &'static str = "JobCreate";
    const NEEDED: &'static [&'static str] = &["name", "job_type"];
    const EMPTIED: &'static [&'static str] = &names(&EMPTIED);
}

/// A field that null clears, and how.
type Emptied = (&'static str, fn(&mut Job));

const EMPTIED: [Emptied; 7] = [
    ("description", |job| job.description = None),
    ("schedule_type", |job| job.schedule.kind = None),
    ("interval_seconds", |job| job.schedule.interval_seconds = None),
    ("cron_string", |job| job.schedule.cron_string = None),
    ("time_zone", |job| job.schedule.time_zone = None),
    ("scheduled_for", |job| job.schedule.scheduled_for = None),
    ("device_id", |job| job.device_id = None),
];

const fn names<const COUNT: usize>(fields: &[Emptied; COUNT]) -> [&'static str; COUNT] {
    let mut names = [""; COUNT];
    let mut place = 0;
    while place < COUNT {
        names[place] = fields[place].0;
        place += 1;
    }
    names
}

async fn list(State(state): State<AppState>, Query(query): Query<ListJobs>) -> Result<RawJson, ApiError> {
    let now = Timestamp::now();
    Ok(state.store.list_jobs(&query, |job| planned(&state, job, now)).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<JobId>) -> Result<Json<Job>, ApiError> {
    Ok(Json(read(&state, id).await?))
}

async fn read(state: &AppState, id: JobId) -> Result<Job, ApiError> {
    let mut job = state.store.job(id).await?;
    job.next_run = next_run(state, &job, Timestamp::now());
    Ok(job)
}

/// When a job's schedule fires next.
pub fn next_run(state: &AppState, job: &Job, now: Timestamp) -> Option<Timestamp> {
    planned(state, &JobPlan::from(job), now)
}

fn planned(state: &AppState, job: &JobPlan, now: Timestamp) -> Option<Timestamp> {
    // The wire does not say when the schedule was set; counted from the newest start it is exact enough for people.
    if job.is_enabled { state.next_runs.next(&job.schedule, job.started_at, now) } else { None }
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(input): New<JobInput>,
) -> Result<Json<Job>, ApiError> {
    let mut check = BodyCheck::default();
    let has_tags = input.tags.as_ref().is_some_and(|tags| !tags.is_empty());
    match (has_tags, input.device_id.is_some()) {
        (true, true) => check.refuse_all(NOT_BOTH, json!(input)),
        (false, false) => check.refuse_all(NO_TARGET, json!(input)),
        _ => {}
    }
    schedule(&mut check, &input.schedule);
    check.done()?;
    tags::known(&state, input.tags.as_deref()).await?;
    let id = state.store.create_job(&input).await?;
    told(&state, &caller, id, "added").await;
    Ok(Json(read(&state, id).await?))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<JobId>,
    Change(input, emptied): Change<JobInput>,
) -> Result<Json<Job>, ApiError> {
    let old = state.store.job(id).await?;
    if old.is_system_job {
        return Err(ApiError::detail(StatusCode::FORBIDDEN, "System jobs cannot be updated."));
    }
    let mut check = BodyCheck::default();
    let mut new = old.clone();
    if let Some(name) = &input.name {
        new.name.clone_from(name);
    }
    if let Some(enabled) = input.is_enabled {
        new.is_enabled = enabled;
    }
    new.description = input.description.clone().or(new.description);
    if input.schedule.kind.is_some() && input.schedule.kind != old.schedule.kind {
        // Another kind of schedule: the old one's fields are cleared.
        new.schedule = Schedule { time_zone: new.schedule.time_zone, ..Schedule::default() };
    }
    new.schedule = input.schedule.clone().or(new.schedule);
    for (_, empty) in EMPTIED.iter().filter(|(name, _)| emptied.contains(name)) {
        empty(&mut new);
    }
    // One target at a time: given tags replace a device, and the other way round.
    let mut target_tags = input.tags.clone();
    match (&input.tags, input.device_id) {
        (Some(tags), Some(_)) if !tags.is_empty() => {
            check.refuse_all(NOT_BOTH, json!(input));
        }
        (_, Some(device)) => {
            new.device_id = Some(device);
            target_tags = Some(Vec::new());
        }
        (Some(tags), None) if !tags.is_empty() => new.device_id = None,
        _ => {}
    }
    let tags_left = target_tags.as_ref().map_or(!old.tags.is_empty(), |tags| !tags.is_empty());
    if new.device_id.is_none() && !tags_left {
        check.refuse_all(NO_TARGET, json!(input));
    }
    schedule(&mut check, &new.schedule);
    check.done()?;
    tags::known(&state, target_tags.as_deref()).await?;
    let reschedule = (&old.schedule, old.is_enabled) != (&new.schedule, new.is_enabled);
    state.store.update_job(&new, target_tags.as_deref(), reschedule).await?;
    told(&state, &caller, id, "changed").await;
    Ok(Json(read(&state, id).await?))
}

async fn delete(State(state): State<AppState>, caller: Caller, Id(id): Id<JobId>) -> Result<(), ApiError> {
    let job = state.store.job(id).await?;
    if job.is_system_job {
        return Err(ApiError::detail(StatusCode::FORBIDDEN, "System jobs cannot be deleted."));
    }
    if let Some(run_id) = job.last_run_id
        && state.store.run(run_id).await?.status.is_active()
    {
        return Err(ApiError::bad_request("A run of this job is active: cancel it, then delete the job."));
    }
    state.store.delete_job(id).await?;
    told(&state, &caller, id, "deleted").await;
    Ok(())
}

async fn run(State(state): State<AppState>, caller: Caller, Id(id): Id<JobId>) -> Result<Json<RunStarted>, ApiError> {
    let job = state.store.job(id).await?;
    let started = state.start_run(id, caller.name()).await?;
    let about = About { job_id: Some(id), run_id: Some(started.run_id), device_id: None };
    let message = format!("{} queued by {}: {} devices.", job.name, caller.name(), started.devices.len());
    let meta = json!({ "trigger": Trigger::Manual });
    state.journal.line(Level::Info, LogType::Job, "server.jobs", about, message, meta);
    state.journal.changed(Changed::Run { run_id: started.run_id, job_id: id, ended: false }).await;
    let reply = RunStarted {
        message: "Job triggered successfully".to_owned(),
        job_id: id,
        job_name: job.name,
        queue_job_id: started.run_id.to_string(),
        run_id: Some(started.run_id),
    };
    Ok(Json(reply))
}

/// Superseded, and marked so in a header, as in NetRaven.
async fn devices(
    State(state): State<AppState>,
    Id(id): Id<JobId>,
) -> Result<(HeaderMap, Json<Vec<JobDeviceLine>>), ApiError> {
    state.store.job(id).await?;
    let lines = state.store.device_lines(id, 1000).await?;
    let deprecated = [("deprecation", HeaderValue::from_static("true"))];
    let headers = deprecated.into_iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), value));
    Ok((headers.collect(), Json(lines)))
}

async fn recent(
    State(state): State<AppState>,
    Query(query): Query<ListRecentJobs>,
) -> Result<Json<Vec<RecentJob>>, ApiError> {
    Ok(Json(state.store.recent_jobs(&query).await?))
}

const NOT_BOTH: &str = "Value error, Provide either device_id or tags, not both.";
const NO_TARGET: &str = "Value error, Either device_id or tags must be provided.";

/// Refuses a schedule that could never fire: a field of its kind is missing or unreadable. Cron fields and their time
/// zone are read even while the schedule is of another kind, and separately: both may be wrong.
fn schedule(check: &mut BodyCheck, given: &Schedule) {
    let bad_zone = given.time_zone.as_deref().and_then(|name| zone(name).err());
    if let Some(reason) = &bad_zone {
        check.refuse("time_zone", "value_error", reason.to_string(), json!(given.time_zone));
    }
    let mut read = |kind: ScheduleKind, field: &str| {
        // What is wrong with the zone was reported above.
        let time_zone = given.time_zone.clone().filter(|_| bad_zone.is_none());
        let read = Schedule { kind: Some(kind.into()), time_zone, ..given.clone() };
        if let Err(reason) = Timing::of(&read, Timestamp::now()) {
            check.refuse(field, "value_error", reason.to_string(), serde_json::Value::Null);
        }
    };
    match given.known() {
        Some(ScheduleKind::Interval) => read(ScheduleKind::Interval, "interval_seconds"),
        Some(ScheduleKind::Once) => read(ScheduleKind::Once, "scheduled_for"),
        Some(ScheduleKind::Cron) | None => {}
    }
    if given.known() == Some(ScheduleKind::Cron) || given.cron_string.is_some() {
        read(ScheduleKind::Cron, "cron_string");
    }
}

async fn told(state: &AppState, caller: &Caller, id: JobId, what: &str) {
    let about = About { job_id: Some(id), ..About::default() };
    state.journal.line(
        Level::Info,
        LogType::System,
        "server.jobs",
        about,
        format!("Job {id} was {what} by {}.", caller.name()),
        json!({}),
    );
    state.journal.changed(Changed::Jobs).await;
}

#[cfg(test)]
mod tests {
    use netraven_api::jobs::{JobKind, JobStatus};

    use super::*;

    #[test]
    fn each_field_that_may_be_emptied_is_and_no_other() {
        let full = Job {
            id: 3.into(),
            name: "nightly".into(),
            description: Some("every night".into()),
            is_enabled: true,
            schedule: Schedule {
                kind: Some(ScheduleKind::Cron.into()),
                interval_seconds: Some(60),
                cron_string: Some("0 2 * * *".into()),
                time_zone: Some("UTC".into()),
                scheduled_for: Some(Timestamp::UNIX_EPOCH),
            },
            job_type: JobKind::ConfigBackup.into(),
            status: JobStatus::Pending.into(),
            started_at: None,
            completed_at: None,
            tags: Vec::new(),
            device_id: Some(7.into()),
            is_system_job: false,
            next_run: None,
            last_run_id: None,
        };
        let before = json!(full);
        assert_eq!(JobInput::EMPTIED, EMPTIED.map(|(name, _)| name));
        for (name, empty) in EMPTIED {
            let mut job = full.clone();
            empty(&mut job);
            let mut expected = before.clone();
            expected[name] = serde_json::Value::Null;
            assert_eq!(json!(job), expected, "{name}");
        }
    }
}
