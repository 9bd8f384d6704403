//! Cancelling: open sessions are closed within two seconds, waiting devices never begin, and the log proves it.

use std::time::{Duration, Instant};

use netraven_api::logs::Level;
use netraven_api::outcome::Cause;
use netraven_api::results::ListResults;
use netraven_api::runs::{CancelRun, DeviceState, RunStatus};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_closes_its_session_within_two_seconds() -> anyhow::Result<()> {
    let names = ["stalled", "waiting-1", "waiting-2", "waiting-3"];
    let mut specs: Vec<DeviceSpec> = names.map(|name| DeviceSpec::new(name, Platform::CiscoIos)).into();
    for spec in &mut specs {
        spec.fault = Some(Fault::Stalls { after_bytes: 200 });
    }
    let app = TestApp::start_with(|config| config.sessions = 1).await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let run = work::start(&app.client, lab.job).await?;
    // One device is in the middle of its configuration, the others wait for the one session there is.
    let busy = wait::until("a device stalls in its configuration", async || {
        Ok(lab.lab.devices().iter().find(|device| device.readings() > 0))
    });
    let busy = busy.await?;
    assert_eq!(busy.sessions_open(), 1);

    let began = Instant::now();
    app.client.send(&CancelRun(run)).await?;
    let closed = wait::within(Duration::from_secs(2), "the session is closed", async || {
        Ok((busy.sessions_open() == 0).then_some(()))
    });
    closed.await?;
    let detail = work::ended(&app.client, run).await?;
    assert!(began.elapsed() < Duration::from_secs(4), "the run ended {:?} after its cancellation", began.elapsed());

    assert_eq!((detail.run.status, detail.run.cancel_requested), (RunStatus::Cancelled, true), "{detail:#?}");
    assert!(detail.results.iter().all(|device| device.state == DeviceState::Cancelled), "{:#?}", detail.results);
    assert!(detail.results.iter().all(|device| device.cause == Some(Cause::Cancelled)));
    let untouched = lab.lab.devices().iter().filter(|device| device.spec.hostname != busy.spec.hostname);
    assert_eq!(untouched.map(|device| device.connections()).sum::<u64>(), 0, "waiting devices never began");
    let results = app.client.send(&ListResults { run_id: Some(run), ..ListResults::default() }).await?;
    assert_eq!(results.total, 4, "each device has exactly one result");

    let log = work::logs(&app.client, run).await?;
    let id = Some(lab.id(&busy.spec.hostname)?);
    let place =
        |what: &str, found: Option<usize>| found.ok_or_else(|| anyhow::anyhow!("no line says {what}: {log:#?}"));
    let asked = place("who cancelled", log.iter().position(|line| line.message.starts_with("Cancelled by admin")))?;
    let closed = log.iter().position(|line| line.device_id == id && line.level == Level::Warning);
    let closed = place("that the session was closed", closed)?;
    let ended = place(
        "that the run was cancelled",
        log.iter().position(|line| line.message.starts_with("lab backup was cancelled")),
    )?;
    assert!(asked < closed && closed < ended, "{log:#?}");

    // Cancelling what has ended changes nothing, and the job can run again.
    assert_eq!(app.client.send(&CancelRun(run)).await?.status, RunStatus::Cancelled);
    lab.lab.devices().iter().for_each(|device| device.set_fault(None));
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!(again.run.status, RunStatus::Succeeded, "{:#?}", again.results);
    app.stop().await;
    Ok(())
}
