//! A server on loopback answers programs of its computer, and no page that points its own name there.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_reaches_nothing() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (nobody, http) = (Http::new(app.url())?, app.http()?);
    for path in ["/health", "/openapi.json", "/docs", "/jobs/", "/nothing", "/auth/token"] {
        let rebound = http.get_with(path, "host", "evil.example:8000").await?;
        assert_eq!(rebound.status, 421, "{path}: {rebound:?}");
        assert!(rebound.detail().contains("127.0.0.1"), "the refusal says how it is done: {rebound:?}");
        let foreign = http.get_with(path, "origin", "https://evil.example").await?;
        assert_eq!(foreign.status, 403, "{path}: {foreign:?}");
        assert!(foreign.headers.get("access-control-allow-origin").is_none());
    }
    let port = app.url().rsplit(':').next().unwrap_or_default().to_owned();
    for (name, value) in [
        ("host", format!("localhost:{port}")),
        ("host", format!("[::1]:{port}")),
        ("origin", app.url().to_owned()),
        ("origin", "tauri://localhost".to_owned()),
    ] {
        assert_eq!(nobody.get_with("/health", name, &value).await?.status, 200, "{name}: {value}");
    }
    app.stop().await;
    Ok(())
}
