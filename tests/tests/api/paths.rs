//! What is the same on every route: spellings of a path, unknown ones, pages, and bodies that are no bodies.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_path_is_one_route_with_and_without_slash_at_the_root_and_under_api() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let collections =
        ["tags", "credentials", "devices", "jobs", "runs", "job-results", "logs", "configs/list", "platforms"];
    for name in collections.into_iter().chain(["users/me", "system/status", "jobs/status", "jobs/recent", "logs/types"])
    {
        for path in [format!("/{name}"), format!("/{name}/"), format!("/api/{name}"), format!("/api/{name}/")] {
            let answer = http.get(&path).await?;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        }
    }
    for (method, path, status) in [("GET", "/nothing", 404), ("GET", "/api/nothing", 404), ("PUT", "/tags/", 405)] {
        let answer = http.send(method, path, None).await?;
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(
            answer.detail().starts_with(if status == 404 { "Not Found" } else { "Method Not Allowed" }),
            "{answer:?}"
        );
    }
    for path in ["/health", "/api/health/"] {
        let health = Http::new(app.url())?.get(path).await?;
        assert_eq!((health.status, health.body), (200, json!({"status": "healthy"})));
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_count_from_one_and_refuse_what_is_none() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for number in 0..25 {
        assert_eq!(http.post("/tags/", json!({"name": format!("tag {number:02}")})).await?.status, 201);
    }
    let page = http.get("/tags/?name=tag&page=3&size=10").await?.body;
    assert_eq!(
        (&page["total"], &page["page"], &page["size"], &page["pages"]),
        (&json!(25), &json!(3), &json!(10), &json!(3))
    );
    let names: Vec<&str> =
        page["items"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect();
    assert_eq!(names, ["tag 20", "tag 21", "tag 22", "tag 23", "tag 24"]);
    assert_eq!(http.get("/tags/?page=99").await?.body["items"], json!([]));
    assert_eq!(http.get("/tags/").await?.body["size"], 20);

    for (query, field) in
        [("page=0", "query.page"), ("size=101", "query.size"), ("size=many", "query.size"), ("page=-1", "query.page")]
    {
        let answer = http.get(&format!("/tags/?{query}")).await?;
        assert!(answer.is_field_fault() && answer.fields() == [field], "{query}: {answer:?}");
    }
    for path in ["/tags/abc", "/devices/1.5", "/runs/x"] {
        let answer = http.get(path).await?;
        assert!(answer.is_field_fault() && answer.fields()[0].starts_with("path."), "{path}: {answer:?}");
    }
    let answer = http.get("/jobs/?is_enabled=perhaps").await?;
    assert!(answer.is_field_fault() && answer.fields() == ["query.is_enabled"], "{answer:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_none_is_refused_in_the_same_shape() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for path in ["/tags/", "/credentials/", "/devices/", "/jobs/", "/devices/import"] {
        for body in ["", "{", "[]", "nonsense", "null", "{\"name\": 5, \"hostname\": {}, \"username\": [], \"csv\": 1}"]
        {
            let answer = http.raw(path, "application/json", body).await?;
            assert!(answer.is_field_fault(), "{path} with {body:?}: {answer:?}");
        }
    }
    let large = format!("{{\"csv\": \"{}\"}}", "x".repeat(17 * 1024 * 1024));
    let answer = http.raw("/devices/import", "application/json", &large).await?;
    assert_eq!(answer.status, 413, "{answer:?}");
    assert!(answer.detail().contains("16 MiB"));
    app.stop().await;
    Ok(())
}
