//! The log over time: the same numbers as the list of lines, whichever way they were counted, and honest about what could
//! not be counted in time.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::{Value, json};

/// A line every 7 seconds for 30 hours, of every kind, the last on 2026-01-02 at 06:00.
const FILL: &str = "insert into logs (timestamp, log_type, level, message, source, device_id)
    select timestamptz '2026-01-01 00:00:00.5+00' + n * interval '7 seconds', (array['job', 'system', 'session'])[1 + n % 3],
        (array['INFO', 'ERROR', 'WARNING', 'DEBUG'])[1 + n % 4], 'line ' || n, 'source-' || n % 2, n % 5
    from generate_series(0, 15428) n";

async fn filled() -> anyhow::Result<(TestApp, Http)> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    sqlx::query(FILL).execute(app.pool()).await?;
    let http = app.http()?;
    Ok((app, http))
}

async fn ask(http: &Http, query: &str) -> anyhow::Result<Value> {
    let answer = http.get(&format!("/logs/histogram?{query}")).await?;
    anyhow::ensure!(answer.status == 200, "{query}: {answer:?}");
    Ok(answer.body)
}

fn buckets(histogram: &Value) -> &[Value] {
    histogram["buckets"].as_array().map_or(&[], Vec::as_slice)
}

fn lines(histogram: &Value) -> i64 {
    let levels = buckets(histogram).iter().filter_map(|bucket| bucket["by_level"].as_object());
    levels.flat_map(|levels| levels.values()).filter_map(Value::as_i64).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_counts_what_the_list_of_lines_holds_with_every_filter() -> anyhow::Result<()> {
    let (app, http) = filled().await?;
    let day = "start_time=2026-01-01T01:30:20Z&end_time=2026-01-02T03:10:05Z";
    let short = "start_time=2026-01-01T01:30:20Z&end_time=2026-01-01T01:40:05Z";
    for filters in
        ["", "level=error", "level=ERROR&level=info&log_type=JOB", "device_id=3", "source=source-1&level=debug"]
    {
        for time in [day, short, "end_time=2026-01-03T00:00:00Z"] {
            for size in [10, 60, 200] {
                let query = format!("{time}&{filters}&buckets={size}");
                let histogram = ask(&http, &query).await?;
                let list = http.get(&format!("/logs/?{time}&{filters}&size=1")).await?.body;
                if list["total_is_estimate"] == json!(false) {
                    assert_eq!(json!(lines(&histogram)), list["total"], "{query}");
                }
                assert_eq!(histogram["is_partial"], false, "{query}");
                let buckets = buckets(&histogram);
                assert!(!buckets.is_empty() && buckets.len() <= size, "{query}: {}", buckets.len());
            }
        }
    }
    let searched = ask(&http, &format!("{day}&search=LINE%20777")).await?;
    assert_eq!(lines(&searched), 11);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn buckets_have_one_round_width_and_name_their_levels() -> anyhow::Result<()> {
    let (app, http) = filled().await?;
    let hour = ask(&http, "start_time=2026-01-01T02:00:00Z&end_time=2026-01-01T02:59:59Z&buckets=60").await?;
    assert_eq!((&hour["bucket_s"], buckets(&hour).len()), (&json!(60), 60));
    assert_eq!(buckets(&hour)[1]["start"], "2026-01-01T02:01:00Z");
    let first = buckets(&hour)[0]["by_level"].as_object().cloned().unwrap_or_default();
    assert_eq!(first.values().filter_map(Value::as_i64).sum::<i64>(), 9, "a line every seven seconds: {first:?}");
    let errors = ask(&http, "start_time=2026-01-01T02:00:00Z&end_time=2026-01-01T02:59:59Z&level=ERROR").await?;
    assert!(
        buckets(&errors).iter().all(|bucket| bucket["by_level"].as_object().is_some_and(|levels| levels.len() == 1))
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn new_and_removed_lines_are_in_the_kept_counts_at_once() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let count = async || -> anyhow::Result<(i64, i64)> {
        let histogram = ask(&http, "start_time=2026-01-01T00:00:00Z").await?;
        Ok((lines(&histogram), histogram["newest_id"].as_i64().unwrap_or(-1)))
    };
    let (before, newest) = count().await?;
    app.app().say(["one".to_owned(), "two".to_owned()]).await;
    let (now, newer) = count().await?;
    assert_eq!(now, before + 2);
    assert!(newer >= newest + 2);
    sqlx::query("delete from logs where message = 'one'").execute(app.pool()).await?;
    assert_eq!(count().await?.0, before + 1);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_counted_from_the_newest_on_and_says_so() -> anyhow::Result<()> {
    let (app, http) = filled().await?;
    // A log whose older lines are slow to read.
    for sql in [
        "delete from logs where timestamp < '2026-01-01 12:00+00' and id % 900 <> 0",
        "alter table logs rename to logs_kept",
        "create view logs as select * from logs_kept where timestamp >= '2026-01-01 12:00+00' or pg_sleep(0.4) is not null",
    ] {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    let query = "start_time=2026-01-01T00:00:00Z&end_time=2026-01-02T05:59:59Z&search=line&buckets=60";
    let histogram = ask(&http, query).await?;
    assert_eq!(histogram["is_partial"], true, "{histogram}");
    let since = histogram["counted_since"].as_str().unwrap_or_default();
    assert!(since > "2026-01-01T00:00:00Z" && since <= "2026-01-01T15:00:00Z", "{since}");
    for bucket in buckets(&histogram) {
        let start = bucket["start"].as_str().unwrap_or_default();
        let is_empty = bucket["by_level"] == json!({});
        assert!(start < "2026-01-01T12:00:00Z" || !is_empty, "quick to read, and counted: {bucket}");
        assert!(start >= since || is_empty, "not counted: {bucket}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_by_field() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for query in [
        "buckets=9",
        "buckets=201",
        "buckets=many",
        "start_time=yesterday",
        "start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z",
    ] {
        let answer = http.get(&format!("/logs/histogram?{query}")).await?;
        assert!(answer.is_field_fault(), "{query}: {answer:?}");
    }
    app.stop().await;
    Ok(())
}
