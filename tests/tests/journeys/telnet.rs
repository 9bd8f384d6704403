//! Devices that are not reached by SSH: read as faithfully, marked as not encrypted, and never said to have identified
//! themselves.

use netraven_api::Transport;
use netraven_api::devices::{CreateDevice, DeviceInput, GetHostKey, UpdateDevice};
use netraven_api::jobs::{JobInput, JobKind};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::problem::Code;
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_lab::{Carrier, DeviceSpec, Fault, Platform, SAMPLE_PASSWORD};
use netraven_tests::support::account::Account;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::telnetd::Telnetd;
use netraven_tests::support::work::{self, Enrolled};

#[tokio::test(flavor = "multi_thread")]
async fn a_telnet_device_and_a_console_line_are_backed_up_and_marked_as_not_encrypted() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let specs = vec![
        DeviceSpec::new("old-sw", Platform::CiscoIos).over(Carrier::Telnet),
        DeviceSpec::new("console", Platform::CiscoNxos).over(Carrier::Tcp),
        DeviceSpec::new("locked", Platform::JuniperJunos).over(Carrier::Telnet).with_fault(Fault::WrongPassword),
    ];
    let lab = Enrolled::start(&app.client, specs).await?;
    let first = work::run(&app.client, lab.job).await?;
    assert_eq!((first.run.status, first.run.changed), (RunStatus::PartlyFailed, 2), "{:#?}", first.results);
    for (name, transport) in [("old-sw", Transport::Telnet), ("console", Transport::Tcp)] {
        let result = work::result(&first, name)?;
        assert_eq!((result.state, result.transport), (DeviceState::Success, transport), "{result:#?}");
        let evidence = *result.details.clone().unwrap_or_default();
        assert_eq!(evidence.transport.and_then(|told| told.known()), Some(transport));
        assert_eq!((evidence.host_key, evidence.algorithms), (None, None));
        let of_ssh = [Stage::KeyExchange, Stage::HostKey, Stage::SignIn];
        let timed: Vec<Stage> = evidence.timings.iter().filter_map(|timed| timed.stage.known()).collect();
        assert!(timed.contains(&Stage::Prompt) && !timed.iter().any(|stage| of_ssh.contains(stage)), "{timed:?}");
        let missing = app.client.send(&GetHostKey(lab.id(name)?)).await.unwrap_err();
        assert_eq!(missing.code, Code::NotFound, "{name} has no host key to store");
    }
    let log = work::logs(&app.client, first.run.id).await?;
    assert!(log.iter().any(|line| line.message.starts_with("Telnet is not encrypted")), "{log:#?}");
    assert!(log.iter().all(|line| !line.message.contains(SAMPLE_PASSWORD)));

    let refused = work::result(&first, "locked")?;
    assert_eq!((refused.cause, refused.stage), (Some(Cause::AuthFailed), Some(Stage::Prompt)), "{refused:#?}");
    assert_eq!(lab.device("locked")?.logins_refused(), 1, "one wrong password is enough");

    let second = work::run(&app.client, lab.job).await?;
    assert_eq!(second.run.changed, 0, "{:#?}", second.results);
    for name in ["old-sw", "console"] {
        assert_eq!(work::snapshots(&app.client, lab.id(name)?).await?.len(), 1, "{name}");
        assert_eq!((lab.device(name)?.logins(), lab.device(name)?.connections()), (2, 2), "{name}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_of_reachability_waits_for_no_greeting_without_ssh() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let spec = DeviceSpec::new("old-sw", Platform::CiscoIos).over(Carrier::Telnet);
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let test =
        JobInput { name: Some("reach".to_owned()), job_type: Some(JobKind::Reachability), ..work::backup(lab.tag) };
    let detail = work::run(&app.client, work::add_job(&app.client, test).await?).await?;
    let result = work::result(&detail, "old-sw")?;
    assert_eq!((result.state, result.stage), (DeviceState::Success, Some(Stage::Reach)), "{result:#?}");
    let evidence = *result.details.clone().unwrap_or_default();
    let said = result.message.clone().or(evidence.message).unwrap_or_default();
    assert!(said.contains("accepted a TCP connection") && said.contains("no greeting"), "{said}");
    assert_eq!(evidence.ssh_banner, None);
    assert_eq!(lab.device("old-sw")?.logins(), 0);
    app.stop().await;
    Ok(())
}

/// A device that a person took for a telnet device.
#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_speaks_ssh_is_told_and_gets_no_password() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("core", Platform::CiscoIos)]).await?;
    let over_telnet = DeviceInput { transport: Some(Transport::Telnet), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(lab.id("core")?, over_telnet)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "core")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::PromptNotSeen), Some(Stage::Prompt)), "{result:#?}");
    assert!(result.message.as_deref().is_some_and(|said| said.contains("speaks SSH")), "{result:#?}");
    assert_eq!((lab.device("core")?.logins(), lab.device("core")?.logins_refused()), (0, 0));
    app.stop().await;
    Ok(())
}

/// The system's own telnet server with its own options, its own sign-in and a real shell, as the platform `linux`.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_telnet_server_is_backed_up_as_linux() -> anyhow::Result<()> {
    let telnetd = tokio::task::spawn_blocking(Telnetd::start).await??;
    let account = tokio::task::spawn_blocking(Account::make).await??;
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "hosts").await?;
    work::add_credential(&app.client, tag, &account.username, &account.password, None).await?;
    let host = DeviceInput {
        hostname: Some("this-host".to_owned()),
        ip_address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(telnetd.port)),
        transport: Some(Transport::Telnet),
        device_type: Some("linux".to_owned()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    };
    app.client.send(&CreateDevice(host)).await?;
    let job = work::add_job(&app.client, work::backup(tag)).await?;
    let first = work::run(&app.client, job).await?;
    assert_eq!((first.run.status, first.run.changed), (RunStatus::Succeeded, 1), "{:#?}", first.results);
    let log = work::logs(&app.client, first.run.id).await?;
    assert!(log.iter().all(|line| !line.message.contains(&account.password)));
    let again = work::run(&app.client, job).await?;
    assert_eq!((again.run.status, again.run.changed), (RunStatus::Succeeded, 0), "{:#?}", again.results);
    app.stop().await;
    Ok(())
}
