//! Lists: stable orders, closed lists of columns, several values for one filter, reading on by id, and totals that are
//! true where they are counted and say so where they are not.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::{Value, json};

const LISTS: [&str; 8] = ["users", "tags", "credentials", "devices", "jobs", "runs", "job-results", "logs"];

/// Five devices, three jobs, six runs with a result each, and log lines of every kind.
async fn fill(app: &TestApp) -> anyhow::Result<()> {
    for sql in [
        "insert into devices (hostname, ip_address, device_type, source, model)
         select 'device-' || n, '192.0.2.' || n, case when n % 2 = 0 then 'cisco_ios' else 'arista_eos' end,
             case when n < 3 then 'imported' else 'local' end, case when n > 2 then 'M' || n end from generate_series(1, 5) n",
        "insert into jobs (name, job_type, status, schedule_type)
         values ('one', 'config_backup', 'COMPLETED_SUCCESS', null), ('two', 'reachability', 'pending', 'cron'),
             ('three', 'config_backup', 'queued', 'interval')",
        "insert into job_runs (job_id, trigger, status, queued_at, started_at, finished_at, devices)
         select (select min(id) from jobs) + n % 3, 'manual', case when n % 2 = 0 then 'succeeded' else 'failed' end,
             timestamptz '2026-01-01' + n * interval '1 hour', timestamptz '2026-01-01' + n * interval '1 hour',
             timestamptz '2026-01-02', 1 from generate_series(1, 6) n",
        "insert into job_results (run_id, job_id, device_id, job_type, status, result_time)
         select r.id, r.job_id, (select min(id) from devices), j.job_type,
             case when r.status = 'failed' then 'failure' else 'success' end, timestamptz '2026-01-01'
         from job_runs r join jobs j on j.id = r.job_id",
        "insert into logs (timestamp, log_type, level, message, source)
         select timestamptz '2026-01-01', (array['job', 'system', 'session'])[1 + n % 3],
             (array['INFO', 'ERROR', 'WARNING', 'DEBUG'])[1 + n % 4], 'line ' || n || case when n = 7 then ' 100%' else '' end,
             'source-' || n % 2 from generate_series(1, 240) n",
    ] {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    Ok(())
}

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().into_iter().flatten().filter_map(|row| row["id"].as_i64()).collect()
}

async fn total(http: &Http, path: &str) -> anyhow::Result<i64> {
    let answer = http.get(path).await?;
    anyhow::ensure!(answer.status == 200, "{path}: {answer:?}");
    Ok(answer.body["total"].as_i64().unwrap_or(-1))
}

/// The columns a list says it can be sorted by.
fn columns(description: &Value, list: &str) -> Vec<String> {
    let parameters =
        description["paths"][format!("/{list}/")]["get"]["parameters"].as_array().cloned().unwrap_or_default();
    let sort = parameters.iter().find(|parameter| parameter["name"] == "sort").cloned().unwrap_or_default();
    let pattern = sort["schema"]["pattern"].as_str().unwrap_or_default().to_owned();
    pattern.trim_matches(['^', '$', '(', ')']).split('|').map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_column_a_list_names_sorts_it_both_ways_and_no_other_is_taken() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    let description = http.get("/openapi.json").await?.body;
    for list in LISTS {
        let names = columns(&description, list);
        assert!(names.contains(&"id".to_owned()), "{list}: {names:?}");
        for column in &names {
            let mut both = Vec::new();
            for order in ["asc", "desc"] {
                let path = format!("/{list}/?sort={column}&order={order}&size=100");
                let (once, again) = (http.get(&path).await?, http.get(&path).await?);
                assert_eq!(once.status, 200, "{path}: {once:?}");
                assert_eq!(ids(&once.body), ids(&again.body), "{path}: the order is stable");
                both.push(ids(&once.body));
            }
            let (down, mut up) = (both[1].clone(), both[0].clone());
            // Empty cells are last either way.
            let whole = down.len() < 100;
            if whole && (column == "id" || column == "name" || column == "hostname") {
                up.reverse();
                assert_eq!(up, down, "{list} by {column}");
            }
        }
        for query in ["sort=password", "sort=id;drop", "order=ASC", "order=up", "sort=", "sort=x'"] {
            let answer = http.get(&format!("/{list}/?{query}")).await?;
            assert!(answer.is_field_fault(), "{list} {query}: {answer:?}");
        }
    }
    let models = http.get("/devices/?sort=model&order=desc").await?.body;
    let models: Vec<&Value> = models["items"].as_array().into_iter().flatten().map(|device| &device["model"]).collect();
    assert_eq!(models, [&json!("M5"), &json!("M4"), &json!("M3"), &json!(null), &json!(null)]);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_takes_several_values_in_any_case() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    for (path, expected) in [
        ("/devices/?device_type=cisco_ios&device_type=arista_eos", 5),
        ("/devices/?source=LOCAL", 3),
        ("/devices/?source=local&source=imported", 5),
        ("/jobs/?status=PENDING&status=Completed_Success", 2),
        ("/jobs/?job_type=reachability", 1),
        ("/jobs/?schedule_type=cron&schedule_type=interval", 2),
        ("/jobs/?schedule_type=bogus", 0),
        ("/runs/?status=succeeded&status=FAILED", 6),
        ("/runs/?job_type=config_backup&job_type=reachability", 6),
        ("/job-results/?status=FAILURE", 3),
        ("/job-results/?status=Failure&status=success", 6),
        ("/job-results/?tag_id=4711&tag_id=4712", 0),
        ("/logs/?level=error&end_time=2026-01-01", 60),
        ("/logs/?level=Error&level=WARNING&end_time=2026-01-01", 120),
        ("/logs/?log_type=JOB&log_type=session&end_time=2026-01-01", 160),
        ("/logs/?source=source-0&source=source-1", 240),
        ("/logs/?source=source-0", 120),
        ("/logs/?search=100%25", 1),
        ("/logs/?search=LINE%207", 11),
        ("/logs/?search=_", 0),
        ("/users/?role=ADMIN", 1),
    ] {
        assert_eq!(total(&http, path).await?, expected, "{path}");
    }
    assert!(http.get("/devices/?source=bogus").await?.is_field_fault());
    for forms in
        ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01", "1767225600", "2026-01-01T01:00:00%2B01:00"]
    {
        assert_eq!(
            total(&http, &format!("/logs/?level=error&start_time={forms}&end_time={forms}")).await?,
            60,
            "{forms}"
        );
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_on_by_id_without_gaps_while_it_grows() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    for list in ["devices", "jobs", "runs", "job-results"] {
        let (mut seen, mut after) = (Vec::new(), 0);
        loop {
            let page = http.get(&format!("/{list}/?after={after}&order=asc&size=2")).await?.body;
            let Some(last) = ids(&page).last().copied() else { break };
            seen.extend(ids(&page));
            after = last;
        }
        let mut all = ids(&http.get(&format!("/{list}/?size=100")).await?.body);
        all.sort_unstable();
        assert_eq!(seen, all, "{list}");
        let newest = all.last().copied().unwrap_or_default();
        let before = http.get(&format!("/{list}/?before={newest}&order=desc&size=2")).await?.body;
        assert_eq!(ids(&before), all.iter().rev().skip(1).take(2).copied().collect::<Vec<_>>(), "{list}");
    }
    let newest = ids(&http.get("/logs/?size=100&sort=id").await?.body);
    let older = ids(&http.get(&format!("/logs/?size=100&before={}", newest[99])).await?.body);
    assert!(older.iter().all(|id| *id < newest[99]) && older.is_sorted_by(|one, other| one > other), "{older:?}");
    app.stop().await;
    Ok(())
}

/// A page's lines are written by hand, a single one is not: both have to say the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_a_page_is_the_line_that_is_read_alone() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let device: i64 = sqlx::query_scalar(
        r#"insert into devices (hostname, ip_address, device_type) values ('a "b" \\ c', '192.0.2.1', 'linux') returning id"#,
    )
    .fetch_one(app.pool())
    .await?;
    sqlx::query(
        r#"insert into logs (timestamp, log_type, level, job_id, device_id, run_id, source, message, meta)
           select date_trunc('hour', now()) - interval '2 days' + later, log_type, level, job, device, run, source, message, meta
           from (values
               (interval '0 s', 'job', 'INFO', null::bigint, null::bigint, null::bigint, null, '', null::jsonb),
               ('0.1 s', 'session', 'ERROR', 7, $1, 9, 'held "here"', e'two\nlines\t\\ "ß" \u0001', '{"a": "\u0001x"}'),
               ('0.123456 s', 'of a later version', 'DEBUG', 7, 4711, 9, 'gone', 'null', 'null'),
               ('1 s', 'system', 'CRITICAL', null, $1, null, '', '{"not": "json"}', '[1, 2.50, {"b": null}]'))
           lines (later, log_type, level, job, device, run, source, message, meta)"#,
    )
    .bind(device)
    .execute(app.pool())
    .await?;
    let http = app.http()?;
    let until = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(24);
    let listed = http.get(&format!("/logs/?end_time={until}&size=100")).await?.body;
    let listed = listed["items"].as_array().cloned().unwrap_or_default();
    assert_eq!(listed.len(), 4, "{listed:#?}");
    for mut line in listed {
        let mut alone = http.get(&format!("/logs/{}", line["id"])).await?.body;
        // The same moment is written with more zeros.
        for line in [&mut line, &mut alone] {
            let at: jiff::Timestamp = line["timestamp"].as_str().unwrap_or_default().parse()?;
            line["timestamp"] = at.to_string().into();
        }
        assert_eq!(line, alone);
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn totals_are_true_and_say_when_they_are_a_guess() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    app.app().say(["counted".to_owned()]).await;
    let counted = async |query: &str| -> anyhow::Result<(i64, bool)> {
        let page = http.get(&format!("/logs/?size=1{query}")).await?.body;
        Ok((page["total"].as_i64().unwrap_or(-1), page["total_is_estimate"] == true))
    };
    let rows = async |filter: &str| -> anyhow::Result<i64> {
        let sql = format!("select count(*) from logs where {filter}");
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.pool()).await?)
    };
    let more = "insert into logs (timestamp, log_type, level, source, message)
        select now() - n * interval '1 hour', 'job', 'CRITICAL', 'bulk', 'n' from generate_series(1, 12000) n";
    sqlx::query(more).execute(app.pool()).await?;
    sqlx::query("delete from logs where source = 'bulk' and id % 10 = 0").execute(app.pool()).await?;
    sqlx::query("analyze logs").execute(app.pool()).await?;
    assert_eq!(counted("").await?, (rows("true").await?, false), "every line, by the counts that are kept");
    assert_eq!(counted("&level=critical&log_type=job").await?, (rows("level = 'CRITICAL'").await?, false));
    let (guess, is_guess) = counted("&source=bulk").await?;
    assert!(is_guess && (10_001..20_000).contains(&guess), "{guess}");
    assert_eq!(counted("&source=app").await?, (rows("source = 'app'").await?, false));
    // What the planner takes for a long search is not counted.
    sqlx::query("update pg_class set reltuples = 5e6 where relname like 'logs%' and relkind = 'r' and reltuples > 0")
        .execute(app.pool())
        .await?;
    let (guess, is_guess) = counted("&search=counted").await?;
    assert!(is_guess && guess > 0, "{guess}");
    assert_eq!(counted("&level=critical&log_type=job").await?, (rows("level = 'CRITICAL'").await?, false));
    let stats = http.get("/logs/stats").await?.body;
    assert_eq!(
        (stats["total"].as_i64(), stats["by_level"]["CRITICAL"].as_i64()),
        (Some(rows("true").await?), Some(rows("level = 'CRITICAL'").await?))
    );
    app.stop().await;
    Ok(())
}

/// Reading leaves no trace in the log.
#[tokio::test(flavor = "multi_thread")]
async fn reading_writes_no_log_line() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    app.app().say(["before".to_owned()]).await;
    let before = total(&http, "/logs/").await?;
    for list in LISTS {
        let page = http.get(&format!("/{list}/")).await?.body;
        if let Some(id) = ids(&page).first() {
            assert_eq!(http.get(&format!("/{list}/{id}")).await?.status, 200, "{list}");
        }
    }
    app.app().say(["after".to_owned()]).await;
    assert_eq!(total(&http, "/logs/").await?, before + 1);
    app.stop().await;
    Ok(())
}
