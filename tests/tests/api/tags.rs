//! Tags: made, read, changed and removed; the tag every device carries stays.

use netraven_tests::support::app::TestApp;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let made = http.post("/tags/", json!({"name": "site berlin", "type": "site", "description": "Rack 4"})).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    assert_eq!(made.body, json!({"id": id, "name": "site berlin", "type": "site", "description": "Rack 4"}));
    assert_eq!(http.get(&format!("/tags/{id}")).await?.body, made.body);
    let found = http.get("/tags/?type=site&name=BERLIN").await?.body;
    assert_eq!((&found["total"], &found["items"][0]), (&json!(1), &made.body));

    let changed = http.put(&format!("/tags/{id}"), json!({"name": "site münchen"})).await?;
    assert_eq!(
        (changed.status, &changed.body["name"], &changed.body["type"]),
        (200, &json!("site münchen"), &json!("site"))
    );
    let twin = http.post("/tags/", json!({"name": "site münchen"})).await?;
    assert_eq!(twin.status, 400, "{twin:?}");
    assert!(twin.detail().contains("already"), "{twin:?}");

    assert_eq!(http.delete(&format!("/tags/{id}")).await?.status, 204);
    for gone in [http.get(&format!("/tags/{id}")).await?, http.delete(&format!("/tags/{id}")).await?] {
        assert_eq!((gone.status, gone.detail()), (404, "Tag not found"));
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_tag_is_refused_and_the_default_one_stays() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let long = "x".repeat(51);
    for body in
        [json!({}), json!({"name": ""}), json!({"name": long}), json!({"name": "semi;colon"}), json!({"name": null})]
    {
        let answer = http.post("/tags/", body.clone()).await?;
        assert!(answer.is_field_fault() && answer.fields() == ["body.name"], "{body}: {answer:?}");
    }
    let both = http.post("/tags/", json!({"name": "", "type": long})).await?;
    assert_eq!(both.fields(), ["body.name", "body.type"], "every refused field is told at once");

    let default = http.get("/tags/?name=default").await?.body["items"][0]["id"].clone();
    let path = format!("/tags/{default}");
    for answer in [http.put(&path, json!({"name": "other"})).await?, http.delete(&path).await?] {
        assert_eq!(answer.status, 403, "{answer:?}");
        assert!(answer.detail().contains("'default'"), "{answer:?}");
    }
    app.stop().await;
    Ok(())
}
