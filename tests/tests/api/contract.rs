//! The contract with NetRaven: every recorded request is sent to our server, on data of ours, and its answer has the
//! recorded status and shape, or stands in the table of deviations with the reason.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use netraven_api::Secret;
use netraven_backend::seal::SealKey;
use netraven_tests::contract::shape::Shape;
use netraven_tests::contract::{self, Body, Exchange, PASSWORD, deviations};
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::{Answer, Http};
use serde_json::{Value, json};

/// The callers, by their names in the contract.
async fn callers(app: &TestApp) -> anyhow::Result<BTreeMap<&'static str, Http>> {
    let key = SealKey::load_or_create(&app.data_dir().join("secrets/seal-key"))?.jwt_key();
    let nobody = Http::new(app.url())?;
    let now = jiff::Timestamp::now().as_second();
    let signed = |claims: Value, key: &[u8]| -> anyhow::Result<Http> {
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(key))?;
        Ok(nobody.with_token(&Secret::new(token)))
    };
    // What a token of ours says beside that: the user's id, and the mark of the sign-in.
    let marked: Vec<(String, i64, String)> =
        sqlx::query_as("select username, id, sign_in_mark::text from users").fetch_all(app.pool()).await?;
    let nobodys = (String::new(), 987_654, "00000000-0000-0000-0000-000000000000".to_owned());
    let user = |name: &str, seconds: i64| {
        let (_, id, mark) = marked.iter().find(|(known, ..)| known == name).unwrap_or(&nobodys);
        json!({"sub": name, "role": "admin", "exp": now + seconds, "uid": id, "mark": mark, "sid": mark})
    };
    let admin = signed(user("admin", 600), &key)?;
    Ok(BTreeMap::from([
        ("nobody", nobody.clone()),
        ("basic", nobody.with_authorization("Basic YWRtaW46eA==")),
        ("empty", nobody.with_authorization("Bearer")),
        ("garbage", nobody.with_token(&Secret::new("garbage"))),
        ("operator", signed(user("operator", 600), &key)?),
        ("inactive", signed(user("inactive", 600), &key)?),
        ("ghost", signed(user("ghost", 600), &key)?),
        ("expired", signed(user("admin", -60), &key)?),
        ("badsig", signed(user("admin", 600), b"a key of somebody else entirely")?),
        ("noexp", signed(without(user("admin", 600), "exp"), &key)?),
        ("nosub", signed(without(user("admin", 600), "sub"), &key)?),
        ("lowercase", admin.with_scheme("bearer")),
        ("admin", admin),
    ]))
}

/// Claims without one of them.
fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().map(|claims| claims.remove(name));
    claims
}

async fn send(http: &Http, exchange: &Exchange) -> anyhow::Result<Answer> {
    let (method, path) = (exchange.method.as_str(), exchange.path.as_str());
    match &exchange.body {
        None => http.send(method, path, None).await,
        Some(Body::Json(body)) => http.send(method, path, Some(body)).await,
        Some(Body::Text(text)) => http.raw(path, "application/json", text).await,
        Some(Body::Untyped(text)) => http.raw(path, "", text).await,
        // A recording cannot hold what is no text: it has a sign for it.
        Some(Body::File(name, text)) => http.file(path, name, &bytes(text)).await,
        Some(Body::Form(fields)) => {
            let real = |value: &str| if value == PASSWORD { ADMIN_PASSWORD.to_owned() } else { value.to_owned() };
            let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), real(value))).collect();
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            http.form(path, &fields).await
        }
    }
}

fn bytes(text: &str) -> Vec<u8> {
    text.split('\u{fffd}').map(str::as_bytes).collect::<Vec<_>>().join(&0xff)
}

async fn load(app: &TestApp, file: &str) -> anyhow::Result<()> {
    let sql = std::fs::read_to_string(contract::folder().join(file))?;
    for _ in 0..10 {
        match sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(app.pool()).await {
            // The scheduler looks at the same rows meanwhile; one of the two has to give way.
            Err(error) if error.as_database_error().is_some_and(|error| error.code().as_deref() == Some("40P01")) => {}
            done => {
                done?;
                // Each reload gives a user a new mark; here it is always the same one, so that tokens stay valid.
                let mark = "update users set sign_in_mark = md5(username)::uuid";
                sqlx::query(mark).execute(app.pool()).await?;
                return Ok(());
            }
        }
    }
    anyhow::bail!("{file} was not loaded: it met the scheduler each time")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_recorded_request_has_its_status_and_shape_or_a_reason_why_not() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    load(&app, "logs.sql").await?;
    load(&app, "dataset.sql").await?;
    let callers = callers(&app).await?;
    let (table, added) = deviations::read()?;
    let (mut used, mut wrong, mut fresh) = (vec![false; table.len()], Vec::new(), false);
    for exchange in contract::read()? {
        if !fresh {
            load(&app, "dataset.sql").await?;
        }
        fresh = exchange.method == "GET";
        let caller = callers.get(exchange.caller.as_str()).unwrap_or(&callers["nobody"]);
        let answer = send(caller, &exchange).await?;
        let mut found = Vec::new();
        if answer.status != exchange.status {
            found.push(format!("status {}, expected {}", answer.status, exchange.status));
        } else if let Some(shape) = &exchange.shape {
            found.extend(shape.differences(&Shape::of(&answer.body), &added));
        }
        let rows = table.iter().zip(&mut used).filter(|(row, _)| row.covers(&exchange.name));
        for (row, used) in rows.filter(|(row, _)| row.status == answer.status) {
            *used |= !found.is_empty();
            found.clear();
            assert!(!row.reason.is_empty());
        }
        if !found.is_empty() {
            let place = format!("{}: {} {}", exchange.name, exchange.method, exchange.path);
            wrong.push(format!("{place}: {} (answer: {:.300})", found.join("; "), answer.body.to_string()));
        }
    }
    let stale = table.iter().zip(&used).filter(|(_, used)| !**used).map(|(row, _)| format!("{:?}", row.names));
    let stale: Vec<String> = stale.collect();
    assert!(wrong.is_empty(), "{} deviations without a reason:\n{}", wrong.len(), wrong.join("\n"));
    assert!(stale.is_empty(), "rows of the table that nothing deviates by: {}", stale.join(", "));
    app.stop().await;
    Ok(())
}
