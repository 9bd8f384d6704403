//! Devices behind jump hosts, which are real OpenSSH servers: one connection to each carries all sessions, and what goes
//! wrong on the way names the jump host.

use netraven_api::devices::{DeviceInput, TrustedKey, UpdateDevice};
use netraven_api::evidence::Evidence;
use netraven_api::jobs::{JobInput, JobKind};
use netraven_api::jump_hosts::{
    CreateJumpHost, GetJumpHost, JumpHostInput, TrustJumpHostKey, UpdateJumpHost, WayChoice,
};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::problem::Code;
use netraven_api::runs::{CancelRun, DeviceState, RunDevice};
use netraven_api::tags::{TagInput, UpdateTag};
use netraven_api::{CredentialId, JumpHostId};
use netraven_lab::{Carrier, DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

/// The lines of a server that takes few connections at a time and no session on any of them: it only forwards.
const FEW: &str = "MaxStartups 2\nMaxSessions 0\nAllowTcpForwarding yes";

async fn server(lines: &'static str) -> anyhow::Result<Sshd> {
    tokio::task::spawn_blocking(move || Sshd::start_with(lines)).await?
}

/// Adds the credential of a server's account; its tag is no device's.
async fn credential(app: &TestApp, name: &str, sshd: &Sshd) -> anyhow::Result<CredentialId> {
    let tag = work::add_tag(&app.client, &format!("account of {name}")).await?;
    work::add_credential(&app.client, tag, &sshd.username, &sshd.password, None).await
}

/// Adds a server as a jump host, behind another one or not.
async fn jump_host(app: &TestApp, name: &str, sshd: &Sshd, through: Option<JumpHostId>) -> anyhow::Result<JumpHostId> {
    let input = JumpHostInput {
        name: Some(name.to_owned()),
        address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(sshd.port)),
        credential_id: Some(credential(app, name, sshd).await?),
        through: Some(through),
        ..JumpHostInput::default()
    };
    Ok(app.client.send(&CreateJumpHost(input)).await?.id)
}

/// Has all devices of the lab reached through a jump host, by their tag.
async fn reach(app: &TestApp, lab: &Enrolled, through: JumpHostId) -> anyhow::Result<()> {
    let input = TagInput { jump_host_id: Some(Some(through)), ..TagInput::default() };
    app.client.send(&UpdateTag(lab.tag, input)).await?;
    Ok(())
}

fn evidence(result: &RunDevice) -> Evidence {
    result.details.as_deref().cloned().unwrap_or_default()
}

fn said(result: &RunDevice) -> &str {
    result.message.as_deref().unwrap_or_default()
}

/// How many connections a server has let in, once it has logged any.
async fn accepted(sshd: &Sshd) -> anyhow::Result<usize> {
    wait::until("the server has let somebody in", async || Ok(Some(sshd.accepted()).filter(|count| *count > 0))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_devices_go_over_one_connection_to_a_jump_host_that_takes_two_at_a_time() -> anyhow::Result<()> {
    let (sshd, app) = (server(FEW).await?, TestApp::start().await?);
    let specs = (1..=20).map(|number| {
        let spec = DeviceSpec::new(format!("sw-{number:02}"), Platform::CiscoIos);
        if number % 5 == 0 { spec.over(Carrier::Telnet) } else { spec }
    });
    let lab = Enrolled::start(&app.client, specs.collect()).await?;
    reach(&app, &lab, jump_host(&app, "bastion-1", &sshd, None).await?).await?;
    let detail = work::run(&app.client, lab.job).await?;
    for result in &detail.results {
        assert_eq!(result.state, DeviceState::Success, "{result:#?}");
        assert_eq!(evidence(result).via, ["bastion-1"]);
    }
    assert_eq!((detail.results.len(), accepted(&sshd).await?), (20, 1));
    let log = serde_json::to_string(&work::logs(&app.client, detail.run.id).await?)?;
    assert!(log.contains("bastion-1: Signed in as") && !log.contains(&sshd.password));

    let test =
        JobInput { name: Some("reach".to_owned()), job_type: Some(JobKind::Reachability), ..work::backup(lab.tag) };
    let tested = work::run(&app.client, work::add_job(&app.client, test).await?).await?;
    for result in &tested.results {
        let evidence = evidence(result);
        assert_eq!((result.state, evidence.icmp), (DeviceState::Success, None), "{result:#?}");
        assert_eq!(evidence.via, ["bastion-1"]);
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn two_jump_hosts_stand_one_behind_the_other_but_not_in_a_circle() -> anyhow::Result<()> {
    let (outer, inner, app) = (server("").await?, server("").await?, TestApp::start().await?);
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("core", Platform::JuniperJunos)]).await?;
    let first = jump_host(&app, "bastion-1", &outer, None).await?;
    let second = jump_host(&app, "bastion-2", &inner, Some(first)).await?;
    let circle = JumpHostInput { through: Some(Some(second)), ..JumpHostInput::default() };
    let refused = app.client.send(&UpdateJumpHost(first, circle)).await.unwrap_err();
    assert!(refused.code == Code::Invalid && refused.message.contains("circle"), "{refused:?}");
    reach(&app, &lab, second).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "core")?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    assert_eq!(evidence(result).via, ["bastion-1", "bastion-2"]);
    assert_eq!((accepted(&outer).await?, accepted(&inner).await?), (1, 1));
    for id in [first, second] {
        let host = app.client.send(&GetJumpHost(id)).await?;
        assert!(host.host_key.is_some_and(|key| key.trusted_by.is_none()), "the key is stored on first use");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_lost_in_the_middle_is_named_and_replaced() -> anyhow::Result<()> {
    let (sshd, app) = (server("").await?, TestApp::start().await?);
    let stalls = DeviceSpec::new("sw", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 });
    let lab = Enrolled::start(&app.client, vec![stalls]).await?;
    reach(&app, &lab, jump_host(&app, "bastion-1", &sshd, None).await?).await?;
    let run = work::start(&app.client, lab.job).await?;
    wait::until("the device is being read", async || {
        let devices = work::devices(&app.client, run).await?;
        Ok(devices.iter().any(|device| device.stage >= Some(Stage::Read)).then_some(()))
    })
    .await?;
    sshd.end_connections()?;
    let detail = work::ended(&app.client, run).await?;
    let result = work::result(&detail, "sw")?;
    assert_eq!(result.cause, Some(Cause::JumpUnreachable), "{result:#?}");
    assert!(said(result).contains(&format!("bastion-1 (127.0.0.1:{})", sshd.port)), "{}", said(result));

    lab.device("sw")?.set_fault(None);
    let again = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&again, "sw")?.state, DeviceState::Success, "{:#?}", again.results);
    assert_eq!(accepted(&sshd).await?, 2);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_with_another_key_gets_no_password_until_an_admin_trusts_it() -> anyhow::Result<()> {
    let (sshd, other, app) = (server("").await?, server("").await?, TestApp::start().await?);
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("sw", Platform::CiscoIos)]).await?;
    let id = jump_host(&app, "bastion-1", &sshd, None).await?;
    reach(&app, &lab, id).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&detail, "sw")?.state, DeviceState::Success, "{:#?}", detail.results);

    let moved = JumpHostInput {
        port: Some(i64::from(other.port)),
        credential_id: Some(credential(&app, "its successor", &other).await?),
        ..JumpHostInput::default()
    };
    app.client.send(&UpdateJumpHost(id, moved)).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let result = work::result(&detail, "sw")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::JumpRefused), Some(Stage::Reach)), "{result:#?}");
    assert!(said(result).contains("another host key") && said(result).contains("No password"), "{}", said(result));
    assert_eq!((evidence(result).host_keys, other.accepted()), (None, 0), "the device's own key is another matter");

    let host = app.client.send(&GetJumpHost(id)).await?;
    let (stored, offered) = (host.host_key.unwrap().key, host.offered_key.unwrap().key);
    let trusted = |sha256: &str| TrustedKey {
        key_type: offered.key_type.clone(),
        sha256: sha256.to_owned(),
        replaces: stored.sha256.clone(),
    };
    let unseen = app.client.send(&TrustJumpHostKey(id, trusted("SHA256:unseen"))).await.unwrap_err();
    assert!(unseen.message.contains("not the key the jump host showed"), "{unseen:?}");
    let host = app.client.send(&TrustJumpHostKey(id, trusted(&offered.sha256))).await?;
    assert_eq!((host.host_key.and_then(|key| key.trusted_by).as_deref(), host.offered_key), (Some("admin"), None));
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&detail, "sw")?.state, DeviceState::Success, "{:#?}", detail.results);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_fault_it_is_that_no_connection_was_made_is_told_apart() -> anyhow::Result<()> {
    let (sshd, closed, app) = (server("").await?, server("AllowTcpForwarding no").await?, TestApp::start().await?);
    let specs = ["absent", "forbidden", "lost", "torn"].map(|name| DeviceSpec::new(name, Platform::CiscoIos));
    let lab = Enrolled::start(&app.client, specs.to_vec()).await?;
    let good = jump_host(&app, "bastion-1", &sshd, None).await?;
    let shut = jump_host(&app, "no-forwarding", &closed, None).await?;
    let gone = jump_host(&app, "switched-off", &closed, None).await?;
    let nobody = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let off = JumpHostInput { port: Some(i64::from(nobody)), ..JumpHostInput::default() };
    app.client.send(&UpdateJumpHost(gone, off)).await?;
    let through = |id| DeviceInput { jump_host_id: Some(Some(id)), ..DeviceInput::default() };
    let absent = DeviceInput { port: Some(i64::from(nobody)), ..through(good) };
    app.client.send(&UpdateDevice(lab.id("absent")?, absent)).await?;
    app.client.send(&UpdateDevice(lab.id("forbidden")?, through(shut))).await?;
    app.client.send(&UpdateDevice(lab.id("lost")?, through(gone))).await?;
    // Two tags that say different things.
    reach(&app, &lab, good).await?;
    let tag = work::add_tag(&app.client, "elsewhere").await?;
    let input = TagInput { jump_host_id: Some(Some(shut)), ..TagInput::default() };
    app.client.send(&UpdateTag(tag, input)).await?;
    let tagged = DeviceInput { tags: Some(vec![lab.tag, tag]), ..DeviceInput::default() };
    let torn = app.client.send(&UpdateDevice(lab.id("torn")?, tagged)).await?;
    let way = torn.way.unwrap();
    assert_eq!(way.chosen_by.and_then(|choice| choice.known()), Some(WayChoice::Tag));
    assert_eq!(way.disagreement.as_deref(), Some("elsewhere says no-forwarding, lab says bastion-1"));

    let detail = work::run(&app.client, lab.job).await?;
    for (name, cause, stage, words) in [
        ("absent", Cause::NotConnected, Stage::Reach, "bastion-1 could not connect to 127.0.0.1:"),
        ("forbidden", Cause::JumpRefused, Stage::Reach, "refuses to forward"),
        ("lost", Cause::JumpUnreachable, Stage::Reach, "The jump host switched-off (127.0.0.1:"),
        ("torn", Cause::JumpRefused, Stage::Prepare, "elsewhere says no-forwarding, lab says bastion-1"),
    ] {
        let result = work::result(&detail, name)?;
        assert_eq!((result.cause, result.stage), (Some(cause), Some(stage)), "{result:#?}");
        assert!(said(result).contains(words), "{}", said(result));
        assert_eq!(lab.device(name)?.connections(), 0, "{name}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_through_a_jump_host_ends_at_once_when_it_is_cancelled() -> anyhow::Result<()> {
    let (sshd, app) = (server("").await?, TestApp::start().await?);
    let specs = ["stalls", "goes-on"]
        .map(|name| DeviceSpec::new(name, Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 200 }));
    let lab = Enrolled::start(&app.client, specs.to_vec()).await?;
    reach(&app, &lab, jump_host(&app, "bastion-1", &sshd, None).await?).await?;
    let run = work::start(&app.client, lab.job).await?;
    wait::until("both devices are being read", async || {
        let devices = work::devices(&app.client, run).await?;
        Ok(devices.iter().all(|device| device.stage >= Some(Stage::Read)).then_some(()))
    })
    .await?;
    app.client.send(&CancelRun(run)).await?;
    let detail = work::ended(&app.client, run).await?;
    assert!(detail.results.iter().all(|result| result.state == DeviceState::Cancelled), "{:#?}", detail.results);

    // The connection was not theirs alone: the next run uses it.
    for name in ["stalls", "goes-on"] {
        lab.device(name)?.set_fault(None);
    }
    let again = work::run(&app.client, lab.job).await?;
    assert!(again.results.iter().all(|result| result.state == DeviceState::Success), "{:#?}", again.results);
    assert_eq!(accepted(&sshd).await?, 1);
    app.stop().await;
    Ok(())
}
