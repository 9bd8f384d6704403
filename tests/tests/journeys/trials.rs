//! Trials of lab devices: what they show, what they never store, and how they end.

use std::time::Duration;

use anyhow::Context as _;
use netraven_api::credentials::{CredentialInput, UpdateCredential};
use netraven_api::devices::{CreateDevice, DeviceInput, GetDevice, UpdateDevice};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::{AUTO, GetPlatform};
use netraven_api::results::ListResults;
use netraven_api::trials::{
    CancelTrial, GetTrial, ProposedRule, RuleList, StartTrial, Trial, TrialInput, TrialPurpose, TrialState,
};
use netraven_api::{DeviceId, Secret};
use netraven_backend::platforms::Registry;
use netraven_backend::replay::replay;
use netraven_client::Client;
use netraven_lab::{DeviceSpec, Fault, Platform, Recording, SAMPLE_PASSWORD};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};
use netraven_tests::support::{ADMIN_PASSWORD, wait};

const CONFIG: &str = "version 15.2\nhostname berlin-7\nenable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n\
                      interface Vlan1\n ip address 10.44.3.1 255.255.255.0\n!\nend\n";

fn router() -> DeviceSpec {
    DeviceSpec::new("berlin-7", Platform::CiscoIos).with_config(CONFIG)
}

/// Starts a trial and waits for its end.
async fn tried(client: &Client, input: TrialInput) -> anyhow::Result<Trial> {
    let id = client.send(&StartTrial(input)).await?.id;
    let ended = wait::until("the trial has ended", async || {
        let now = client.send(&GetTrial(id)).await?;
        Ok((!now.state.is_open()).then_some(now))
    });
    ended.await
}

async fn nothing_is_stored(app: &TestApp, device: DeviceId) -> anyhow::Result<()> {
    assert!(work::snapshots(&app.client, device).await?.is_empty(), "no snapshot");
    let results = app.client.send(&ListResults { device_id: Some(device), ..ListResults::default() }).await?;
    assert_eq!(results.total, 0, "no result");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_tested_without_reading_the_configuration() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let wrong = DeviceSpec::new("locked", Platform::CiscoIos).with_fault(Fault::WrongPassword);
    let lab = Enrolled::start(&app.client, vec![router(), wrong]).await?;
    let well = tried(&app.client, TrialInput::new(lab.id("berlin-7")?, TrialPurpose::Connection)).await?;
    assert_eq!((well.state, well.cause), (TrialState::Succeeded, None), "{well:#?}");
    let evidence = well.evidence.context("a trial has evidence")?;
    let key = evidence.host_key.map(|key| key.sha256);
    assert_eq!(key.as_deref(), Some(lab.device("berlin-7")?.fingerprint().as_str()));
    assert!(evidence.algorithms.is_some() && evidence.login.is_some() && !evidence.timings.is_empty());
    assert!(well.text.is_none());
    let commands = lab.device("berlin-7")?.commands();
    assert!(commands.iter().all(|command| !command.starts_with("show run")), "{commands:?}");
    nothing_is_stored(&app, lab.id("berlin-7")?).await?;

    let refused = tried(&app.client, TrialInput::new(lab.id("locked")?, TrialPurpose::Connection)).await?;
    let ended = (refused.state, refused.cause, refused.stage);
    assert_eq!(ended, (TrialState::Failed, Some(Cause::AuthFailed), Some(Stage::SignIn)), "{refused:#?}");
    assert!(!serde_json::to_string(&refused)?.contains(SAMPLE_PASSWORD));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_is_tried_and_the_text_shown_as_it_would_be_stored() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let mut changing = DeviceSpec::new("restless", Platform::CiscoIos);
    changing.options.change_every = Some(1);
    let lab = Enrolled::start(&app.client, vec![router(), changing]).await?;
    let device = lab.id("berlin-7")?;
    // Whatever platform the device has, the given text is used, and saved nowhere.
    let other = DeviceInput { device_type: Some("juniper_junos".to_owned()), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(device, other)).await?;
    let text = app.client.send(&GetPlatform { name: "cisco_ios".to_owned() }).await?.text;
    let input = TrialInput { platform: Some(text), ..TrialInput::new(device, TrialPurpose::Backup) };
    let well = tried(&app.client, input).await?;
    assert_eq!((well.state, well.proposals.len()), (TrialState::Succeeded, 0), "{well:#?}");
    let text = well.text.context("a trial of a backup has a text")?;
    assert!(text.contains("enable secret 5 ‹secret ") && text.ends_with("end\n"), "{text}");
    assert_eq!(well.evidence.and_then(|evidence| evidence.secrets_hidden), Some(1));
    assert_eq!(app.client.send(&GetDevice(device)).await?.device_type, "juniper_junos");
    nothing_is_stored(&app, device).await?;

    let restless = tried(&app.client, TrialInput::new(lab.id("restless")?, TrialPurpose::Backup)).await?;
    let [ProposedRule { list: RuleList::Unstable, pattern, .. }] = restless.proposals.as_slice() else {
        anyhow::bail!("one rule is proposed: {:#?}", restless.proposals);
    };
    assert!(pattern.ends_with(r"circuit\s+(\d+)\s*$") && restless.unexplained.is_empty(), "{pattern}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_recorded_and_its_recording_played() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![router().with_enable("open-sesame-22")]).await?;
    let enable = CredentialInput { enable_password: Some(Secret::new("open-sesame-22")), ..CredentialInput::default() };
    app.client.send(&UpdateCredential(lab.credential, enable)).await?;
    let credential_id = Some(lab.credential);
    let input = TrialInput { credential_id, ..TrialInput::new(lab.id("berlin-7")?, TrialPurpose::Record) };
    let recorded = tried(&app.client, input).await?;
    let text = recorded.recording.as_deref().with_context(|| format!("there is a recording: {recorded:#?}"))?;
    for gone in ["berlin", "10.44.3.1", "hx5rVt7", "sesame", SAMPLE_PASSWORD] {
        assert!(!text.contains(gone), "{gone} is in {text}");
    }
    let recording = Recording::parse(text)?;
    assert!(recording.privilege.is_some(), "{text}");
    let definition = Registry::load(None).0.get(&recording.platform).context("the platform is built in")?;
    let played = replay(&definition, &recording).await?;
    assert!(played.failure.is_none(), "{:?}", played.failure.map(|failure| failure.message));
    assert!(played.text.contains("hostname device1") && played.text.ends_with("end\n"), "{}", played.text);
    nothing_is_stored(&app, lab.id("berlin-7")?).await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_trial_closes_its_session() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![router().with_fault(Fault::Stalls { after_bytes: 40 })]).await?;
    let device = lab.device("berlin-7")?;
    let input = TrialInput::new(lab.id("berlin-7")?, TrialPurpose::Backup);
    let id = app.client.send(&StartTrial(input)).await?.id;
    wait::until("the device stalls", async || Ok((device.readings() > 0).then_some(()))).await?;
    app.client.send(&CancelTrial(id)).await?;
    let closed = async || Ok((device.sessions_open() == 0).then_some(()));
    wait::within(Duration::from_secs(3), "the session is closed", closed).await?;
    let ended = wait::until("the trial has ended", async || {
        let now = app.client.send(&GetTrial(id)).await?;
        Ok((!now.state.is_open()).then_some(now))
    });
    let ended = ended.await?;
    assert_eq!((ended.state, ended.cause), (TrialState::Cancelled, Some(Cause::Cancelled)), "{ended:#?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_sends_no_credential_that_a_backup_would_not_send() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![router()]).await?;
    let elsewhere = work::add_tag(&app.client, "elsewhere").await?;
    let foreign = work::add_credential(&app.client, elsewhere, "netops", "secret-of-tests", None).await?;
    let input =
        TrialInput { credential_id: Some(foreign), ..TrialInput::new(lab.id("berlin-7")?, TrialPurpose::Connection) };
    let refused = tried(&app.client, input).await?;
    assert_eq!(refused.cause, Some(Cause::NoCredentials), "{refused:#?}");

    app.add_user("mallory", "user", true).await?;
    let token = Client::new(app.url())?.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    let mallory = Client::new(app.url())?.with_token(token);
    let trap = netraven_lab::Lab::start(vec![DeviceSpec::new("trap", Platform::CiscoIos)]).await?;
    let address = trap.devices()[0].address;
    let theirs = DeviceInput {
        hostname: Some("trap".to_owned()),
        ip_address: Some(address.ip().to_string()),
        port: Some(i64::from(address.port())),
        device_type: Some("cisco_ios".to_owned()),
        tags: Some(vec![lab.tag]),
        ..DeviceInput::default()
    };
    let theirs = mallory.send(&CreateDevice(theirs)).await?.id;
    let waiting = tried(&mallory, TrialInput::new(theirs, TrialPurpose::Connection)).await?;
    assert_eq!((waiting.state, waiting.cause), (TrialState::Failed, Some(Cause::AwaitingApproval)), "{waiting:#?}");
    assert_eq!(lab.device("berlin-7")?.connections() + trap.devices()[0].connections(), 0);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_platform_is_recognised_for_the_trial_and_not_remembered() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("host", Platform::Linux)]).await?;
    let auto = DeviceInput { device_type: Some(AUTO.to_owned()), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(lab.id("host")?, auto)).await?;
    let well = tried(&app.client, TrialInput::new(lab.id("host")?, TrialPurpose::Backup)).await?;
    let platform = well.evidence.and_then(|evidence| evidence.platform);
    assert_eq!((well.state, platform.as_deref()), (TrialState::Succeeded, Some("linux")), "{:?}", well.message);
    assert_eq!(app.client.send(&GetDevice(lab.id("host")?)).await?.recognised, None);
    nothing_is_stored(&app, lab.id("host")?).await?;
    app.stop().await;
    Ok(())
}
