//! Schedules, kinds of job and queues: what NetRaven's own pages ask for beside the jobs themselves.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::work;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn schedules_kinds_and_queues_are_told_as_they_are() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    let job = |name: &str, more: Value| {
        let mut body = json!({"name": name, "job_type": "config_backup", "tags": [tag]});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    };
    for body in [
        job("by hand", json!({})),
        job("past", json!({"schedule_type": "onetime", "scheduled_for": "2020-01-01T00:00:00"})),
        job("hourly", json!({"schedule_type": "interval", "interval_seconds": 3600})),
        job("off", json!({"schedule_type": "cron", "cron_string": "0 2 * * *", "is_enabled": false})),
        job("far", json!({"schedule_type": "onetime", "scheduled_for": "2199-01-01T00:00:00Z"})),
    ] {
        assert_eq!(http.post("/jobs/", body).await?.status, 201);
    }
    for path in ["/jobs/scheduled", "/scheduler/jobs"] {
        let list = http.get(path).await?.body;
        let names: Vec<&str> = list.as_array().into_iter().flatten().filter_map(|job| job["name"].as_str()).collect();
        assert_eq!(names.iter().filter(|name| ["by hand", "off"].contains(name)).count(), 0, "{path}: {names:?}");
        assert_eq!(names[..2], ["hourly", "far"], "{path}: by the next start");
        assert!(
            list[0]["next_run"].as_str().is_some_and(|at| at.ends_with('Z')) && list[0]["tags"].is_array(),
            "{list}"
        );
    }
    let kinds = http.get("/jobs/job-types").await?.body;
    let names: Vec<&str> =
        kinds.as_array().into_iter().flatten().filter_map(|kind| kind["job_type"].as_str()).collect();
    assert_eq!(names, ["config_backup", "reachability"]);
    assert!(kinds[1]["last_used"].is_null() && kinds[1]["label"].is_string(), "{kinds}");

    let device = json!({"hostname": "core", "ip_address": "192.0.2.1", "device_type": "cisco_ios", "tags": [tag]});
    let device = http.post("/devices/", device).await?.body["id"].clone();
    let by_hand = http.get("/jobs/?name=by%20hand").await?.body["items"][0]["id"].clone();
    let started = http.post(&format!("/jobs/run/{by_hand}"), json!({})).await?;
    assert_eq!(started.status, 202, "{started:?}");
    let queues = http.get("/scheduler/queue/status").await?.body;
    let high =
        queues.as_array().into_iter().flatten().find(|queue| queue["name"] == "high").cloned().unwrap_or_default();
    assert_eq!((&high["job_count"], high["jobs"].as_array().map(Vec::len)), (&json!(1), Some(1)), "{queues}");
    assert_eq!(high["jobs"][0]["args"], json!([started.body["run_id"], device]));
    assert_eq!(high["jobs"][0]["func_name"], "config_backup");

    let add = "insert into logs (timestamp, log_type, level, job_id, device_id, message)
        values (now(), 'job', 'INFO', $1, $2, 'said'), (now(), 'system', 'INFO', $1, $2, 'not of the job')";
    sqlx::query(add).bind(by_hand.as_i64()).bind(device.as_i64()).execute(app.pool()).await?;
    let lines = http.get(&format!("/jobs/{by_hand}/devices")).await?;
    assert_eq!(lines.headers.get("deprecation").map(|value| value.as_bytes()), Some(&b"true"[..]));
    assert_eq!(lines.body.as_array().map(Vec::len), Some(1), "{lines:?}");
    assert_eq!((&lines.body[0]["device_name"], &lines.body[0]["log"]["message"]), (&json!("core"), &json!("said")));
    assert_eq!(http.get("/jobs/4711/devices").await?.status, 404);
    let credential = json!({"username": "netops", "password": "secret-of-tests", "tags": [tag]});
    assert_eq!(http.post("/credentials/", credential).await?.status, 201);
    let credentials = http.get(&format!("/devices/{device}/credentials")).await?.body;
    assert_eq!((credentials.as_array().map(Vec::len), &credentials[0]["username"]), (Some(1), &json!("netops")));
    assert_eq!(http.get("/devices/4711/credentials").await?.detail(), "Device not found");
    app.stop().await;
    Ok(())
}

/// What NetRaven saves first and finds wrong afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_leaves_no_schedule_or_no_target_is_refused_and_nothing_saved() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    let body = json!({"name": "hourly", "job_type": "config_backup", "tags": [tag], "schedule_type": "interval",
        "interval_seconds": 3600, "description": "Every hour"});
    let made = http.post("/jobs/", body).await?.body;
    let path = format!("/jobs/{}", made["id"]);
    for change in [
        json!({"schedule_type": "cron"}),
        json!({"schedule_type": "cron", "cron_string": "99 99 * * *"}),
        json!({"interval_seconds": null}),
        json!({"interval_seconds": 5}),
        json!({"schedule_type": "onetime"}),
        json!({"schedule_type": "hourly"}),
        json!({"tags": []}),
        json!({"tags": [tag], "device_id": 1}),
        json!({"name": ""}),
    ] {
        let answer = http.put(&path, change.clone()).await?;
        assert!(answer.is_field_fault(), "{change}: {answer:?}");
        let after = http.get(&path).await?.body;
        for field in ["name", "schedule_type", "interval_seconds", "cron_string", "tags", "device_id"] {
            assert_eq!(after[field], made[field], "{change} changed {field}");
        }
    }
    let by_hand =
        http.put(&path, json!({"schedule_type": null, "interval_seconds": null, "description": null})).await?;
    assert_eq!(
        (by_hand.status, &by_hand.body["schedule_type"], &by_hand.body["description"]),
        (200, &json!(null), &json!(null))
    );
    app.stop().await;
    Ok(())
}
