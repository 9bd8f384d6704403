//! What a run leaves in the snapshot repository, also when runs meet, devices get other names, or jobs go.

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
