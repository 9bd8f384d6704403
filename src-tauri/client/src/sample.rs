//! The sample lab's entries in a server: tag, credential, devices and backup job, created and removed together.
//!
//! It does not start the simulated devices; it only makes them known to the server.

use std::net::IpAddr;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use netraven_api::credentials::{
    CreateCredential, CredentialInput, DeleteCredential, ListCredentials, UpdateCredential,
};
use netraven_api::devices::{CreateDevice, DeleteDevice, Device, DeviceInput, ListDevices};
use netraven_api::jobs::{CreateJob, DeleteJob, GetJob, Job, JobInput, JobKind, ListJobs, RunJob, UpdateJob};
use netraven_api::native::LAB_TAG;
use netraven_api::page::MAX_SIZE;
use netraven_api::problem::Code;
use netraven_api::runs::{CancelRun, GetRun};
use netraven_api::tags::{CreateTag, DeleteTag, ListTags, TagInput};
use netraven_api::{DeviceId, JobId, Problem, RunId, Secret, TagId, Transport};
use tokio::time::{Instant, sleep};

use crate::Client;

/// Name of the lab's job.
pub const JOB_NAME: &str = "Sample lab backup";
/// Description of each device of the lab.
pub const DEVICE_DESCRIPTION: &str = "Simulated device of the sample lab";
/// Description of the lab's credential and tag.
const DESCRIPTION: &str = "Sample lab";
/// Requests in flight at once.
const AT_ONCE: usize = 8;
/// Longest wait for a cancelled run to end.
const END_LIMIT: Duration = Duration::from_secs(15);
/// Time between two checks for that.
const END_PACE: Duration = Duration::from_millis(200);

/// One simulated device, as the server should know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleDevice {
    /// The device's hostname.
    pub hostname: String,
    /// Address it listens at.
    pub address: String,
    /// Port it listens at.
    pub port: u16,
    /// Platform, e.g. `cisco_ios`.
    pub platform: String,
    /// What carries the sessions with it.
    pub transport: Transport,
}

/// What [`enrol`] created and started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolled {
    /// The lab's job.
    pub job_id: JobId,
    /// The run that was started, or the one that was active already.
    pub run_id: Option<RunId>,
}

/// Creates or updates the lab's entries, and runs its job.
pub async fn enrol(
    client: &Client,
    devices: &[SampleDevice],
    username: &str,
    password: &Secret,
) -> Result<Enrolled, Problem> {
    let job_id = register(client, devices, username, password).await?;
    let run_id = match client.send(&RunJob(job_id)).await {
        Ok(started) => started.run_id,
        Err(problem) if problem.code == Code::Conflict => client.send(&GetJob(job_id)).await?.last_run_id,
        Err(problem) => return Err(problem),
    };
    Ok(Enrolled { job_id, run_id })
}

/// [`enrol`] without the run, e.g. when the devices came back on other ports; returns the job.
pub async fn register(
    client: &Client,
    devices: &[SampleDevice],
    username: &str,
    password: &Secret,
) -> Result<JobId, Problem> {
    let tag = ensure_tag(client).await?;
    ensure_credential(client, tag, username, password).await?;
    ensure_devices(client, tag, devices).await?;
    ensure_job(client, tag).await
}

/// Removes the lab's job, devices, credential and tag. Things that a person gave the lab's tag, but are not the lab's, stay.
pub async fn remove(client: &Client) -> Result<(), Problem> {
    let Some(tag) = find_tag(client).await? else { return Ok(()) };
    if let Some(job) = find_job(client, tag).await? {
        end_newest(client, &job).await;
        gone(client.send(&DeleteJob(job.id)).await)?;
    }
    let ours = lab_devices(client, tag).await?.into_iter().filter(is_simulated).map(|device| device.id);
    delete_devices(client, ours.collect()).await?;
    for credential in client.send(&ListCredentials { tag_id: vec![tag], ..all_credentials() }).await?.items {
        if credential.description.as_deref() == Some(DESCRIPTION) {
            gone(client.send(&DeleteCredential(credential.id)).await)?;
        }
    }
    gone(client.send(&DeleteTag(tag)).await)
}

async fn find_tag(client: &Client) -> Result<Option<TagId>, Problem> {
    let wanted = ListTags { size: Some(MAX_SIZE), name: Some(LAB_TAG.to_owned()), ..ListTags::default() };
    let tags = client.send(&wanted).await?.items;
    Ok(tags.into_iter().find(|tag| tag.name == LAB_TAG).map(|tag| tag.id))
}

async fn ensure_tag(client: &Client) -> Result<TagId, Problem> {
    if let Some(id) = find_tag(client).await? {
        return Ok(id);
    }
    let input = TagInput {
        name: Some(LAB_TAG.to_owned()),
        kind: Some("lab".to_owned()),
        description: Some(DESCRIPTION.to_owned()),
        jump_host_id: None,
    };
    Ok(client.send(&CreateTag(input)).await?.id)
}

fn all_credentials() -> ListCredentials {
    ListCredentials { size: Some(MAX_SIZE), ..ListCredentials::default() }
}

async fn ensure_credential(client: &Client, tag: TagId, username: &str, password: &Secret) -> Result<(), Problem> {
    let input = CredentialInput {
        username: Some(username.to_owned()),
        password: Some(password.clone()),
        priority: Some(1),
        description: Some(DESCRIPTION.to_owned()),
        tags: Some(vec![tag]),
        ..CredentialInput::default()
    };
    let there = client.send(&ListCredentials { tag_id: vec![tag], ..all_credentials() }).await?.items;
    match there.into_iter().find(|credential| credential.description.as_deref() == Some(DESCRIPTION)) {
        Some(credential) => client.send(&UpdateCredential(credential.id, input)).await?,
        None => client.send(&CreateCredential(input)).await?,
    };
    Ok(())
}

/// Devices whose address changed are removed first: a new address may still be held by another device of the lab.
async fn ensure_devices(client: &Client, tag: TagId, wanted: &[SampleDevice]) -> Result<(), Problem> {
    let there = lab_devices(client, tag).await?;
    let stale = there.iter().filter(|device| is_simulated(device) && !wanted.iter().any(|it| same(it, device)));
    delete_devices(client, stale.map(|device| device.id).collect()).await?;
    let missing = wanted.iter().filter(|it| !there.iter().any(|device| same(it, device)));
    let inputs: Vec<DeviceInput> = missing.map(|device| input_of(device, tag)).collect();
    let created = inputs.into_iter().map(|input| async move { client.send(&CreateDevice(input)).await.map(drop) });
    stream::iter(created).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn lab_devices(client: &Client, tag: TagId) -> Result<Vec<Device>, Problem> {
    let mut devices = Vec::new();
    for page in 1.. {
        let wanted =
            ListDevices { page: Some(page), size: Some(MAX_SIZE), tag_id: vec![tag], ..ListDevices::default() };
        let answer = client.send(&wanted).await?;
        let is_last = answer.items.is_empty() || page >= answer.pages;
        devices.extend(answer.items);
        if is_last {
            break;
        }
    }
    Ok(devices)
}

async fn delete_devices(client: &Client, ids: Vec<DeviceId>) -> Result<(), Problem> {
    let deleted = ids.into_iter().map(|id| async move { gone(client.send(&DeleteDevice(id)).await) });
    stream::iter(deleted).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

fn input_of(device: &SampleDevice, tag: TagId) -> DeviceInput {
    DeviceInput {
        hostname: Some(device.hostname.clone()),
        ip_address: Some(device.address.clone()),
        device_type: Some(device.platform.clone()),
        port: Some(i64::from(device.port)),
        transport: Some(device.transport),
        description: Some(DEVICE_DESCRIPTION.to_owned()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    }
}

fn same(wanted: &SampleDevice, device: &Device) -> bool {
    device.hostname == wanted.hostname
        && device.ip_address == wanted.address
        && device.port == Some(i64::from(wanted.port))
        && device.device_type == wanted.platform
        && device.transport == wanted.transport
}

/// Whether the device is the lab's own, and not a real one with the lab's tag.
fn is_simulated(device: &Device) -> bool {
    device.description.as_deref() == Some(DEVICE_DESCRIPTION)
        || device.ip_address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn find_job(client: &Client, tag: TagId) -> Result<Option<Job>, Problem> {
    let wanted =
        ListJobs { size: Some(MAX_SIZE), name: Some(JOB_NAME.to_owned()), tag_id: vec![tag], ..ListJobs::default() };
    let jobs = client.send(&wanted).await?.items;
    Ok(jobs.into_iter().find(|job| job.name == JOB_NAME))
}

async fn ensure_job(client: &Client, tag: TagId) -> Result<JobId, Problem> {
    if let Some(job) = find_job(client, tag).await? {
        if job.tags.iter().any(|other| other.id != tag) {
            let only_lab = JobInput { tags: Some(vec![tag]), ..JobInput::default() };
            client.send(&UpdateJob(job.id, only_lab)).await?;
        }
        return Ok(job.id);
    }
    let input = JobInput {
        name: Some(JOB_NAME.to_owned()),
        job_type: Some(JobKind::ConfigBackup),
        description: Some("Backs up the simulated devices of the sample lab".to_owned()),
        is_enabled: Some(true),
        tags: Some(vec![tag]),
        ..JobInput::default()
    };
    Ok(client.send(&CreateJob(input)).await?.id)
}

/// Cancels the newest run of a job and waits for its end: until then the job cannot be deleted.
async fn end_newest(client: &Client, job: &Job) {
    let Some(run) = job.last_run_id else { return };
    if let Err(problem) = client.send(&CancelRun(run)).await {
        tracing::debug!(run = run.get(), %problem, "the lab's newest run was not cancelled");
    }
    let give_up = Instant::now() + END_LIMIT;
    while Instant::now() < give_up {
        match client.send(&GetRun(run)).await {
            Ok(run) if run.status.is_active() => sleep(END_PACE).await,
            _ => return,
        }
    }
}

/// Already removed entries count as removed.
fn gone(result: Result<(), Problem>) -> Result<(), Problem> {
    match result {
        Err(problem) if problem.code == Code::NotFound => Ok(()),
        other => other,
    }
}
