//! Leases that went wrong between worker and database: each ends by itself.

use std::time::Duration;

use anyhow::Context as _;
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
    assert_eq!(sqlx::query(lost).bind(run).execute(app.pool()).await?.rows_affected(), 1);
    lab.lab.devices().iter().for_each(|device| device.set_fault(None));
    lab.device(&busy)?.close_connections();

    let detail = work::ended(&app.client, run).await?;
    let other = detail.results.iter().find(|device| device.hostname != busy).context("there are two")?;
    assert_eq!((other.state, other.attempt), (DeviceState::Success, 2), "{:#?}", detail.results);
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
    sqlx::query("update job_runs set cancel_requested = true where id = $1").bind(run).execute(app.pool()).await?;
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
