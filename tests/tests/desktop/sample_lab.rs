//! The sample lab from the first start to its removal.

use anyhow::Context as _;
use netraven_tests::desktop::{Screen, all_gone, processes_of};
use serde_json::json;

/// First start, sample lab, a run with its live lines and true causes, the end; then a second start that goes to the same
/// place by itself, with everything there until the lab is removed.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_backs_up_the_sample_lab() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let data_dir = data.path().join("net raven ü");
    let folder = data_dir.to_str().context("the path is text")?;
    let screen = Screen::open().await?;

    let window = screen.window(&["--data-dir", folder]).await?;
    let journey = async {
        window.sees("Where is your data?").await?;
        window.picture("first-start").await?;
        window.press("On this computer").await?;
        window.sees("Job Status Dashboard").await?;
        window.press("Start the sample lab").await?;

        window.sees("Sample lab backup").await?;
        // Its log is opened while it runs: lines beyond those of the first reading arrive by themselves.
        window.press("Log of this run").await?;
        window.has_lines(1).await?;
        let read = window.lines().await?;
        window.has_lines(read + 1).await?;
        window.picture("run-live").await?;
        window.press("Devices").await?;
        window.sees("Authentication refused").await?;
        window.sees("Partly failed").await?;
        window.picture("run").await?;
        window.press("Log of this run").await?;
        // Its newest line; which of the others are in sight depends on how the devices came through.
        window.sees("Sample lab backup partly failed").await?;
        window.picture("run-log").await?;

        window.go("Job Status").await?;
        window.sees("Sample lab backup").await?;
        window.picture("dashboard").await?;
        window.press("Unified Logs").await?;
        let lines = "return document.querySelectorAll('[data-action^=\"Line \"]').length > 10";
        window.until(lines, json!([])).await?;
        window.picture("logs").await?;

        // From the keyboard alone: a device by its name, and back.
        window.keys("\u{e009}k\u{e000}").await?;
        window.sees("Search or jump to").await?;
        window.keys("core-0").await?;
        window.until("return document.querySelectorAll('#palette-list li').length === 2", json!([])).await?;
        window.picture("search").await?;
        window.keys("\u{e007}").await?;
        window.until("return location.pathname === '/devices' && /[?&]open=/.test(location.search)", json!([])).await?;
        window.sees("Last runs").await?;
        window.press("Back").await?;
        window.until("return location.search.includes('tab=logs')", json!([])).await?;
        window.sees("Export").await?;

        window.go("Devices").await?;
        window.sees("lab-core-01").await?;
        window.sees("Simulated").await?;
        window.picture("devices").await?;
        window.go("Jobs").await?;
        window.sees("Sample lab backup").await?;
        window.picture("jobs").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "sample-lab", journey).await?;
    window.close().await?;
    all_gone(&data_dir).await?;

    let screen = Screen::open().await?;
    let window = screen.window(&["--data-dir", folder]).await?;
    let again = async {
        window.sees("Sample lab backup").await?;
        window.sees("Partly failed").await?;
        window.sees("Sample lab: 12 simulated devices").await?;
        window.picture("second-start").await?;
        // Once more beside it: the window that is there answers, without a session bus.
        let (status, said) = screen.start(&["--data-dir", folder, "--embedded"]).await?;
        assert!(status.success() && said.contains("already open on") && said.contains(folder), "{status}: {said}");
        window.sees("Sample lab backup").await?;
        window.press("Remove it").await?;
        window.sees("The sample lab was removed.").await?;
        window.go("Devices").await?;
        window.sees("No devices yet").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "sample-lab-again", again).await?;
    window.close().await?;
    all_gone(&data_dir).await?;
    assert_eq!(processes_of(&data_dir), Vec::<String>::new());
    Ok(())
}
