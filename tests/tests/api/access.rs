//! Access to every endpoint: the table of endpoints, walked with every kind of caller there is.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use netraven_api::auth::{Claims, Token};
use netraven_api::routes::{ROUTES, Route};
use netraven_api::users::Role;
use netraven_api::{Access, Method, Secret};
use netraven_backend::seal::SealKey;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::{Answer, Http};
use serde_json::json;

/// A path that belongs to a route, with an id nothing has.
fn path(route: &Route) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { "987654" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The routes of the table, and those that are no endpoints. A test of the description sees to it that there are no others.
fn routes() -> Vec<Route> {
    let others = [
        (Method::Get, netraven_api::logs::STREAM_PATH, Access::User),
        (Method::Post, netraven_api::bulk::BULK_IMPORT_PATH, Access::User),
        (Method::Get, "/openapi.json", Access::Open),
        (Method::Get, "/docs", Access::Open),
    ];
    let others = others.map(|(method, path, access)| Route { method, path, access });
    ROUTES.iter().copied().chain(others).collect()
}

async fn call(http: &Http, route: &Route) -> anyhow::Result<Answer> {
    let body = json!({});
    let body = matches!(route.method, Method::Post | Method::Put).then_some(&body);
    http.send(route.method.as_str(), &path(route), body).await
}

/// A token with any claims, signed by any key in any way, and with the mark of the user as it is in the database.
async fn token(
    app: &TestApp,
    username: &str,
    seconds: i64,
    key: &[u8],
    algorithm: Algorithm,
) -> anyhow::Result<Secret> {
    let marked = "select id, sign_in_mark::text from users where username = $1";
    let known: Option<(i64, String)> = sqlx::query_as(marked).bind(username).fetch_optional(app.pool()).await?;
    let (id, mark) = known.unwrap_or((987_654, "00000000-0000-0000-0000-000000000000".to_owned()));
    let exp = jiff::Timestamp::now().as_second() + seconds;
    let claims = json!({"sub": username, "role": "admin", "exp": exp, "uid": id, "mark": mark, "sid": mark});
    Ok(Secret::new(jsonwebtoken::encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(key))?))
}

/// A token that says nothing but what every NetRaven server's says.
fn bare(username: &str, key: &[u8]) -> anyhow::Result<Secret> {
    let exp = jiff::Timestamp::now().as_second() + 60;
    let claims = Claims { sub: username.to_owned(), role: Role::Admin.into(), exp };
    Ok(Secret::new(jsonwebtoken::encode(&Header::default(), &claims, &EncodingKey::from_secret(key))?))
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_every_closed_route_answers_401() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let key = SealKey::load_or_create(&app.data_dir().join("secrets/seal-key"))?.jwt_key();
    let nobody = Http::new(app.url())?;
    let good = token(&app, "admin", 60, &key, Algorithm::HS256).await?;
    assert_eq!(nobody.with_token(&good).get("/users/me").await?.status, 200, "this is how a good token is made");
    let unsigned =
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0.";
    let callers = [
        ("no token", nobody.clone()),
        ("garbage", nobody.with_token(&Secret::new("garbage"))),
        ("an expired token", nobody.with_token(&token(&app, "admin", -1, &key, Algorithm::HS256).await?)),
        ("an unsigned token", nobody.with_token(&Secret::new(unsigned))),
        ("another algorithm", nobody.with_token(&token(&app, "admin", 60, &key, Algorithm::HS512).await?)),
        (
            "another key",
            nobody.with_token(&token(&app, "admin", 60, b"a key of somebody else entirely", Algorithm::HS256).await?),
        ),
        ("a token without the mark of its user", nobody.with_token(&bare("admin", &key)?)),
        ("a user who is gone", nobody.with_token(&token(&app, "nobody", 60, &key, Algorithm::HS256).await?)),
    ];
    for route in routes() {
        for (name, caller) in &callers {
            let answer = call(caller, &route).await?;
            let place = format!("{} {} with {name}: {}", route.method.as_str(), route.path, answer.body);
            if route.access == Access::Open {
                assert_eq!(answer.status, 200, "{place}");
                continue;
            }
            assert_eq!(answer.status, 401, "{place}");
            assert_eq!(
                answer.headers.get("www-authenticate").map(|value| value.as_bytes()),
                Some(&b"Bearer"[..]),
                "{place}"
            );
            assert!(!answer.detail().is_empty(), "{place}");
        }
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_kept_by_the_server() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    app.add_user("reader", "user", true).await?;
    app.add_user("leaver", "admin", false).await?;
    let key = SealKey::load_or_create(&app.data_dir().join("secrets/seal-key"))?.jwt_key();
    let nobody = Http::new(app.url())?;
    // The role is the database's: what the token says of itself does not count.
    let reader = nobody.with_token(&token(&app, "reader", 60, &key, Algorithm::HS256).await?);
    let leaver = nobody.with_token(&token(&app, "leaver", 60, &key, Algorithm::HS256).await?);
    let admin = app.http()?;
    for route in routes() {
        let place = format!("{} {}", route.method.as_str(), route.path);
        let (as_user, as_admin) = (call(&reader, &route).await?, call(&admin, &route).await?);
        assert!(!matches!(as_admin.status, 401 | 403 | 405 | 500..), "{place}: {as_admin:?}");
        match route.access {
            Access::Admin => {
                assert_eq!(as_user.status, 403, "{place}: {as_user:?}");
                assert!(!as_user.detail().is_empty(), "{place}");
            }
            Access::User | Access::Open => assert_eq!(as_user.status, as_admin.status, "{place}: {as_user:?}"),
        }
        if route.access != Access::Open {
            let answer = call(&leaver, &route).await?;
            assert_eq!((answer.status, answer.detail()), (403, "Inactive user"), "{place}");
        }
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_gives_a_token_to_who_knows_the_password() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    app.add_user("leaver", "user", false).await?;
    let nobody = Http::new(app.url())?;
    for path in ["/auth/token", "/auth/token/", "/api/auth/token"] {
        let answer = nobody.form(path, &[("username", "admin"), ("password", ADMIN_PASSWORD)]).await?;
        assert_eq!((answer.status, &answer.body["token_type"]), (200, &json!("bearer")), "{path}: {answer:?}");
        let token: Token = serde_json::from_value(answer.body)?;
        let me = nobody.with_token(&token.access_token).get("/users/me").await?;
        assert_eq!((me.status, &me.body["username"], &me.body["role"]), (200, &json!("admin"), &json!("admin")));
        assert!(!me.body.to_string().contains("password"), "{}", me.body);
    }
    let refused = [
        (("admin", "wrong"), 401, "Incorrect username or password"),
        (("Admin", ADMIN_PASSWORD), 401, "Incorrect username or password"),
        (("nobody", ADMIN_PASSWORD), 401, "Incorrect username or password"),
        (("leaver", ADMIN_PASSWORD), 400, "Inactive user"),
    ];
    for ((username, password), status, sentence) in refused {
        let answer = nobody.form("/auth/token", &[("username", username), ("password", password)]).await?;
        assert_eq!((answer.status, answer.detail()), (status, sentence), "{username}");
    }
    let half = nobody.form("/auth/token", &[("username", "admin")]).await?;
    assert!(half.is_field_fault() && half.fields() == ["body.password"], "{half:?}");
    let as_json = nobody.post("/auth/token", json!({"username": "admin", "password": ADMIN_PASSWORD})).await?;
    assert_eq!(as_json.status, 422, "a login is a form: {as_json:?}");
    assert!(!as_json.body.to_string().contains(ADMIN_PASSWORD), "{as_json:?}");
    app.stop().await;
    Ok(())
}
