//! 500 simulated devices with configurations of 100 KB each, at 50 and at 200 sessions at once.

use std::time::{Duration, Instant};

use anyhow::ensure;
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::devices::ImportDevices;
use netraven_api::jobs::{CreateJob, JobInput, JobKind, RunJob};
use netraven_api::runs::{GetRun, Run};
use netraven_api::tags::{CreateTag, TagInput};
use netraven_api::{JobId, RunId, Secret};
use netraven_client::Client;
use netraven_lab::{Lab, SAMPLE_PASSWORD, SAMPLE_USERNAME, fleet};

use super::server::Server;

const DEVICES: usize = 500;
const CONFIG_BYTES: usize = 100_000;
/// Longest a run of the measurement may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Measures and prints.
pub async fn run() -> anyhow::Result<()> {
    println!("{DEVICES} devices, {CONFIG_BYTES} bytes each; the simulated devices run in this measuring process.");
    for sessions in ["50", "200"] {
        measure(sessions).await?;
    }
    Ok(())
}

async fn measure(sessions: &str) -> anyhow::Result<()> {
    let lab = Lab::start(fleet(DEVICES, CONFIG_BYTES)).await?;
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path(), &["--sessions", sessions])?;
    let client = server.client().await?;
    let job = enrol(&client, &lab).await?;
    for round in ["first run, all new", "second run, unchanged"] {
        let (cpu, began) = (server.cpu()?, Instant::now());
        let run = finish(&client, client.send(&RunJob(job)).await?.run_id.unwrap_or_default()).await?;
        let (cpu, took) = (server.cpu()? - cpu, began.elapsed());
        ensure!(run.failed == 0, "{} of {DEVICES} devices failed: {:?}", run.failed, run.causes);
        let count = f64::from(u32::try_from(DEVICES)?);
        println!(
            "{sessions:>4} sessions, {round:<22} {:6.1} devices/s  {:5.2} ms CPU/device  {:4} MB peak  {:.1} s",
            count / took.as_secs_f64(),
            cpu.as_secs_f64() * 1000.0 / count,
            server.peak_mb()?,
            took.as_secs_f64(),
        );
    }
    server.stop()?;
    lab.stop().await;
    Ok(())
}

async fn enrol(client: &Client, lab: &Lab) -> anyhow::Result<JobId> {
    let tag = client.send(&CreateTag(TagInput { name: Some("bench".into()), ..TagInput::default() })).await?;
    let credential = CredentialInput {
        username: Some(SAMPLE_USERNAME.into()),
        password: Some(Secret::new(SAMPLE_PASSWORD)),
        tags: Some(vec![tag.id]),
        ..CredentialInput::default()
    };
    client.send(&CreateCredential(credential)).await?;
    let mut csv = String::from("hostname,ip_address,device_type,port,tags\n");
    for device in lab.devices() {
        let (host, port) = (device.address.ip(), device.address.port());
        csv.push_str(&format!("{},{host},{},{port},bench\n", device.spec.hostname, device.spec.platform.as_str()));
    }
    let imported = client.send(&ImportDevices { csv }).await?;
    ensure!(imported.errors.is_empty(), "a device was refused: {:?}", imported.errors.first());
    let job = JobInput {
        name: Some("Bench".into()),
        job_type: Some(JobKind::ConfigBackup),
        tags: Some(vec![tag.id]),
        ..JobInput::default()
    };
    Ok(client.send(&CreateJob(job)).await?.id)
}

async fn finish(client: &Client, run_id: RunId) -> anyhow::Result<Run> {
    let began = Instant::now();
    loop {
        let run = client.send(&GetRun(run_id)).await?;
        if !run.status.is_active() {
            return Ok(run.run);
        }
        ensure!(began.elapsed() < LIMIT, "the run did not end within {LIMIT:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}
