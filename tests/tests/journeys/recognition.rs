//! Devices whose platform nobody chose: recognised, backed up, remembered, and never taken for something they are not.

use netraven_api::devices::{Device, DeviceInput, GetDevice, UpdateDevice};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::platforms::{AUTO, Certainty};
use netraven_api::runs::RunStatus;
use netraven_lab::{DeviceSpec, Platform, Recording};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

const REFUSAL: &str = "refusal = \"% Invalid input detected at '^' marker.\\n\"\n";

/// Starts a lab and adds its devices, their platforms left to be recognised.
async fn enrolled(app: &TestApp, specs: Vec<DeviceSpec>) -> anyhow::Result<Enrolled> {
    let lab = Enrolled::start(&app.client, specs).await?;
    for id in lab.devices.values() {
        let auto = DeviceInput { device_type: Some(AUTO.to_owned()), ..DeviceInput::default() };
        app.client.send(&UpdateDevice(*id, auto)).await?;
    }
    Ok(lab)
}

async fn device(app: &TestApp, lab: &Enrolled, name: &str) -> anyhow::Result<Device> {
    Ok(app.client.send(&GetDevice(lab.id(name)?)).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_recognised_backed_up_and_remembered() -> anyhow::Result<()> {
    let kinds = [("router", Platform::CiscoIos), ("border", Platform::JuniperJunos), ("host", Platform::Linux)];
    let app = TestApp::start().await?;
    let lab = enrolled(&app, kinds.map(|(name, kind)| DeviceSpec::new(name, kind)).to_vec()).await?;

    let first = work::run(&app.client, lab.job).await?;
    assert_eq!((first.run.status, first.run.changed), (RunStatus::Succeeded, 3), "{:#?}", first.results);
    for (name, kind) in kinds {
        let result = work::result(&first, name)?;
        let platform = result.details.as_ref().and_then(|details| details.platform.as_deref());
        assert_eq!(platform, Some(kind.as_str()), "the evidence names the platform that was used");
        let device = device(&app, &lab, name).await?;
        let recognised = device.recognised.as_ref().map(|recognised| (recognised.platform.as_str(), recognised.sure));
        assert_eq!((device.device_type.as_str(), recognised), (AUTO, Some((kind.as_str(), Certainty::Certain))));
    }
    let log = work::logs(&app.client, first.run.id).await?;
    assert!(log.iter().any(|line| line.message.starts_with("Recognised the platform (certain): Linux (")));

    let connections = |name: &str| anyhow::Ok(lab.device(name)?.connections());
    let before = connections("router")?;
    let second = work::run(&app.client, lab.job).await?;
    assert_eq!((second.run.status, second.run.changed), (RunStatus::Succeeded, 0), "{:#?}", second.results);
    assert_eq!(connections("router")?, before + 1, "what is remembered is not asked again");

    // What was recognised holds for one device in one place.
    let router = device(&app, &lab, "router").await?;
    let elsewhere = DeviceInput { port: Some(1), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(router.id, elsewhere)).await?;
    assert_eq!(device(&app, &lab, "router").await?.recognised, None);
    let border = device(&app, &lab, "border").await?;
    let kept = border.recognised.map(|recognised| recognised.platform);
    let kept = DeviceInput { device_type: kept, ..DeviceInput::default() };
    app.client.send(&UpdateDevice(border.id, kept)).await?;
    let border = device(&app, &lab, "border").await?;
    assert_eq!((border.device_type.as_str(), border.recognised), ("juniper_junos", None));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_nobody_knows_gets_its_guesses_and_no_snapshot() -> anyhow::Result<()> {
    let alien = "platform = 'generic'\nhostname = 'alien'\nprompt = 'alien% '\nbanner = ''\n\
                 refusal = \"huh?\\n\"\n[[exchange]]\nsend = 'show netraven'\nanswer = \"huh?\\n\"\n";
    let app = TestApp::start().await?;
    let lab = enrolled(&app, vec![DeviceSpec::replaying(Recording::parse(alien)?)]).await?;
    let run = work::run(&app.client, lab.job).await?;
    let result = work::result(&run, "alien")?;
    assert_eq!((result.cause, result.stage), (Some(Cause::UnknownPlatform), Some(Stage::Prepare)), "{result:#?}");
    let message = result.message.as_deref().unwrap_or_default();
    assert!(message.starts_with("The platform could not be recognised."), "{message}");
    let transcript = result.details.as_ref().map(|details| details.transcript.len()).unwrap_or_default();
    assert!(transcript > 0, "what the device said is evidence");
    assert_eq!(device(&app, &lab, "alien").await?.recognised, None);
    assert!(work::snapshots(&app.client, lab.id("alien")?).await?.is_empty());
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guess_with_which_a_backup_fails_is_dropped() -> anyhow::Result<()> {
    let mimic = format!(
        "platform = 'cisco_ios'\nhostname = 'mimic'\nprompt = 'mimic#'\nbanner = ''\n{REFUSAL}\
         [[exchange]]\nsend = 'show version'\nanswer = \"Cisco IOS Software, Version 15.2(7)E7, RELEASE\\n\"\n"
    );
    let app = TestApp::start().await?;
    let lab = enrolled(&app, vec![DeviceSpec::replaying(Recording::parse(&mimic)?)]).await?;
    let run = work::run(&app.client, lab.job).await?;
    let result = work::result(&run, "mimic")?;
    assert_eq!(result.cause, Some(Cause::CommandRejected), "{result:#?}");
    let message = result.message.as_deref().unwrap_or_default();
    assert!(message.contains("Its platform, Cisco IOS / IOS XE, was a guess (certain)"), "{message}");
    let platform = result.details.as_ref().and_then(|details| details.platform.as_deref());
    assert_eq!(platform, Some("cisco_ios"));
    assert_eq!(device(&app, &lab, "mimic").await?.recognised, None);
    app.stop().await;
    Ok(())
}
