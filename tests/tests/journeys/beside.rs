//! What is asked beside a shell, of a real OpenSSH server: a command on its own channel, and files by SFTP and SCP.

use anyhow::{Context as _, ensure};
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::outcome::Cause;
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::work::{self, RunDetail};

const CONFIG: &str = "hostname r1\ninterface lan\n address 192.0.2.1 255.255.255.0\nend\n";

/// No two devices have the same address, so the server has several.
const ADDRESSES: [&str; 3] = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

/// A server whose configuration has these lines, whose account has a file with [`CONFIG`], and the file's path.
async fn server(lines: &'static str) -> anyhow::Result<(Sshd, String)> {
    let started = move || -> anyhow::Result<(Sshd, String)> {
        let addresses = ADDRESSES[1..].iter().map(|address| format!("ListenAddress {address}\n"));
        let sshd = Sshd::start_with(&(addresses.collect::<String>() + lines))?;
        let path = sshd.add_file("r1.cfg", CONFIG)?;
        Ok((sshd, path))
    };
    tokio::task::spawn_blocking(started).await?
}

/// A backend with platforms of the user's own, by their names and their only commands; none of them has a prompt.
async fn app(platforms: &[(&str, String)]) -> anyhow::Result<TestApp> {
    let mut written = Ok(());
    let app = TestApp::start_with(|config| {
        let folder = config.platforms_dir();
        let write = |(name, command): &(&str, String)| {
            let text = format!(
                "name = '{name}'\ntitle = '{name}'\nvendor = 'Test'\ncomment = '!'\nerrors = ['^cat: ']\n\
                 [[commands]]\n{command}\npurpose = 'config'\n"
            );
            std::fs::write(folder.join(format!("{name}.toml")), text)
        };
        written = std::fs::create_dir_all(&folder).and_then(|()| platforms.iter().try_for_each(write));
    });
    let app = app.await?;
    written?;
    Ok(app)
}

/// Backs the server up once as each platform; the devices are called like the platforms.
async fn back_up(app: &TestApp, sshd: &Sshd, platforms: &[(&str, String)]) -> anyhow::Result<RunDetail> {
    let tag = work::add_tag(&app.client, "hosts").await?;
    work::add_credential(&app.client, tag, &sshd.username, &sshd.password, None).await?;
    for ((name, _), address) in platforms.iter().zip(ADDRESSES) {
        let host = DeviceInput {
            hostname: Some((*name).to_owned()),
            ip_address: Some(address.to_owned()),
            port: Some(i64::from(sshd.port)),
            device_type: Some((*name).to_owned()),
            tags: Some(vec![tag]),
            ..DeviceInput::default()
        };
        app.client.send(&CreateDevice(host)).await?;
    }
    let job = work::add_job(&app.client, work::backup(tag)).await?;
    work::run(&app.client, job).await
}

/// The text that was stored of a device.
async fn text(app: &TestApp, detail: &RunDetail, name: &str) -> anyhow::Result<String> {
    let result = work::result(detail, name)?;
    ensure!(result.state == DeviceState::Success, "{name}: {result:#?}");
    let snapshots = work::snapshots(&app.client, result.device_id).await?;
    Ok(snapshots.first().context("a success has a snapshot")?.config_data.clone())
}

/// Without the subsystem the server has no SFTP, but `scp`.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_on_its_own_channel_and_a_file_by_scp_are_stored() -> anyhow::Result<()> {
    let (sshd, path) = server("").await?;
    let platforms = [
        ("byexec", format!("send = 'cat {path}'\nchannel = 'exec'")),
        ("byscp", format!("fetch = 'sftp:{path}'")),
        ("refused", format!("send = 'cat {path}.old'\nchannel = 'exec'")),
    ];
    let app = app(&platforms).await?;
    let detail = back_up(&app, &sshd, &platforms).await?;
    for name in ["byexec", "byscp"] {
        assert_eq!(text(&app, &detail, name).await?.trim_end(), CONFIG.trim_end(), "{name}");
    }
    let refused = work::result(&detail, "refused")?;
    assert_eq!((refused.state, refused.snapshot_id), (DeviceState::Failure, None), "{refused:#?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_by_sftp_is_stored_and_a_missing_one_is_named() -> anyhow::Result<()> {
    let (sshd, path) = server("Subsystem sftp internal-sftp").await?;
    let platforms = [("bysftp", format!("fetch = 'sftp:{path}'")), ("missing", format!("fetch = 'sftp:{path}.old'"))];
    let app = app(&platforms).await?;
    let detail = back_up(&app, &sshd, &platforms).await?;
    assert_eq!(detail.run.status, RunStatus::PartlyFailed, "{:#?}", detail.results);
    assert_eq!(text(&app, &detail, "bysftp").await?.trim_end(), CONFIG.trim_end());
    let missing = work::result(&detail, "missing")?;
    assert_eq!(missing.cause, Some(Cause::CommandRejected), "{missing:#?}");
    let message = missing.message.clone().unwrap_or_default();
    assert!(message.contains(&format!("no file `{path}.old`")), "{message}");
    app.stop().await;
    Ok(())
}
