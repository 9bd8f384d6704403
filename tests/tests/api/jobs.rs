//! Jobs and runs: schedules that could never fire are refused, a job has one active run, and lists are accurate.

use netraven_api::RunId;
use netraven_api::logs::LogEntry;
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::work::{self, Enrolled};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    let body = json!({"name": "nightly", "job_type": "config_backup", "tags": [tag], "schedule_type": "cron",
        "cron_string": "30 2 * * 1-5", "time_zone": "Europe/Berlin"});
    let made = http.post("/jobs/", body.clone()).await?;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.body["next_run"].is_string() && made.body["is_enabled"] == true, "{made:?}");
    let path = format!("/jobs/{}", made.body["id"]);
    let twin = http.post("/jobs/", body).await?;
    assert_eq!(twin.status, 400, "{twin:?}");

    let changed = http.put(&path, json!({"schedule_type": "interval", "interval_seconds": 3600})).await?;
    assert_eq!(
        (changed.status, &changed.body["cron_string"], &changed.body["interval_seconds"]),
        (200, &json!(null), &json!(3600))
    );
    let off = http.put(&path, json!({"is_enabled": false})).await?;
    assert_eq!((&off.body["next_run"], &off.body["interval_seconds"]), (&json!(null), &json!(3600)));
    assert_eq!(http.delete(&path).await?.status, 204);
    assert_eq!(http.get(&path).await?.detail(), "Job not found");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_could_never_run_is_refused() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    for (change, field) in [
        (json!({"job_type": "make_coffee"}), "body.job_type"),
        (json!({"name": "a/b"}), "body.name"),
        (json!({"schedule_type": "sometimes"}), "body.schedule_type"),
        (json!({"schedule_type": "interval"}), "body.interval_seconds"),
        (json!({"schedule_type": "interval", "interval_seconds": 59}), "body.interval_seconds"),
        (json!({"schedule_type": "cron", "cron_string": "not a cron"}), "body.cron_string"),
        (json!({"schedule_type": "cron", "cron_string": "0 0 30 2 *"}), "body.cron_string"),
        (json!({"schedule_type": "cron", "cron_string": "0 4 * * *", "time_zone": "Mars/Olympus"}), "body.time_zone"),
        (json!({"schedule_type": "onetime"}), "body.scheduled_for"),
        (json!({"schedule_type": "onetime", "scheduled_for": "tomorrow"}), "body.scheduled_for"),
        (json!({"tags": []}), "body"),
    ] {
        let mut body = json!({"name": "job", "job_type": "config_backup", "tags": [tag]});
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let answer = http.post("/jobs/", body).await?;
        assert!(answer.is_field_fault() && answer.fields().contains(&field.to_owned()), "{change}: {answer:?}");
    }
    let wrong_twice = json!({"name": "job", "job_type": "config_backup", "tags": [tag], "schedule_type": "cron",
        "cron_string": "99 4 * * *", "time_zone": "Mars/Olympus"});
    let answer = http.post("/jobs/", wrong_twice).await?;
    assert_eq!(answer.fields(), ["body.time_zone", "body.cron_string"], "each is told at its own field: {answer:?}");
    let both = json!({"name": "job", "job_type": "config_backup", "tags": [tag], "device_id": 1});
    assert!(http.post("/jobs/", both).await?.is_field_fault());
    let nobody = json!({"name": "job", "job_type": "config_backup", "device_id": 4711});
    let answer = http.post("/jobs/", nobody).await?;
    assert!(matches!(answer.status, 400 | 404 | 422), "a device that is not there: {answer:?}");
    assert_eq!(http.get("/jobs/").await?.body["total"], 0);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_one_active_run_and_the_lists_tell_the_truth() -> anyhow::Result<()> {
    let specs = vec![
        DeviceSpec::new("good", Platform::CiscoIos),
        DeviceSpec::new("stuck", Platform::CiscoIos).with_fault(Fault::Stalls { after_bytes: 50 }),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let http = app.http()?;
    let started = http.post(&format!("/jobs/run/{}", lab.job), json!({})).await?;
    assert_eq!((started.status, &started.body["message"]), (202, &json!("Job triggered successfully")), "{started:?}");
    let run = RunId::new(started.body["run_id"].as_i64().unwrap_or_default());
    let twin = http.post(&format!("/jobs/run/{}", lab.job), json!({})).await?;
    assert_eq!(twin.status, 400, "{twin:?}");
    assert!(twin.detail().contains("still active"), "{twin:?}");
    assert_eq!(http.delete(&format!("/jobs/{}", lab.job)).await?.status, 400, "nor is it deleted meanwhile");
    let active = http.get("/runs/summary").await?.body;
    assert_eq!((&active["total"], &active["running"], &active["active_devices"]), (&json!(1), &json!(1), &json!(2)));

    http.post(&format!("/runs/{run}/cancel"), json!({})).await?;
    let first = work::ended(&app.client, run).await?;
    lab.device("stuck")?.set_fault(Some(Fault::WrongPassword));
    let second = work::run(&app.client, lab.job).await?;
    assert_eq!((second.run.succeeded, second.run.failed), (1, 1), "{second:#?}");

    let runs = http.get(&format!("/runs/?job_id={}", lab.job)).await?.body;
    assert_eq!(
        (&runs["total"], &runs["items"][0]["id"], &runs["items"][1]["id"]),
        (&json!(2), &json!(second.run.id), &json!(first.run.id))
    );
    assert_eq!(http.get("/runs/?status=partly_failed&status=failed").await?.body["total"], 1);
    assert_eq!(http.get("/runs/?search=stuck").await?.body["total"], 2);
    let summary = http.get("/runs/summary").await?.body;
    assert_eq!(
        (&summary["total"], &summary["running"], &summary["cancelled"], &summary["failed"]),
        (&json!(2), &json!(0), &json!(1), &json!(1))
    );
    let results = http.get(&format!("/job-results/?run_id={}&status=FAILURE", second.run.id)).await?.body;
    assert_eq!((&results["total"], &results["items"][0]["device_name"]), (&json!(1), &json!("stuck")));
    assert_eq!(results["items"][0]["details"]["cause"], "auth-failed");
    let recent = http.get("/jobs/recent?limit=5").await?.body;
    assert_eq!((&recent[0]["id"], &recent[0]["status"]), (&json!(lab.job), &json!("COMPLETED_PARTIAL_FAILURE")));
    let job = http.get(&format!("/jobs/{}", lab.job)).await?.body;
    assert_eq!((&job["status"], &job["last_run_id"]), (&json!("COMPLETED_PARTIAL_FAILURE"), &json!(second.run.id)));
    let status = http.get("/jobs/status").await?.body;
    assert_eq!(
        (status["rq_queues"].as_array().map(Vec::len), status["workers"].as_array().map(Vec::len)),
        (Some(3), Some(1))
    );

    // The log: pages by time, filters, single lines, counts.
    let lines = http.get(&format!("/logs/?run_id={}&level=error&size=100", second.run.id)).await?.body;
    let only_errors = lines["items"].as_array().into_iter().flatten().all(|line| line["level"] == "ERROR");
    assert!(only_errors && lines["total"].as_i64().is_some_and(|total| total > 0), "{lines:#}");
    let line = &lines["items"][0];
    let alone: LogEntry = serde_json::from_value(http.get(&format!("/logs/{}", line["id"])).await?.body)?;
    assert_eq!(alone, serde_json::from_value(line.clone())?);
    let stats = http.get("/logs/stats").await?.body;
    assert_eq!(stats["total"], http.get("/logs/?size=1").await?.body["total"]);
    assert_eq!(http.get("/logs/?order=sideways").await?.fields(), ["query.order"]);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_devices_fails_and_says_why() -> anyhow::Result<()> {
    let app = TestApp::start().await?;
    let tag = work::add_tag(&app.client, "empty").await?;
    let job = work::add_job(&app.client, work::backup(tag)).await?;
    let detail = work::run(&app.client, job).await?;
    assert_eq!(detail.run.status.as_str(), "failed");
    assert!(detail.run.message.is_some_and(|sentence| sentence.contains("No device has a tag of this job")));
    assert_eq!(app.http()?.get(&format!("/jobs/{job}")).await?.body["status"], "COMPLETED_NO_DEVICES");
    app.stop().await;
    Ok(())
}
