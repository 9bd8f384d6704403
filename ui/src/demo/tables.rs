//! Devices, jobs, tags and credentials as the server lists them.

use netraven_api::Order;
use netraven_api::address::Address;
use netraven_api::credentials::{Credential, ListCredentials};
use netraven_api::devices::{ApprovalState, Device, LastResult, ListDevices};
use netraven_api::jobs::{Job, ListJobs};
use netraven_api::outcome::Stage;
use netraven_api::page::Page;
use netraven_api::results::ResultStatus;
use netraven_api::runs::DeviceState;
use netraven_api::sorting::{CredentialColumn, DeviceColumn, JobColumn, TagColumn, UserColumn};
use netraven_api::tags::{ListTags, Tag};
use netraven_api::users::{ListUsers, Role, User, UserPublic};

use super::jobs::next_start;
use super::lists::{Asked, among, holds, page};
use super::plan::stage_of;
use super::world::World;

/// A device with its newest result.
#[must_use]
pub fn device(world: &World, device: &Device) -> Device {
    let now = world.now;
    let mut told = Device { matching_credentials_count: count(world.logins(device).len()), ..device.clone() };
    let ended = world.plans.iter().rev().filter_map(|plan| {
        let step = plan.steps.iter().find(|step| step.device_id == device.id)?;
        Some((step, step.state(plan, now), step.ended_at(plan, now)?))
    });
    for (step, state, at) in ended.filter(|(_, state, _)| *state != DeviceState::Cancelled) {
        if told.last_result_at.is_none() {
            told.last_result =
                Some(if state == DeviceState::Success { ResultStatus::Success } else { ResultStatus::Failure });
            told.last_cause = step.cause;
            told.last_result_at = Some(at);
        }
        if step.cause.is_none_or(|cause| stage_of(cause) > Stage::Reach) {
            told.last_seen = Some(at);
            break;
        }
    }
    let of = |snapshot: &&super::configs::Snapshot| snapshot.device_id == device.id && snapshot.at <= now;
    told.last_snapshot_at = world.snapshots.iter().rfind(of).map(|snapshot| snapshot.at);
    told
}

/// A page of devices.
#[must_use]
pub fn devices(world: &World, asked: &ListDevices) -> Page<Device> {
    let fits = |device: &&Device| {
        holds(Some(&device.hostname), asked.hostname.as_deref())
            && holds(Some(&device.ip_address), asked.ip_address.as_deref())
            && among(&asked.device_type, &device.device_type)
            && holds(device.serial_number.as_deref(), asked.serial_number.as_deref())
            && holds(device.model.as_deref(), asked.model.as_deref())
            && (asked.source.is_empty() || asked.source.iter().any(|source| device.source.is(*source)))
            && holds(device.notes.as_deref(), asked.notes.as_deref())
            && (asked.tag_id.is_empty() || device.tags.iter().any(|tag| asked.tag_id.contains(&tag.id)))
            && (asked.approval.is_empty() || asked.approval.contains(&approval(device)))
            && asked.after.is_none_or(|id| device.id > id)
            && asked.before.is_none_or(|id| device.id < id)
    };
    let came = |device: &Device| {
        let came = device.last_result.map_or(Some(LastResult::Never), |result| LastResult::parse(result.as_str()));
        let served = asked.has_credential.is_none_or(|wanted| wanted == (device.matching_credentials_count > 0));
        served && (asked.last_result.is_empty() || came.is_some_and(|came| asked.last_result.contains(&came)))
    };
    let rows: Vec<Device> = world.devices.iter().filter(fits).map(|known| device(world, known)).filter(came).collect();
    let wanted = Asked { page: asked.page, size: asked.size, order: asked.order.unwrap_or(Order::Ascending) };
    page(
        rows,
        wanted,
        |row| row.id,
        |one, other| match asked.sort.unwrap_or_default() {
            DeviceColumn::Address => address(one).cmp(&address(other)),
            DeviceColumn::LastResult => (&one.last_result, one.last_cause).cmp(&(&other.last_result, other.last_cause)),
            DeviceColumn::LastSnapshotAt => one.last_snapshot_at.cmp(&other.last_snapshot_at),
            DeviceColumn::Credentials => one.matching_credentials_count.cmp(&other.matching_credentials_count),
            DeviceColumn::Tags => names(&one.tags).cmp(&names(&other.tags)),
            DeviceColumn::Platform => one.device_type.cmp(&other.device_type),
            DeviceColumn::Model => one.model.cmp(&other.model),
            DeviceColumn::SerialNumber => one.serial_number.cmp(&other.serial_number),
            DeviceColumn::Source => one.source.cmp(&other.source),
            DeviceColumn::CreatedAt => one.created_at.cmp(&other.created_at),
            DeviceColumn::LastSeen => one.last_seen.cmp(&other.last_seen),
            DeviceColumn::LastUpdated => one.last_updated.cmp(&other.last_updated),
            DeviceColumn::Id => one.id.cmp(&other.id),
            DeviceColumn::Hostname => one.hostname.cmp(&other.hostname),
        },
    )
}

/// What an address is sorted by.
fn address(device: &Device) -> Option<Address> {
    device.ip_address.parse().ok()
}

fn names(tags: &[Tag]) -> Vec<&str> {
    tags.iter().map(|tag| tag.name.as_str()).collect()
}

fn approval(device: &Device) -> ApprovalState {
    let waiting = device.approval.as_ref().is_some_and(|approval| approval.waiting);
    if waiting { ApprovalState::Waiting } else { ApprovalState::Approved }
}

/// A job as it stands.
#[must_use]
pub fn job(world: &World, job: &Job) -> Job {
    let newest = world.plans.iter().rfind(|plan| plan.job_id == job.id);
    Job {
        status: newest.map_or("pending", |plan| plan.status(world.now).job_word()).into(),
        started_at: newest.map(|plan| plan.queued_at),
        completed_at: newest.and_then(|plan| plan.ended_at(world.now)),
        next_run: next_start(job, world.now),
        last_run_id: newest.map(|plan| plan.id),
        ..job.clone()
    }
}

/// A page of jobs.
#[must_use]
pub fn jobs(world: &World, asked: &ListJobs) -> Page<Job> {
    let fits = |job: &Job| {
        holds(Some(&job.name), asked.name.as_deref())
            && (asked.status.is_empty() || asked.status.iter().any(|word| word.eq_ignore_ascii_case(&job.status)))
            && asked.is_enabled.is_none_or(|enabled| job.is_enabled == enabled)
            && (asked.schedule_type.is_empty()
                || job.schedule.kind.as_ref().is_some_and(|kind| asked.schedule_type.contains(kind)))
            && among(&asked.job_type, &job.job_type)
            && (asked.tag_id.is_empty() || job.tags.iter().any(|tag| asked.tag_id.contains(&tag.id)))
    };
    let rows: Vec<Job> = world.jobs.iter().map(|known| job(world, known)).filter(fits).collect();
    let wanted = Asked { page: asked.page, size: asked.size, order: asked.order.unwrap_or(Order::Ascending) };
    page(
        rows,
        wanted,
        |row| row.id,
        |one, other| match asked.sort.unwrap_or_default() {
            JobColumn::Kind => one.job_type.as_str().cmp(other.job_type.as_str()),
            JobColumn::Status => one.status.cmp(&other.status),
            JobColumn::IsEnabled => one.is_enabled.cmp(&other.is_enabled),
            JobColumn::ScheduleKind => one.schedule.kind.cmp(&other.schedule.kind),
            JobColumn::StartedAt => one.started_at.cmp(&other.started_at),
            JobColumn::CompletedAt => one.completed_at.cmp(&other.completed_at),
            JobColumn::NextRun => one.next_run.cmp(&other.next_run),
            JobColumn::LastRunAt => one.completed_at.or(one.started_at).cmp(&other.completed_at.or(other.started_at)),
            JobColumn::Target => (one.device_id, names(&one.tags)).cmp(&(other.device_id, names(&other.tags))),
            JobColumn::Id => one.id.cmp(&other.id),
            JobColumn::Name => one.name.cmp(&other.name),
        },
    )
}

/// A page of tags.
#[must_use]
pub fn tags(world: &World, asked: &ListTags) -> Page<Tag> {
    let fits = |tag: &&Tag| {
        holds(Some(&tag.name), asked.name.as_deref())
            && among(&asked.id, &tag.id)
            && (asked.kind.is_empty() || tag.kind.as_ref().is_some_and(|kind| asked.kind.contains(kind)))
    };
    let wanted = Asked { page: asked.page, size: asked.size, order: asked.order.unwrap_or(Order::Ascending) };
    let counted = |tag: &Tag| Tag { devices: Some(carry(world, std::slice::from_ref(tag))), ..tag.clone() };
    let rows: Vec<Tag> = world.tags.iter().filter(fits).map(counted).collect();
    page(
        rows,
        wanted,
        |row| row.id,
        |one, other| match asked.sort.unwrap_or_default() {
            TagColumn::Kind => one.kind.cmp(&other.kind),
            TagColumn::Id => one.id.cmp(&other.id),
            TagColumn::Name => one.name.cmp(&other.name),
            TagColumn::Devices => one.devices.cmp(&other.devices),
            TagColumn::Description => one.description.cmp(&other.description),
        },
    )
}

/// A page of credentials.
#[must_use]
pub fn credentials(world: &World, asked: &ListCredentials) -> Page<Credential> {
    let fits = |credential: &&Credential| {
        holds(Some(&credential.username), asked.username.as_deref())
            && asked.priority.is_none_or(|priority| credential.priority == priority)
            && (asked.tag_id.is_empty() || credential.tags.iter().any(|tag| asked.tag_id.contains(&tag.id)))
    };
    let wanted = Asked { page: asked.page, size: asked.size, order: asked.order.unwrap_or(Order::Ascending) };
    let counted = |one: &Credential| Credential { devices: Some(carry(world, &one.tags)), ..one.clone() };
    let rows: Vec<Credential> = world.credentials.iter().filter(fits).map(counted).collect();
    page(
        rows,
        wanted,
        |row| row.id,
        |one, other| match asked.sort.unwrap_or_default() {
            CredentialColumn::Username => one.username.cmp(&other.username),
            CredentialColumn::Id => one.id.cmp(&other.id),
            CredentialColumn::Priority => one.priority.cmp(&other.priority),
            CredentialColumn::Tags => names(&one.tags).cmp(&names(&other.tags)),
            CredentialColumn::HasEnablePassword => one.has_enable_password.cmp(&other.has_enable_password),
            CredentialColumn::Devices => one.devices.cmp(&other.devices),
            CredentialColumn::Description => one.description.cmp(&other.description),
        },
    )
}

/// How many devices carry one of these tags.
fn carry(world: &World, tags: &[Tag]) -> i64 {
    let carries = |device: &&Device| device.tags.iter().any(|tag| tags.iter().any(|wanted| wanted.id == tag.id));
    count(world.devices.iter().filter(carries).count())
}

/// Whether a run of a job has not ended: it has one at a time.
#[must_use]
pub fn is_active(world: &World, job_id: i64) -> bool {
    world.plans.iter().any(|plan| plan.job_id == job_id && plan.ended_at(world.now).is_none())
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or_default()
}

/// The people of the demo.
const USERS: [(&str, Role, bool); 4] = [
    ("admin", Role::Admin, true),
    ("j.weber", Role::User, true),
    ("m.okafor", Role::User, true),
    ("noc-ham", Role::User, false),
];

/// A page of users.
#[must_use]
pub fn users(asked: &ListUsers) -> Page<UserPublic> {
    let known = (1..).zip(USERS).map(|(id, (name, role, is_active))| UserPublic {
        id,
        username: name.to_owned(),
        role,
        is_active,
    });
    let rows = known.filter(|user| {
        holds(Some(&user.username), asked.username.as_deref())
            && among(&asked.role, &user.role)
            && asked.is_active.is_none_or(|active| user.is_active == active)
    });
    let wanted = Asked { page: asked.page, size: asked.size, order: asked.order.unwrap_or(Order::Ascending) };
    page(
        rows.collect(),
        wanted,
        |row| row.id,
        |one, other| match asked.sort.unwrap_or_default() {
            UserColumn::Username => one.username.cmp(&other.username),
            UserColumn::Role => one.role.as_str().cmp(other.role.as_str()),
            UserColumn::IsActive => one.is_active.cmp(&other.is_active),
            UserColumn::Id => one.id.cmp(&other.id),
        },
    )
}

/// A user.
#[must_use]
pub fn user(id: i64) -> Option<User> {
    let place = usize::try_from(id).ok()?.checked_sub(1)?;
    let (username, role, is_active) = *USERS.get(place)?;
    Some(User { id, username: username.to_owned(), email: None, full_name: None, role, is_active })
}
