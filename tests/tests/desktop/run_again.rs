//! A run that failed in part: run again for what failed, and a run that is cancelled.

use anyhow::ensure;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};
use serde_json::json;

/// The marked line lies within the part of the transcript that is seen, which is not its beginning.
const BROKE_IS_SEEN: &str = "const [text, line] = ['said', 'said-broke'].map(id => document.getElementById(id)); \
    if (!text || !line) return false; \
    const [frame, place] = [text, line].map(element => element.getBoundingClientRect()); \
    return text.scrollTop > 0 && place.top >= frame.top && place.bottom <= frame.bottom;";

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_is_run_again_and_a_run_is_cancelled() -> anyhow::Result<()> {
    let spec = |name, fault| DeviceSpec { fault, ..DeviceSpec::new(name, Platform::CiscoIos) };
    let specs = vec![
        spec("core-1", None),
        spec("core-2", Some(Fault::DropsHalfWay)),
        spec("edge-1", Some(Fault::WrongPassword)),
        spec("edge-2", None),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    work::run(&app.client, lab.job).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        // From the dashboard into the run, and what failed is run again.
        window.choose("link", "lab backup").await?;
        devices_are(&window, &["core-1", "core-2", "edge-1", "edge-2"]).await?;
        window.sees("Partly failed").await?;
        let first = window.address().await?;
        window.choose("button", "Run again").await?;
        window.choose("menuitem", "Only the 2 that failed").await?;
        devices_are(&window, &["core-2", "edge-1"]).await?;
        ensure!(window.address().await? != first, "the new run has a page of its own");
        window.find("button", "Run again").await?;
        states_are(&window, "Failed", 2).await?;
        window.picture("run-again").await?;

        // Why one of them failed: its transcript is long, and shown where it broke off.
        window.choose("link", "core-2").await?;
        window.sees("closed the TCP connection").await?;
        window.until(BROKE_IS_SEEN, json!([])).await?;
        window.picture("transcript").await?;
        window.choose("button", "Back").await?;
        devices_are(&window, &["core-2", "edge-1"]).await?;

        // One a retry may fix, from its own row; its fault is gone by now.
        lab.device("core-2")?.set_fault(None);
        window.choose("button", "Run core-2 again").await?;
        devices_are(&window, &["core-2"]).await?;
        states_are(&window, "Succeeded", 1).await?;

        // All of them once more, with one that never comes to an end: cancelled.
        lab.device("core-1")?.set_fault(Some(Fault::Stalls { after_bytes: 200 }));
        window.choose("button", "Run again").await?;
        window.choose("menuitem", "All devices of the job").await?;
        devices_are(&window, &["core-1", "core-2", "edge-1", "edge-2"]).await?;
        window.find("button", "Cancel core-1").await?;
        let reason = window.refusal("button", "Run again").await?;
        ensure!(reason.contains("one run at a time"), "{reason}");
        window.choose("button", "Cancel").await?;
        window.find("dialog", "Cancel this run?").await?;
        window.choose("button", "Keep it").await?;
        window.lacks("dialog", "Cancel this run?").await?;
        window.choose("button", "Cancel").await?;
        window.choose("button", "Cancel the run").await?;
        window.lacks("button", "Cancel").await?;
        window.find("button", "Run again").await?;
        window
            .column_is("Devices of this run", "State", "one is cancelled", |states| {
                states.iter().any(|it| it == "Cancelled")
            })
            .await?;
        window.choose("tab", "Log of this run").await?;
        window.sees("Cancelled by admin").await?;
        window.sees("lab backup was cancelled").await?;
        window.picture("run-cancelled").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "run-again", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Waits until the run on screen has exactly these devices.
async fn devices_are(window: &Window, hostnames: &[&str]) -> anyhow::Result<()> {
    let is_all = |cells: &[String]| {
        let mut cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        cells.sort_unstable();
        cells == hostnames
    };
    window.column_is("Devices of this run", "Device", &format!("exactly {hostnames:?}"), is_all).await?;
    Ok(())
}

/// Waits until `devices` devices have come to this state, and none to another.
async fn states_are(window: &Window, state: &str, devices: usize) -> anyhow::Result<()> {
    let what = format!("{devices} times {state}");
    let is_all = |cells: &[String]| cells.len() == devices && cells.iter().all(|cell| cell.starts_with(state));
    window.column_is("Devices of this run", "State", &what, is_all).await?;
    Ok(())
}
