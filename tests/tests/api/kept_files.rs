//! Kept files: listed for every user, opened for admins alone, and never without a record.

use netraven_backend::seal::SealKey;
use netraven_tests::support::app::TestApp;
use serde_json::{Value, json};

/// A device with a file of two parts; the id of the file and that of the device.
async fn filled(app: &TestApp) -> anyhow::Result<(i64, i64)> {
    let add =
        "insert into devices (hostname, ip_address, device_type) values ('core', '192.0.2.1', 'linux') returning id";
    let device: i64 = sqlx::query_scalar(add).fetch_one(app.pool()).await?;
    let add = "insert into kept_files (device_id, path, sha256, bytes, fetched_at, seen_at)
        values ($1, '/conf/all.tgz', 'abc', 8, now() - interval '2 days', now()) returning id";
    let file: i64 = sqlx::query_scalar(add).bind(device).fetch_one(app.pool()).await?;
    let key = SealKey::load_or_create(&app.data_dir().join("secrets/seal-key"))?;
    for (place, part) in [(0_i32, "QZfirst"), (1, "2")] {
        let sealed = key.seal(&format!("kept_file_parts.sealed:{device}:abc:{place}"), part.as_bytes());
        let add = "insert into kept_file_parts (file_id, place, sealed) values ($1, $2, $3)";
        sqlx::query(add).bind(file).bind(place).bind(sealed).execute(app.pool()).await?;
    }
    Ok((file, device))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_file_is_listed_and_opened_part_by_part() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (file, device) = filled(&app).await?;
    let http = app.http()?;
    let list = http.get(&format!("/devices/{device}/files")).await?.body;
    assert_eq!(
        (&list[0]["path"], &list[0]["parts"], &list[0]["bytes"]),
        (&json!("/conf/all.tgz"), &json!(2), &json!(8))
    );
    assert_eq!(http.get("/devices/987654/files").await?.status, 404);
    for (part, content) in [(1, "QZfirst"), (2, "2")] {
        let (told, bytes) = app.client.kept_file_part(file.into(), part).await?;
        assert_eq!((told.sha256.as_str(), told.device_id.get(), bytes.as_slice()), ("abc", device, content.as_bytes()));
    }
    for part in ["0", "3"] {
        assert_eq!(
            http.send("POST", &format!("/files/{file}/parts/{part}/download"), None).await?.status,
            404,
            "{part}"
        );
    }
    let log = http.get(&format!("/logs/?device_id={device}")).await?.body;
    let said: Vec<&str> =
        log["items"].as_array().into_iter().flatten().filter_map(|line| line["message"].as_str()).collect();
    assert!(
        said.iter().any(|line| line.contains("Part 2 of 2 of the kept file /conf/all.tgz was downloaded by admin")),
        "{said:?}"
    );
    assert!(!log.to_string().contains("QZfirst"));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_record_nobody_gets_a_file() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (file, _) = filled(&app).await?;
    let path = format!("/files/{file}/parts/1/download");
    let mut writing = app.pool().begin().await?;
    sqlx::query("lock table logs in access exclusive mode").execute(&mut *writing).await?;
    let refused = app.http()?.send("POST", &path, None).await?;
    assert_eq!((refused.status, &refused.body["content"]), (503, &Value::Null), "{refused:?}");
    writing.rollback().await?;
    assert_eq!(app.http()?.send("POST", &path, None).await?.status, 200);
    app.stop().await;
    Ok(())
}
