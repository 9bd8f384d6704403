//! A credential of this server stays out of whatever is stored, shown or logged, whichever device says it.

use anyhow::Context as _;
use netraven_api::configs::ExportConfig;
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::outcome::Cause;
use netraven_api::runs::DeviceState;
use netraven_lab::{DeviceSpec, Fault, Platform, SAMPLE_PASSWORD};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

const FOREIGN: &str = "Foreign-Pass-77";
const ENABLE: &str = "Foreign-Enable-88";

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_of_the_server_stands_in_what_another_device_says() -> anyhow::Result<()> {
    let config = format!(
        "version 15.2\nhostname chatty\ninterface Gi1\n description {FOREIGN} and {SAMPLE_PASSWORD}\n\
         interface Gi2\n description {ENABLE}/lemon lemonade\nend\n"
    );
    let spec = |name: &str| DeviceSpec::new(name, Platform::CiscoIos).with_config(config.clone());
    let specs = vec![spec("chatty"), spec("broken").with_fault(Fault::DropsHalfWay)];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let elsewhere = work::add_tag(&app.client, "elsewhere").await?;
    work::add_credential(&app.client, elsewhere, "other", FOREIGN, Some(ENABLE)).await?;
    work::add_credential(&app.client, elsewhere, "weak", "lemon", None).await?;

    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(work::result(&detail, "chatty")?.state, DeviceState::Success, "{:#?}", detail.results);
    let snapshots = work::snapshots(&app.client, lab.id("chatty")?).await?;
    let snapshot = snapshots.first().context("it was read")?;
    let text = &snapshot.config_data;
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(" description")).collect();
    assert!(lines[0].starts_with(" description ‹secret ") && lines[0].contains("› and ‹secret "), "{text}");
    assert!(lines[1].ends_with("› lemonade"), "{text}");
    let log = serde_json::to_string(&work::logs(&app.client, detail.run.id).await?)?;
    let results = serde_json::to_string(&detail)?;
    for secret in [FOREIGN, ENABLE, SAMPLE_PASSWORD, "/lemon "] {
        for shown in [text, &log, &results] {
            assert!(!shown.contains(secret), "{secret} stands in {shown}");
        }
    }
    // What is restored is what the device said, to the letter.
    let raw = app.client.send(&ExportConfig(snapshot.id)).await?;
    assert!(raw.raw.expose().contains(&format!("description {FOREIGN} and {SAMPLE_PASSWORD}\n")));
    app.stop().await;
    Ok(())
}

/// What listens on a device's port may be anything, and say anything.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_port_that_is_no_ssh_says_is_hidden_like_the_rest() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, Vec::new()).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let talker = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let _ = stream.write_all(b"Acme console. Default password: zq9Talker\r\n").await;
                let _ = stream.read_to_end(&mut Vec::new()).await;
            });
        }
    });
    let device = DeviceInput {
        hostname: Some("talker".to_owned()),
        ip_address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(port)),
        device_type: Some("cisco_ios".to_owned()),
        tags: Some(vec![lab.tag]),
        ..DeviceInput::default()
    };
    app.client.send(&CreateDevice(device)).await?;
    let mut reach = work::backup(lab.tag);
    (reach.name, reach.job_type) = (Some("reach".to_owned()), Some(netraven_api::jobs::JobKind::Reachability));
    let reach = work::add_job(&app.client, reach).await?;
    for job in [lab.job, reach] {
        let detail = work::run(&app.client, job).await?;
        let result = work::result(&detail, "talker")?;
        assert_eq!(result.cause, Some(Cause::NotSsh), "{result:#?}");
        let message = result.message.clone().unwrap_or_default();
        assert!(message.contains("It said: `Acme console. Default password: ‹secret "), "{message}");
        let log = serde_json::to_string(&work::logs(&app.client, detail.run.id).await?)?;
        assert!(!log.contains("zq9Talker") && !serde_json::to_string(&detail)?.contains("zq9Talker"), "{log}");
    }
    talker.abort();
    app.stop().await;
    Ok(())
}
