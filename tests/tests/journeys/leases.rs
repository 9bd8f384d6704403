//! Leases that went wrong between worker and database: each ends by itself, and no outcome that does not count is reported.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context as _;
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::jobs::JobKind;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_api::tags::{CreateTag, DeleteTag, TagInput};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

/// The commit of a lease succeeded but its answer was lost: the worker has a device that it does not know of.
#[tokio::test(flavor = "multi_thread")]
async fn a_lease_its_worker_does_not_know_of_ends_by_itself() -> anyhow::Result<()> {
    let stalls = |name: &str| DeviceSpec::new(name, Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let app = TestApp::start_with(|config| config.sessions = 1).await?;
    let lab = Enrolled::start(&app.client, vec![stalls("one"), stalls("two")]).await?;
    let run = work::start(&app.client, lab.job).await?;
    let busy = wait::until("one device is in work", async || {
        Ok(lab.lab.devices().iter().find(|device| device.readings() > 0))
    });
    let busy = busy.await?.spec.hostname.clone();
    let lost = "update run_devices w set state = 'running', attempt = 1, worker = o.worker, lease_until = o.lease_until
        from run_devices o where w.run_id = $1 and w.state = 'queued' and o.run_id = $1 and o.state = 'running'";
    assert_eq!(sqlx::query(lost).bind(run.get()).execute(app.pool()).await?.rows_affected(), 1);
    lab.lab.devices().iter().for_each(|device| device.set_fault(None));
    lab.device(&busy)?.close_connections();

    let detail = work::ended(&app.client, run).await?;
    let other = detail.results.iter().find(|device| device.hostname != busy).context("there are two")?;
    assert_eq!((other.state, other.attempt), (DeviceState::Success, 2), "{:#?}", detail.results);
    app.stop().await;
    Ok(())
}

/// A worker that lost its lease reports nothing it found; the newer attempt does.
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_lost_its_lease_tells_no_outcome() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("contested", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let run = work::start(&app.client, lab.job).await?;
    let device = lab.device("contested")?;
    wait::until("the device is in work", async || Ok((device.readings() > 0).then_some(()))).await?;
    device.set_fault(None);
    let taken =
        "update run_devices set attempt = attempt + 1, worker = 'elsewhere', lease_until = now() where run_id = $1";
    sqlx::query(taken).bind(run.get()).execute(app.pool()).await?;

    let detail = work::ended(&app.client, run).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let log = work::logs(&app.client, run).await?;
    assert!(log.iter().all(|line| !line.message.starts_with("The session was cancelled")), "{log:#?}");
    assert!(log.iter().any(|line| line.message.starts_with("The result of attempt 1 on contested does not count")));
    app.stop().await;
    Ok(())
}

/// A lost signal costs a second, however much else is signalled meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_whose_signal_was_lost_is_seen_among_many_others() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("stalled", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let run = work::start(&app.client, lab.job).await?;
    let device = lab.device("stalled")?;
    wait::until("the device is in work", async || Ok((device.readings() > 0).then_some(()))).await?;
    sqlx::query("update job_runs set cancel_requested = true where id = $1")
        .bind(run.get())
        .execute(app.pool())
        .await?;
    let closed = wait::within(Duration::from_secs(4), "the session is closed", async || {
        let input = TagInput { name: Some("noise".to_owned()), ..TagInput::default() };
        let tag = app.client.send(&CreateTag(input)).await?.id;
        app.client.send(&DeleteTag(tag)).await?;
        Ok((device.sessions_open() == 0).then_some(()))
    });
    closed.await?;
    assert_eq!(work::ended(&app.client, run).await?.run.status, RunStatus::Cancelled);
    app.stop().await;
    Ok(())
}

/// Postgres cannot store the letter NUL: a device that sends one has its result all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_banner_with_a_nul_is_stored_without_it() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    let greeter = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept()?;
        stream.write_all(b"SSH-2.0-odd\0server\r\n")?;
        stream.read_to_end(&mut Vec::new())
    });
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "odd").await?;
    let device = DeviceInput {
        hostname: Some("odd".to_owned()),
        ip_address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(port)),
        device_type: Some("generic".to_owned()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    };
    app.client.send(&CreateDevice(device)).await?;
    let mut job = work::backup(tag);
    job.job_type = Some(JobKind::Reachability);
    let job = work::add_job(&app.client, job).await?;
    let detail = work::run(&app.client, job).await?;
    let result = work::result(&detail, "odd")?;
    assert_eq!((result.state, result.attempt), (DeviceState::Success, 1), "{result:#?}");
    assert_eq!(result.details.clone().unwrap_or_default().ssh_banner.as_deref(), Some("SSH-2.0-oddserver"));
    let _ = greeter.join();
    app.stop().await;
    Ok(())
}

/// What the database will never take is a result of its own, and not tried for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_the_database_refuses_becomes_a_failure() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let refuse = "create function refuse() returns trigger language plpgsql as
        $$ begin raise exception 'not in this encoding' using errcode = '22021'; end $$;
        create trigger refuse before insert on job_results for each row when (new.status = 'success')
        execute function refuse()";
    sqlx::raw_sql(refuse).execute(app.pool()).await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("odd", Platform::CiscoIos)]).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "odd")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::Internal), Some(Stage::Record)), "{result:#?}");
    assert_eq!((result.attempt, result.snapshot_id), (1, None), "{result:#?}");
    app.stop().await;
    Ok(())
}
