//! The orders of lists that come from more than one table: a column is sorted by what a person sees in it.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::Value;

async fn fill(app: &TestApp) -> anyhow::Result<()> {
    for sql in [
        "insert into tags (name) values ('core'), ('Edge'), ('lonely')",
        "insert into devices (hostname, ip_address, device_type) values
         ('ten', '10.0.0.10', 'cisco_ios'), ('two', '10.0.0.2', 'cisco_ios'), ('six', '2001:db8::1', 'cisco_ios'),
         ('named', 'core.example', 'cisco_ios'), ('hundred', '10.0.0.100', 'cisco_ios')",
        "insert into device_tags (device_id, tag_id) select d.id, t.id from devices d join tags t on
         (d.hostname, t.name) in (('ten', 'core'), ('two', 'Edge'), ('two', 'core'), ('six', 'Edge'))",
        "insert into credentials (username, password, priority) values ('a-core', 'x', 10), ('b-none', 'x', 20)",
        "insert into credential_tags (credential_id, tag_id)
         select c.id, t.id from credentials c join tags t on (c.username, t.name) in (('a-core', 'core'))",
        "insert into jobs (name, job_type, status, is_enabled, schedule_type, interval_seconds, cron_string, device_id, started_at,
             completed_at) values
         ('by hand', 'config_backup', 'pending', true, null, null, null, (select id from devices where hostname = 'named'), null, null),
         ('off', 'config_backup', 'pending', false, 'cron', null, '0 0 1 1 *', (select id from devices where hostname = 'two'), now(), null),
         ('yearly', 'config_backup', 'pending', true, 'cron', null, '0 0 1 1 *', null, now() - interval '1 day', now() - interval '2 hours'),
         ('often', 'reachability', 'pending', true, 'interval', 3600, null, null, now() - interval '1 hour', now() - interval '1 hour')",
        "insert into job_tags (job_id, tag_id) select j.id, t.id from jobs j join tags t on
         (j.name, t.name) in (('yearly', 'Edge'), ('often', 'core'), ('often', 'Edge'))",
        "insert into job_runs (job_id, trigger, status, queued_at, devices)
         select id, 'manual', 'partly_failed', now(), 2 from jobs where name = 'often'",
        "insert into job_results (run_id, job_id, device_id, job_type, status, cause, result_time)
         select r.id, r.job_id, d.id, 'config_backup', case when d.hostname = 'two' then 'success' else 'failure' end,
             case d.hostname when 'six' then 'auth-failed' when 'ten' then 'unreachable' end, now()
         from job_runs r cross join devices d where d.hostname in ('two', 'six', 'ten')",
        "insert into device_configurations (device_id, config_data, retrieved_at, fingerprint)
         select id, 'x', now() - case hostname when 'two' then interval '9 days' else interval '1 day' end, 'f'
         from devices where hostname in ('two', 'hundred')",
    ] {
        sqlx::query(sql).execute(app.pool()).await.map_err(|error| anyhow::anyhow!("{sql}: {error}"))?;
    }
    Ok(())
}

async fn order(http: &Http, path: &str, field: &str) -> anyhow::Result<Vec<String>> {
    let answer = http.get(path).await?;
    anyhow::ensure!(answer.status == 200, "{path}: {answer:?}");
    let rows = answer.body["items"].as_array().cloned().unwrap_or_default();
    Ok(rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_sorted_by_what_stands_in_each_column() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    for (column, upwards, downwards) in [
        ("ip_address", "two ten hundred six named", "named six hundred ten two"),
        // Missing values come last in either direction, in the order of ids.
        ("last_snapshot_at", "two hundred ten six named", "hundred two named six ten"),
        ("last_result", "six ten two named hundred", "two ten six hundred named"),
        ("tags", "ten two six named hundred", "six two ten hundred named"),
        ("matching_credentials_count", "six named hundred ten two", "two ten hundred named six"),
    ] {
        for (direction, expected) in [("asc", upwards), ("desc", downwards)] {
            let found = order(&http, &format!("/devices/?sort={column}&order={direction}"), "hostname").await?;
            assert_eq!(found.join(" "), expected, "{column} {direction}");
        }
        // A page is a part of the whole.
        let second = order(&http, &format!("/devices/?sort={column}&size=2&page=2"), "hostname").await?;
        let whole: Vec<&str> = upwards.split(' ').collect();
        assert_eq!(second, whole[2..4], "{column}");
    }
    let served = order(&http, "/devices/?has_credential=true", "hostname").await?;
    assert_eq!(served, ["ten", "two"]);
    let unserved = http.get("/devices/?has_credential=false&size=1").await?.body;
    assert_eq!((&unserved["total"], &unserved["items"][0]["hostname"]), (&3.into(), &"hundred".into()));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_credentials_and_tags_are_sorted_by_what_stands_in_each_column() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    fill(&app).await?;
    let http = app.http()?;
    for (path, field, expected) in [
        // What is off or started by people has no next start.
        ("/jobs/?sort=next_run", "name", "often,yearly,by hand,off"),
        ("/jobs/?sort=next_run&order=desc", "name", "yearly,often,off,by hand"),
        ("/jobs/?sort=next_run&size=1&page=2", "name", "yearly"),
        ("/jobs/?sort=next_run&job_type=config_backup", "name", "yearly,by hand,off"),
        ("/jobs/?sort=last_run_at&order=desc", "name", "off,often,yearly,by hand"),
        ("/jobs/?sort=target", "name", "often,yearly,by hand,off"),
        ("/credentials/?sort=devices&order=desc", "username", "a-core,b-none"),
        ("/credentials/?sort=tags", "username", "a-core,b-none"),
        ("/credentials/?sort=username&order=desc", "username", "b-none,a-core"),
        ("/tags/?sort=devices&order=desc&size=2", "name", "Edge,core"),
    ] {
        assert_eq!(order(&http, path, field).await?.join(","), expected, "{path}");
    }
    let total = http.get("/jobs/?sort=next_run&size=1").await?.body["total"].clone();
    assert_eq!(total, Value::from(4));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn link_local_addresses_are_sorted_among_the_others_and_by_their_zones() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for (hostname, ip_address) in [
        ("named", "core.example"),
        ("local-2", "fe80::2%eth0"),
        ("local-1b", "fe80::1%eth1"),
        ("global", "2001:db8::1"),
        ("local-1a", "fe80::1%eth0"),
        ("local-1", "fe80::1"),
        ("four", "10.0.0.1"),
        ("multicast", "ff02::1"),
    ] {
        let device = serde_json::json!({"hostname": hostname, "ip_address": ip_address, "device_type": "cisco_ios"});
        assert_eq!(http.post("/devices/", device).await?.status, 201, "{hostname}");
    }
    let sorted = order(&http, "/devices/?sort=ip_address", "hostname").await?;
    assert_eq!(sorted.join(" "), "four global local-1 local-1a local-1b local-2 multicast named");
    let found = order(&http, "/devices/?ip_address=%25eth1", "hostname").await?;
    assert_eq!(found, ["local-1b"], "a zone is a part of the address that is searched");
    app.stop().await;
    Ok(())
}

/// Five thousand devices are what a network has: no order may cost more than people wait for.
#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_addresses_comes_from_an_index() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    sqlx::query(
        "insert into devices (hostname, ip_address, device_type)
         select 'd' || n, '10.' || n / 65536 || '.' || n / 256 % 256 || '.' || n % 256, 'cisco_ios' from generate_series(1, 5000) n",
    )
    .execute(app.pool())
    .await?;
    sqlx::query("analyze devices").execute(app.pool()).await?;
    let plan: Vec<String> = sqlx::query_scalar(
        "explain select * from devices d where true order by address_order(d.ip_address) asc, d.id asc limit 50",
    )
    .fetch_all(app.pool())
    .await?;
    assert!(plan.iter().any(|line| line.contains("devices_address_order")), "{plan:#?}");
    let http = app.http()?;
    let last = order(&http, "/devices/?sort=ip_address&size=100&page=50", "hostname").await?;
    assert_eq!((last.len(), last.last().map(String::as_str)), (100, Some("d5000")));
    app.stop().await;
    Ok(())
}
