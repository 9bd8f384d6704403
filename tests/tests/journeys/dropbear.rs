//! A real dropbear, the SSH server of routers, switches and access points with little memory, as a device.

use anyhow::Context as _;
use netraven_api::credentials::{CreateCredential, CredentialInput};
use netraven_api::devices::{CreateDevice, DeviceInput};
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_api::{JobId, Secret, TagId};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::dropbear::{ADDRESSES, Dropbear};
use netraven_tests::support::work;

const CONFIG: &str = "hostname ap1\ninterface lan\n address 192.0.2.1 255.255.255.0\nend\n";
/// A platform whose configuration is a file.
const BY_FILE: &str =
    "name = 'byfile'\ntitle = 'By file'\nvendor = 'Test'\ncomment = '!'\n[[commands]]\npurpose = 'config'\n";

/// Adds the server as a device of a platform; the job that backs it up.
async fn add(app: &TestApp, dropbear: &Dropbear, tag: TagId, platform: &str, address: &str) -> anyhow::Result<JobId> {
    let host = DeviceInput {
        hostname: Some(platform.to_owned()),
        ip_address: Some(address.to_owned()),
        port: Some(i64::from(dropbear.port)),
        device_type: Some(platform.to_owned()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    };
    app.client.send(&CreateDevice(host)).await?;
    work::add_job(&app.client, work::backup(tag)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_dropbear_is_backed_up_by_its_shell() -> anyhow::Result<()> {
    let dropbear = tokio::task::spawn_blocking(Dropbear::start).await??;
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "hosts").await?;
    let (username, password) = (&dropbear.account.username, &dropbear.account.password);
    work::add_credential(&app.client, tag, username, password, None).await?;
    let job = add(&app, &dropbear, tag, "linux", ADDRESSES[0]).await?;
    let first = work::run(&app.client, job).await?;
    assert_eq!((first.run.status, first.run.changed), (RunStatus::Succeeded, 1), "{:#?}", first.results);
    let evidence = *work::result(&first, "linux")?.details.clone().unwrap_or_default();
    assert_eq!(evidence.host_key.map(|key| key.key_type).as_deref(), Some("ssh-ed25519"));
    let log = work::logs(&app.client, first.run.id).await?;
    assert!(log.iter().all(|line| !line.message.contains(password.as_str())));
    let again = work::run(&app.client, job).await?;
    assert_eq!((again.run.status, again.run.changed), (RunStatus::Succeeded, 0), "{:#?}", again.results);
    app.stop().await;
    Ok(())
}

/// It accepts the request for SFTP and closes the channel at once: nothing serves files there but `scp`.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_dropbear_without_sftp_comes_by_scp() -> anyhow::Result<()> {
    let started = || -> anyhow::Result<(Dropbear, String, String)> {
        let dropbear = Dropbear::start()?;
        let path = dropbear.account.add_file("ap1.cfg", CONFIG)?;
        let key = dropbear.authorise_key_for_scp("ed25519")?;
        Ok((dropbear, path, key))
    };
    let (dropbear, path, key) = tokio::task::spawn_blocking(started).await??;
    let mut written = Ok(());
    let app = TestApp::start_with(|config| {
        let (folder, text) = (config.platforms_dir(), format!("{BY_FILE}fetch = 'sftp:{path}'\n"));
        written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join("byfile.toml"), text));
    });
    let app = app.await?;
    written?;
    let tag = work::add_tag(&app.client, "hosts").await?;
    let input = CredentialInput {
        username: Some(dropbear.account.username.clone()),
        private_key: Some(Secret::new(key)),
        tags: Some(vec![tag]),
        ..CredentialInput::default()
    };
    app.client.send(&CreateCredential(input)).await?;
    let job = add(&app, &dropbear, tag, "byfile", ADDRESSES[1]).await?;
    let detail = work::run(&app.client, job).await?;
    let result = work::result(&detail, "byfile")?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    let snapshots = work::snapshots(&app.client, result.device_id).await?;
    let stored = snapshots.first().context("a success has a snapshot")?;
    assert_eq!(stored.config_data.trim_end(), CONFIG.trim_end());
    app.stop().await;
    Ok(())
}
