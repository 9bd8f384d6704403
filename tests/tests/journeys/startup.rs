//! Startup and running: devices that are saved, that are not, and that do not say; and files that are kept sealed.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use netraven_api::devices::{CreateDevice, Device, DeviceInput, GetDevice, ListDevices};
use netraven_api::kept_files::ListKeptFiles;
use netraven_api::runs::{DeviceState, RunStatus};
use netraven_api::startup::{DiffStartup, SavedState, StartupState};
use netraven_api::{DeviceId, JobId};
use netraven_lab::{DeviceSpec, Platform, Startup};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::git::git;
use netraven_tests::support::sshd::Sshd;
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

async fn device(app: &TestApp, lab: &Enrolled, hostname: &str) -> anyhow::Result<Device> {
    Ok(app.client.send(&GetDevice(lab.id(hostname)?)).await?)
}

async fn startup(app: &TestApp, lab: &Enrolled, hostname: &str) -> anyhow::Result<StartupState> {
    device(app, lab, hostname).await?.startup.with_context(|| format!("{hostname} has a startup configuration"))
}

fn spec(hostname: &str, platform: Platform, startup: Startup) -> DeviceSpec {
    let mut spec = DeviceSpec::new(hostname, platform);
    spec.options.startup = startup;
    spec
}

fn lacks(words: &str) -> Startup {
    Startup::Lacks(words.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_says_whether_the_changes_of_a_device_are_saved() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let specs = vec![
        spec("saved", Platform::CiscoIos, Startup::Saved),
        spec("unsaved", Platform::AristaEos, lacks("uplink to")),
        spec("refused", Platform::CiscoNxos, Startup::Refused),
        spec("without", Platform::JuniperJunos, Startup::Saved),
    ];
    let lab = Enrolled::start(&app.client, specs).await?;
    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);

    let saved = startup(&app, &lab, "saved").await?.state;
    assert!(saved == SavedState::Saved, "{:#?}", app.client.send(&DiffStartup(lab.id("saved")?)).await?.diff);
    assert_eq!(device(&app, &lab, "without").await?.startup, None);
    let first = startup(&app, &lab, "unsaved").await?;
    assert_eq!((first.state, first.unsaved_since), (SavedState::Unsaved, Some(first.checked_at)));
    let refused = startup(&app, &lab, "refused").await?;
    assert_eq!((refused.state, refused.unsaved_since), (SavedState::Unknown, None));
    let reason = refused.reason.context("what is not known has a reason")?;
    assert!(reason.contains("show startup-config"), "{reason}");

    let message = |hostname: &str| -> anyhow::Result<String> {
        Ok(work::result(&detail, hostname)?.message.clone().unwrap_or_default())
    };
    assert!(message("unsaved")?.ends_with("The device has unsaved changes."), "{}", message("unsaved")?);
    assert!(message("refused")?.contains("Whether its changes are saved is not known"), "{}", message("refused")?);
    assert!(message("saved")?.ends_with("complete."), "{}", message("saved")?);
    let details = work::result(&detail, "unsaved")?.details.clone().context("a success has details")?;
    assert!(details.startup.is_some_and(|state| state.is(SavedState::Unsaved)));

    let only = ListDevices { startup: vec![SavedState::Unsaved], ..ListDevices::default() };
    assert_eq!(app.client.send(&only).await?.total, 1);
    let diff = app.client.send(&DiffStartup(lab.id("unsaved")?)).await?.diff;
    let changed: Vec<&String> = diff[2..].iter().filter(|line| line.starts_with(['+', '-'])).collect();
    assert!(!changed.is_empty() && changed.iter().all(|line| line.starts_with('+')), "{diff:#?}");
    assert!(changed.iter().all(|line| line.contains("uplink to")), "{diff:#?}");

    // It stays unsaved since then, and is saved once the device says so; what fails meanwhile changes nothing.
    work::run(&app.client, lab.job).await?;
    let second = startup(&app, &lab, "unsaved").await?;
    assert!(second.checked_at > first.checked_at);
    assert_eq!(second.unsaved_since, first.unsaved_since);
    lab.device("unsaved")?.set_startup(Startup::Saved);
    lab.device("refused")?.set_startup(lacks("uplink to"));
    work::run(&app.client, lab.job).await?;
    assert_eq!(startup(&app, &lab, "unsaved").await?.state, SavedState::Saved);
    assert_eq!(startup(&app, &lab, "refused").await?.state, SavedState::Unsaved);
    app.stop().await;
    Ok(())
}

/// Nothing of a startup configuration is a snapshot, and none of its secrets is stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_startup_configuration_is_no_snapshot_and_its_secrets_are_hidden() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let mut router = spec("router", Platform::CiscoIos, lacks("description to"));
    let config =
        "version 16.12\nhostname router\nsnmp-server community QZpublic RO\ninterface Gi1\n description to core\nend\n";
    router.config = Some(config.to_owned());
    let lab = Enrolled::start(&app.client, vec![router]).await?;
    work::run(&app.client, lab.job).await?;
    assert_eq!(startup(&app, &lab, "router").await?.state, SavedState::Unsaved);
    assert_eq!(work::snapshots(&app.client, lab.id("router")?).await?.len(), 1);
    let text: String = sqlx::query_scalar("select startup_text from device_startups").fetch_one(app.pool()).await?;
    assert!(text.contains("snmp-server community ‹secret ") && !text.contains("QZpublic"), "{text}");
    let diff = app.client.send(&DiffStartup(lab.id("router")?)).await?.diff;
    assert!(!diff.iter().any(|line| line.starts_with(['+', '-']) && line.contains("community")), "{diff:#?}");
    app.stop().await;
    Ok(())
}

/// A platform that reads a text and keeps a file, each of a real OpenSSH server.
fn keeping(text: &str, file: &str) -> String {
    format!(
        "name = 'keeping'\ntitle = 'Keeping'\nvendor = 'Test'\n\
         [[commands]]\nfetch = 'sftp:{text}'\npurpose = 'config'\n\
         [[commands]]\nfetch = 'sftp:{file}'\nkeep = 'file'\n"
    )
}

/// A real OpenSSH server with a configuration and a file to keep, and a backend that has both read from it.
struct Keeping {
    sshd: Sshd,
    app: TestApp,
    file: String,
    device: DeviceId,
    job: JobId,
}

impl Keeping {
    /// The file is called `all.tgz`; another `asked` is not there.
    async fn start(asked: &str) -> anyhow::Result<Keeping> {
        let started = || -> anyhow::Result<(Sshd, String, String)> {
            let sshd = Sshd::start_with("Subsystem sftp internal-sftp")?;
            let text = sshd.add_file("r1.cfg", "hostname r1\nend\n")?;
            let file = sshd.add_file("all.tgz", "QZ\u{1}bytes")?;
            Ok((sshd, text, file))
        };
        let (sshd, text, file) = tokio::task::spawn_blocking(started).await??;
        let file = file.replace("all.tgz", asked);
        let mut written = Ok(());
        let app = TestApp::start_with(|config| {
            let (folder, platform) = (config.platforms_dir(), keeping(&text, &file));
            let write = |()| std::fs::write(folder.join("keeping.toml"), platform);
            written = std::fs::create_dir_all(&folder).and_then(write);
        });
        let app = app.await?;
        written?;
        let tag = work::add_tag(&app.client, "hosts").await?;
        work::add_credential(&app.client, tag, &sshd.username, &sshd.password, None).await?;
        let host = DeviceInput {
            hostname: Some("keeping".to_owned()),
            ip_address: Some("127.0.0.1".to_owned()),
            port: Some(i64::from(sshd.port)),
            device_type: Some("keeping".to_owned()),
            tags: Some(vec![tag]),
            ..DeviceInput::default()
        };
        let device = app.client.send(&CreateDevice(host)).await?.id;
        let job = work::add_job(&app.client, work::backup(tag)).await?;
        Ok(Keeping { sshd, app, file, device, job })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_kept_sealed_once_for_each_content() -> anyhow::Result<()> {
    let Keeping { sshd, app, file, device, job } = Keeping::start("all.tgz").await?;
    for _ in 0..2 {
        let detail = work::run(&app.client, job).await?;
        let result = work::result(&detail, "keeping")?;
        ensure!(result.state == DeviceState::Success, "{result:#?}");
        let seen = result.details.clone().unwrap_or_default().files;
        assert_eq!((seen.len(), seen[0].bytes, seen[0].reason.as_deref()), (1, Some(8), None), "{seen:?}");
    }
    let kept = app.client.send(&ListKeptFiles(device)).await?;
    assert_eq!((kept.len(), kept[0].path.as_str(), kept[0].bytes), (1, file.as_str(), 8), "{kept:?}");
    assert!(kept[0].seen_at > kept[0].fetched_at && kept[0].sha256.len() == 64);
    let (_, bytes) = app.client.kept_file_part(kept[0].id, 1).await?;
    assert_eq!(bytes, b"QZ\x01bytes");

    let (sshd, changed) = tokio::task::spawn_blocking(move || {
        let changed = sshd.add_file("all.tgz", "other bytes");
        (sshd, changed)
    })
    .await?;
    changed?;
    work::run(&app.client, job).await?;
    assert_eq!(app.client.send(&ListKeptFiles(device)).await?.len(), 2);

    // It is in no text: neither in a snapshot nor in git, nor anywhere in the database.
    let snapshots = work::snapshots(&app.client, device).await?;
    assert!(snapshots.iter().all(|snapshot| !snapshot.config_data.contains("QZ")));
    let committed = wait::within(Duration::from_secs(20), "the snapshot has a commit", async || {
        Ok(git(app.data_dir(), &["log", "-p"]).ok().filter(|log| log.contains("hostname r1")))
    });
    assert!(!committed.await?.contains("QZ"));
    let plain = "select count(*) from kept_file_parts where position('bytes'::bytea in sealed) > 0";
    assert_eq!(sqlx::query_scalar::<_, i64>(plain).fetch_one(app.pool()).await?, 0);
    drop(sshd);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_is_said_and_the_backup_stands() -> anyhow::Result<()> {
    let Keeping { sshd, app, device, job, .. } = Keeping::start("none.tgz").await?;
    let detail = work::run(&app.client, job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let message = work::result(&detail, "keeping")?.message.clone().unwrap_or_default();
    assert!(message.contains("was not kept: The device has no file"), "{message}");
    assert!(app.client.send(&ListKeptFiles(device)).await?.is_empty());
    drop(sshd);
    app.stop().await;
    Ok(())
}
