//! The verbs of a journey: add a lab's devices with a credential and a job, run it, wait for its end, read what it left.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use netraven_api::configs::{Config, ListConfigs};
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::jobs::{CreateJob, JobInput, JobKind, RunJob};
use netraven_api::logs::{ListLogs, LiveFilter, LogEntry};
use netraven_api::page::MAX_SIZE;
use netraven_api::runs::{GetRun, GetRunDevice, ListRunDevices, Run, RunDevice};
use netraven_api::tags::{CreateTag, TagInput};
use netraven_api::{CredentialId, DeviceId, JobId, Order, RunId, Secret, TagId, Transport};
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Lab, Running, SAMPLE_PASSWORD, SAMPLE_USERNAME};

use super::wait;

/// A lab that a backend knows: one tag, one credential, one backup job, and the devices.
pub struct Enrolled {
    /// The lab itself.
    pub lab: Lab,
    /// Tag that joins everything.
    pub tag: TagId,
    /// Credential of every device.
    pub credential: CredentialId,
    /// Backup job over the tag.
    pub job: JobId,
    /// Ids of the devices by hostname.
    pub devices: BTreeMap<String, DeviceId>,
}

impl Enrolled {
    /// Starts a lab and adds it.
    pub async fn start(client: &Client, specs: Vec<DeviceSpec>) -> anyhow::Result<Enrolled> {
        let lab = Lab::start(specs).await?;
        let tag = add_tag(client, "lab").await?;
        let credential = add_credential(client, tag, SAMPLE_USERNAME, SAMPLE_PASSWORD, None).await?;
        let mut devices = BTreeMap::new();
        for device in lab.devices() {
            let id = add_device(client, tag, device).await?;
            devices.insert(device.spec.hostname.clone(), id);
        }
        let job = add_job(client, backup(tag)).await?;
        Ok(Enrolled { lab, tag, credential, job, devices })
    }

    /// The simulated device of this name.
    pub fn device(&self, hostname: &str) -> anyhow::Result<&Running> {
        self.lab.device(hostname).with_context(|| format!("the lab has no device {hostname}"))
    }

    /// Its id in the backend.
    pub fn id(&self, hostname: &str) -> anyhow::Result<DeviceId> {
        self.devices.get(hostname).copied().with_context(|| format!("no device {hostname} was added"))
    }
}

/// The body of a backup job over a tag.
#[must_use]
pub fn backup(tag: TagId) -> JobInput {
    JobInput {
        name: Some("lab backup".to_owned()),
        job_type: Some(JobKind::ConfigBackup),
        tags: Some(vec![tag]),
        ..JobInput::default()
    }
}

/// Adds a tag; its id.
pub async fn add_tag(client: &Client, name: &str) -> anyhow::Result<TagId> {
    Ok(client.send(&CreateTag(TagInput { name: Some(name.to_owned()), ..TagInput::default() })).await?.id)
}

/// Adds a credential; its id.
pub async fn add_credential(
    client: &Client,
    tag: TagId,
    username: &str,
    password: &str,
    enable: Option<&str>,
) -> anyhow::Result<CredentialId> {
    let input = CredentialInput {
        username: Some(username.to_owned()),
        password: Some(Secret::new(password)),
        enable_password: enable.map(Secret::new),
        tags: Some(vec![tag]),
        ..CredentialInput::default()
    };
    Ok(client.send(&CreateCredential(input)).await?.id)
}

/// Adds a simulated device; its id.
pub async fn add_device(client: &Client, tag: TagId, device: &Running) -> anyhow::Result<DeviceId> {
    let input = DeviceInput {
        hostname: Some(device.spec.hostname.clone()),
        ip_address: Some(device.address.ip().to_string()),
        port: Some(i64::from(device.address.port())),
        device_type: Some(device.spec.platform.as_str().to_owned()),
        transport: Transport::parse(device.spec.options.carrier.as_str()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    };
    Ok(client.send(&CreateDevice(input)).await?.id)
}

/// Adds a job; its id.
pub async fn add_job(client: &Client, input: JobInput) -> anyhow::Result<JobId> {
    Ok(client.send(&CreateJob(input)).await?.id)
}

/// Starts a job; its run.
pub async fn start(client: &Client, job: JobId) -> anyhow::Result<RunId> {
    client.send(&RunJob(job)).await?.run_id.context("the server names the run it started")
}

/// A run with all its devices and the details of each, what asks for attention first.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Its devices.
    pub results: Vec<RunDevice>,
}

/// A run as it is now, with its devices.
pub async fn detail(client: &Client, run: RunId) -> anyhow::Result<RunDetail> {
    let mut results = Vec::new();
    for device in devices(client, run).await? {
        results.push(client.send(&GetRunDevice { run_id: run, device_id: device.device_id }).await?);
    }
    Ok(RunDetail { run: client.send(&GetRun(run)).await?.run, results })
}

/// All devices of a run, page after page.
pub async fn devices(client: &Client, run: RunId) -> anyhow::Result<Vec<RunDevice>> {
    let mut all = Vec::new();
    for number in 1.. {
        let asked =
            ListRunDevices { run_id: run, page: Some(number), size: Some(MAX_SIZE), ..ListRunDevices::default() };
        let page = client.send(&asked).await?;
        all.extend(page.items);
        if number >= page.pages {
            break;
        }
    }
    Ok(all)
}

/// Waits for the end of a run.
pub async fn ended(client: &Client, run: RunId) -> anyhow::Result<RunDetail> {
    let what = format!("run {run} has ended");
    let waited = wait::until(&what, async || {
        let now = client.send(&GetRun(run)).await?;
        Ok((!now.status.is_active()).then_some(()))
    });
    match waited.await {
        Ok(()) => detail(client, run).await,
        Err(error) => {
            let all = devices(client, run).await?;
            let open = all.iter().filter(|device| device.finished_at.is_none());
            let open: Vec<_> = open.map(|device| (&device.hostname, device.state, device.stage)).collect();
            Err(error.context(format!("still open: {open:?}")))
        }
    }
}

/// Starts a job and waits for its end.
pub async fn run(client: &Client, job: JobId) -> anyhow::Result<RunDetail> {
    let run = start(client, job).await?;
    ended(client, run).await
}

/// The device of this name in a run.
pub fn result<'a>(detail: &'a RunDetail, hostname: &str) -> anyhow::Result<&'a RunDevice> {
    let found = detail.results.iter().find(|device| device.hostname == hostname);
    found.with_context(|| format!("run {} has no device {hostname}", detail.run.id))
}

/// Every line of a run, in the order of their ids.
pub async fn logs(client: &Client, run: RunId) -> anyhow::Result<Vec<LogEntry>> {
    let mut lines: Vec<LogEntry> = Vec::new();
    loop {
        let after = lines.last().map(|line| line.id).unwrap_or_default();
        let query = ListLogs {
            after: Some(after),
            order: Some(Order::Ascending),
            size: Some(100),
            ..ListLogs::from(LiveFilter { run_id: Some(run), ..LiveFilter::default() })
        };
        let page = client.send(&query).await?;
        if page.items.is_empty() {
            return Ok(lines);
        }
        ensure!(page.items.iter().all(|line| line.id > after), "a page of the log begins where it was told to go on");
        lines.extend(page.items);
    }
}

/// The snapshots of a device, the newest first.
pub async fn snapshots(client: &Client, device: DeviceId) -> anyhow::Result<Vec<Config>> {
    Ok(client.send(&ListConfigs { device_id: Some(device), ..ListConfigs::default() }).await?)
}
