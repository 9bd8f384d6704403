//! Unsaved changes as the API serves them: with each device, as a filter, in an order, and as a difference.

use netraven_tests::support::app::TestApp;
use serde_json::{Value, json};

/// Devices that are saved, unsaved for one and for nine days, not known, and without a startup configuration.
const FILL: [&str; 3] = [
    "insert into devices (hostname, ip_address, device_type) values
         ('saved', '192.0.2.1', 'cisco_ios'), ('lately', '192.0.2.2', 'cisco_ios'), ('long', '192.0.2.3', 'cisco_ios'),
         ('refused', '192.0.2.4', 'cisco_ios'), ('none', '192.0.2.5', 'linux')",
    "insert into device_configurations (device_id, config_data, fingerprint)
     select id, E'hostname a\\nend\\n', 'x' from devices",
    "insert into device_startups (device_id, state, checked_at, unsaved_since, startup_text, reason, snapshot_id)
     select d.id, s.state, now(), now() - make_interval(days => s.days), s.startup_text, s.reason, c.id
     from devices d join device_configurations c on c.device_id = d.id join (values
         ('saved', 'saved', null, null, null),
         ('lately', 'unsaved', 1, E'hostname b\\nend\\n', null),
         ('long', 'unsaved', 9, null, 'It is too large.'),
         ('refused', 'unknown', null, null, 'The device refused it.')) s (hostname, state, days, startup_text, reason)
         on s.hostname = d.hostname",
];

async fn filled() -> anyhow::Result<TestApp> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    for sql in FILL {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    Ok(app)
}

async fn names(app: &TestApp, query: &str) -> anyhow::Result<Vec<String>> {
    let answer = app.http()?.get(&format!("/devices/?{query}")).await?;
    anyhow::ensure!(answer.status == 200, "{answer:?}");
    let rows = answer.body["items"].as_array().cloned().unwrap_or_default();
    Ok(rows.iter().filter_map(|row| Some(row["hostname"].as_str()?.to_owned())).collect())
}

async fn id(app: &TestApp, hostname: &str) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar("select id from devices where hostname = $1").bind(hostname).fetch_one(app.pool()).await?)
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_are_filtered_and_sorted_by_their_unsaved_changes() -> anyhow::Result<()> {
    let app = filled().await?;
    assert_eq!(names(&app, "startup=unsaved").await?, ["lately", "long"]);
    assert_eq!(names(&app, "startup=saved&startup=unknown").await?, ["refused", "saved"]);
    assert_eq!(names(&app, "sort=unsaved_since").await?[..2], ["long", "lately"], "the longest first, the others last");
    assert!(app.http()?.get("/devices/?startup=maybe").await?.is_field_fault());
    let shown = app.http()?.get(&format!("/devices/{}", id(&app, "refused").await?)).await?.body;
    assert_eq!((&shown["startup"]["state"], &shown["startup"]["unsaved_since"]), (&json!("unknown"), &Value::Null));
    assert_eq!(shown["startup"]["reason"], "The device refused it.");
    let shown = app.http()?.get(&format!("/devices/{}", id(&app, "none").await?)).await?.body;
    assert_eq!(shown["startup"], Value::Null);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_difference_leads_from_the_startup_to_the_running_configuration() -> anyhow::Result<()> {
    let app = filled().await?;
    let http = app.http()?;
    let diff = async |hostname: &str| {
        let path = format!("/devices/{}/startup/diff", id(&app, hostname).await?);
        http.get(&path).await
    };
    let lately = diff("lately").await?;
    let lines: Vec<&str> = lately.body["diff"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(lines.contains(&"-hostname b") && lines.contains(&"+hostname a"), "{lately:?}");
    assert_eq!(diff("saved").await?.body["diff"], json!([]));
    for (hostname, says) in [("long", "It is too large."), ("refused", "The device refused it.")] {
        let answer = diff(hostname).await?;
        assert_eq!((answer.status, answer.detail()), (400, says), "{answer:?}");
    }
    assert_eq!(diff("none").await?.status, 404);
    assert_eq!(http.get("/devices/987654/startup/diff").await?.status, 404);
    sqlx::query("delete from device_configurations").execute(app.pool()).await?;
    assert!(diff("lately").await?.detail().contains("was removed"));
    app.stop().await;
    Ok(())
}

/// What was found out holds for one device in one place.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_moved_is_not_known_any_more() -> anyhow::Result<()> {
    let app = filled().await?;
    let device = id(&app, "lately").await?;
    let put = async |body: Value| app.http()?.send("PUT", &format!("/devices/{device}"), Some(&body)).await;
    assert_eq!(put(json!({"notes": "seen"})).await?.body["startup"]["state"], "unsaved");
    assert_eq!(put(json!({"ip_address": "192.0.2.77"})).await?.body["startup"], Value::Null);
    app.stop().await;
    Ok(())
}
