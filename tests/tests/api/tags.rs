//! Tags: made, read, changed and removed; the tag every device carries stays.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::work;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let made = http.post("/tags/", json!({"name": "site berlin", "type": "site", "description": "Rack 4"})).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    let expected = json!({"id": id, "name": "site berlin", "type": "site", "description": "Rack 4", "devices": 0});
    assert_eq!(made.body, expected);
    assert_eq!(http.get(&format!("/tags/{id}")).await?.body, made.body);
    for query in ["type=site&name=BERLIN".to_owned(), format!("id={id}&id=987654")] {
        let found = http.get(&format!("/tags/?{query}")).await?.body;
        assert_eq!((&found["total"], &found["items"][0]), (&json!(1), &made.body), "{query}");
    }

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
async fn tags_and_credentials_say_how_many_devices_they_reach() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let (core, edge) = (work::add_tag(&app.client, "core").await?, work::add_tag(&app.client, "edge").await?);
    for (number, tags) in [(1, vec![core]), (2, vec![core, edge]), (3, vec![])] {
        let body = json!({"hostname": format!("rtr-{number}"), "ip_address": format!("10.0.0.{number}"),
            "device_type": "cisco_ios", "tags": tags});
        assert_eq!(http.post("/devices/", body).await?.status, 201);
    }
    for (username, tags) in [("both", vec![core, edge]), ("one", vec![edge]), ("none", vec![])] {
        let body = json!({"username": username, "password": "sw0rdfish-and-more", "tags": tags});
        assert_eq!(http.post("/credentials/", body).await?.status, 201);
    }
    let counted = async |path: &str, name: &str| -> anyhow::Result<Vec<(String, i64)>> {
        let page = http.get(path).await?.body;
        let rows = page["items"].as_array().into_iter().flatten();
        Ok(rows
            .map(|row| (row[name].as_str().unwrap_or_default().to_owned(), row["devices"].as_i64().unwrap_or(-1)))
            .collect())
    };
    let named =
        |rows: &[(&str, i64)]| rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect::<Vec<_>>();
    assert_eq!(counted("/tags/", "name").await?, named(&[("core", 2), ("default", 3), ("edge", 1)]));
    let tried = counted("/credentials/?sort=id", "username").await?;
    assert_eq!(tried, named(&[("both", 2), ("one", 1), ("none", 0)]), "a device with both tags is counted once");
    let within = http.get("/devices/?hostname=rtr-2").await?.body["items"][0]["tags"][0].clone();
    assert!(within.get("devices").is_none(), "only where tags themselves are asked for: {within}");
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
