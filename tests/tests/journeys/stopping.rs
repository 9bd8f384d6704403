//! The orderly end when something hangs: what was promised to a person with Ctrl-C or a service manager is kept all the same.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::process::{Start, all_gone, processes_of, send};
use netraven_tests::support::servers::Urls;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};
use rustix::process::Signal;

/// A process that was made to hang; killed at the end of its test, if it is still there.
struct Hanging {
    process: u32,
}

impl Hanging {
    fn postmaster(data_dir: &Path) -> anyhow::Result<Hanging> {
        let text = std::fs::read_to_string(data_dir.join("postgres/postmaster.pid"))?;
        let process = text.lines().next().and_then(|line| line.trim().parse().ok()).context("it names a process")?;
        send(process, Signal::STOP)?;
        Ok(Hanging { process })
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        let _ = send(self.process, Signal::KILL);
    }
}

/// Postgres hangs in the middle of a run: its main process and those that serve us.
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_hangs_does_not_keep_the_server_from_ending() -> anyhow::Result<()> {
    let root = tempfile::tempdir()?;
    let data = root.path().join("data");
    let mut server = Start::serve(&data)?.ready().await?;
    let client = server.client().await?;
    let stalls = DeviceSpec::new("stalls", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let lab = Enrolled::start(&client, vec![stalls]).await?;
    work::start(&client, lab.job).await?;
    let reads = wait::until("a session is open", async || {
        Ok(lab.lab.devices().iter().any(|device| device.readings() > 0).then_some(()))
    });
    reads.await?;

    let main = Hanging::postmaster(&data)?;
    let all: Vec<u32> = processes_of(&data)
        .into_iter()
        .filter(|(_, line)| line.starts_with("postgres:"))
        .map(|(number, _)| number)
        .collect();
    assert!(all.len() > 3, "{:#?}", processes_of(&data));
    let others: Vec<Hanging> = all.into_iter().map(|process| Hanging { process }).collect();
    others.iter().try_for_each(|other| send(other.process, Signal::STOP))?;

    let (status, took) = server.terminate().await?;
    assert_eq!(status.code(), Some(0), "{}", server.said());
    assert!(took < Duration::from_secs(10), "{took:?}: {}", server.said());
    all_gone(&data).await?;
    drop((main, others));

    // What was cut short is whole at the next start.
    let mut server = Start::serve(&data)?.ready().await?;
    server.client().await?;
    server.terminate().await?;
    all_gone(&data).await
}

/// A worker is started before the servers answer; it can be stopped without waiting for them.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_still_connects_ends_when_asked() -> anyhow::Result<()> {
    // Takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let address = silent.local_addr()?;
    let urls = Urls {
        database: format!("postgres://nobody:secret@{address}/none"),
        redis: format!("redis://:secret@{address}"),
    };
    let mut worker = Start::worker(&urls)?.spawn()?;
    let connected = tokio::task::spawn_blocking(move || silent.accept());
    let _connection = tokio::time::timeout(wait::PATIENCE, connected).await.context("it never connected")???;
    let (status, took) = worker.terminate().await?;
    assert_eq!(status.code(), Some(0), "{}", worker.said());
    assert!(took < Duration::from_secs(3), "it waited for the database: {took:?}");
    Ok(())
}
