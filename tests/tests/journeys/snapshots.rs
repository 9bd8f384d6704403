//! What a run leaves in the snapshot repository, also when runs meet, devices get other names, or jobs go.

use std::time::Duration;

use anyhow::Context as _;
use netraven_api::Endpoint as _;
use netraven_api::configs::ExportConfig;
use netraven_api::devices::{DeviceInput, UpdateDevice};
use netraven_api::jobs::DeleteJob;
use netraven_api::runs::RunStatus;
use netraven_lab::{DeviceSpec, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::git::{commits, git};
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};

/// The job of a snapshot was deleted before its run was ended.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_whose_job_was_deleted_is_committed_all_the_same() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("orphan", Platform::CiscoIos)]).await?;
    let run = work::run(&app.client, lab.job).await?;
    assert_eq!(run.run.status, RunStatus::Succeeded, "{:#?}", run.results);
    let left = "insert into device_configurations (device_id, run_id, hostname, config_data, fingerprint, raw_sealed)
        select device_id, run_id, hostname, config_data || '! left', 'other', raw_sealed from device_configurations
        returning id";
    let left: i64 = sqlx::query_scalar(left).fetch_one(app.pool()).await?;
    app.client.send(&DeleteJob(lab.job)).await?;
    // Much sooner than the next look that needs no occasion.
    let committed = wait::within(Duration::from_secs(20), "the snapshot has a commit", async || {
        let commit = "select commit_id from device_configurations where id = $1";
        Ok(sqlx::query_scalar::<_, Option<String>>(commit).bind(left).fetch_one(app.pool()).await?)
    });
    let commit = committed.await?;
    assert_eq!(commits(app.data_dir())?.first(), Some(&commit));
    assert!(git(app.data_dir(), &["show", "HEAD"])?.contains("+! left"));
    app.stop().await;
    Ok(())
}

/// Two jobs read the same device at the same time.
#[tokio::test(flavor = "multi_thread")]
async fn runs_that_meet_on_a_device_store_its_text_once() -> anyhow::Result<()> {
    let spec = DeviceSpec::new("shared", Platform::CiscoIos);
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let mut second = work::backup(lab.tag);
    second.name = Some("another backup".to_owned());
    let second = work::add_job(&app.client, second).await?;
    let seen = "create table seen (device_id bigint); create function seen() returns trigger language plpgsql as
        $$ begin insert into seen values (new.id); return new; end $$;
        create trigger seen after update on devices for each row execute function seen()";
    sqlx::raw_sql(seen).execute(app.pool()).await?;
    // A result waits for its log: held up there, both have looked whether their text is new, and neither has stored it.
    let mut held_up = app.pool().begin().await?;
    sqlx::query("lock table logs in access exclusive mode").execute(&mut *held_up).await?;
    let runs = [work::start(&app.client, lab.job).await?, work::start(&app.client, second).await?];
    wait::until("both have read the device", async || {
        let count = sqlx::query_scalar::<_, i64>("select count(*) from seen").fetch_one(app.pool()).await?;
        Ok((count == 2).then_some(()))
    })
    .await?;
    held_up.rollback().await?;

    let mut changed = 0;
    for run in runs {
        let detail = work::ended(&app.client, run).await?;
        assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
        let result = work::result(&detail, "shared")?;
        let evidence = result.details.clone().unwrap_or_default();
        assert_eq!(evidence.changed, result.changed, "{result:#?}");
        changed += detail.run.changed;
    }
    assert_eq!((changed, work::snapshots(&app.client, lab.id("shared")?).await?.len()), (1, 1));
    app.stop().await;
    Ok(())
}

/// The file of a renamed device has its new name with the next backup, though the text is the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_device_has_a_file_of_its_new_name() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("old-name", Platform::CiscoIos)]).await?;
    assert_eq!(work::run(&app.client, lab.job).await?.run.changed, 1);
    assert_eq!(work::run(&app.client, lab.job).await?.run.changed, 0);
    let input = DeviceInput { hostname: Some("new-name".to_owned()), ..DeviceInput::default() };
    app.client.send(&UpdateDevice(lab.id("old-name")?, input)).await?;
    assert_eq!(work::run(&app.client, lab.job).await?.run.changed, 1);
    assert_eq!(work::run(&app.client, lab.job).await?.run.changed, 0);
    let files = git(app.data_dir(), &["ls-files"])?;
    assert!(files.lines().any(|file| file.ends_with("/new-name.cfg")), "{files}");
    assert_eq!(git(app.data_dir(), &["status", "--porcelain"])?, "");
    app.stop().await;
    Ok(())
}

/// While the log cannot be written no raw configuration goes out: its export would be on no record.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_waits_for_its_record_and_is_refused_without_it() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("guarded", Platform::CiscoIos)]).await?;
    let detail = work::run(&app.client, lab.job).await?;
    let snapshot = work::result(&detail, "guarded")?.snapshot_id.context("a success has a snapshot")?;
    let path = ExportConfig(snapshot).request().path;
    let mut writing = app.pool().begin().await?;
    sqlx::query("lock table logs in access exclusive mode").execute(&mut *writing).await?;
    let refused = app.http()?.send("POST", &path, None).await?;
    assert_eq!(refused.status, 503, "{:?}", refused.body);
    assert!(refused.detail().contains("could not be recorded"), "{:?}", refused.body);
    writing.rollback().await?;
    let given = app.http()?.send("POST", &path, None).await?;
    assert_eq!(given.status, 200, "{:?}", given.body);
    app.stop().await;
    Ok(())
}

/// A line that looks just like a configuration is recognised by its absence from a second reading, so anything new is read twice.
#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_device_is_read_once_and_a_new_or_changed_one_twice() -> anyhow::Result<()> {
    let platforms =
        [Platform::CiscoIos, Platform::CiscoNxos, Platform::AristaEos, Platform::JuniperJunos, Platform::Generic];
    let name = |platform: Platform| platform.as_str().replace('_', "-");
    let app = TestApp::start().await?;
    let specs = platforms.map(|platform| DeviceSpec::new(name(platform), platform));
    let lab = Enrolled::start(&app.client, specs.into()).await?;
    let readings = || -> Vec<u64> { lab.lab.devices().iter().map(|device| device.readings()).collect() };
    for (expect, changed) in [(2, 5), (3, 0), (5, 1), (6, 0)] {
        let changes = lab.device("cisco-ios")?;
        if changed == 1 {
            changes.set_config("version 16.12\nhostname another\n!\nend\n".to_owned());
        }
        let detail = work::run(&app.client, lab.job).await?;
        assert_eq!((detail.run.succeeded, detail.run.changed), (5, changed), "{:#?}", detail.results);
        let others = if expect < 5 { expect } else { expect - 1 };
        assert_eq!(changes.readings(), expect, "{:?}", readings());
        assert!(readings().iter().filter(|count| **count == others).count() >= 4, "{:?}", readings());
    }
    app.stop().await;
    Ok(())
}
