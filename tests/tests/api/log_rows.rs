//! A log line as a row of the list, which is written by hand, and as it is told everywhere else.

use std::collections::BTreeSet;

use netraven_api::logs::LogEntry;
use netraven_tests::support::app::TestApp;
use serde_json::Value;

fn names(row: &Value) -> BTreeSet<&str> {
    row.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_the_list_is_the_line_asked_for_by_its_id() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    for sql in [
        r#"insert into devices (id, hostname, ip_address, device_type) values (70, 'edge "1" \ é', '192.0.2.70', 'linux')"#,
        r#"insert into logs (timestamp, log_type, level, job_id, device_id, run_id, source, message, meta) values
           (timestamptz '2026-01-01 00:00:00.120Z', 'session', 'WARNING', 3, 70, 5, 'a "b" \ c', E'one "two"\n\t\\ é 中', '{"a": [1, null, "x"]}'),
           (timestamptz '2026-01-01 00:00:01Z', 'system', 'INFO', null, null, null, null, 'bare', null),
           (timestamptz '2026-01-01 00:00:02.000001Z', 'new-kind', 'INFO', null, 9999, null, 's', '', 'null')"#,
    ] {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    let http = app.http()?;
    let list = http.get("/logs/?end_time=2026-01-02T00:00:00Z").await?;
    let rows = list.body["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(rows.len(), 3, "{list:?}");
    for row in rows {
        let one = http.get(&format!("/logs/{}", row["id"])).await?;
        assert_eq!(names(&row), names(&one.body));
        let (listed, told): (LogEntry, LogEntry) = (serde_json::from_value(row)?, serde_json::from_value(one.body)?);
        assert_eq!(listed, told);
    }
    app.stop().await;
    Ok(())
}
