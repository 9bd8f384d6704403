//! What charts are drawn of: the same runs as the list's, counted between the asker's own times, and no more of them than can
//! be drawn.

use netraven_api::runs::{
    GetRunOutcomes, GetRunTimeline, ListRuns, OutcomeBucket, RunFilter, RunStatus, SummarizeRuns, TimelineRun, Trigger,
};
use netraven_tests::support::app::TestApp;
use serde_json::json;

/// A run every 20 minutes for three days from 2026-01-01, of two jobs and all states, each with one or two devices; and one
/// under way since the last hour of them.
const FILL: &[&str] = &[
    "insert into tags (id, name) values (71, 'core')",
    "insert into devices (id, hostname, ip_address, device_type)
     select n, 'device-' || n, '192.0.2.' || n, 'linux' from generate_series(1, 3) n",
    "insert into device_tags values (2, 71)",
    "insert into jobs (id, name, job_type) values (81, 'nightly', 'config_backup'), (82, 'ping', 'reachability')",
    "insert into job_runs (id, job_id, trigger, status, queued_at, started_at, finished_at, devices)
     select 1000 + n, 81 + n % 2, (array['schedule', 'manual'])[1 + n % 2],
         (array['succeeded', 'succeeded', 'partly_failed', 'failed', 'cancelled'])[1 + n % 5], at, at, at + interval '90 seconds',
         1 + n % 2
     from generate_series(0, 215) n, lateral (select timestamptz '2026-01-01 00:00Z' + n * interval '20 minutes' as at) t",
    "insert into job_runs (id, job_id, trigger, status, queued_at, started_at, devices)
     values (2000, 82, 'manual', 'running', '2026-01-03 23:50Z', '2026-01-03 23:50Z', 2)",
    "insert into run_devices (run_id, device_id, hostname, ip_address, port, device_type, state, cause, finished_at)
     select r.id, d, 'device-' || d, '192.0.2.' || d, 22, 'linux',
         case when r.status in ('failed', 'partly_failed') and d = 1 then 'failure'
              -- A run of which no device is open is ended at the next look.
              when r.status = 'running' and d = 1 then 'queued' else 'success' end,
         case when r.status in ('failed', 'partly_failed') and d = 1 then 'refused' end,
         case when r.status <> 'running' or d <> 1 then now() end
     from job_runs r, generate_series(1, 2) d where d <= r.devices",
];

async fn filled() -> anyhow::Result<TestApp> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    // A run of which no device is there yet would be ended.
    let mut filling = app.pool().begin().await?;
    for sql in FILL {
        sqlx::query(*sql).execute(&mut *filling).await?;
    }
    filling.commit().await?;
    Ok(app)
}

/// Midnights in a zone an hour ahead of UTC, and an edge within the last day.
fn edges() -> Vec<jiff::Timestamp> {
    let at = ["2025-12-31T23:00:00Z", "2026-01-01T23:00:00Z", "2026-01-02T23:00:00Z", "2026-01-03T12:00:00Z"];
    at.iter().chain(&["2026-01-03T23:00:00Z"]).map(|at| at.parse().expect("a time")).collect()
}

fn runs(bucket: &OutcomeBucket) -> i64 {
    bucket.runs(&RunStatus::ALL)
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_counted_between_the_times_given_and_with_every_filter_of_the_list() -> anyhow::Result<()> {
    let app = filled().await?;
    let all = app.client.send(&GetRunOutcomes { edge: edges(), ..GetRunOutcomes::default() }).await?;
    assert_eq!(all.buckets.iter().map(runs).collect::<Vec<_>>(), [69, 72, 39, 33]);
    assert_eq!(all.buckets.iter().map(|bucket| bucket.start).collect::<Vec<_>>(), edges()[..4]);
    assert_eq!(all.buckets[3].end, edges()[4]);
    let first = &all.buckets[0].by_status;
    assert_eq!(
        (first[&RunStatus::Succeeded], first[&RunStatus::PartlyFailed], first[&RunStatus::Cancelled]),
        (28, 14, 13)
    );
    assert!(!first.contains_key(&RunStatus::Running), "states without a run are left out: {first:?}");

    let filters: &[(&str, RunFilter)] = &[
        ("job", RunFilter { job_id: Some(81.into()), ..RunFilter::default() }),
        ("kind", RunFilter { job_type: vec!["reachability".into()], ..RunFilter::default() }),
        ("trigger", RunFilter { trigger: vec![Trigger::Schedule], ..RunFilter::default() }),
        ("device", RunFilter { device_id: Some(2.into()), ..RunFilter::default() }),
        ("tag", RunFilter { tag_id: vec![71.into()], ..RunFilter::default() }),
        ("search", RunFilter { search: Some("NIGHT".into()), ..RunFilter::default() }),
        ("time", RunFilter { start_time: "2026-01-01T05:10:00Z".parse().ok(), ..RunFilter::default() }),
        ("end", RunFilter { end_time: "2026-01-01T05:20:00Z".parse().ok(), ..RunFilter::default() }),
    ];
    for (name, filter) in filters {
        let asked = GetRunOutcomes { edge: edges(), filter: filter.clone() };
        let counted = app.client.send(&asked).await?;
        for bucket in &counted.buckets {
            let within = RunFilter {
                start_time: filter.start_time.max(Some(bucket.start)),
                end_time: Some(bucket.end.checked_sub(jiff::Span::new().microseconds(1))?)
                    .min(filter.end_time.or(Some(jiff::Timestamp::MAX))),
                ..filter.clone()
            };
            let within = ListRuns { size: Some(1), ..ListRuns::from(within) };
            assert_eq!(runs(bucket), app.client.send(&within).await?.total, "{name} from {}", bucket.start);
        }
        assert!(counted.buckets.iter().map(runs).sum::<i64>() > 0, "{name}: nothing is compared with nothing");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn edges_that_make_no_sense_are_refused_by_field() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let many: Vec<String> = (0..202).map(|n| format!("edge=2026-01-01T{:02}:{:02}:00Z", n / 60, n % 60)).collect();
    for query in [
        "",
        "edge=2026-01-01T00:00:00Z",
        "edge=2026-01-02T00:00:00Z&edge=2026-01-01T00:00:00Z",
        "edge=2026-01-01T00:00:00Z&edge=2026-01-01T00:00:00Z",
        "edge=2026-01-01T00:00:00Z&edge=noon",
        &many.join("&"),
    ] {
        let answer = http.get(&format!("/runs/outcomes?{query}")).await?;
        assert!(answer.is_field_fault(), "{query}: {answer:?}");
        assert!(answer.fields().iter().all(|field| field.starts_with("query.edge")), "{query}: {:?}", answer.fields());
    }
    assert_eq!(http.get(&format!("/runs/outcomes?{}", many[1..].join("&"))).await?.status, 200);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_holds_the_newest_runs_and_says_how_many_there_are() -> anyhow::Result<()> {
    let app = filled().await?;
    let ids = |runs: &[TimelineRun]| runs.iter().map(|run| run.id.get()).collect::<Vec<_>>();
    let all = app.client.send(&GetRunTimeline::default()).await?;
    assert_eq!((all.runs.len(), all.total, all.total_is_estimate), (217, 217, false));
    let under_way = &all.runs[0];
    assert_eq!((under_way.id.get(), under_way.status, under_way.finished_at), (2000, RunStatus::Running, None));
    assert_eq!(under_way.usual_seconds, Some(90.0));
    let failed = &all.runs[1];
    assert_eq!((failed.id.get(), failed.status, failed.succeeded, failed.failed), (1215, RunStatus::Succeeded, 2, 0));
    assert_eq!((failed.job_name.as_str(), failed.job_type.as_str()), ("ping", "reachability"));
    assert_eq!(failed.usual_seconds, None, "only what has not ended is estimated");
    assert_eq!(failed.finished_at, "2026-01-03T23:41:30Z".parse().ok());

    let few = app.client.send(&GetRunTimeline { limit: Some(3), ..GetRunTimeline::default() }).await?;
    assert_eq!((ids(&few.runs), few.total), (vec![2000, 1215, 1214], 217));
    let status = vec![RunStatus::Failed, RunStatus::PartlyFailed];
    let filter = RunFilter { job_id: Some(82.into()), ..RunFilter::default() };
    let narrowed = GetRunTimeline { status, filter, limit: Some(2) };
    let narrowed = app.client.send(&narrowed).await?;
    assert_eq!((ids(&narrowed.runs), narrowed.total), (vec![1213, 1207], 43));
    assert_eq!((narrowed.runs[0].succeeded, narrowed.runs[0].failed), (1, 1));
    let filter = RunFilter { end_time: "2025-01-01T00:00:00Z".parse().ok(), ..RunFilter::default() };
    let none = GetRunTimeline { filter, ..GetRunTimeline::default() };
    assert_eq!(app.client.send(&none).await?, netraven_api::runs::RunTimeline::default());

    let http = app.http()?;
    for query in ["limit=0", "limit=501", "limit=all", "status=lost", "start_time=yesterday"] {
        let answer = http.get(&format!("/runs/timeline?{query}")).await?;
        assert!(answer.is_field_fault(), "{query}: {answer:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_compared_with_the_four_weeks_before_it() -> anyhow::Result<()> {
    let app = filled().await?;
    let usual = async |start: Option<&str>, job_id| -> anyhow::Result<(i64, i64)> {
        let start_time = start.map(str::parse).transpose()?;
        let filter = RunFilter { start_time, job_id, ..RunFilter::default() };
        let sums = app.client.send(&SummarizeRuns { filter }).await?;
        Ok((sums.usual_ended, sums.usual_succeeded))
    };
    assert_eq!(usual(Some("2026-01-02T00:00:00Z"), None).await?, (72, 30));
    assert_eq!(usual(Some("2026-01-02T00:00:00Z"), Some(81.into())).await?, (36, 15));
    assert_eq!(usual(Some("2026-01-10T00:00:00Z"), None).await?, (216, 87), "what is under way has no end yet");
    assert_eq!(usual(Some("2026-01-29T12:00:00Z"), None).await?, (180, 72), "what is older is not looked at");
    assert_eq!(usual(None, None).await?, (0, 0));
    let answer = app.http()?.get("/runs/summary").await?;
    assert_eq!((&answer.body["usual_ended"], &answer.body["note"]), (&json!(0), &json!(null)));
    app.stop().await;
    Ok(())
}
