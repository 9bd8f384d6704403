//! Configurations: what changed between two snapshots, a search in all of them, and a device that fails found by the sidebar.

use anyhow::{Context as _, ensure};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::desktop::Screen;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_what_changed_and_which_devices_fail() -> anyhow::Result<()> {
    let specs = vec![
        DeviceSpec::new("core-1", Platform::CiscoIos),
        DeviceSpec { fault: Some(Fault::WrongPassword), ..DeviceSpec::new("core-2", Platform::CiscoIos) },
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    work::run(&app.client, lab.job).await?;
    let changed = lab.device("core-1")?;
    let before = changed.config();
    let interface = before.lines().find(|line| line.starts_with("interface ")).context("there is an interface")?;
    let after = before.replacen(interface, &format!("{interface}\n description towards the journey"), 1);
    changed.set_config(after);
    work::run(&app.client, lab.job).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        // One of the two fails, which the sidebar says wherever one is.
        window.choose("link", "1 failing now").await?;
        window.address_is("/devices?result=failure").await?;
        window.column_is("Devices", "Hostname", "only the one that fails", |names| names == ["core-2"]).await?;
        window.picture("devices-failing").await?;
        window.choose("button", "Clear").await?;
        window.column_is("Devices", "Hostname", "both", |names| names.len() == 2).await?;
        window.choose("button", "Back").await?;
        window.address_is("/devices?result=failure").await?;

        // The newest change of the other one, line by line.
        window.choose("link", "Configurations").await?;
        window.choose("link", "core-1").await?;
        window.find("heading", "core-1").await?;
        window.sees("description towards the journey").await?;
        window.picture("configurations-difference").await?;
        window.choose("button", "Text").await?;
        window.sees("hostname core-1").await?;

        // The snapshots by the keyboard: down to the older one, which is opened.
        window.choose("button", "Difference").await?;
        window.key("j").await?;
        window.key("j").await?;
        let older = window.address().await?;
        window.key("Enter").await?;
        window
            .wait("the older snapshot is shown", async || Ok((window.address().await? != older).then_some(())))
            .await?;

        // The text is found in the newer snapshot only.
        window.choose("link", "Configurations").await?;
        window.enter("searchbox", "Search in all configurations", "towards the journey").await?;
        window.sees("1 snapshot").await?;
        window.choose("link", "core-1").await?;
        window.sees("description towards the journey").await?;

        // A snapshot goes once that was confirmed.
        window.choose("link", "Configurations").await?;
        window.choose("link", "core-1").await?;
        window.sees("2 snapshots").await?;
        window.choose("button", "Delete the snapshot of").await?;
        window.find("dialog", "Delete this snapshot?").await?;
        window.choose("button", "Delete the snapshot").await?;
        window.sees("The snapshot was deleted; the git history keeps its text.").await?;
        window.sees("This is the only snapshot").await?;
        let kept = work::snapshots(&app.client, lab.id("core-1")?).await?;
        ensure!(kept.len() == 1, "{} snapshots are left", kept.len());
        anyhow::Ok(())
    };
    screen.walk(&window, "configurations", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}
