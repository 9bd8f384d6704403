//! A sign-in ends with its user, and the streams that were opened by it end with it.

use anyhow::Context as _;
use jsonwebtoken::{EncodingKey, Header};
use netraven_api::Secret;
use netraven_backend::seal::SealKey;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::{Answer, Http};
use netraven_tests::support::stream::Stream;
use netraven_tests::support::wait;
use serde_json::{Value, json};

const PASSWORD: &str = "three green lamps";
const OTHER: &str = "four quiet rivers";

async fn token(app: &TestApp, username: &str, password: &str) -> anyhow::Result<Option<Secret>> {
    let answer = Http::new(app.url())?.form("/auth/token", &[("username", username), ("password", password)]).await?;
    Ok(answer.body["access_token"].as_str().map(Secret::new))
}

/// A user of this role, with a token.
async fn user(app: &TestApp, username: &str, role: &str) -> anyhow::Result<(i64, Secret)> {
    let body = json!({"username": username, "password": PASSWORD, "role": role});
    let made = app.http()?.post("/users/", body).await?;
    let id = made.body["id"].as_i64().with_context(|| format!("{made:?}"))?;
    Ok((id, token(app, username, PASSWORD).await?.context("the user signs in")?))
}

/// Waits until a stream is ended, in order and by the server.
async fn ended(mut stream: Stream) -> anyhow::Result<()> {
    let end = async {
        loop {
            if let Err(error) = stream.next().await {
                return error;
            }
        }
    };
    let end = tokio::time::timeout(wait::PATIENCE, end).await.context("the stream goes on")?;
    anyhow::ensure!(end.to_string().contains("the server ended the stream"), "{end:#}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_and_its_token_end_with_the_user() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (http, nobody) = (app.http()?, Http::new(app.url())?);
    let endings: [(&str, &str, Value, u16); 4] = [
        ("inactive", "PUT", json!({"is_active": false}), 403),
        ("password", "PUT", json!({"password": OTHER}), 401),
        ("demoted", "PUT", json!({"role": "user"}), 200),
        ("deleted", "DELETE", Value::Null, 401),
    ];
    for (name, method, change, then) in endings {
        let (id, token) = user(&app, name, "admin").await?;
        let stream = Stream::open(app.url(), token.expose(), "", None).await?;
        let body = (!change.is_null()).then_some(&change);
        let changed = http.send(method, &format!("/users/{id}"), body).await?;
        assert!(matches!(changed.status, 200 | 204), "{name}: {changed:?}");
        let answer = nobody.with_token(&token).get("/users/me").await?;
        assert_eq!(answer.status, then, "{name}: {answer:?}");
        ended(stream).await.context(name)?;
    }
    app.stop().await;
    Ok(())
}

/// Behind this server's back, as another server on the same database does it.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_made_elsewhere_ends_a_stream_too() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (id, token) = user(&app, "remote", "user").await?;
    let stream = Stream::open(app.url(), token.expose(), "", None).await?;
    sqlx::query("delete from users where id = $1").bind(id).execute(app.pool()).await?;
    ended(stream).await?;
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_time_of_its_token() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (id, _) = user(&app, "short", "user").await?;
    let mark: String =
        sqlx::query_scalar("select sign_in_mark::text from users where id = $1").bind(id).fetch_one(app.pool()).await?;
    let key = SealKey::load_or_create(&app.data_dir().join("secrets/seal-key"))?.jwt_key();
    let exp = jiff::Timestamp::now().as_second() + 4;
    let claims = json!({"sub": "short", "role": "user", "exp": exp, "uid": id, "mark": mark, "sid": mark});
    let token = jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(&key))?;
    let stream = Stream::open(app.url(), &token, "", None).await?;
    ended(stream).await?;
    assert!(jiff::Timestamp::now().as_second() >= exp, "not before its time");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_given_anew_revives_no_token() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let (id, old) = user(&app, "olga", "user").await?;
    assert_eq!(http.delete(&format!("/users/{id}")).await?.status, 204);
    let (_, new) = user(&app, "olga", "admin").await?;
    let nobody = Http::new(app.url())?;
    assert_eq!(nobody.with_token(&old).get("/users/me").await?.status, 401);
    assert_eq!(nobody.with_token(&new).get("/users/me").await?.status, 200);

    // A user who was locked out for a while can sign in again, too.
    let (id, old) = user(&app, "paul", "user").await?;
    for active in [false, true] {
        assert_eq!(http.put(&format!("/users/{id}"), json!({"is_active": active})).await?.status, 200);
    }
    assert_eq!(nobody.with_token(&old).get("/users/me").await?.status, 401);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_password_is_changed_by_who_knows_it_and_ends_the_other_sign_ins() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (_, here) = user(&app, "olga", "user").await?;
    let there = token(&app, "olga", PASSWORD).await?.context("a second sign-in")?;
    let stream = Stream::open(app.url(), there.expose(), "", None).await?;
    let nobody = Http::new(app.url())?;
    let (here, there) = (nobody.with_token(&here), nobody.with_token(&there));
    let change = async |current: &str, new: &str| -> anyhow::Result<Answer> {
        here.put("/users/me/password", json!({"current_password": current, "new_password": new})).await
    };
    let wrong = change("not my password", OTHER).await?;
    assert_eq!((wrong.status, wrong.fields()), (422, vec!["body.current_password".to_owned()]), "{wrong:?}");
    for (new, word) in [("short", "at least 8"), ("password1", "most common"), ("olga1234", "most common")] {
        let refused = change(PASSWORD, new).await?;
        assert_eq!((refused.status, refused.fields()), (422, vec!["body.new_password".to_owned()]), "{refused:?}");
        assert!(refused.body.to_string().contains(word), "{refused:?}");
        assert!(!refused.body.to_string().contains(PASSWORD), "{refused:?}");
    }
    let half = here.put("/users/me/password", json!({"new_password": OTHER})).await?;
    assert_eq!(half.fields(), ["body.current_password"], "{half:?}");
    assert_eq!(there.get("/users/me").await?.status, 200, "nothing was changed so far");

    assert_eq!(change(PASSWORD, OTHER).await?.status, 204);
    assert_eq!(here.get("/users/me").await?.status, 200, "who changed it stays");
    assert_eq!(there.get("/users/me").await?.status, 401);
    ended(stream).await?;
    assert!(token(&app, "olga", PASSWORD).await?.is_none());
    assert!(token(&app, "olga", OTHER).await?.is_some());

    // The next change ends what the last one spared.
    let second = token(&app, "olga", OTHER).await?.context("the new password opens")?;
    let body = json!({"current_password": OTHER, "new_password": PASSWORD});
    assert_eq!(nobody.with_token(&second).put("/users/me/password", body).await?.status, 204);
    assert_eq!(here.get("/users/me").await?.status, 401);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_every_sign_in_but_the_windows_own() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let nobody = Http::new(app.url())?;
    let mut tokens = Vec::new();
    for _ in 0..2 {
        tokens.push(token(&app, "admin", ADMIN_PASSWORD).await?.context("admin signs in")?);
    }
    let here = nobody.with_token(&tokens[0]);
    let wrong = here.post("/users/me/sign-out", json!({"current_password": "guess"})).await?;
    assert_eq!((wrong.status, wrong.fields()), (422, vec!["body.current_password".to_owned()]));
    let body = json!({"current_password": ADMIN_PASSWORD});
    assert_eq!(here.post("/users/me/sign-out", body).await?.status, 204);
    for token in &tokens {
        assert_eq!(nobody.with_token(token).get("/users/me").await?.status, 401);
    }
    assert_eq!(app.http()?.get("/users/me").await?.status, 200, "the window has no password to end with");
    app.stop().await;
    Ok(())
}
