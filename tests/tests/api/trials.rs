//! Trials: who may ask for which, what is refused, and what happens where no worker runs.

use netraven_api::Secret;
use netraven_api::problem::Code;
use netraven_api::trials::{GetTrial, StartTrial, TrialInput, TrialPurpose, TrialState};
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::{wait, work};
use serde_json::{Value, json};

const PLATFORM: &str = "name = 'mine'\ntitle = 'Mine'\nvendor = 'Me'\nerrors = ['^oops']\n\
                        prompt = { pattern = '(?P<host>\\w+)>' }\n\
                        commands = [{ send = 'show all', purpose = 'config' }]\n";

async fn user(app: &TestApp, name: &str) -> anyhow::Result<Http> {
    app.add_user(name, "user", true).await?;
    let token = Client::new(app.url())?.login(name, &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    Ok(Http::new(app.url())?.with_token(&token))
}

/// A backend without a worker, and a device nobody connects to.
async fn start() -> anyhow::Result<(TestApp, i64)> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let body = json!({"hostname": "r1", "ip_address": "192.0.2.1", "device_type": "cisco_ios"});
    let made = app.http()?.post("/devices/", body).await?;
    anyhow::ensure!(made.status == 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    Ok((app, id))
}

fn trial(device: i64, more: Value) -> Value {
    let mut body = json!({"device_id": device, "purpose": "backup"});
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        body[name] = value;
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_waits_is_cancelled_and_stays_as_it_is() -> anyhow::Result<()> {
    let (app, device) = start().await?;
    let http = app.http()?;
    let made = http.post("/trials/", trial(device, json!({}))).await?;
    assert_eq!((made.status, &made.body["state"], &made.body["hostname"]), (201, &json!("waiting"), &json!("r1")));
    let again = http.post("/trials/", trial(device, json!({"purpose": "connection"}))).await?;
    assert!(again.status == 400 && again.detail().contains("being tried at the moment"), "{again:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    for _ in 0..2 {
        let cancelled = http.post(&format!("/trials/{id}/cancel"), json!({})).await?;
        assert_eq!((cancelled.status, &cancelled.body["state"]), (200, &json!("cancelled")), "{cancelled:?}");
        assert_eq!(cancelled.body["message"], "Cancelled before it started.");
    }
    assert_eq!(http.post("/trials/", trial(device, json!({}))).await?.status, 201, "the device is free again");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_choose_what_is_sent_and_users_see_their_own_trials() -> anyhow::Result<()> {
    let (app, device) = start().await?;
    let tag = work::add_tag(&app.client, "core").await?;
    let credential = work::add_credential(&app.client, tag, "netops", "secret-of-tests", None).await?;
    let (admin, ann, ben) = (app.http()?, user(&app, "ann").await?, user(&app, "ben").await?);
    for particular in [json!({"platform": PLATFORM}), json!({"credential_id": credential})] {
        let refused = ann.post("/trials/", trial(device, particular.clone())).await?;
        assert!(refused.status == 403 && refused.detail().starts_with("Only admins may"), "{refused:?}");
        let taken = admin.post("/trials/", trial(device, particular)).await?;
        assert_eq!(taken.status, 201, "{taken:?}");
        admin.post(&format!("/trials/{}/cancel", taken.body["id"]), json!({})).await?;
        assert!(!taken.body.to_string().contains("show all"), "the text itself is not told: {taken:?}");
    }
    let own = ann.post("/trials/", trial(device, json!({}))).await?;
    assert_eq!((own.status, &own.body["asked_by"]), (201, &json!("ann")), "{own:?}");
    let path = format!("/trials/{}", own.body["id"]);
    assert_eq!((ann.get(&path).await?.status, admin.get(&path).await?.status), (200, 200));
    let others = ben.get(&path).await?;
    assert_eq!((others.status, others.detail()), (404, "Trial not found"));
    assert_eq!(ben.post(&format!("{path}/cancel"), json!({})).await?.status, 404);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_platform_is_refused_by_line_and_field_and_not_repeated() -> anyhow::Result<()> {
    let (app, device) = start().await?;
    let http = app.http()?;
    let bad = PLATFORM.replace("'^oops'", "'(s3cret'");
    let refused = http.post("/trials/", trial(device, json!({"platform": bad}))).await?;
    assert!(refused.is_field_fault() && refused.fields() == ["body.platform"], "{refused:?}");
    let said = refused.body["detail"][0]["msg"].as_str().unwrap_or_default();
    assert!(said.contains("line 4: `errors[0]`: "), "{said}");
    assert!(!refused.body.to_string().contains("show all"), "{refused:?}");
    for (body, status) in [
        (json!({"device_id": device}), 422),
        (json!({"device_id": device, "purpose": "erase"}), 422),
        (trial(987_654, json!({})), 404),
        (trial(device, json!({"credential_id": 987_654})), 404),
    ] {
        let refused = http.post("/trials/", body.clone()).await?;
        assert_eq!(refused.status, status, "{body}: {refused:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_worker_a_trial_says_so_after_some_seconds() -> anyhow::Result<()> {
    let (app, device) = start().await?;
    let input = TrialInput::new(device.into(), TrialPurpose::Connection);
    let id = app.client.send(&StartTrial(input)).await?.id;
    let ended = wait::until("the trial has ended", async || {
        let now = app.client.send(&GetTrial(id)).await?;
        Ok((!now.state.is_open()).then_some(now))
    });
    let ended = ended.await?;
    assert_eq!(ended.state, TrialState::Failed);
    let message = ended.message.unwrap_or_default();
    assert!(message.starts_with("No worker is running"), "{message}");
    sqlx::query("update trials set asked_at = now() - interval '61 minutes'").execute(app.pool()).await?;
    wait::until("an old trial is removed", async || match app.client.send(&GetTrial(id)).await {
        Err(problem) if problem.code == Code::NotFound => Ok(Some(())),
        _ => Ok(None),
    })
    .await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_whose_worker_vanished_ends_by_itself() -> anyhow::Result<()> {
    let (app, device) = start().await?;
    let input = TrialInput::new(device.into(), TrialPurpose::Connection);
    let id = app.client.send(&StartTrial(input)).await?.id;
    sqlx::query(
        "update trials set state = 'running', worker = 'gone', started_at = now(),
             lease_until = now() - interval '1 second'",
    )
    .execute(app.pool())
    .await?;
    let ended = wait::until("the trial has ended", async || {
        let now = app.client.send(&GetTrial(id)).await?;
        Ok((!now.state.is_open()).then_some(now))
    });
    let ended = ended.await?;
    let message = ended.message.unwrap_or_default();
    assert!(ended.state == TrialState::Failed && message.contains("The worker in session with this device stopped"));
    app.stop().await;
    Ok(())
}
