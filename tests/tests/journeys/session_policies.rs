//! Session policies at work: limits hold across servers and are waited for, a crypto policy refuses what is too old.

use netraven_api::outcome::{Cause, Stage};
use netraven_api::runs::{CancelRun, DeviceState};
use netraven_api::session_policy::{CryptoPolicy, SessionPolicy, SetDevicePolicy, SetServerPolicy, SetTagPolicy};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

fn two_at_once() -> SessionPolicy {
    SessionPolicy { at_once: Some(2), ..SessionPolicy::default() }
}

fn only(crypto: CryptoPolicy) -> SessionPolicy {
    SessionPolicy { crypto: Some(crypto), ..SessionPolicy::default() }
}

fn eight(fault: &Fault) -> Vec<DeviceSpec> {
    let spec = |number| DeviceSpec::new(format!("sw-{number}"), Platform::CiscoIos).with_fault(fault.clone());
    (1..=8).map(spec).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_never_three_whichever_server_works() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let other = app.another().await?;
    let lab = Enrolled::start(&app.client, eight(&Fault::Slow { bytes_per_second: 8_000 })).await?;
    app.client.send(&SetTagPolicy(lab.tag, two_at_once())).await?;
    let run = work::start(&app.client, lab.job).await?;
    // At any moment the database itself says how many are being worked on.
    let working = "select count(*) from run_devices where run_id = $1 and state = 'running'";
    let mut most = 0;
    wait::until("all devices have ended", async || {
        let now: i64 = sqlx::query_scalar(working).bind(run.get()).fetch_one(app.pool()).await?;
        most = most.max(now);
        let devices = work::devices(&app.client, run).await?;
        Ok(devices.iter().all(|device| device.finished_at.is_some()).then_some(()))
    })
    .await?;
    assert!(most <= 2, "{most} at once");
    let detail = work::ended(&app.client, run).await?;
    for result in &detail.results {
        assert_eq!((result.state, result.attempt), (DeviceState::Success, 1), "to wait is no attempt: {result:#?}");
        assert_eq!(result.waits_for, None);
    }
    assert_eq!(detail.results.len(), 8);
    other.stop().await;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_for_what_and_is_cancelled_at_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, eight(&Fault::Stalls { after_bytes: 200 })).await?;
    app.client.send(&SetTagPolicy(lab.tag, two_at_once())).await?;
    let run = work::start(&app.client, lab.job).await?;
    let waiting = wait::until("two are worked on and six wait for their turn", async || {
        let devices = work::devices(&app.client, run).await?;
        let count = |state| devices.iter().filter(|device| device.state == state).count();
        let waits: Vec<String> = devices.iter().filter_map(|device| Some(device.waits_for.as_ref()?.wait())).collect();
        Ok((count(DeviceState::Running) == 2 && waits.len() == 6).then_some(waits))
    });
    let waiting = waiting.await?;
    assert!(waiting.iter().all(|told| told == "Waits for its turn at site lab: 2 at once."), "{waiting:?}");

    app.client.send(&CancelRun(run)).await?;
    let detail = work::ended(&app.client, run).await?;
    assert!(detail.results.iter().all(|device| device.state == DeviceState::Cancelled), "{:#?}", detail.results);
    let touched = lab.lab.devices().iter().filter(|device| device.connections() > 0).count();
    assert_eq!(touched, 2, "who waited was not connected to");

    // The slots are free again, and a limit that is gone keeps nobody.
    app.client.send(&SetTagPolicy(lab.tag, SessionPolicy::default())).await?;
    lab.lab.devices().iter().for_each(|device| device.set_fault(None));
    let again = work::run(&app.client, lab.job).await?;
    assert!(again.results.iter().all(|device| device.state == DeviceState::Success), "{:#?}", again.results);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn new_sessions_begin_no_faster_than_a_limit_says() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let specs = ["one", "two", "three"].map(|name| DeviceSpec::new(name, Platform::CiscoIos));
    let lab = Enrolled::start(&app.client, specs.to_vec()).await?;
    let slowly = SessionPolicy { per_second: Some(1), ..SessionPolicy::default() };
    app.client.send(&SetServerPolicy(slowly)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert!(detail.results.iter().all(|device| device.state == DeviceState::Success), "{:#?}", detail.results);
    let mut began: Vec<i64> =
        detail.results.iter().filter_map(|device| Some(device.started_at?.as_millisecond())).collect();
    began.sort_unstable();
    // A lease is dated from the moment it was asked for.
    assert!(began.len() == 3 && began[2] - began[0] >= 1_500, "{began:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_too_old_for_its_crypto_policy_is_refused_by_name() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let specs = vec![
        DeviceSpec::new("old", Platform::CiscoIos).with_fault(Fault::LegacyAlgorithms),
        DeviceSpec::new("new", Platform::CiscoIos),
    ];
    let lab = Enrolled::start(&app.client, specs).await?;
    app.client.send(&SetServerPolicy(only(CryptoPolicy::Modern))).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&detail, "new")?.state, DeviceState::Success, "{:#?}", detail.results);
    let refused = work::result(&detail, "old")?;
    assert_eq!((refused.cause, refused.stage), (Some(Cause::CryptoPolicy), Some(Stage::KeyExchange)), "{refused:#?}");
    let said = refused.message.as_deref().unwrap_or_default();
    for words in ["the crypto policy of the server (modern algorithms only)", "The device offers: key exchange"] {
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(lab.device("old")?.logins(), 0, "no password was sent");

    app.client.send(&SetDevicePolicy(lab.id("old")?, only(CryptoPolicy::Legacy))).await?;
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&again, "old")?.state, DeviceState::Success, "{:#?}", again.results);
    app.stop().await;
    Ok(())
}
