//! From a device to its snapshot: each platform against the lab, and `linux` against a real OpenSSH server.

use anyhow::Context as _;
use netraven_api::configs::{ExportConfig, GetConfig};
use netraven_api::devices::{CreateDevice, DeviceInput, GetDevice, GetHostKey};
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_lab::{DeviceSpec, Platform, SAMPLE_PASSWORD};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::git::{commits, git};
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::work::{self, Enrolled};

/// Every platform's configuration arrives whole in database and git, and an unchanged one is not stored again.
#[tokio::test(flavor = "multi_thread")]
async fn every_platform_gets_from_the_device_into_git() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let specs =
        Platform::ALL.map(|platform| DeviceSpec::new(format!("one-{}", platform.as_str().replace('_', "-")), platform));
    let lab = Enrolled::start(&app.client, specs.to_vec()).await?;

    let first = work::run(&app.client, lab.job).await?;
    assert_eq!(first.run.status, RunStatus::Succeeded, "{:#?}", first.results);
    assert_eq!((first.run.succeeded, first.run.changed), (6, 6));
    let commit = first.run.commit.clone().context("the run names its commit")?;
    assert_eq!(commits(app.data_dir())?, std::slice::from_ref(&commit));
    let shown = git(app.data_dir(), &["show", "--stat", &commit])?;

    for device in lab.lab.devices() {
        let name = &device.spec.hostname;
        let result = work::result(&first, name)?;
        assert_eq!((result.state, result.changed), (DeviceState::Success, Some(true)), "{name}");
        let snapshot = result.snapshot_id.context("a success has a snapshot")?;
        let config = app.client.send(&GetConfig(snapshot)).await?;
        assert_eq!(config.device_id, lab.id(name)?);
        let (last, text) = (device.config(), &config.config_data);
        let last_line = last.trim_end().lines().last().context("a configuration has lines")?;
        assert!(text.lines().any(|line| line == last_line), "{name} misses its last line {last_line:?}:\n{text}");
        assert!(shown.contains(name), "the commit names {name}:\n{shown}");
        let path = git(app.data_dir(), &["ls-files", &format!("configs/*/{name}.cfg")])?;
        assert_eq!(&git(app.data_dir(), &["show", &format!("{commit}:{}", path.trim())])?, text, "{name}");
        // The sealed text beside it is what the device printed, for a restore.
        let raw = app.client.send(&ExportConfig(snapshot)).await?;
        assert!(raw.raw.expose().contains(last_line), "{name}");
        let known = app.client.send(&GetHostKey(lab.id(name)?)).await?;
        assert_eq!(known.sha256, device.fingerprint(), "{name}");
        assert!(app.client.send(&GetDevice(lab.id(name)?)).await?.last_seen.is_some(), "{name}");
    }
    git(app.data_dir(), &["fsck", "--strict"])?;
    assert_eq!(git(app.data_dir(), &["status", "--porcelain"])?, "");

    let second = work::run(&app.client, lab.job).await?;
    assert_eq!((second.run.status, second.run.changed), (RunStatus::Succeeded, 0), "{:#?}", second.results);
    assert_eq!(commits(app.data_dir())?, [commit], "nothing changed, nothing is committed");
    for device in lab.lab.devices() {
        let name = &device.spec.hostname;
        let (before, after) = (work::result(&first, name)?, work::result(&second, name)?);
        assert_eq!(before.snapshot_id, after.snapshot_id, "{name} is equal to its first snapshot");
        assert_eq!(work::snapshots(&app.client, lab.id(name)?).await?.len(), 1, "{name}");
    }
    app.stop().await;
    Ok(())
}

/// Device secrets and login passwords are in no table, no commit and no log line; a changed secret still shows as changed.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_stay_hidden_and_their_change_still_shows() -> anyhow::Result<()> {
    let config = |secret: &str| {
        format!(
            "version 17.6\nhostname keeper\n!\nenable secret 9 $9$abcdefghijklmn$0123456789ABCDEFGHIJ\n\
             username noc privilege 15 password 0 {secret}\nsnmp-server community {secret} RO\n!\ninterface Vlan1\n \
             ip address 192.0.2.1 255.255.255.0\n!\nend\n"
        )
    };
    let app = TestApp::start().await?;
    let spec = DeviceSpec::new("keeper", Platform::CiscoIos).with_config(config("Tr0ub4dor-one"));
    let lab = Enrolled::start(&app.client, vec![spec.with_enable("En4ble-me-please")]).await?;
    let credential = netraven_api::credentials::CredentialInput {
        enable_password: Some(netraven_api::Secret::new("En4ble-me-please")),
        ..Default::default()
    };
    app.client.send(&netraven_api::credentials::UpdateCredential(lab.credential, credential)).await?;

    let first = work::run(&app.client, lab.job).await?;
    assert_eq!(first.run.status, RunStatus::Succeeded, "{:#?}", first.results);
    lab.device("keeper")?.set_config(config("Tr0ub4dor-two"));
    let second = work::run(&app.client, lab.job).await?;
    assert_eq!(second.run.changed, 1, "{:#?}", second.results);
    assert_eq!(commits(app.data_dir())?.len(), 2);
    let difference = git(app.data_dir(), &["show", "--format=", "HEAD"])?;
    assert!(difference.contains("-snmp-server community ‹secret"), "the diff shows that it changed:\n{difference}");

    let (tables, history) = (app.database.dump().await?, git(app.data_dir(), &["log", "-p", "--all"])?);
    let secrets = ["Tr0ub4dor-one", "Tr0ub4dor-two", "abcdefghijklmn", "En4ble-me-please", SAMPLE_PASSWORD];
    for secret in secrets {
        assert!(!tables.contains(secret), "{secret} is in the database");
        assert!(!history.contains(secret), "{secret} is in git");
    }
    // The very texts are there, so that looking for secrets in them means something.
    assert!(tables.contains("snmp-server community") && history.contains("snmp-server community"));

    // Only the export opens them, and it is on record.
    let snapshot = work::result(&second, "keeper")?.snapshot_id.context("a success has a snapshot")?;
    let raw = app.client.send(&ExportConfig(snapshot)).await?;
    assert!(raw.raw.expose().contains("snmp-server community Tr0ub4dor-two RO"));
    assert!(app.database.dump().await?.contains("secrets included, was exported by admin"));
    app.stop().await;
    Ok(())
}

/// A real OpenSSH server, as the platform `linux`: prompt, command and end marker of a real shell.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_openssh_server_is_backed_up_as_linux() -> anyhow::Result<()> {
    let sshd = tokio::task::spawn_blocking(Sshd::start).await??;
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "hosts").await?;
    work::add_credential(&app.client, tag, &sshd.username, &sshd.password, None).await?;
    let host = DeviceInput {
        hostname: Some("this-host".to_owned()),
        ip_address: Some("127.0.0.1".to_owned()),
        port: Some(i64::from(sshd.port)),
        device_type: Some("linux".to_owned()),
        tags: Some(vec![tag]),
        ..DeviceInput::default()
    };
    let device = app.client.send(&CreateDevice(host)).await?.id;
    let job = work::add_job(&app.client, work::backup(tag)).await?;

    let detail = work::run(&app.client, job).await?;
    let result = work::result(&detail, "this-host")?;
    assert_eq!(result.state, DeviceState::Success, "{result:#?}");
    let snapshots = work::snapshots(&app.client, device).await?;
    let text = &snapshots[0].config_data;
    assert!(text.contains("### /etc/hosts") && text.contains("localhost"), "{text}");
    // Neither the command nor what a line editor makes of it is part of the text.
    assert!(text.starts_with("### /etc/") && !text.contains("printf"), "{text}");
    let file = std::fs::read_to_string("/etc/hosts")?;
    let line = file.lines().rfind(|line| !line.trim().is_empty() && !line.starts_with('#')).unwrap_or_default();
    assert!(text.contains(line.trim_end()), "the last line of /etc/hosts is there: {line:?}");
    let log = work::logs(&app.client, detail.run.id).await?;
    assert!(log.iter().all(|line| !line.message.contains(&sshd.password)));

    let again = work::run(&app.client, job).await?;
    assert_eq!((again.run.status, again.run.changed), (RunStatus::Succeeded, 0), "{:#?}", again.results);
    assert_eq!(commits(app.data_dir())?.len(), 1);
    app.stop().await;
    Ok(())
}
