//! Guessing passwords is slow, shuts nobody else out, and is on record.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use netraven_api::Secret;
use netraven_api::problem::Code;
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::wait;
use serde_json::json;

async fn status(http: &Http, username: &str, password: &str) -> anyhow::Result<u16> {
    Ok(http.form("/auth/token", &[("username", username), ("password", password)]).await?.status)
}

/// Requests from another address of this computer.
fn from(app: &TestApp, last: u8) -> anyhow::Result<Http> {
    Http::from(app.url(), IpAddr::V4(Ipv4Addr::new(127, 0, 0, last)))
}

async fn at_once(http: &Http, tries: usize, name: impl Fn(usize) -> String) -> anyhow::Result<Vec<u16>> {
    let tries = (0..tries).map(|number| {
        let (http, name) = (http.clone(), name(number));
        async move { status(&http, &name, &format!("guess {number}")).await }
    });
    futures::future::join_all(tries).await.into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_guesses_at_once_a_few_are_tried() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    app.add_user("target", "user", true).await?;
    let nobody = Http::new(app.url())?;
    let answers = at_once(&nobody, 120, |_| "target".to_owned()).await?;
    let tried = answers.iter().filter(|status| **status == 401).count();
    // One more each six seconds that it takes.
    assert!((10..=20).contains(&tried), "{tried} of {}", answers.len());
    assert!(answers.iter().all(|status| [401, 429].contains(status)), "{answers:?}");
    let refused = nobody.form("/auth/token", &[("username", "target"), ("password", ADMIN_PASSWORD)]).await?;
    let after = refused.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if refused.status == 429 {
        assert!(after.is_some_and(|seconds| (1..=60).contains(&seconds)), "{refused:?}");
    }
    assert_eq!(status(&nobody, "admin", ADMIN_PASSWORD).await?, 200, "somebody else is not meant");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_password_over_many_names_is_limited() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let answers = at_once(&Http::new(app.url())?, 120, |number| format!("user-{number}")).await?;
    let tried = answers.iter().filter(|status| **status == 401).count();
    assert!((30..=50).contains(&tried), "{tried} of {}", answers.len());
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_shuts_the_admin_out_neither_elsewhere_nor_beside_him() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let nobody = Http::new(app.url())?;
    assert_eq!(status(&nobody, "admin", ADMIN_PASSWORD).await?, 200);
    for last in 2..16 {
        at_once(&from(&app, last)?, 12, |_| "admin".to_owned()).await?;
    }
    let began = Instant::now();
    assert_eq!(status(&nobody, "admin", ADMIN_PASSWORD).await?, 200, "guesses from elsewhere");
    // Fewer than one address may try at once: what refuses them counts the name. One more is let through each three seconds.
    let answers = at_once(&from(&app, 99)?, 9, |_| "admin".to_owned()).await?;
    let (tried, waited) = (answers.iter().filter(|status| **status == 401).count(), began.elapsed());
    assert!(tried as u64 <= 1 + waited.as_secs() / 3, "who was never here waits: {answers:?} after {waited:?}");

    // Somebody at the same address who tries one after the other: the right one has to wait for its turn, and gets it.
    let guesses = tokio::spawn({
        let nobody = nobody.clone();
        async move {
            for _ in 0..14 {
                status(&nobody, "admin", "guess").await?;
            }
            anyhow::Ok(())
        }
    });
    for _ in 0..3 {
        assert_eq!(status(&nobody, "admin", ADMIN_PASSWORD).await?, 200);
    }
    guesses.await??;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_sign_in_is_as_good_as_a_known_place() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let nobody = Http::new(app.url())?;
    let answer = nobody.form("/auth/token", &[("username", "admin"), ("password", ADMIN_PASSWORD)]).await?;
    let token = netraven_api::Secret::new(answer.body["access_token"].as_str().context("a token")?);
    let elsewhere = from(&app, 7)?;
    at_once(&elsewhere, 12, |_| "admin".to_owned()).await?;
    assert_eq!(status(&elsewhere, "admin", ADMIN_PASSWORD).await?, 429);
    assert_eq!(status(&elsewhere.with_token(&token), "admin", ADMIN_PASSWORD).await?, 200);
    app.stop().await;
    Ok(())
}

/// However many guess at once, at his own place or where the server knows no place any more: the program of a person shows his
/// earlier sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_in_parallel_hold_up_nobody_who_shows_an_earlier_sign_in() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let password = Secret::new(ADMIN_PASSWORD);
    let client = Client::new(app.url())?;
    let token = client.login("admin", &password, None).await?.access_token;
    let (nobody, is_over) = (Http::new(app.url())?, Arc::new(AtomicBool::new(false)));
    let guesses = tokio::spawn({
        let is_over = is_over.clone();
        async move {
            let mut refused = 0;
            while !is_over.load(Ordering::SeqCst) {
                let answers = at_once(&nobody, 30, |_| "admin".to_owned()).await?;
                refused += answers.iter().filter(|status| **status == 429).count();
            }
            anyhow::Ok(refused)
        }
    });
    for _ in 0..5 {
        client.login("admin", &password, Some(&token)).await?;
    }
    is_over.store(true, Ordering::SeqCst);
    assert!(guesses.await?? > 0, "there was somebody to wait for");

    // Another process of the same installation, as after a restart, knows no places.
    let again = app.another().await?;
    let (nobody, client) = (Http::new(again.url())?, Client::new(again.url())?);
    wait::until("no more tries are let through", async || {
        at_once(&nobody, 30, |_| "admin".to_owned()).await?;
        let refused = client.login("admin", &Secret::new("guess"), None).await.err();
        Ok(refused.filter(|problem| problem.code == Code::TooMany).map(drop))
    })
    .await?;
    client.login("admin", &password, Some(&token)).await?;
    again.stop().await;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_sign_ins_are_on_record_without_what_was_typed() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let stranger = from(&app, 9)?;
    assert_eq!(status(&stranger, "admin", "sesame-0815").await?, 401);
    assert_eq!(status(&stranger, "my sesame-0815 typed here", "x").await?, 401);
    let http = app.http()?;
    let lines = wait::until("both are in the log", async || {
        let found = http.get("/logs/?source=server.login&size=50").await?.body["items"].clone();
        Ok(found.as_array().filter(|lines| lines.len() >= 2).cloned())
    })
    .await?;
    let text = serde_json::to_string(&lines)?;
    assert!(text.contains("Failed sign-in as \\\"admin\\\" from 127.0.0.9"), "{text}");
    assert!(lines.iter().all(|line| line["level"] == "WARNING"), "{text}");
    assert!(!text.contains("sesame"), "{text}");

    // However many there are, a minute has a bounded number of lines.
    at_once(&stranger, 100, |number| format!("user-{number}")).await?;
    let total: i64 = sqlx::query_scalar("select count(*) from logs where message like 'Failed sign-in as%'")
        .fetch_one(app.pool())
        .await?;
    assert!(total <= 40, "{total} lines");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commonest_passwords_are_refused_wherever_one_is_chosen() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let id =
        http.post("/users/", json!({"username": "olga", "password": "three green lamps"})).await?.body["id"].clone();
    for common in
        ["password", "12345678", "admin123", "Passw0rd", "qwertyuiop", "letmein1", "iloveyou", "netraven", "newuser1"]
    {
        let made = http.post("/users/", json!({"username": "newuser", "password": common})).await?;
        assert_eq!((made.status, made.fields()), (422, vec!["body.password".to_owned()]), "{common}: {made:?}");
        assert!(made.body.to_string().contains("most common") && made.body["detail"][0]["input"].is_null(), "{made:?}");
        if common != "newuser1" {
            let changed = http.put(&format!("/users/{id}"), json!({"password": common})).await?;
            assert_eq!(changed.fields(), ["body.password"], "{common}: {changed:?}");
        }
    }
    for good in ["three green lamps", "kV7-pq2.Wz", "correct horse battery staple"] {
        let changed = http.put(&format!("/users/{id}"), json!({"password": good})).await?;
        assert_eq!(changed.status, 200, "{good}: {changed:?}");
    }
    app.stop().await;
    Ok(())
}
