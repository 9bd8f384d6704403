//! A platform that an admin saves reaches the workers of other processes by itself.

use netraven_api::configs::GetConfig;
use netraven_api::devices::{DeviceInput, UpdateDevice};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{PlatformRecording, SavePlatform};
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_lab::{DeviceSpec, Recording};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::process::Start;
use netraven_tests::support::work::{self, Enrolled};

const PLATFORM: &str = "name = 'acme_os'\ntitle = 'ACME OS'\nvendor = 'ACME'\nerrors = ['^%']\n\
                        prompt = { pattern = '(?P<host>\\w+)#' }\n\
                        commands = [{ send = 'show config', purpose = 'config', end = '^end$' }]\n";
const SESSION: &str = "platform = 'acme_os'\nhostname = 'acme1'\nprompt = 'acme1#'\nbanner = ''\n\
                       refusal = \"% Unknown command\\n\"\n[[exchange]]\nsend = 'show config'\n\
                       answer = \"hostname acme1\\nport 1\\n up\\nport 2\\n down\\nend\\n\"\n";

fn save(text: &str, based_on: Option<i64>, expected: Option<&str>) -> SavePlatform {
    let expected = expected.map(str::to_owned);
    let recording = PlatformRecording { name: "plain".to_owned(), session: SESSION.to_owned(), expected };
    SavePlatform { text: text.to_owned(), based_on, recordings: vec![recording] }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_another_process_uses_what_was_saved_without_a_restart() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let worker = Start::worker(&app.database.urls)?.spawn()?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::replaying(Recording::parse(SESSION)?)]).await?;
    let acme = DeviceInput { device_type: Some("acme_os".to_owned()), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(lab.id("acme1")?, acme)).await?;
    let before = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&before, "acme1")?.cause, Some(Cause::UnknownPlatform));

    let saved = app.client.send(&save(PLATFORM, None, None)).await?;
    let first = work::run(&app.client, lab.job).await?;
    let result = work::result(&first, "acme1")?;
    assert_eq!((result.state, result.changed), (DeviceState::Success, Some(true)), "{result:#?}");
    let snapshot = result.snapshot_id.expect("a success has a snapshot");
    let text = app.client.send(&GetConfig(snapshot)).await?.config_data;
    assert_eq!(text, "hostname acme1\nport 1\n up\nport 2\n down\nend\n");

    // A change that does not read the recording as before is refused, and nothing changes.
    let less = PLATFORM.replace("errors =", "volatile = ['^port']\nerrors =");
    let refused = app.client.send(&save(&less, Some(saved.version), Some(&text))).await.unwrap_err();
    assert!(format!("{refused:?}").contains("line 2 is ` up`, and `port 1` was expected"), "{refused:?}");
    let second = work::run(&app.client, lab.job).await?;
    assert_eq!((second.run.status, second.run.changed), (RunStatus::Succeeded, 0), "{:#?}", second.results);

    // One that is meant is saved with what is to be expected now, and the next run has it.
    app.client.send(&save(&less, Some(saved.version), None)).await?;
    let third = work::run(&app.client, lab.job).await?;
    let snapshot = work::result(&third, "acme1")?.snapshot_id.expect("a success has a snapshot");
    let text = app.client.send(&GetConfig(snapshot)).await?.config_data;
    assert_eq!(text, "hostname acme1\n up\n down\nend\n");
    drop(worker);
    app.stop().await;
    Ok(())
}
