//! What is no configuration is never stored as one: lines of the device's log, and refusals in words nobody listed. And a
//! shell that asks for the credential once more is given it, once.

use anyhow::Context as _;
use netraven_api::outcome::Cause;
use netraven_api::runs::DeviceState;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

fn named(platform: Platform) -> String {
    format!("logs-{}", platform.as_str().replace('_', "-"))
}

#[tokio::test(flavor = "multi_thread")]
async fn log_lines_and_odd_refusals_are_not_stored() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let logs =
        [Platform::CiscoIos, Platform::CiscoNxos, Platform::AristaEos, Platform::JuniperJunos, Platform::Generic];
    let mut specs: Vec<DeviceSpec> =
        logs.iter().map(|platform| DeviceSpec::new(named(*platform), *platform).with_fault(Fault::LogLine)).collect();
    specs.push(DeviceSpec::new("odd", Platform::Generic).with_fault(Fault::OddRefusal));
    let lab = Enrolled::start(&app.client, specs).await?;

    let detail = work::run(&app.client, lab.job).await?;
    for platform in logs {
        let name = named(platform);
        assert_eq!(work::result(&detail, &name)?.state, DeviceState::Success, "{:#?}", detail.results);
        let snapshots = work::snapshots(&app.client, lab.id(&name)?).await?;
        let text = &snapshots.first().context("a success has a snapshot")?.config_data;
        assert!(!text.contains("%LINK-3-UPDOWN") && text.lines().count() > 10, "{name}:\n{text}");
    }
    let odd = work::result(&detail, "odd")?;
    assert_eq!(odd.cause, Some(Cause::CommandRejected), "{odd:#?}");
    assert!(work::snapshots(&app.client, lab.id("odd")?).await?.is_empty());

    // The log line is gone by now: nothing changed, nothing is stored.
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!(again.run.changed, 0, "{:#?}", again.results);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_asks_who_is_there_is_told_once() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let asks = |name: &str, platform| DeviceSpec::new(name, platform).with_fault(Fault::SignsInByShell);
    let lab = Enrolled::start(&app.client, vec![asks("asks", Platform::Generic), asks("asks-ios", Platform::CiscoIos)])
        .await?;
    let detail = work::run(&app.client, lab.job).await?;
    for name in ["asks", "asks-ios"] {
        assert_eq!(work::result(&detail, name)?.state, DeviceState::Success, "{:#?}", detail.results);
        let typed = lab.device(name)?.commands();
        assert_eq!(typed.iter().filter(|line| line.contains("by the shell")).count(), 1, "{typed:?}");
    }
    app.stop().await;
    Ok(())
}
