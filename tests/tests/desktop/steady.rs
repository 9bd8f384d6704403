//! Nothing moves under the pointer: what is about to be pressed stays where it is, whatever arrives meanwhile.

use anyhow::{Context as _, ensure};
use netraven_api::runs::{CancelDevice, CancelRun};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};
use serde_json::{Value, json};

/// Where everything is that can be pressed above the rows and below them, by its words, and each row's link.
const PLACES: &str = "
    const shown = [...document.querySelectorAll('main button, main [role=tab], main select, main input, main a[href]')];
    const name = element => element.dataset.action || element.getAttribute('aria-label') || element.id || element.innerText.trim();
    const kept = element => !element.closest('.causes, .side') && element.getClientRects().length > 0;
    return Object.fromEntries(shown.filter(kept).map(element => {
        const { left, top } = element.getBoundingClientRect();
        return [name(element), [Math.round(left), Math.round(top)]];
    }));";

/// What is on the page of a run for as long as it is looked at, and on the page of one of its devices.
const OF_A_RUN: [&str; 10] = [
    "Back",
    "Forward",
    "Home",
    "Job Status",
    "Copy link",
    "Run again",
    "Devices",
    "History",
    "Log of this run",
    "Sort by Device",
];
const OF_A_DEVICE: [&str; 9] = [
    "Back",
    "Forward",
    "Home",
    "Job Status",
    "Copy link",
    "Run the job again",
    "Run this device again",
    "What happened",
    "Log of this device",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_and_ends_moves_nothing_that_can_be_pressed() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![stalls("core-1"), stalls("edge-1"), stalls("edge-2")]).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        let run = work::start(&app.client, lab.job).await?;
        window.choose("link", "lab backup").await?;
        for name in ["core-1", "edge-1", "edge-2"] {
            window.find("button", &format!("Cancel {name}")).await?;
        }
        window.sees("No device has failed so far.").await?;
        // The pointer rests on the rows, as of somebody about to press one.
        screen.point_at(&window, "#run-devices-frame").await?;
        let before = places(&window).await?;
        window.picture("steady-before").await?;

        for (name, left) in [("edge-2", 2), ("edge-1", 1), ("core-1", 0)] {
            app.client.send(&CancelDevice { run_id: run, device_id: lab.id(name)? }).await?;
            let going = "return document.querySelectorAll('[data-action^=\"Cancel \"]').length === arguments[0]";
            window.until(going, json!([left])).await.with_context(|| format!("{name} is cancelled on screen"))?;
            stay(&before, &places(&window).await?, &OF_A_RUN)?;
        }
        work::ended(&app.client, run).await?;
        window.lacks("button", "Cancel").await?;
        window.find("group", "Why devices failed").await?;
        window.picture("steady-after").await?;
        stay(&before, &places(&window).await?, &OF_A_RUN)
    };
    screen.walk(&window, "steady", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fails_moves_no_action_of_its_page() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![stalls("core-1"), stalls("core-2")]).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        let run = work::start(&app.client, lab.job).await?;
        window.choose("link", "lab backup").await?;
        window.find("button", "Cancel core-1").await?;
        window.choose("link", "core-1").await?;
        window.find("button", "Cancel this device").await?;
        let device = lab.device("core-1")?;
        window.wait("its session is open", async || Ok((device.sessions_open() > 0).then_some(()))).await?;
        let before = places(&window).await?;
        window.picture("steady-device-before").await?;

        device.close_connections();
        window.find("button", "Copy report").await?;
        window.lacks("button", "Cancel this device").await?;
        window.picture("steady-device-after").await?;
        stay(&before, &places(&window).await?, &OF_A_DEVICE)?;
        app.client.send(&CancelRun(run)).await?;
        work::ended(&app.client, run).await?;
        stay(&before, &places(&window).await?, &OF_A_DEVICE)
    };
    screen.walk(&window, "steady-device", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// A device that stops in the middle of its configuration and keeps the connection open.
fn stalls(name: &str) -> DeviceSpec {
    DeviceSpec { fault: Some(Fault::Stalls { after_bytes: 200 }), ..DeviceSpec::new(name, Platform::CiscoIos) }
}

/// Everything that was there and still is, is where it was; these are there before and after.
fn stay(before: &Value, after: &Value, always: &[&str]) -> anyhow::Result<()> {
    let (before, after) = (before.as_object().context("places")?, after.as_object().context("places")?);
    for name in always {
        ensure!(before.contains_key(*name) && after.contains_key(*name), "{name} is not there: {before:?} {after:?}");
    }
    let moved: Vec<_> =
        before.iter().filter(|(name, place)| after.get(*name).is_some_and(|now| now != *place)).collect();
    ensure!(moved.is_empty(), "moved: {moved:?} to {after:?}");
    Ok(())
}

async fn places(window: &Window) -> anyhow::Result<Value> {
    window.ask(PLACES).await
}
