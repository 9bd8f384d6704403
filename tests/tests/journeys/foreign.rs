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

/// Each device says what it is about with every command, or in every prompt; nothing of it is stored, and nothing changes.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_says_each_time_is_no_part_of_what_is_stored() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let spec = |name: &str, platform, fault| DeviceSpec::new(name, platform).with_fault(fault);
    let pager = "hostname pager\nbanner motd ^\n --More-- \n^\ninterface Vlan1\n shutdown\nend\n";
    let specs = vec![
        spec("logs-ios", Platform::CiscoIos, Fault::LogsEveryCommand),
        spec("logs-nxos", Platform::CiscoNxos, Fault::LogsEveryCommand),
        spec("logs-eos", Platform::AristaEos, Fault::LogsEveryCommand),
        spec("logs-junos", Platform::JuniperJunos, Fault::LogsEveryCommand),
        spec("logs-generic", Platform::Generic, Fault::LogsEveryCommand),
        spec("clock-eos", Platform::AristaEos, Fault::ClockInPrompt),
        spec("clock-ios", Platform::CiscoIos, Fault::ClockInPrompt),
        spec("clock-generic", Platform::Generic, Fault::ClockInPrompt),
        DeviceSpec::new("pager", Platform::CiscoIos).with_config(pager),
        spec("pager-stays", Platform::CiscoIos, Fault::PagerStaysOn).with_config(pager.repeat(9)),
    ];
    let lab = Enrolled::start(&app.client, specs).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(detail.run.succeeded, 10, "{:#?}", detail.results);
    for result in &detail.results {
        let name = result.hostname.as_str();
        let snapshots = work::snapshots(&app.client, lab.id(name)?).await?;
        let text = &snapshots.first().context("a success has a snapshot")?.config_data;
        assert!(!text.contains("%PARSER") && !text.contains("10:00:"), "{name}:\n{text}");
        if name.starts_with("pager") {
            let times = if name == "pager" { 1 } else { 9 };
            assert_eq!(text.matches("\n --More-- \n^\n").count(), times, "{name}:\n{text}");
        }
    }
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!((again.run.succeeded, again.run.changed), (10, 0), "{:#?}", again.results);
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
