//! Devices, jobs, tags and credentials as the server lists them.

use netraven_api::credentials::Credential;
use netraven_api::devices::{ApprovalState, Device};
use netraven_api::jobs::{Job, JobStatus};
use netraven_api::jump_hosts::JumpHost;
use netraven_api::outcome::Stage;
use netraven_api::page::Page;
use netraven_api::platforms::{Platform, Platforms};
use netraven_api::results::ResultStatus;
use netraven_api::runs::DeviceState;
use netraven_api::sorting::{CredentialColumn, DeviceColumn, JobColumn, JumpHostColumn, TagColumn};
use netraven_api::tags::Tag;
use netraven_api::{JobId, Problem};
use serde_json::Value;

use super::jobs::next_start;
use super::lists::{fields, page};
use super::world::World;

/// A device with its newest result.
#[must_use]
pub fn device(world: &World, device: &Device) -> Device {
    let now = world.now;
    let mut told = Device {
        matching_credentials_count: count(world.logins(device).len()),
        last_seen: None,
        last_result: None,
        last_cause: None,
        last_result_at: None,
        ..device.clone()
    };
    let ended = world.plans.iter().rev().filter_map(|plan| {
        let step = plan.steps.iter().find(|step| step.device_id == device.id)?;
        Some((step, step.state(plan, now), step.ended_at(plan, now)?))
    });
    for (step, state, at) in ended.filter(|(_, state, _)| *state != DeviceState::Cancelled) {
        if told.last_result_at.is_none() {
            told.last_result =
                Some(if state == DeviceState::Success { ResultStatus::Success } else { ResultStatus::Failure });
            told.last_cause = step.told.cause;
            told.last_result_at = Some(at);
        }
        if step.told.cause.is_none() || step.told.stage > Some(Stage::Reach) {
            told.last_seen = Some(at);
            break;
        }
    }
    let of = |snapshot: &&super::configs::Snapshot| snapshot.device_id == device.id && snapshot.at <= now;
    told.last_snapshot_at = world.snapshots.iter().rfind(of).map(|snapshot| snapshot.at);
    told
}

/// A page of devices.
pub fn devices(world: &World, query: &str) -> Result<Page<Device>, Problem> {
    let rows: Vec<Device> = world.devices.iter().map(|known| device(world, known)).collect();
    page(query, DeviceColumn::default().as_str(), rows, |device| {
        let is_waiting = device.approval.as_ref().is_some_and(|approval| approval.waiting);
        let approval = if is_waiting { ApprovalState::Waiting } else { ApprovalState::Approved };
        let mut shown = fields(device);
        shown["approval"] = Value::from(approval.as_str());
        shown["startup"] = device.startup.as_ref().map(|startup| startup.state.as_str()).into();
        shown["unsaved_since"] =
            device.startup.as_ref().and_then(|startup| startup.unsaved_since).map(|at| at.to_string()).into();
        shown["has_credential"] = Value::from(device.matching_credentials_count > 0);
        shown
    })
}

/// The platforms with the devices that the demo has of each. It has no folder of files.
#[must_use]
pub fn platforms(world: &World) -> Platforms {
    let known: Platforms = world.tape.known("/platforms/", world.now);
    let counted = |platform: Platform| {
        let devices = world.devices.iter().filter(|device| device.device_type == platform.name).count();
        Platform { devices: Some(count(devices)), ..platform }
    };
    Platforms { items: known.items.into_iter().map(counted).collect(), folder: None, ..known }
}

/// A job as it stands.
#[must_use]
pub fn job(world: &World, job: &Job) -> Job {
    let newest = world.plans.iter().rfind(|plan| plan.job_id == job.id);
    Job {
        status: newest.map_or(JobStatus::Pending, |plan| plan.status(world.now).into()).into(),
        started_at: newest.map(|plan| plan.queued_at),
        completed_at: newest.and_then(|plan| plan.ended_at(world.now)),
        next_run: next_start(job, world.now),
        last_run_id: newest.map(|plan| plan.id),
        ..job.clone()
    }
}

/// A page of jobs.
pub fn jobs(world: &World, query: &str) -> Result<Page<Job>, Problem> {
    let rows: Vec<Job> = world.jobs.iter().map(|known| job(world, known)).collect();
    page(query, JobColumn::default().as_str(), rows, |job| {
        let named = world.devices.iter().find(|device| Some(device.id) == job.device_id).map(|device| &device.hostname);
        let target = named.or_else(|| job.tags.iter().map(|tag| &tag.name).min());
        let mut shown = fields(job);
        shown["target"] = target.map(String::as_str).into();
        shown["last_run_at"] = job.completed_at.or(job.started_at).map(|at| at.to_string()).into();
        shown
    })
}

/// A page of tags.
pub fn tags(world: &World, query: &str) -> Result<Page<Tag>, Problem> {
    let counted = |tag: &Tag| Tag { devices: Some(carry(world, std::slice::from_ref(tag))), ..tag.clone() };
    page(query, TagColumn::default().as_str(), world.tags.iter().map(counted).collect(), fields)
}

/// A page of jump hosts.
pub fn jump_hosts(world: &World, query: &str) -> Result<Page<JumpHost>, Problem> {
    page(query, JumpHostColumn::default().as_str(), world.jump_hosts(), fields)
}

/// A page of credentials.
pub fn credentials(world: &World, query: &str) -> Result<Page<Credential>, Problem> {
    let counted = |one: &Credential| Credential { devices: Some(carry(world, &one.tags)), ..one.clone() };
    page(query, CredentialColumn::default().as_str(), world.credentials.iter().map(counted).collect(), fields)
}

/// How many devices carry one of these tags.
fn carry(world: &World, tags: &[Tag]) -> i64 {
    let carries = |device: &&Device| device.tags.iter().any(|tag| tags.iter().any(|wanted| wanted.id == tag.id));
    count(world.devices.iter().filter(carries).count())
}

/// Whether a run of a job has not ended: it has one at a time.
#[must_use]
pub fn is_active(world: &World, job_id: JobId) -> bool {
    world.plans.iter().any(|plan| plan.job_id == job_id && plan.ended_at(world.now).is_none())
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or_default()
}
