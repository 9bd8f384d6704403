//! Refusals: FastAPI's shapes on every route, nothing secret in them, and never a 500 for what somebody sent.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_field_is_told_with_kind_place_sentence_input_and_limit() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let first = async |answer: anyhow::Result<netraven_tests::support::http::Answer>| -> anyhow::Result<Value> {
        let answer = answer?;
        anyhow::ensure!(answer.status == 422, "{answer:?}");
        Ok(answer.body["detail"][0].clone())
    };
    assert_eq!(
        first(http.get("/jobs/?size=101").await).await?,
        json!({"type": "less_than_equal", "loc": ["query", "size"], "input": "101", "ctx": {"le": 100},
            "msg": "Input should be less than or equal to 100"})
    );
    assert_eq!(
        first(http.get("/jobs/?tag_id=1&tag_id=2,3").await).await?["loc"],
        json!(["query", "tag_id", 1]),
        "a value of a list has its number"
    );
    let name = first(http.post("/tags/", json!({"name": "bad/tag!"})).await).await?;
    assert_eq!((&name["type"], &name["input"]), (&json!("string_pattern_mismatch"), &json!("bad/tag!")));
    assert_eq!(name["ctx"]["pattern"], "^[\\w\\-\\s]+$");
    let missing = first(http.post("/jobs/", json!({"job_type": "reachability"})).await).await?;
    assert_eq!(
        missing,
        json!({"type": "missing", "loc": ["body", "name"], "msg": "Field required", "input": {"job_type": "reachability"}})
    );
    let broken = first(http.raw("/devices/", "application/json", "{\"hostname\":").await).await?;
    assert_eq!((&broken["type"], &broken["loc"]), (&json!("json_invalid"), &json!(["body", 11])));
    let secret = json!({"username": " ", "password": 12345, "priority": 0});
    let answer = http.post("/credentials/", secret).await?;
    assert!(answer.is_field_fault() && !answer.body.to_string().contains("12345"), "{answer:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_is_none_is_told_which_there_are() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for (method, path, allowed) in [
        ("PATCH", "/jobs/1", "DELETE"),
        ("DELETE", "/logs/5", "GET"),
        ("GET", "/jobs/run/1", "POST"),
        ("GET", "/auth/token", "POST"),
    ] {
        let answer = http.send(method, path, None).await?;
        assert_eq!((answer.status, answer.detail()), (405, "Method Not Allowed"), "{method} {path}");
        let allow = answer.headers.get("allow").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(allow.contains(allowed), "{method} {path}: {allow:?}");
    }
    app.stop().await;
    Ok(())
}

/// Postgres keeps no NUL; nothing that holds one gets that far.
#[tokio::test(flavor = "multi_thread")]
async fn a_nul_anywhere_is_refused() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let description = http.get("/openapi.json").await?.body;
    let mut tried = 0;
    for (path, methods) in description["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let place = path.split('/').map(|part| if part.starts_with('{') { "987654" } else { part });
            let place = place.collect::<Vec<_>>().join("/");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, kind) = (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"]);
                if parameter["in"] == "query" && (kind["type"] == "string" || kind["items"]["type"] == "string") {
                    let answer = http.send(&method.to_uppercase(), &format!("{place}?{name}=a%00b"), None).await?;
                    assert_eq!(answer.status, 422, "{method} {place} {name}: {answer:?}");
                    tried += 1;
                }
            }
            let body = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(name) = body.as_str().and_then(|path| path.rsplit('/').next()) else { continue };
            let fields = &description["components"]["schemas"][name]["properties"];
            for (field, schema) in fields.as_object().into_iter().flatten() {
                if schema["type"] == "string" || schema["type"] == json!(["string", "null"]) {
                    let answer =
                        http.send(&method.to_uppercase(), &place, Some(&json!({ field: "a\u{0}bcdefgh" }))).await?;
                    assert_eq!(answer.status, 422, "{method} {place} {field}: {answer:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 60, "only {tried} places were tried");
    let nobody = Http::new(app.url())?;
    for form in [[("username", "a\0b"), ("password", "x")], [("username", "admin"), ("password", "a\0b")]] {
        assert_eq!(nobody.form("/auth/token", &form).await?.status, 422);
    }
    app.stop().await;
    Ok(())
}
