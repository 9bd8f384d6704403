//! The network that is recorded: devices of the sample lab by their roles, two that are no devices, people, jobs, and what ails
//! some of the devices from which turn on.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::Context as _;
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::jobs::{JobInput, JobKind, Schedule};
use netraven_api::runs::{GetRun, ListRuns, RunFilter};
use netraven_api::tags::{CreateTag, TagInput};
use netraven_api::{DeviceId, JobId, Secret, TagId};
use netraven_client::Client;
use netraven_client::sample::DEVICE_DESCRIPTION;
use netraven_lab::{DeviceSpec, Fault, Lab, Running, SAMPLE_PASSWORD, SAMPLE_USERNAME, sample};

use crate::support::app::TestApp;
use crate::support::{wait, work};

/// Devices worked on at once: few, so that there is a run to watch.
pub const SESSIONS: usize = 2;
const DEVICES: usize = 24;
/// Where all of them listen, each at an address of its own.
const PORT: u16 = 2022;
const CONFIG_BYTES: usize = 2_000;
/// Longest a run may take.
const RUN_LIMIT: Duration = Duration::from_secs(300);
/// How often each job runs at most.
const TURNS: usize = 3;
/// Tags and their kinds; the second part of a device's name is its role.
const TAGS: [(&str, &str); 8] = [
    ("lab", "lab"),
    ("core", "role"),
    ("edge", "role"),
    ("leaf", "role"),
    ("dist", "role"),
    ("access", "role"),
    ("spine", "role"),
    ("odd", "role"),
];

/// Ids by name.
type Ids<I> = BTreeMap<String, I>;

/// Sets everything up and runs the jobs, one after the other.
pub async fn play(app: &TestApp) -> anyhow::Result<Lab> {
    let client = &app.client;
    for (name, is_active) in [("j.weber", true), ("m.okafor", true), ("noc", false)] {
        app.add_user(name, "user", is_active).await?;
    }
    let mut tags: Ids<TagId> = Ids::new();
    for (name, kind) in TAGS {
        let input = TagInput { name: Some(name.to_owned()), kind: Some(kind.to_owned()), ..TagInput::default() };
        tags.insert(name.to_owned(), client.send(&CreateTag(input)).await?.id);
    }
    for (username, password, priority, tag, description) in [
        (SAMPLE_USERNAME, SAMPLE_PASSWORD, 10, "lab", "Read only, on all devices of the lab"),
        ("netops", "not-the-password", 20, "edge", "Where the first one is not known yet"),
    ] {
        let input = CredentialInput {
            username: Some(username.to_owned()),
            password: Some(Secret::new(password)),
            priority: Some(priority),
            description: Some(description.to_owned()),
            tags: Some(ids(&tags, &[tag])),
            ..CredentialInput::default()
        };
        client.send(&CreateCredential(input)).await?;
    }
    let lab = Lab::start(specs()?).await?;
    let devices = add_devices(client, &lab, &tags).await?;
    println!("{} devices are added.", devices.len());
    let jobs = add_jobs(client, &devices, &tags).await?;
    for turn in 0..TURNS {
        for device in lab.devices() {
            device.set_fault(Some(fault(device, turn)));
        }
        for (id, name, _) in jobs.iter().filter(|(_, _, turns)| turn < *turns) {
            run(client, *id, name).await?;
        }
    }
    Ok(lab)
}

/// The devices of the sample lab. Few change, those whenever they are read, so that each recording has another text of them.
fn specs() -> anyhow::Result<Vec<DeviceSpec>> {
    let placed = sample(DEVICES).into_iter().enumerate().map(|(index, mut spec)| {
        let (row, place) = (u8::try_from(1 + index / 12)?, u8::try_from(1 + index % 12)?);
        (spec.bind, spec.port) = (Ipv4Addr::new(127, 20, row, place).into(), PORT);
        spec.config_bytes = Some(CONFIG_BYTES);
        spec.options.change_every = (index % 9 == 1).then_some(1);
        anyhow::Ok(spec)
    });
    placed.collect()
}

/// What ails a device in a turn. The healthy ones are slow. Where a device is read first, it is healthy, so that its text is new
/// but once.
fn fault(device: &Running, turn: usize) -> Fault {
    let ails = match (device.spec.hostname.as_str(), turn) {
        ("lab-access-02", 0..=1) => None,
        ("lab-dist-03", 2) => Some(Fault::ErrorText),
        ("lab-core-01", 2) => Some(Fault::MissingEndMarker),
        ("lab-edge-03", 1..) => Some(Fault::ChangedHostKey { after_connections: device.connections() }),
        _ => device.spec.fault.clone(),
    };
    let pace = u32::try_from(device.spec.host_key_seed % 4).unwrap_or_default();
    ails.unwrap_or(Fault::Slow { bytes_per_second: 250 + 50 * pace })
}

async fn add_devices(client: &Client, lab: &Lab, tags: &Ids<TagId>) -> anyhow::Result<Ids<DeviceId>> {
    let mut wanted: Vec<(&str, String, &str, Vec<TagId>)> = Vec::new();
    for device in lab.devices() {
        let name = device.spec.hostname.as_str();
        let role = name.split('-').nth(1).unwrap_or_default();
        wanted.push((name, device.address.ip().to_string(), device.spec.platform.as_str(), ids(tags, &["lab", role])));
    }
    // Nobody listens there, and no credential is for the second.
    wanted.push(("lab-off-01", "127.20.9.1".to_owned(), "cisco_ios", ids(tags, &["lab", "odd"])));
    wanted.push(("lab-bare-01", "127.20.9.2".to_owned(), "generic", ids(tags, &["odd"])));
    let mut added = Ids::new();
    for (name, address, platform, tags) in wanted {
        let input = DeviceInput {
            hostname: Some(name.to_owned()),
            ip_address: Some(address),
            port: Some(i64::from(PORT)),
            device_type: Some(platform.to_owned()),
            description: Some(DEVICE_DESCRIPTION.to_owned()),
            tags: Some(tags),
            ..DeviceInput::default()
        };
        added.insert(name.to_owned(), client.send(&CreateDevice(input)).await?.id);
    }
    Ok(added)
}

/// The jobs, each with its name and how many runs of it are recorded. The first has one device: what is recorded by the first id
/// alone is then little.
async fn add_jobs(
    client: &Client,
    devices: &Ids<DeviceId>,
    tags: &Ids<TagId>,
) -> anyhow::Result<Vec<(JobId, &'static str, usize)>> {
    let refusing =
        devices.get("lab-edge-02").copied().context("the sample lab has a device that refuses to sign in")?;
    let job = |name: &str, kind, schedule| JobInput {
        name: Some(name.to_owned()),
        job_type: Some(kind),
        schedule,
        ..JobInput::default()
    };
    let by_hand = job("Edge 2 by hand", JobKind::ConfigBackup, Schedule::default());
    let by_hand = JobInput { device_id: Some(refusing), ..by_hand };
    let mut added = vec![(work::add_job(client, by_hand).await?, "Edge 2 by hand", 1)];
    let (backup, every_hours) = (JobKind::ConfigBackup, |hours: i64| Schedule::every(hours * 3_600));
    for (name, kind, of, schedule, turns) in [
        ("Access backup", backup, &["access", "dist"][..], every_hours(4), TURNS),
        ("Core backup", backup, &["core", "spine"][..], Schedule::cron("0 2 * * *"), TURNS),
        ("Edge backup", backup, &["edge", "odd"][..], every_hours(12), TURNS),
        ("Leaf backup", backup, &["leaf"][..], Schedule::cron("30 3 * * *"), TURNS),
        ("Reachability", JobKind::Reachability, &["core", "edge", "dist", "access", "spine"][..], every_hours(2), 2),
    ] {
        let input = JobInput { tags: Some(ids(tags, of)), ..job(name, kind, schedule) };
        added.push((work::add_job(client, input).await?, name, turns));
    }
    Ok(added)
}

/// Runs a job; one that its schedule has started already is waited for.
async fn run(client: &Client, job: JobId, name: &str) -> anyhow::Result<()> {
    let filter = RunFilter { job_id: Some(job), ..RunFilter::default() };
    let newest = client.send(&ListRuns { filter, size: Some(1), ..ListRuns::default() }).await?.items.pop();
    let id = match newest.filter(|run| run.status.is_active()) {
        Some(run) => run.id,
        None => work::start(client, job).await?,
    };
    let what = format!("run {id} ({name}) has ended");
    let run = wait::within(RUN_LIMIT, &what, async || {
        let now = client.send(&GetRun(id)).await?;
        Ok((!now.status.is_active()).then_some(now.run))
    });
    let run = run.await?;
    let took_s = run.finished_at.map_or(0, |end| end.duration_since(run.queued_at).as_secs());
    println!("{name}: {} of {} devices succeeded, {} changed, in {took_s} s.", run.succeeded, run.devices, run.changed);
    Ok(())
}

fn ids(tags: &Ids<TagId>, names: &[&str]) -> Vec<TagId> {
    names.iter().filter_map(|name| tags.get(*name).copied()).collect()
}
