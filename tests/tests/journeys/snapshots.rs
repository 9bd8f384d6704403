//! What a run leaves in the snapshot repository, also when runs meet, devices get other names, or jobs go.

use netraven_api::devices::{DeviceInput, UpdateDevice};
use netraven_api::jobs::DeleteJob;
use netraven_api::runs::RunStatus;
use netraven_lab::{DeviceSpec, Fault, Platform};
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
    let left = "insert into device_configurations (device_id, run_id, config_data, config_metadata, fingerprint, raw_sealed)
        select device_id, run_id, config_data || '! left', config_metadata, 'other', raw_sealed from device_configurations
        returning id";
    let left: i64 = sqlx::query_scalar(left).fetch_one(app.pool()).await?;
    app.client.send(&DeleteJob(lab.job)).await?;
    let committed = wait::until("the snapshot has a commit", async || {
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
    let mut spec = DeviceSpec::new("shared", Platform::CiscoIos).with_fault(Fault::Slow { bytes_per_second: 1_500 });
    spec.config_bytes = Some(3_000);
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, vec![spec]).await?;
    let mut second = work::backup(lab.tag);
    second.name = Some("another backup".to_owned());
    let second = work::add_job(&app.client, second).await?;
    let runs = [work::start(&app.client, lab.job).await?, work::start(&app.client, second).await?];
    let device = lab.device("shared")?;
    wait::until("both are reading", async || Ok((device.sessions_open() == 2).then_some(()))).await?;

    let mut changed = 0;
    for run in runs {
        let detail = work::ended(&app.client, run).await?;
        assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
        let result = work::result(&detail, "shared")?;
        let said = result.details.clone().unwrap_or_default()["changed"].clone();
        assert_eq!(said, result.changed.unwrap_or_default(), "{result:#?}");
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
