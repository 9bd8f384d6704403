//! The API about itself: everything that is mounted is described, with its role, its fields and its limits, for programs
//! and for people, and nothing is fetched from elsewhere.

use netraven_api::routes::ROUTES;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_described_and_open_to_anybody() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let nobody = Http::new(app.url())?;
    let answer = nobody.get("/openapi.json").await?;
    assert_eq!((answer.status, &answer.body["openapi"]), (200, &json!("3.1.0")));
    let document = answer.body;
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
        let place = format!("{} {}", route.method.as_str(), route.path);
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{place}: {operation}");
        assert_eq!(operation["security"].is_array(), route.access != netraven_api::Access::Open, "{place}");
        assert!(
            operation["responses"].as_object().is_some_and(|answers| answers.keys().any(|code| code.starts_with('2')))
        );
    }
    let described: usize = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(_, methods)| methods.as_object().map(|m| m.len()))
        .sum();
    // The login, the import of a file, the stream, and the two of this test.
    assert_eq!(described, ROUTES.len() + 5, "nothing is mounted that the table does not hold");

    let create = &document["components"]["schemas"]["DeviceCreate"];
    assert_eq!(create["required"], json!(["hostname", "ip_address", "device_type"]));
    assert_eq!(
        (&create["properties"]["hostname"]["maxLength"], &create["properties"]["port"]["maximum"]),
        (&json!(255), &json!(65535))
    );
    assert_eq!(create["properties"]["hostname"]["type"], "string", "what is needed is never null");
    let password = &document["components"]["schemas"]["UserCreate"]["properties"]["password"];
    assert_eq!((&password["minLength"], &password["writeOnly"]), (&json!(8), &json!(true)));
    assert!(!dangling(&document, &document), "every reference is there");
    let times = document.to_string();
    assert!(!times.contains("schemas/String\""), "times are described as times");

    let page = nobody.get("/docs").await?;
    let html = page.body.as_str().unwrap_or_default();
    assert_eq!(page.status, 200);
    assert!(
        html.contains("/devices/{device_id}/host-key") && html.contains("bulk_import"),
        "the page names the routes"
    );
    assert!(!html.contains("src=") && !html.contains("<link") && !html.contains("@import"), "nothing is fetched");
    app.stop().await;
    Ok(())
}

fn dangling(document: &Value, part: &Value) -> bool {
    match part {
        Value::Object(fields) => fields.iter().any(|(name, value)| match value.as_str() {
            Some(path) if name == "$ref" => document.pointer(path.trim_start_matches('#')).is_none(),
            _ => dangling(document, value),
        }),
        Value::Array(items) => items.iter().any(|item| dangling(document, item)),
        _ => false,
    }
}
