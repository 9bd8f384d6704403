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

#[tokio::test(flavor = "multi_thread")]
async fn the_networks_of_a_credential_are_kept_in_one_form_and_bad_ones_say_how_to_write_them() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let given = json!([" 10.0.0.0/8", "2001:0DB8::/32", "192.0.2.10", "10.0.0.0/8"]);
    let body = json!({"username": "netops", "password": PASSWORD, "allowed_networks": given});
    let made = http.post("/credentials/", body).await?;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.body["allowed_networks"], json!(["10.0.0.0/8", "2001:db8::/32", "192.0.2.10/32"]));
    let path = format!("/credentials/{}", made.body["id"]);
    let kept = http.put(&path, json!({"priority": 7})).await?;
    assert_eq!(kept.body["allowed_networks"], made.body["allowed_networks"], "what is absent stays");
    for (given, told) in [
        (json!(["10.0.0.1/8"]), "write 10.0.0.0/8"),
        (json!(["10.0.0.0/8", "ten"]), "'ten' is not a network"),
        (json!(["10.0.0.0/33"]), "is not a network"),
        (json!([""]), "is not a network"),
        (json!(vec!["10.0.0.0/8"; 65]), "at most 64"),
        (json!("10.0.0.0/8"), "valid list"),
        (json!([10]), "valid string"),
    ] {
        let refused = http.put(&path, json!({"allowed_networks": given.clone()})).await?;
        assert!(refused.is_field_fault() && refused.fields()[0].starts_with("body.allowed_networks"), "{refused:?}");
        assert!(refused.body.to_string().contains(told), "{given}: {refused:?}");
    }
    assert_eq!(http.get(&path).await?.body["allowed_networks"], made.body["allowed_networks"], "nothing was saved");
    assert_eq!(http.put(&path, json!({"allowed_networks": []})).await?.body["allowed_networks"], json!([]));
    app.stop().await;
    Ok(())
}
