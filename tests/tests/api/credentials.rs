//! Credentials: passwords go in and never come out, in no answer, no error, no table and no log line.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::work;
use serde_json::json;

const PASSWORD: &str = "sw0rdfish-and-more";
const ENABLE: &str = "0pen-sesame-please";

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_lives_and_its_passwords_are_never_echoed() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "routers").await?;
    let body =
        json!({"username": "netops", "password": PASSWORD, "enable_password": ENABLE, "priority": 7, "tags": [tag]});
    let made = http.post("/credentials/", body).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    let path = format!("/credentials/{id}");
    let changed = http.put(&path, json!({"password": format!("{PASSWORD}-2"), "description": "new"})).await?;
    assert_eq!(
        (changed.status, &changed.body["description"], &changed.body["priority"]),
        (200, &json!("new"), &json!(7))
    );
    assert_eq!(changed.body["has_enable_password"], true, "what is absent stays");
    let removed = http.put(&path, json!({"enable_password": ""})).await?;
    assert_eq!(removed.body["has_enable_password"], false, "an empty text removes it");
    let refused = http.put(&path, json!({"password": "", "priority": 5000, "username": "x".repeat(256)})).await?;
    assert_eq!(refused.fields(), ["body.username", "body.password", "body.priority"], "{refused:?}");
    let mistaken =
        http.post("/credentials/", json!({"username": "netops", "password": [PASSWORD], "priority": 1})).await?;
    assert!(mistaken.is_field_fault(), "{mistaken:?}");
    let too_long = http.put(&path, json!({"password": PASSWORD.repeat(20)})).await?;
    assert!(too_long.is_field_fault(), "{too_long:?}");

    let answers =
        [made, changed, removed, refused, mistaken, too_long, http.get(&path).await?, http.get("/credentials/").await?];
    for answer in &answers {
        let text = answer.body.to_string();
        assert!(!text.contains(PASSWORD) && !text.contains(ENABLE), "{text}");
        assert!(!answer.body.as_object().is_some_and(|fields| fields.contains_key("password")), "{text}");
    }
    let tables = app.database.dump().await?;
    assert!(tables.contains("netops") && !tables.contains(PASSWORD) && !tables.contains(ENABLE));

    assert_eq!(http.delete(&path).await?.status, 204);
    assert_eq!(http.get(&path).await?.status, 404);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_come_in_the_order_they_are_tried() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for (username, priority) in [("second", Some(50)), ("last", None), ("first", Some(1))] {
        let mut body = json!({"username": username, "password": PASSWORD});
        if let Some(priority) = priority {
            body["priority"] = json!(priority);
        }
        assert_eq!(http.post("/credentials/", body).await?.status, 201);
    }
    let page = http.get("/credentials/").await?.body;
    let names: Vec<&str> =
        page["items"].as_array().into_iter().flatten().filter_map(|one| one["username"].as_str()).collect();
    assert_eq!(names, ["first", "second", "last"]);
    assert_eq!(page["items"][2]["priority"], 100, "nobody said, so it is the default");
    let unknown = http.post("/credentials/", json!({"username": "x", "password": PASSWORD, "tags": [4711]})).await?;
    assert_eq!((unknown.status, unknown.detail()), (404, "Tag(s) not found: [4711]"));
    let nothing = http.post("/credentials/", json!({})).await?;
    assert_eq!(nothing.fields(), ["body.username", "body.password"]);
    app.stop().await;
    Ok(())
}
