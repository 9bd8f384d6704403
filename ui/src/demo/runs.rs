//! Runs as the server reports them, worked out from their plans at a moment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use netraven_api::devices::Device;
use netraven_api::evidence::Evidence;
use netraven_api::jobs::Job;
use netraven_api::matrix::{GetJobMatrix, JobMatrix, MATRIX_RUNS, MatrixCell, MatrixRow, MatrixRun};
use netraven_api::outcome::Cause;
use netraven_api::page::Page;
use netraven_api::results::{JobResult, ListResults, ResultStatus};
use netraven_api::rows::Excerpt;
use netraven_api::runs::{
    CauseCount, DeviceState, ListRuns, Run, RunDevice, RunFilter, RunStatus, RunSummary, SummarizeRuns,
};
use netraven_api::sorting::{ResultColumn, RunColumn};
use netraven_api::{DeviceId, JobId, Order, Problem, ResultId};

use super::lists::{among, asked, fields, holds};
use super::plan::{Plan, Step};
use super::world::World;

/// Finished runs that say how long a job usually takes.
const USUAL_OF: usize = 10;

/// A run.
#[must_use]
pub fn run(world: &World, plan: &Plan) -> Run {
    let now = world.now;
    let job = world.jobs.iter().find(|job| job.id == plan.job_id);
    let mut states: BTreeMap<&str, i64> = BTreeMap::new();
    let mut causes: BTreeMap<Cause, i64> = BTreeMap::new();
    let mut changed = 0;
    for step in &plan.steps {
        let state = step.state(plan, now);
        *states.entry(state.as_str()).or_default() += 1;
        if let Some(cause) = cause(step, state) {
            *causes.entry(cause).or_default() += 1;
        }
        changed += i64::from(state == DeviceState::Success && step.is_changed);
    }
    let count = |state: DeviceState| states.get(state.as_str()).copied().unwrap_or_default();
    let mut causes: Vec<CauseCount> =
        causes.into_iter().map(|(cause, devices)| CauseCount { cause, devices }).collect();
    causes.sort_by_key(|group| -group.devices);
    let finished_at = plan.ended_at(now);
    Run {
        id: plan.id,
        job_id: plan.job_id,
        job_name: job.map(|job| job.name.clone()).unwrap_or_default(),
        job_type: job.map(|job| job.job_type.clone()).unwrap_or_default(),
        trigger: plan.trigger,
        triggered_by: plan.by.clone(),
        status: plan.status(now),
        queued_at: plan.queued_at,
        started_at: plan.steps.iter().filter_map(|step| step.began_at(plan, now)).min(),
        finished_at,
        devices: i64::try_from(plan.steps.len()).unwrap_or_default(),
        succeeded: count(DeviceState::Success),
        failed: count(DeviceState::Failure) + count(DeviceState::Cancelled),
        running: count(DeviceState::Running),
        changed,
        message: None,
        commit: plan.commit.clone().filter(|_| changed > 0 && finished_at.is_some()),
        cancel_requested: plan.cancelled_at.is_some_and(|at| at <= now),
        causes,
        usual_seconds: usual(world, plan.job_id),
        repeats: None,
    }
}

fn cause(step: &Step, state: DeviceState) -> Option<Cause> {
    match state {
        DeviceState::Failure => step.told.cause,
        DeviceState::Cancelled => Some(Cause::Cancelled),
        _ => None,
    }
}

/// The median of a job's last whole runs, in seconds.
fn usual(world: &World, job_id: JobId) -> Option<f64> {
    let whole =
        world.plans.iter().rev().filter(|plan| plan.job_id == job_id && !plan.is_part && plan.cancelled_at.is_none());
    let mut took: Vec<f64> = whole
        .filter_map(|plan| Some(plan.ended_at(world.now)?.duration_since(plan.queued_at).as_secs_f64()))
        .take(USUAL_OF)
        .collect();
    took.sort_by(f64::total_cmp);
    took.get(took.len() / 2).copied()
}

/// A device of a run.
#[must_use]
pub fn device(world: &World, plan: &Plan, step: &Step) -> Option<RunDevice> {
    let now = world.now;
    let device = world.devices.iter().find(|device| device.id == step.device_id)?;
    let (state, told) = (step.state(plan, now), &step.told);
    let (began, ended) = (step.began_at(plan, now), step.ended_at(plan, now));
    let done = matches!(state, DeviceState::Success | DeviceState::Failure);
    let port = device.port.filter(|port| *port != 22).map(|port| format!(":{port}")).unwrap_or_default();
    let snapshot_id = step.snapshot_id.filter(|_| state == DeviceState::Success);
    Some(RunDevice {
        device_id: device.id,
        hostname: device.hostname.clone(),
        address: format!("{}{port}", device.ip_address),
        device_type: device.device_type.clone(),
        transport: device.transport,
        state,
        stage: step.stage(plan, now),
        cause: cause(step, state),
        message: match state {
            DeviceState::Cancelled => Some("Cancelled by admin.".into()),
            _ => told.message.clone().filter(|_| done),
        },
        attempt: i64::from(began.is_some()),
        worker: told.worker.clone().filter(|_| began.is_some()),
        started_at: began,
        finished_at: ended,
        result_id: ended.map(|_| result_id(plan, step)),
        details: told.details.clone().filter(|_| done),
        changed: snapshot_id.map(|_| step.is_changed),
        snapshot_id,
        waits_for: None,
    })
}

fn result_id(plan: &Plan, step: &Step) -> ResultId {
    ResultId::new(plan.id.get() * 1000 + step.device_id.get())
}

/// All devices of a run.
#[must_use]
pub fn devices(world: &World, plan: &Plan) -> Vec<RunDevice> {
    plan.steps.iter().filter_map(|step| device(world, plan, step)).collect()
}

/// The runs a person asks for, the oldest first.
#[must_use]
pub fn find<'a>(world: &'a World, wanted: &RunFilter) -> Vec<&'a Plan> {
    let has = |plan: &Plan, fits: &dyn Fn(&Device) -> bool| {
        plan.steps.iter().any(|step| world.devices.iter().any(|device| device.id == step.device_id && fits(device)))
    };
    let fits = |plan: &&Plan| {
        let job = world.jobs.iter().find(|job| job.id == plan.job_id);
        let search = wanted.search.as_deref().filter(|text| !text.is_empty());
        plan.queued_at <= world.now
            && job.is_some_and(|job| among(&wanted.job_type, &job.job_type))
            && wanted.start_time.is_none_or(|from| plan.queued_at >= from)
            && wanted.end_time.is_none_or(|until| plan.queued_at <= until)
            && wanted.job_id.is_none_or(|id| plan.job_id == id)
            && among(&wanted.trigger, &plan.trigger)
            && wanted.device_id.is_none_or(|id| plan.steps.iter().any(|step| step.device_id == id))
            && (wanted.tag_id.is_empty()
                || has(plan, &|device| device.tags.iter().any(|tag| wanted.tag_id.contains(&tag.id))))
            && (holds(job.map(|job| job.name.as_str()), search)
                || has(plan, &|device| holds(Some(&device.hostname), search)))
    };
    world.plans.iter().filter(fits).collect()
}

/// A page of runs.
pub fn list(world: &World, query: &str) -> Result<Page<Run>, Problem> {
    let excerpt = asked::<Excerpt>(query)?.or(RunColumn::default().as_str(), Order::Descending);
    Ok(excerpt.page_by(wanted(world, query)?, |run| {
        let end = run.finished_at.unwrap_or(world.now);
        let mut shown = fields(run);
        shown["duration"] = run.started_at.map(|started| end.duration_since(started).as_secs_f64()).into();
        shown
    }))
}

/// The runs that a query asks for, the oldest first.
pub fn wanted(world: &World, query: &str) -> Result<Vec<Run>, Problem> {
    let statuses = asked::<ListRuns>(query)?.status;
    let found = find(world, &asked(query)?);
    let fits = |plan: &&Plan| among(&statuses, &plan.status(world.now));
    Ok(found.into_iter().filter(fits).map(|plan| run(world, plan)).collect())
}

/// The totals of a period.
#[must_use]
pub fn summary(world: &World, asked: &SummarizeRuns) -> RunSummary {
    let mut summary = RunSummary::default();
    let (mut causes, mut failing) = (BTreeSet::new(), BTreeSet::new());
    for plan in find(world, &asked.filter) {
        let status = plan.status(world.now);
        summary.total += 1;
        *match status {
            RunStatus::Queued | RunStatus::Running => &mut summary.running,
            RunStatus::Succeeded => &mut summary.succeeded,
            RunStatus::PartlyFailed | RunStatus::Failed => &mut summary.failed,
            RunStatus::Cancelled => &mut summary.cancelled,
            RunStatus::Unknown => continue,
        } += 1;
        let counted = |step: &&Step| asked.filter.device_id.is_none_or(|id| step.device_id == id);
        for step in plan.steps.iter().filter(counted) {
            let state = step.state(plan, world.now);
            let ended = !matches!(state, DeviceState::Queued | DeviceState::Running);
            summary.device_results += i64::from(ended);
            if status.is_active() {
                summary.active_devices += 1;
                summary.active_done += i64::from(ended);
            }
            if let Some(cause) = cause(step, state).filter(|_| state == DeviceState::Failure) {
                causes.insert(cause);
                failing.insert(step.device_id);
            }
        }
    }
    summary.failure_causes = i64::try_from(causes.len()).unwrap_or_default();
    summary.failing_devices = i64::try_from(failing.len()).unwrap_or_default();
    (summary.usual_ended, summary.usual_succeeded) = super::charts::usual(world, &asked.filter);
    summary
}

/// The devices of a job against its last runs.
#[must_use]
pub fn matrix(world: &World, asked: &GetJobMatrix) -> JobMatrix {
    let most = usize::try_from(asked.runs.unwrap_or(MATRIX_RUNS)).unwrap_or_default();
    let mut last: Vec<&Plan> = world.plans.iter().rev().filter(|plan| plan.job_id == asked.job_id).take(most).collect();
    last.reverse();
    let ids: BTreeSet<DeviceId> = last.iter().flat_map(|plan| plan.steps.iter().map(|step| step.device_id)).collect();
    let cell = |plan: &Plan, device_id: DeviceId| {
        let step = plan.steps.iter().find(|step| step.device_id == device_id)?;
        let state = step.state(plan, world.now);
        Some(MatrixCell { state, cause: cause(step, state) })
    };
    let of = |device: &&Device| ids.contains(&device.id);
    let rows = world.devices.iter().filter(of).map(|device| MatrixRow {
        device_id: device.id,
        hostname: device.hostname.clone(),
        cells: last.iter().map(|plan| cell(plan, device.id)).collect(),
    });
    let excerpt = Excerpt { page: asked.page, size: asked.size, ..Excerpt::default() }.or("hostname", Order::Ascending);
    JobMatrix {
        devices: excerpt.page_of(rows.collect()),
        runs: last
            .iter()
            .map(|plan| MatrixRun { id: plan.id, status: plan.status(world.now), queued_at: plan.queued_at })
            .collect(),
    }
}

/// A page of results, the newest first unless the query asks for another order.
pub fn results(world: &World, query: &str) -> Result<Page<JobResult>, Problem> {
    let wanted: ListResults = asked(query)?;
    let is_wanted =
        |plan: &&Plan| wanted.job_id.is_none_or(|id| plan.job_id == id) && wanted.run_id.is_none_or(|id| plan.id == id);
    let mut rows = Vec::new();
    for plan in world.plans.iter().filter(is_wanted) {
        let Some(job) = world.jobs.iter().find(|job| job.id == plan.job_id) else { continue };
        let of_device = |step: &&Step| wanted.device_id.is_none_or(|id| step.device_id == id);
        rows.extend(plan.steps.iter().filter(of_device).filter_map(|step| result(world, job, plan, step)));
    }
    rows.retain(|row: &JobResult| {
        among(&wanted.job_type, &row.job_type)
            && (wanted.status.is_empty() || wanted.status.iter().any(|word| word.is(row.status)))
            && wanted.start_time.is_none_or(|from| row.result_time >= from)
            && wanted.end_time.is_none_or(|until| row.result_time <= until)
    });
    Ok(asked::<Excerpt>(query)?.or(ResultColumn::default().as_str(), Order::Descending).page_of(rows))
}

fn result(world: &World, job: &Job, plan: &Plan, step: &Step) -> Option<JobResult> {
    let ended: Timestamp = step.ended_at(plan, world.now)?;
    let device = world.devices.iter().find(|device| device.id == step.device_id)?;
    let state = step.state(plan, world.now);
    let cause = cause(step, state);
    Some(JobResult {
        id: result_id(plan, step),
        job_id: job.id,
        device_id: step.device_id,
        job_type: job.job_type.clone(),
        status: if state == DeviceState::Success { ResultStatus::Success } else { ResultStatus::Failure },
        result_time: ended,
        created_at: ended,
        details: Some(Box::new(Evidence { cause: cause.map(Into::into), ..Evidence::default() })),
        job_name: job.name.clone(),
        device_name: device.hostname.clone(),
        run_id: Some(plan.id),
    })
}
