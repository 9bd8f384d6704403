//! What is killed without warning: worker, server, Postgres. Runs finish all the same, nothing is lost, doubled or left behind.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use netraven_api::logs::{Level, ListLogs, LogFilter};
use netraven_api::results::ListResults;
use netraven_api::runs::{DeviceState, ListRuns, RunDevice, RunStatus};
use netraven_api::system::{Condition, GetSystemStatus};
use netraven_api::{DeviceId, RunId};
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::git::{commits, git};
use netraven_tests::support::process::{ServerProcess, Start, all_gone, processes_of, send};
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};
use rustix::process::Signal;

/// Devices that each take a few seconds.
fn slow(count: usize) -> Vec<DeviceSpec> {
    let spec = |number: usize| {
        let mut spec = DeviceSpec::new(format!("slow-{number:02}"), Platform::CiscoIos);
        spec.fault = Some(Fault::Slow { bytes_per_second: 2_000 });
        spec.config_bytes = Some(3_000);
        spec
    };
    (0..count).map(spec).collect()
}

/// Waits until a run has `count` devices in this state.
async fn until_some(client: &Client, run: RunId, state: DeviceState, count: usize) -> anyhow::Result<()> {
    wait::until(&format!("{count} devices are {}", state.as_str()), async || {
        let devices = work::devices(client, run).await?;
        let found = devices.iter().filter(|device| device.state == state).count();
        Ok((found >= count).then_some(()))
    })
    .await
}

/// Every device of a run succeeded, and has exactly one result and one snapshot.
async fn is_whole(client: &Client, lab: &Enrolled, detail: &work::RunDetail) -> anyhow::Result<()> {
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let query = ListResults { run_id: Some(detail.run.id), size: Some(100), ..ListResults::default() };
    let results = client.send(&query).await?.items;
    let devices: BTreeSet<DeviceId> = results.iter().map(|result| result.device_id).collect();
    assert_eq!((results.len(), devices.len()), (lab.devices.len(), lab.devices.len()), "one result each");
    for (name, id) in &lab.devices {
        assert_eq!(work::snapshots(client, *id).await?.len(), 1, "{name}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_twenty_survives_the_death_of_a_worker() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let lab = Enrolled::start(&app.client, slow(20)).await?;
    let worker = || Start::worker(&app.database.urls)?.args(&["--sessions", "7"]).spawn();
    let (mut victim, survivor) = (worker()?, worker()?);
    let both = wait::until("both workers are there", async || {
        Ok((app.client.send(&GetSystemStatus).await?.workers == 2).then_some(()))
    });
    both.await.with_context(|| format!("{}{}", victim.said(), survivor.said()))?;

    let run = work::start(&app.client, lab.job).await?;
    let of = |devices: &[RunDevice], pid: u32| {
        let marked = format!(":{pid}:");
        let is_its = |device: &&RunDevice| device.worker.as_ref().is_some_and(|id| id.contains(&marked));
        devices.iter().filter(is_its).filter(|device| device.state == DeviceState::Running).count()
    };
    let (dying, living) = (victim.pid(), survivor.pid());
    let shared = wait::until("both workers are in the middle of it", async || {
        let devices = work::devices(&app.client, run).await?;
        Ok((of(&devices, dying) >= 3 && of(&devices, living) >= 3).then_some(()))
    });
    shared.await?;
    victim.kill()?;

    let detail = work::ended(&app.client, run).await?;
    is_whole(&app.client, &lab, &detail).await?;
    let again: Vec<i64> = detail.results.iter().map(|device| device.attempt).filter(|attempt| *attempt > 1).collect();
    assert!(again.len() >= 3 && again.iter().all(|attempt| *attempt == 2), "taken over once each: {again:?}");
    assert_eq!(commits(app.data_dir())?.len(), 1, "one commit for the run");
    let log = work::logs(&app.client, run).await?;
    assert!(
        log.iter().any(|line| line.level == Level::Warning && line.message.contains("started again, attempt 2")),
        "{log:#?}"
    );
    drop(survivor);
    app.stop().await;
    Ok(())
}

/// The numbers of the main processes of Postgres in a data folder. A helper has its parent's name until it takes its own.
fn postmasters(data_dir: &Path) -> Vec<u32> {
    let all = processes_of(data_dir).into_iter();
    let named = all.filter(|(_, line)| line.contains("postgres ") && line.contains(" -D ")).map(|(number, _)| number);
    let named: Vec<u32> = named.collect();
    named.iter().copied().filter(|number| parent(*number).is_none_or(|parent| !named.contains(&parent))).collect()
}

/// The process that started this one.
fn parent(number: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // Behind the name in brackets: the state, then the parent.
    stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

fn postmaster(data_dir: &Path) -> anyhow::Result<u32> {
    let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid"))?;
    text.lines().next().and_then(|line| line.trim().parse().ok()).context("the first line is the process")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_goes_on_where_it_was() -> anyhow::Result<()> {
    let root = tempfile::tempdir()?;
    let data = root.path().join("net raven ü");
    let mut server = Start::serve(&data)?.args(&["--sessions", "3"]).ready().await?;
    let client = server.client().await?;
    let lab = Enrolled::start(&client, slow(8)).await?;
    let run = work::start(&client, lab.job).await?;
    until_some(&client, run, DeviceState::Success, 1).await?;
    until_some(&client, run, DeviceState::Running, 2).await?;

    // Somebody starts it a second time meanwhile: it says who has the folder, and does no harm.
    let (status, said) = Start::serve(&data)?.refused().await?;
    assert_eq!(status.code(), Some(1));
    let first = server.url.clone();
    assert!(
        said.contains("already running on") && said.contains(&first) && said.contains(&server.pid().to_string()),
        "{said}"
    );

    server.kill()?;
    let mut server = Start::serve(&data)?.args(&["--sessions", "3"]).ready().await?;
    assert_eq!(postmasters(&data), [postmaster(&data)?], "one Postgres: {:#?}", processes_of(&data));
    let client = server.client().await?;
    let detail = work::ended(&client, run).await?;
    is_whole(&client, &lab, &detail).await?;
    assert!(detail.results.iter().any(|device| device.attempt > 1), "{:#?}", detail.results);
    git(&data, &["fsck", "--strict"])?;
    assert_eq!(git(&data, &["status", "--porcelain"])?, "");
    let files = git(&data, &["ls-files"])?;
    assert_eq!(files.lines().count(), lab.devices.len(), "{files}");

    let (status, took) = server.terminate().await?;
    assert_eq!(status.code(), Some(0), "{}", server.said());
    assert!(took < Duration::from_secs(10), "{took:?}");
    all_gone(&data).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_is_told_of_and_comes_back() -> anyhow::Result<()> {
    let root = tempfile::tempdir()?;
    // Far too long for the name of a socket.
    let data = root.path().join("a-folder-with-a-long-name".repeat(6));
    let mut server = Start::serve(&data)?.ready().await?;
    let client = server.client().await?;
    let lab = Enrolled::start(&client, vec![DeviceSpec::new("steady", Platform::AristaEos)]).await?;
    assert_eq!(work::run(&client, lab.job).await?.run.status, RunStatus::Succeeded);
    let healthy = client.send(&GetSystemStatus).await?;
    let parts = [&healthy.postgres, &healthy.redis, &healthy.worker, &healthy.scheduler];
    assert!(parts.iter().all(|part| part.is(Condition::Healthy)), "{healthy:?}");

    send(postmaster(&data)?, Signal::KILL)?;
    let told = wait::until("the status tells that Postgres is away", async || {
        // The caller is looked up in the database too: until it is back, even this request may find nobody.
        Ok(client.send(&GetSystemStatus).await.ok().filter(|status| !status.postgres.is(Condition::Healthy)))
    });
    let logged = wait::until("the log tells of it", async || {
        let query = ListLogs::from(LogFilter { search: Some("PostgreSQL stopped".to_owned()), ..LogFilter::default() });
        Ok(client.send(&query).await.ok().and_then(|page| page.items.into_iter().next()))
    });
    let (_, line) = tokio::try_join!(told, logged)?;
    assert_eq!((line.level.as_str(), line.log_type.as_str()), ("ERROR", "system"), "{line:#?}");
    let back = wait::until("Postgres is back", async || {
        Ok(client.send(&GetSystemStatus).await.ok().filter(|status| status.postgres.is(Condition::Healthy)))
    });
    back.await?;
    assert_eq!(postmasters(&data).len(), 1, "{:#?}", processes_of(&data));
    let again = work::run(&client, lab.job).await?;
    assert_eq!((again.run.status, again.run.changed), (RunStatus::Succeeded, 0), "{:#?}", again.results);

    let (status, took) = server.terminate().await?;
    assert_eq!(status.code(), Some(0), "{}", server.said());
    assert!(took < Duration::from_secs(10), "{took:?}");
    all_gone(&data).await?;

    // A port that is taken is found out late, after the servers have started: they are stopped again.
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let (status, said) = Start::serve(&data)?.args(&["--listen", &address]).refused().await?;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    all_gone(&data).await?;

    // And everything is still there.
    let mut server = Start::serve(&data)?.ready().await?;
    let runs = server.client().await?.send(&ListRuns::default()).await?;
    assert_eq!(runs.total, 2);
    server.terminate().await?;
    all_gone(&data).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_cannot_be_used_is_refused_untouched() -> anyhow::Result<()> {
    let refused = async |data: &Path| -> anyhow::Result<String> {
        let (status, said) = Start::serve(data)?.refused().await?;
        assert_eq!(status.code(), Some(1), "{said}");
        Ok(said)
    };
    let root = tempfile::tempdir()?;
    // Where nobody can write, not even root.
    let said = refused(Path::new("/proc/netraven-test")).await?;
    assert!(said.contains("Cannot write to /proc/netraven-test"), "{said}");

    let file = root.path().join("a-file");
    std::fs::write(&file, "precious")?;
    let said = refused(&file).await?;
    assert!(said.contains("a file is in the way"), "{said}");
    assert_eq!(std::fs::read_to_string(&file)?, "precious");

    let old = root.path().join("old");
    std::fs::create_dir_all(old.join("postgres"))?;
    std::fs::write(old.join("postgres/PG_VERSION"), "13\n")?;
    let said = refused(&old).await?;
    assert!(said.contains("was made by PostgreSQL 13") && said.contains("Nothing was changed"), "{said}");
    let left: Vec<_> = std::fs::read_dir(old.join("postgres"))?.flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["PG_VERSION"]);
    all_gone(&old).await
}

/// A worker on another machine has two URLs and nothing else; it waits for a server and then shares the queue.
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_a_queue() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.sessions = 3).await?;
    let mut worker: ServerProcess = Start::worker(&app.database.urls)?.args(&["--sessions", "3"]).spawn()?;
    let lab = Enrolled::start(&app.client, slow(12)).await?;
    let both = wait::until("the second worker is there", async || {
        Ok((app.client.send(&GetSystemStatus).await?.workers == 2).then_some(()))
    });
    both.await.with_context(|| worker.said())?;
    let detail = work::run(&app.client, lab.job).await?;
    is_whole(&app.client, &lab, &detail).await?;
    let workers: BTreeSet<&str> = detail.results.iter().filter_map(|device| device.worker.as_deref()).collect();
    assert_eq!(workers.len(), 2, "{workers:?}");
    assert!(detail.results.iter().all(|device| device.attempt == 1), "{:#?}", detail.results);
    // A visit may read more than once, to separate the answer from other output.
    assert!(lab.lab.devices().iter().all(|device| device.logins() == 1), "each was visited once");
    let (status, took) = worker.terminate().await?;
    assert_eq!(status.code(), Some(0), "{}", worker.said());
    assert!(took < Duration::from_secs(10), "{took:?}");
    app.stop().await;
    Ok(())
}
