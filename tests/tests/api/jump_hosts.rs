//! Jump hosts: made, read, changed and removed by admins; who may choose one for a device or a tag.

use netraven_api::Secret;
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::work;
use serde_json::{Value, json};

async fn user(app: &TestApp) -> anyhow::Result<Http> {
    app.add_user("mallory", "user", true).await?;
    let token = Client::new(app.url())?.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    Ok(Http::new(app.url())?.with_token(&token))
}

/// A backend with the credential of its jump hosts.
async fn start() -> anyhow::Result<(TestApp, i64)> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let tag = work::add_tag(&app.client, "accounts").await?;
    let credential = work::add_credential(&app.client, tag, "jumper", "secret-of-tests", None).await?;
    Ok((app, credential.get()))
}

async fn add(http: &Http, body: Value) -> anyhow::Result<i64> {
    let made = http.post("/jump-hosts/", body).await?;
    anyhow::ensure!(made.status == 201, "{made:?}");
    Ok(made.body["id"].as_i64().unwrap_or_default())
}

fn host(name: &str, credential: i64) -> Value {
    json!({"name": name, "address": "198.51.100.7", "credential_id": credential})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let id = add(&http, host("bastion-1", credential)).await?;
    let made = http.get(&format!("/jump-hosts/{id}")).await?.body;
    assert_eq!(
        (&made["port"], &made["username"], &made["through"], &made["host_key"], &made["devices"]),
        (&json!(22), &json!("jumper"), &Value::Null, &Value::Null, &json!(0))
    );
    for (body, words) in [
        (host("BASTION-1", credential), "already exists"),
        (host("other", 987_654), "Credential not found"),
        (json!({"name": "x", "address": "198.51.100.7", "credential_id": credential, "through": 987_654}), "not found"),
    ] {
        let refused = http.post("/jump-hosts/", body).await?;
        assert!(refused.status == 400 && refused.detail().contains(words), "{refused:?}");
    }
    assert_eq!(http.post("/jump-hosts/", json!({"name": "x"})).await?.status, 422);
    let mut nowhere = host("x", credential);
    nowhere["address"] = json!("no address");
    assert_eq!(http.post("/jump-hosts/", nowhere).await?.status, 422);

    let inner =
        add(&http, json!({"name": "inner", "address": "10.0.0.7", "credential_id": credential, "through": id})).await?;
    let told = http.get("/jump-hosts/?sort=through&name=INN").await?.body;
    assert_eq!((&told["total"], &told["items"][0]["through_name"]), (&json!(1), &json!("bastion-1")));
    let used = http.delete(&format!("/jump-hosts/{id}")).await?;
    assert!(used.status == 400 && used.detail().contains("Another jump host"), "{used:?}");
    let kept = http.delete(&format!("/credentials/{credential}")).await?;
    assert!(kept.status == 400 && kept.detail().contains("jump host"), "{kept:?}");
    let alone = http.put(&format!("/jump-hosts/{inner}"), json!({"through": null, "note": "spare"})).await?;
    assert_eq!((&alone.body["through"], &alone.body["note"]), (&Value::Null, &json!("spare")));
    for id in [id, inner] {
        assert_eq!(http.delete(&format!("/jump-hosts/{id}")).await?.status, 204);
        assert_eq!(http.get(&format!("/jump-hosts/{id}")).await?.status, 404);
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fourth_jump_host_in_a_row_is_refused() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let mut through = Value::Null;
    for number in 1..=4 {
        let mut body = host(&format!("b{number}"), credential);
        body["through"] = through;
        let made = http.post("/jump-hosts/", body).await?;
        assert_eq!(made.status, if number < 4 { 201 } else { 400 }, "{made:?}");
        through = made.body["id"].clone();
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_devices_own_choice_comes_before_its_tags_and_those_before_the_server() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let mut ids = Vec::new();
    for name in ["own", "tags", "server"] {
        ids.push(add(&http, host(name, credential)).await?);
    }
    let tag = work::add_tag(&app.client, "site").await?.get();
    let body = json!({"hostname": "r1", "ip_address": "10.0.0.1", "device_type": "cisco_ios", "tags": [tag]});
    let device = http.post("/devices/", body).await?.body["id"].as_i64().unwrap_or_default();
    let path = format!("/devices/{device}");
    let way = async || -> anyhow::Result<(Value, Value)> {
        let way = http.get(&path).await?.body["way"].clone();
        Ok((way["names"].clone(), way["chosen_by"].clone()))
    };
    assert_eq!(way().await?, (json!([]), Value::Null));
    http.put(&format!("/jump-hosts/{}", ids[0]), json!({"is_default": true})).await?;
    http.put(&format!("/jump-hosts/{}", ids[2]), json!({"is_default": true})).await?;
    assert_eq!(way().await?, (json!(["server"]), json!("server")), "one at a time is the default");
    http.put(&format!("/tags/{tag}"), json!({"jump_host_id": ids[1]})).await?;
    assert_eq!(way().await?, (json!(["tags"]), json!("tag")));
    http.put(&path, json!({"jump_host_id": ids[0]})).await?;
    assert_eq!(way().await?, (json!(["own"]), json!("device")));
    assert_eq!(http.get("/jump-hosts/?name=own").await?.body["items"][0]["devices"], json!(1));
    assert_eq!(http.put(&path, json!({"jump_host_id": ids[0], "direct": true})).await?.status, 422);
    http.put(&path, json!({"direct": true})).await?;
    assert_eq!(way().await?, (json!([]), json!("device")));
    http.put(&path, json!({"direct": false, "jump_host_id": null})).await?;
    assert_eq!(way().await?, (json!(["tags"]), json!("tag")));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_aims_no_credential_through_a_jump_host() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let (http, user) = (app.http()?, user(&app).await?);
    let id = add(&http, host("bastion-1", credential)).await?;
    let tag = work::add_tag(&app.client, "site").await?.get();
    for (method, path, body) in [
        ("POST", "/jump-hosts/".to_owned(), Some(host("mine", credential))),
        ("PUT", format!("/jump-hosts/{id}"), Some(json!({"address": "192.0.2.66"}))),
        ("DELETE", format!("/jump-hosts/{id}"), None),
        ("PUT", format!("/tags/{tag}"), Some(json!({"jump_host_id": id}))),
        ("POST", "/tags/".to_owned(), Some(json!({"name": "theirs", "jump_host_id": id}))),
    ] {
        let refused = user.send(method, &path, body.as_ref()).await?;
        assert_eq!(refused.status, 403, "{method} {path}: {refused:?}");
    }

    let body = json!({"hostname": "r1", "ip_address": "10.0.0.1", "device_type": "cisco_ios"});
    let device = http.post("/devices/", body).await?.body["id"].as_i64().unwrap_or_default();
    let path = format!("/devices/{device}");
    let waits = async || -> anyhow::Result<(Value, Value)> {
        let approval = http.get(&path).await?.body["approval"].clone();
        Ok((approval["waiting"].clone(), approval["new_way"].clone()))
    };
    let waiting = (json!(true), json!(true));
    assert_eq!(waits().await?, (json!(false), json!(false)));
    // A tag with a jump host, or one lost, is another way as much as a choice of the device's own.
    http.put(&format!("/tags/{tag}"), json!({"jump_host_id": id})).await?;
    for change in [json!({"jump_host_id": id}), json!({"direct": true}), json!({"tags": [tag]})] {
        let undo = json!({"jump_host_id": null, "direct": false, "tags": []});
        assert_eq!(user.put(&path, change.clone()).await?.status, 200);
        assert_eq!(waits().await?, waiting, "{change}");
        assert_eq!(user.put(&path, undo).await?.status, 200);
        assert_eq!(waits().await?, (json!(false), json!(false)), "back where it was approved: {change}");
    }
    assert_eq!(http.put(&path, json!({"tags": [tag]})).await?.status, 200);
    assert_eq!(waits().await?, (json!(false), json!(false)), "an admin's change is approved");
    assert_eq!(user.put(&path, json!({"tags": []})).await?.status, 200);
    assert_eq!(waits().await?, waiting);
    app.stop().await;
    Ok(())
}
