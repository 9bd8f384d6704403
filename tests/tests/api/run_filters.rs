//! The filters of runs: each lets through what it says, in the list as in the cards' totals.

use netraven_api::outcome::Cause;
use netraven_api::runs::{CauseCount, ListRuns, RunFilter, RunSummary, SummarizeRuns, Trigger};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};

/// Three devices, two with a tag; two jobs; a run for each of: backup of all, by schedule; reachability of the first by
/// hand, failed.
const FILL: &[&str] = &[
    "insert into tags (id, name) values (71, 'core'), (72, 'edge')",
    "insert into devices (id, hostname, ip_address, device_type)
     select n, 'device-' || n, '192.0.2.' || n, 'linux' from generate_series(1, 3) n",
    "insert into device_tags values (1, 71), (2, 72)",
    "insert into jobs (id, name, job_type) values (81, 'nightly', 'config_backup'), (82, 'ping', 'reachability')",
    "insert into job_runs (id, job_id, trigger, status, queued_at, finished_at, devices)
     values (91, 81, 'schedule', 'partly_failed', '2026-01-01 01:00Z', '2026-01-01 01:01Z', 3),
         (92, 82, 'manual', 'failed', '2026-01-01 02:00Z', '2026-01-01 02:01Z', 1),
         (93, 81, 'manual', 'queued', '2026-01-01 03:00Z', null, 1)",
    "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, cause, finished_at)
     values (91, 1, 'device-1', '192.0.2.1', 22, 'linux', 'failure', 'refused', now()),
         (91, 2, 'device-2', '192.0.2.2', 22, 'linux', 'success', null, now()),
         (91, 3, 'device-3', '192.0.2.3', 22, 'linux', 'failure', 'disconnected', now()),
         (92, 1, 'device-1', '192.0.2.1', 22, 'linux', 'failure', 'refused', now()),
         (93, 3, 'device-3', '192.0.2.3', 22, 'linux', 'queued', null, null)",
];

#[tokio::test(flavor = "multi_thread")]
async fn runs_and_their_totals_are_narrowed_alike() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    for sql in FILL {
        sqlx::query(*sql).execute(app.pool()).await?;
    }
    let cases: &[(&str, RunFilter, &[i64])] = &[
        ("nothing", RunFilter::default(), &[93, 92, 91]),
        ("job", RunFilter { job_id: Some(81.into()), ..RunFilter::default() }, &[93, 91]),
        ("kind", RunFilter { job_type: vec!["reachability".into()], ..RunFilter::default() }, &[92]),
        ("trigger", RunFilter { trigger: vec![Trigger::Schedule], ..RunFilter::default() }, &[91]),
        ("both triggers", RunFilter { trigger: Trigger::ALL.to_vec(), ..RunFilter::default() }, &[93, 92, 91]),
        ("device", RunFilter { device_id: Some(1.into()), ..RunFilter::default() }, &[92, 91]),
        ("tag", RunFilter { tag_id: vec![72.into()], ..RunFilter::default() }, &[91]),
        ("tags", RunFilter { tag_id: vec![71.into(), 72.into()], ..RunFilter::default() }, &[92, 91]),
        ("no such tag", RunFilter { tag_id: vec![4711.into()], ..RunFilter::default() }, &[]),
        ("hostname", RunFilter { search: Some("DEVICE-3".into()), ..RunFilter::default() }, &[93, 91]),
        ("job's name", RunFilter { search: Some("ping".into()), ..RunFilter::default() }, &[92]),
        ("until", RunFilter { end_time: "2026-01-01T02:00:00Z".parse().ok(), ..RunFilter::default() }, &[92, 91]),
        (
            "two at once",
            RunFilter { device_id: Some(3.into()), trigger: vec![Trigger::Manual], ..RunFilter::default() },
            &[93],
        ),
    ];
    for (name, filter, expected) in cases {
        let runs = app.client.send(&ListRuns::from(filter.clone())).await?;
        assert_eq!(runs.items.iter().map(|run| run.id.get()).collect::<Vec<_>>(), *expected, "{name}");
        let summary = app.client.send(&SummarizeRuns { filter: filter.clone() }).await?;
        assert_eq!(usize::try_from(summary.total)?, expected.len(), "{name}: the cards count the same runs");
    }
    let of = async |query: SummarizeRuns| -> anyhow::Result<RunSummary> { Ok(app.client.send(&query).await?) };
    let all = of(SummarizeRuns::default()).await?;
    assert_eq!((all.running, all.failed, all.device_results, all.failure_causes, all.failing_devices), (1, 2, 4, 2, 2));
    let one = of(SummarizeRuns { filter: RunFilter { device_id: Some(1.into()), ..RunFilter::default() } }).await?;
    assert_eq!((one.total, one.device_results, one.failure_causes, one.failing_devices), (2, 2, 1, 1));

    let http = app.http()?;
    for (query, field) in
        [("trigger=timer", "query.trigger"), ("device_id=x", "query.device_id"), ("tag_id=x", "query.tag_id")]
    {
        for path in ["/runs/", "/runs/summary"] {
            let answer = http.get(&format!("{path}?{query}")).await?;
            assert!(answer.is_field_fault(), "{path} {query}: {answer:?}");
            assert!(answer.fields().iter().any(|it| it.starts_with(field)), "{path} {query}: {:?}", answer.fields());
        }
    }
    app.stop().await;
    Ok(())
}

/// A run that has ended was counted when it did: its devices are not read again, however many there are.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_ended_is_not_counted_again() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let mut refuses = DeviceSpec::new("refuses", Platform::CiscoIos);
    refuses.fault = Some(Fault::WrongPassword);
    let lab = Enrolled::start(&app.client, vec![DeviceSpec::new("answers", Platform::CiscoIos), refuses]).await?;
    let ended = work::run(&app.client, lab.job).await?.run;
    assert_eq!((ended.succeeded, ended.failed, ended.running, ended.changed), (1, 1, 0, 1), "{ended:#?}");
    assert_eq!(ended.causes, [CauseCount { cause: Cause::AuthFailed, devices: 1 }]);
    let summary = async || -> anyhow::Result<(i64, i64)> {
        let summary = app.client.send(&SummarizeRuns::default()).await?;
        Ok((summary.device_results, summary.failure_causes))
    };
    assert_eq!(summary().await?, (2, 1));
    let spoil = "update run_devices set state = 'success', cause = null, changed = false, finished_at = null
        where run_id = $1";
    sqlx::query(spoil).bind(ended.id.get()).execute(app.pool()).await?;
    let listed = app.client.send(&ListRuns::default()).await?.items.remove(0);
    assert_eq!(listed, ended);
    assert_eq!(summary().await?, (2, 1), "nor for the totals");
    // Written without counts, as by an earlier version while it is still running beside this one: then it is counted.
    sqlx::query("update job_runs set succeeded = null, causes = null, failed = null, changed = null where id = $1")
        .bind(ended.id.get())
        .execute(app.pool())
        .await?;
    let listed = app.client.send(&ListRuns::default()).await?.items.remove(0);
    assert_eq!((listed.succeeded, listed.failed, listed.changed), (2, 0, 0));
    assert_eq!(summary().await?, (2, 0));
    app.stop().await;
    Ok(())
}
