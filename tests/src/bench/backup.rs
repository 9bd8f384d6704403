//! 500 simulated devices with configurations of 100 KB each, at 50 and at 200 sessions at once; or through a jump host.

mod jump;

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::devices::ImportDevices;
use netraven_api::jobs::{CreateJob, JobInput, JobKind, RunJob};
use netraven_api::runs::{GetRun, Run};
use netraven_api::tags::{CreateTag, TagInput};
use netraven_api::{JobId, RunId, Secret, TagId};
use netraven_client::Client;
use netraven_lab::{Lab, SAMPLE_PASSWORD, SAMPLE_USERNAME, fleet};

use super::server::Server;

const DEVICES: usize = 500;
const CONFIG_BYTES: usize = 100_000;
/// The runs of a measurement, in order.
const ROUNDS: [&str; 2] = ["first run, all new", "second run, unchanged"];
/// Longest a run of the measurement may take.
const LIMIT: Duration = Duration::from_secs(300);

/// Measures and prints.
pub async fn run(arguments: &[String]) -> anyhow::Result<()> {
    match arguments {
        [] => {}
        [option] if option == "--jump" => return jump::run().await,
        _ => bail!("there is no option '{}': choose --jump, or none", arguments.join(" ")),
    }
    println!("{DEVICES} devices, {CONFIG_BYTES} bytes each; the simulated devices run in this measuring process.");
    for sessions in ["50", "200"] {
        measure(sessions).await?;
    }
    Ok(())
}

async fn measure(sessions: &str) -> anyhow::Result<()> {
    let fleet = Fleet::start(sessions).await?;
    for name in ROUNDS {
        let round = fleet.back_up().await?;
        println!(
            "{sessions:>4} sessions, {name:<22} {:6.1} devices/s  {:5.2} ms CPU/device  {:4} MB peak  {:.1} s",
            count() / round.took.as_secs_f64(),
            round.cpu.as_secs_f64() * 1000.0 / count(),
            fleet.server.peak_mb()?,
            round.took.as_secs_f64(),
        );
    }
    fleet.stop().await
}

/// Devices, as a divisor.
fn count() -> f64 {
    f64::from(u32::try_from(DEVICES).unwrap_or(u32::MAX))
}

/// The simulated devices, and a server that knows them.
struct Fleet {
    lab: Lab,
    server: Server,
    client: Client,
    /// What joins the devices.
    tag: TagId,
    job: JobId,
    /// The server's data.
    _folder: tempfile::TempDir,
}

/// What one run of all devices cost.
struct Round {
    took: Duration,
    /// The server's own time.
    cpu: Duration,
}

impl Fleet {
    async fn start(sessions: &str) -> anyhow::Result<Fleet> {
        let lab = Lab::start(fleet(DEVICES, CONFIG_BYTES)).await?;
        let folder = tempfile::tempdir()?;
        let server = Server::start(folder.path(), &["--sessions", sessions])?;
        let client = server.client().await?;
        let (tag, job) = enrol(&client, &lab).await?;
        Ok(Fleet { lab, server, client, tag, job, _folder: folder })
    }

    /// Backs all devices up once.
    async fn back_up(&self) -> anyhow::Result<Round> {
        let (cpu, began) = (self.server.cpu()?, Instant::now());
        let run = finish(&self.client, self.client.send(&RunJob(self.job)).await?.run_id.unwrap_or_default()).await?;
        let (cpu, took) = (self.server.cpu()? - cpu, began.elapsed());
        ensure!(run.failed == 0, "{} of {DEVICES} devices failed: {:?}", run.failed, run.causes);
        Ok(Round { took, cpu })
    }

    async fn stop(self) -> anyhow::Result<()> {
        self.server.stop()?;
        self.lab.stop().await;
        Ok(())
    }
}

/// Adds the devices with a tag, a credential and a job.
async fn enrol(client: &Client, lab: &Lab) -> anyhow::Result<(TagId, JobId)> {
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
    Ok((tag.id, client.send(&CreateJob(job)).await?.id))
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
