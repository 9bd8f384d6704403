//! Users: made, changed and removed by admins; one admin is always left, and who is no longer wanted is out at once.

use netraven_api::Secret;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::json;

const PASSWORD: &str = "a good passw0rd";

async fn signed_in(app: &TestApp, username: &str, password: &str) -> anyhow::Result<Option<Http>> {
    let nobody = Http::new(app.url())?;
    let answer = nobody.form("/auth/token", &[("username", username), ("password", password)]).await?;
    Ok(answer.body["access_token"].as_str().map(|token| nobody.with_token(&Secret::new(token))))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let body = json!({"username": "olga", "password": PASSWORD, "email": "olga@example.net", "full_name": "Olga O."});
    let made = http.post("/users/", body.clone()).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    let expected = json!({"id": id, "username": "olga", "email": "olga@example.net", "full_name": "Olga O.",
        "role": "user", "is_active": true});
    assert_eq!(made.body, expected);
    let path = format!("/users/{id}");
    assert_eq!(http.get(&path).await?.body, expected);
    let listed = http.get("/users/?username=OLG&role=user&is_active=true").await?.body;
    assert_eq!(listed["items"], json!([{"id": id, "username": "olga", "role": "user", "is_active": true}]));
    assert_eq!(http.get("/users/?username=zzz").await?.body["pages"], 1);

    let twin = http.post("/users/", body).await?;
    assert_eq!((twin.status, twin.detail()), (400, "Username already registered"));
    let same =
        http.post("/users/", json!({"username": "olaf", "password": PASSWORD, "email": "olga@example.net"})).await?;
    assert_eq!((same.status, same.detail()), (400, "Email already registered"));
    for name in ["no-email-1", "no-email-2"] {
        let made = http.post("/users/", json!({"username": name, "password": PASSWORD})).await?;
        assert_eq!((made.status, &made.body["email"]), (201, &json!(null)), "an address is optional: {made:?}");
    }

    let olga = signed_in(&app, "olga", PASSWORD).await?.expect("olga has a password");
    assert_eq!(olga.get("/users/me").await?.body, expected, "anybody may read the own profile");
    assert_eq!(olga.get("/users/").await?.status, 403);
    let changed = http.put(&path, json!({"full_name": null, "email": "o@example.net", "role": "admin"})).await?;
    assert_eq!(
        (&changed.body["full_name"], &changed.body["email"], &changed.body["role"]),
        (&json!(null), &json!("o@example.net"), &json!("admin"))
    );
    assert_eq!(olga.get("/users/").await?.status, 200, "a role is that of the moment");
    assert_eq!(http.put(&path, json!({"is_active": false})).await?.status, 200);
    let out = olga.get("/jobs/").await?;
    assert_eq!((out.status, out.detail()), (403, "Inactive user"), "at once, whatever was remembered");
    assert_eq!(http.put(&path, json!({"is_active": true, "password": "another passw0rd"})).await?.status, 200);
    assert!(signed_in(&app, "olga", PASSWORD).await?.is_none());
    assert!(signed_in(&app, "olga", "another passw0rd").await?.is_some());
    assert_eq!(http.delete(&path).await?.status, 204);
    assert_eq!(olga.get("/jobs/").await?.status, 401, "at once");
    assert_eq!((http.get(&path).await?.detail(), http.delete(&path).await?.status), ("User not found", 404));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_active_admin_stays_and_nobody_removes_the_own_account() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let me = http.get("/users/me").await?.body["id"].clone();
    let path = format!("/users/{me}");
    for change in [json!({"role": "user"}), json!({"is_active": false})] {
        let answer = http.put(&path, change.clone()).await?;
        assert_eq!(answer.status, 400, "{change}: {answer:?}");
        assert!(answer.detail().contains("last active admin"), "{answer:?}");
    }
    assert_eq!(http.delete(&path).await?.status, 400);
    assert_eq!(http.get("/users/me").await?.body["role"], "admin", "nothing was saved");
    let second = json!({"username": "second", "password": PASSWORD, "role": "admin"});
    assert_eq!(http.post("/users/", second).await?.status, 201);
    assert_eq!(http.delete(&path).await?.status, 400, "not the own one, even now");
    let second = signed_in(&app, "second", PASSWORD).await?.expect("the second has a password");
    assert_eq!(second.delete(&path).await?.status, 204);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_user_is_refused_and_the_password_never_repeated() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let bad = json!({"username": "a b", "password": "hunter2", "email": "notmail", "role": "root", "full_name": "x".repeat(101)});
    let answer = http.post("/users/", bad).await?;
    assert_eq!(
        answer.fields(),
        ["body.username", "body.password", "body.email", "body.full_name", "body.role"],
        "{answer:?}"
    );
    let none = http.post("/users/", json!({"password": "hunter2-and-more"})).await?;
    assert_eq!(none.fields(), ["body.username"]);
    for answer in [answer, none] {
        assert!(!answer.body.to_string().contains("hunter2"), "{answer:?}");
    }
    app.stop().await;
    Ok(())
}
