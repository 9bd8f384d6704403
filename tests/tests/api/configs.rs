//! Configurations as NetRaven serves them: lists, search, difference, count, and what restoring means.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::database::Database;
use serde_json::{Value, json};

async fn add(app: &TestApp, device: i64, text: &str) -> anyhow::Result<i64> {
    let sql = "insert into device_configurations (device_id, config_data, fingerprint, config_metadata)
        values ($1, $2, 'x', '{\"hostname\": \"core\"}') returning id";
    Ok(sqlx::query_scalar(sql).bind(device).bind(text).fetch_one(app.pool()).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_are_listed_searched_compared_counted_and_removed() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let body = json!({"hostname": "core", "ip_address": "192.0.2.1", "device_type": "cisco_ios"});
    let device = http.post("/devices/", body).await?.body["id"].as_i64().unwrap_or_default();
    assert_eq!(http.get("/api/backups/count").await?.body, json!({"count": 0}));
    let old = add(&app, device, "hostname core\ninterface Gi0\n description <uplink> 50%\nend\n").await?;
    let new = add(&app, device, "hostname core\ninterface Gi0\n description <UPLINK> 50% v2\nend\n").await?;
    for path in ["/api/backups/count", "/backups/count", "/api/api/backups/count"] {
        assert_eq!(http.get(path).await?.body, json!({"count": 2}), "{path}");
    }

    for path in ["/configs", "/configs/", "/configs/list"] {
        let list = http.get(path).await?.body;
        let ids: Vec<&Value> = list.as_array().into_iter().flatten().map(|config| &config["id"]).collect();
        assert_eq!(ids, [&json!(new), &json!(old)], "{path}: the newest first");
        assert!(list[0]["config_data"].as_str().is_some_and(|text| text.contains("v2")), "{path}");
        assert!(list[0]["retrieved_at"].as_str().is_some_and(|at| at.ends_with('Z')), "{path}");
    }
    assert_eq!(http.get("/configs/list?limit=1&start=1").await?.body[0]["id"], old);
    assert_eq!(http.get("/configs/list?limit=0").await?.body, json!([]));
    assert_eq!(http.get("/configs/list?limit=100000").await?.status, 200);
    assert!(http.get("/configs/list?limit=-1").await?.is_field_fault());
    assert!(http.get("/configs/abc/history").await?.is_field_fault());

    let found = http.get("/configs/search?q=uplink").await?.body;
    assert_eq!(found.as_array().map(Vec::len), Some(2));
    let snippet = found[0]["snippet"].as_str().unwrap_or_default();
    assert!(snippet.contains("&lt;<b>UPLINK</b>&gt;"), "text is escaped, what was found is marked: {snippet}");
    assert_eq!(http.get("/configs/search?q=50%25").await?.body.as_array().map(Vec::len), Some(2));
    assert_eq!(http.get("/configs/search?q=zzz").await?.body, json!([]));
    assert_eq!(http.get("/configs/search?q=").await?.body, json!([]));
    assert_eq!(http.get("/configs/search").await?.fields(), ["query.q"]);

    let diff = http.get(&format!("/configs/diff?config_id_a={old}&config_id_b={new}")).await?;
    assert_eq!((&diff.body["config_id_a"], &diff.body["config_id_b"]), (&json!(old), &json!(new)), "{diff:?}");
    let lines: Vec<&str> = diff.body["diff"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(&lines[..2], [format!("--- config_{old}"), format!("+++ config_{new}")]);
    assert!(
        lines.contains(&"- description <uplink> 50%") && lines.contains(&"+ description <UPLINK> 50% v2"),
        "{lines:?}"
    );
    let same = http.get(&format!("/configs/diff?config_id_a={old}&config_id_b={old}")).await?;
    assert_eq!(same.body["diff"], json!([]));
    assert_eq!(http.get(&format!("/configs/diff?config_id_a={old}&config_id_b=4711")).await?.status, 404);
    assert_eq!(http.get("/configs/diff").await?.fields(), ["query.config_id_a", "query.config_id_b"]);

    let restored = http.post(&format!("/configs/{old}/restore"), json!({})).await?;
    assert_eq!(
        (restored.status, &restored.body["restored_id"], &restored.body["device_id"]),
        (200, &json!(old), &json!(device))
    );
    assert!(restored.body["message"].as_str().is_some_and(|text| text.contains("no device push")), "{restored:?}");
    assert_eq!(http.get(&format!("/configs/{new}")).await?.status, 200, "restoring changes nothing");

    let deleted = http.delete(&format!("/configs/{old}")).await?;
    assert_eq!((deleted.status, deleted.body), (200, json!({"deleted_id": old})));
    for answer in [http.get(&format!("/configs/{old}")).await?, http.delete(&format!("/configs/{old}")).await?] {
        assert_eq!((answer.status, answer.detail()), (404, "Config snapshot not found"));
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_that_are_older_than_its_column_keep_the_name_of_their_device() -> anyhow::Result<()> {
    let database = Database::create().await?;
    for sql in ["drop schema public cascade", "create schema public"] {
        sqlx::query(sql).execute(database.pool()).await?;
    }
    sqlx::migrate!("../migrations").run_to(18, database.pool()).await?;
    for sql in [
        "insert into devices (hostname, ip_address, device_type) values ('new', '192.0.2.1', 'cisco_ios')",
        "insert into device_configurations (device_id, config_data, fingerprint, config_metadata)
            select id, 'hostname old', 'x', '{\"hostname\": \"old\", \"bytes\": 12}' from devices",
        "insert into device_configurations (device_id, config_data, fingerprint) select id, 'nameless', 'y' from devices",
    ] {
        sqlx::query(sql).execute(database.pool()).await?;
    }
    let app = TestApp::on(database, |config| config.workers = 0).await?;
    let names = "select hostname from device_configurations order by id";
    let names: Vec<Option<String>> = sqlx::query_scalar(names).fetch_all(app.pool()).await?;
    assert_eq!(names, [Some("old".to_owned()), None]);
    let list = app.http()?.get("/configs/list").await?.body;
    let known = &list[1]["config_metadata"];
    assert_eq!((&known["hostname"], &known["bytes"]), (&json!("old"), &json!(12)), "{list:#}");
    assert!(list[0]["config_metadata"].get("hostname").is_none(), "{list:#}");
    app.stop().await;
    Ok(())
}
