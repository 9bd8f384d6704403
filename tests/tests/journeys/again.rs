//! Running again what a retry may help, and cancelling one device while the others go on: both as the log records it.

use std::time::Duration;

use netraven_api::RunId;
use netraven_api::logs::{Level, LogEntry};
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::results::ListResults;
use netraven_api::runs::{Again, CancelDevice, DeviceState, RunAgain, RunStatus};
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};
use serde_json::json;

async fn again(client: &Client, run: RunId, which: Again) -> anyhow::Result<work::RunDetail> {
    let started = client.send(&RunAgain(run, which)).await?;
    work::ended(client, started.run_id.unwrap_or_default()).await
}

fn hostnames(detail: &work::RunDetail) -> Vec<&str> {
    let mut names: Vec<&str> = detail.results.iter().map(|device| device.hostname.as_str()).collect();
    names.sort_unstable();
    names
}

fn says(log: &[LogEntry], text: &str) -> bool {
    log.iter().any(|line| line.message.contains(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_repeated_for_the_devices_that_are_asked_for() -> anyhow::Result<()> {
    let spec = |name, fault| DeviceSpec { fault, ..DeviceSpec::new(name, Platform::CiscoIos) };
    let specs =
        vec![spec("cut", Some(Fault::DropsHalfWay)), spec("good", None), spec("locked", Some(Fault::WrongPassword))];
    let app = TestApp::start().await?;
    let (client, lab) = (&app.client, Enrolled::start(&app.client, specs).await?);
    let first = work::run(client, lab.job).await?;
    assert_eq!((first.run.succeeded, first.run.failed), (1, 2), "{first:#?}");
    let cut = work::result(&first, "cut")?.cause.unwrap_or(Cause::Internal);
    assert!(cut.retry_may_help(), "{cut:?}");

    let failed = again(client, first.run.id, Again::failed()).await?;
    assert_eq!(hostnames(&failed), ["cut", "locked"]);
    assert_eq!((failed.run.devices, failed.run.status), (2, RunStatus::Failed));
    assert_eq!(failed.run.triggered_by.as_deref(), Some("admin"));
    let log = work::logs(client, failed.run.id).await?;
    assert!(
        says(&log, &format!("queued again by admin: 2 devices of run {}, those that failed", first.run.id)),
        "{log:#?}"
    );

    lab.device("cut")?.set_fault(None);
    let helped = again(client, first.run.id, Again::causes(vec![cut])).await?;
    assert_eq!((hostnames(&helped), helped.run.status), (vec!["cut"], RunStatus::Succeeded));
    let log = work::logs(client, helped.run.id).await?;
    assert!(says(&log, &format!("those with the cause {}", cut.title().to_lowercase())), "{log:#?}");

    let one = again(client, first.run.id, Again::device(lab.id("good")?)).await?;
    assert_eq!(hostnames(&one), ["good"]);
    let all = again(client, first.run.id, Again::default()).await?;
    assert_eq!(hostnames(&all), ["cut", "good", "locked"]);
    assert_eq!(
        one.run.usual_seconds.or(helped.run.usual_seconds),
        None,
        "a part of the devices is not compared with all of them"
    );

    for nothing in [
        Again::causes(vec![Cause::NotSsh]),
        Again::device(987_654.into()),
        Again { devices: vec![lab.id("good")?], ..Again::failed() },
    ] {
        let problem = client.send(&RunAgain(first.run.id, nothing)).await.expect_err("nothing matches");
        assert_eq!(problem.code, Code::Invalid, "{problem:?}");
        assert!(problem.message.contains("None of this run's devices"), "{problem:?}");
    }
    let problem = client.send(&RunAgain(987_654.into(), Again::default())).await.expect_err("no such run");
    assert_eq!(problem.code, Code::NotFound);
    let http = app.http()?;
    let path = format!("/runs/{}/again", first.run.id);
    assert_eq!(http.post(&path, json!({"causes": ["bad-luck"]})).await?.fields(), ["body.causes.0"]);
    assert_eq!(http.post(&path, json!({"devices": ["one"]})).await?.fields(), ["body.devices.0"]);
    let job = http.get(&format!("/jobs/{}", lab.job)).await?.body;
    assert_eq!(job["last_run_id"], json!(all.run.id), "what was refused left no run behind");

    // While a run is active, nothing is run again.
    lab.device("good")?.set_fault(Some(Fault::Stalls { after_bytes: 50 }));
    let going = work::start(client, lab.job).await?;
    let problem = client.send(&RunAgain(first.run.id, Again::failed())).await.expect_err("a run is active");
    assert!(problem.message.contains("still active"), "{problem:?}");
    client.send(&CancelDevice { run_id: going, device_id: lab.id("good")? }).await?;
    let detail = work::ended(client, going).await?;
    assert_eq!(work::result(&detail, "cut")?.state, DeviceState::Success, "the others went on");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_is_cancelled_and_the_others_go_on() -> anyhow::Result<()> {
    let mut specs: Vec<DeviceSpec> = ["a", "b", "c"].map(|name| DeviceSpec::new(name, Platform::CiscoIos)).into();
    for spec in &mut specs {
        spec.fault = Some(Fault::Stalls { after_bytes: 200 });
    }
    let app = TestApp::start_with(|config| config.sessions = 1).await?;
    let (client, lab) = (&app.client, Enrolled::start(&app.client, specs).await?);
    let run = work::start(client, lab.job).await?;
    let busy = wait::until("a device stalls in its configuration", async || {
        Ok(lab.lab.devices().iter().find(|device| device.readings() > 0))
    });
    let busy = busy.await?;
    let waiting: Vec<_> =
        lab.lab.devices().iter().filter(|device| device.spec.hostname != busy.spec.hostname).collect();
    let cancel = |name: &str| anyhow::Ok(CancelDevice { run_id: run, device_id: lab.id(name)? });

    // One that waits ends at once, with its result, and never begins.
    let dropped = waiting[0];
    let ended = client.send(&cancel(&dropped.spec.hostname)?).await?;
    assert_eq!((ended.state, ended.cause), (DeviceState::Cancelled, Some(Cause::Cancelled)), "{ended:#?}");
    assert_eq!(busy.sessions_open(), 1, "the session of another is left alone");

    // One that is worked on has its session closed, and the next one begins.
    waiting[1].set_fault(None);
    client.send(&cancel(&busy.spec.hostname)?).await?;
    let closed = wait::within(Duration::from_secs(2), "the session is closed", async || {
        Ok((busy.sessions_open() == 0).then_some(()))
    });
    closed.await?;
    let detail = work::ended(client, run).await?;
    assert_eq!((detail.run.status, detail.run.cancel_requested), (RunStatus::PartlyFailed, false), "{detail:#?}");
    assert_eq!((detail.run.succeeded, detail.run.failed), (1, 2), "{detail:#?}");
    let stopped = work::result(&detail, &busy.spec.hostname)?;
    assert_eq!((stopped.state, stopped.cause), (DeviceState::Cancelled, Some(Cause::Cancelled)), "{stopped:#?}");
    assert_eq!(stopped.attempt, 1, "it was not begun again");
    assert_eq!(dropped.connections(), 0, "it never began");
    let results = client.send(&ListResults { run_id: Some(run), ..ListResults::default() }).await?;
    assert_eq!(results.total, 3, "each device has exactly one result");

    let log = work::logs(client, run).await?;
    assert!(says(&log, &format!("{} was cancelled by admin: it had not started", dropped.spec.hostname)), "{log:#?}");
    let id = Some(lab.id(&busy.spec.hostname)?);
    let of_busy: Vec<&LogEntry> =
        log.iter().filter(|line| line.device_id == id && line.level == Level::Warning).collect();
    assert!(of_busy[0].message.contains("was cancelled by admin: its session is closed"), "{log:#?}");
    assert!(of_busy.len() >= 2, "and the worker says that it ended: {log:#?}");

    // What has ended stays as it is.
    let lines = log.len();
    let after = client.send(&cancel(&waiting[1].spec.hostname)?).await?;
    assert_eq!(after.state, DeviceState::Success);
    assert_eq!(work::logs(client, run).await?.len(), lines);
    let nobody =
        client.send(&CancelDevice { run_id: run, device_id: 987_654.into() }).await.expect_err("not in this run");
    assert_eq!(nobody.code, Code::NotFound);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_device_is_ended_though_its_worker_is_gone() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (client, specs) = (&app.client, vec![DeviceSpec::new("left", Platform::CiscoIos)]);
    let lab = Enrolled::start(client, specs).await?;
    let run = work::start(client, lab.job).await?;
    // A worker took it and was never heard of again.
    sqlx::query("update run_devices set state = 'running', attempt = 1, lease_until = now() - interval '1 second'")
        .execute(app.pool())
        .await?;
    client.send(&CancelDevice { run_id: run, device_id: lab.id("left")? }).await?;
    let detail = work::ended(client, run).await?;
    assert_eq!(work::result(&detail, "left")?.state, DeviceState::Cancelled);
    assert_eq!(detail.run.status, RunStatus::Cancelled, "all its devices were cancelled");
    assert_eq!(work::result(&detail, "left")?.attempt, 1);
    app.stop().await;
    Ok(())
}
