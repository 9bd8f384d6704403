//! Approving devices: who may, what is approved by what an admin writes, what has changed since it was seen, what is logged.

use netraven_api::Secret;
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::database::Database;
use netraven_tests::support::http::{Answer, Http};
use netraven_tests::support::{wait, work};
use serde_json::{Value, json};

async fn user(app: &TestApp) -> anyhow::Result<Http> {
    app.add_user("mallory", "user", true).await?;
    let token = Client::new(app.url())?.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    Ok(Http::new(app.url())?.with_token(&token))
}

fn device(hostname: &str, address: &str) -> Value {
    json!({"hostname": hostname, "ip_address": address, "device_type": "cisco_ios"})
}

fn id(answer: &Answer) -> i64 {
    answer.body["id"].as_i64().unwrap_or_default()
}

fn waits(device: &Value) -> bool {
    device["approval"]["waiting"] == true
}

async fn add(http: &Http, hostname: &str, address: &str) -> anyhow::Result<i64> {
    let made = http.post("/devices/", device(hostname, address)).await?;
    anyhow::ensure!(made.status == 201, "{made:?}");
    Ok(id(&made))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_a_user_waits_and_says_for_whom_and_what_for() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (admin, user) = (app.http()?, user(&app).await?);
    let tag = work::add_tag(&app.client, "core").await?;
    work::add_credential(&app.client, tag, "netops", "secret-of-tests", None).await?;
    let mut body = device("theirs", "192.0.2.1");
    body["tags"] = json!([tag]);
    let made = user.post("/devices/", body).await?;
    let approval = &made.body["approval"];
    assert_eq!((approval["waiting"].clone(), approval["changed_by"].clone()), (json!(true), json!("mallory")));
    assert!(approval["changed_at"].is_string() && approval["approved_at"].is_null(), "{approval}");
    assert_eq!((&approval["credentials"], &approval["new_tags"]), (&json!(["netops"]), &json!(["core", "default"])));
    let ours = admin.post("/devices/", device("ours", "192.0.2.2")).await?;
    assert!(!waits(&ours.body), "{ours:?}");
    let own = &ours.body["approval"];
    assert_eq!((&own["approved_by"], &own["credentials"], &own["new_tags"]), (&json!("admin"), &json!([]), &json!([])));

    for (http, query, expected) in [
        (&admin, "approval=waiting", vec!["theirs"]),
        (&user, "approval=waiting", vec!["theirs"]),
        (&admin, "approval=approved", vec!["ours"]),
        (&admin, "approval=approved&approval=waiting", vec!["ours", "theirs"]),
    ] {
        let page = http.get(&format!("/devices/?{query}")).await?.body;
        let names: Vec<&str> =
            page["items"].as_array().into_iter().flatten().filter_map(|one| one["hostname"].as_str()).collect();
        assert_eq!((names, &page["total"]), (expected.clone(), &json!(expected.len())), "{query}");
    }
    assert_eq!(admin.get("/devices/?approval=maybe").await?.status, 422);

    let path = format!("/devices/{}/approve", id(&made));
    assert_eq!(user.send("POST", &path, None).await?.status, 403);
    assert_eq!(user.post("/devices/approve", json!({"devices": [{"id": id(&made)}]})).await?.status, 403);
    // A person writes no body where there is nothing to say.
    let done = admin.send("POST", &path, None).await?;
    assert_eq!((done.status, waits(&done.body)), (200, false), "{done:?}");
    let approval = &done.body["approval"];
    assert_eq!((&approval["approved_by"], &approval["changed_by"]), (&json!("admin"), &json!("mallory")));
    assert_eq!((&approval["approved_address"], &approval["approved_port"]), (&json!("192.0.2.1"), &json!(22)));

    let lines = wait::until("the log has both", async || {
        let page = admin.get("/logs/?source=server.approvals&size=10").await?.body;
        let lines: Vec<String> = page["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|line| line["message"].as_str().map(str::to_owned))
            .collect();
        Ok((lines.len() >= 2).then_some(lines))
    })
    .await?;
    assert!(
        lines.iter().any(|line| line.starts_with("theirs was added by mallory and is now at 192.0.2.1:22")),
        "{lines:?}"
    );
    let approved = "theirs was approved by admin at 192.0.2.1:22 with the tags core, default";
    assert!(lines.iter().any(|line| line.starts_with(approved)), "{lines:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_since_it_was_seen_is_not_approved() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (admin, user) = (app.http()?, user(&app).await?);
    let (first, second) = (add(&user, "first", "192.0.2.1").await?, add(&user, "second", "192.0.2.2").await?);
    let seen = async |id: i64| -> anyhow::Result<Value> {
        Ok(admin.get(&format!("/devices/{id}")).await?.body["approval"]["revision"].clone())
    };
    let (one, other) = (seen(first).await?, seen(second).await?);
    let approve = format!("/devices/{first}/approve");
    let tag = work::add_tag(&app.client, "later").await?;
    for change in [
        json!({"ip_address": "198.51.100.1"}),
        json!({"ip_address": "192.0.2.1", "port": 2222}),
        json!({"port": 22, "device_type": "linux"}),
        json!({"device_type": "cisco_ios", "tags": [tag]}),
        json!({"transport": "telnet"}),
    ] {
        assert_eq!(user.put(&format!("/devices/{first}"), change.clone()).await?.status, 200);
        let late = admin.post(&approve, json!({"revision": one})).await?;
        assert_eq!(late.status, 409, "{change}: {late:?}");
        assert!(late.detail().contains("review it again"), "{late:?}");
    }
    let wanted = json!([{"id": first, "revision": one}, {"id": second, "revision": other}, {"id": 987_654}]);
    let several = admin.post("/devices/approve", json!({"devices": wanted})).await?;
    assert_eq!((several.status, &several.body["approved"]), (200, &json!([second])), "{several:?}");
    let refused: Vec<&Value> = several.body["refused"].as_array().into_iter().flatten().map(|one| &one["id"]).collect();
    assert_eq!(refused, [&json!(first), &json!(987_654)], "{several:?}");
    assert!(waits(&admin.get(&format!("/devices/{first}")).await?.body));

    // What is no part of where credentials go is no reason to look again.
    let now = seen(first).await?;
    user.put(&format!("/devices/{first}"), json!({"notes": "Rack 7", "hostname": "erster"})).await?;
    assert_eq!(admin.post(&approve, json!({"revision": now})).await?.status, 200);
    assert_eq!(admin.send("POST", "/devices/987654/approve", None).await?.status, 404);
    for bad in [json!({}), json!({"devices": []}), json!({"devices": vec![json!({"id": 1}); 1_001]})] {
        let answer = admin.post("/devices/approve", bad).await?;
        assert!(answer.is_field_fault() && answer.fields() == ["body.devices"], "{answer:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn devices_that_are_older_than_approvals_are_approved_as_they_were_found() -> anyhow::Result<()> {
    let database = Database::create().await?;
    for sql in ["drop schema public cascade", "create schema public"] {
        sqlx::query(sql).execute(database.pool()).await?;
    }
    sqlx::migrate!("../migrations").run_to(10, database.pool()).await?;
    for sql in [
        "insert into devices (hostname, ip_address, device_type) values ('old', '192.0.2.1', 'cisco_ios')",
        "insert into device_tags (device_id, tag_id) select d.id, t.id from devices d, tags t",
        "insert into credentials (username, password) values ('netops', 'sealed')",
        "insert into credential_tags (credential_id, tag_id) select c.id, t.id from credentials c, tags t",
    ] {
        sqlx::query(sql).execute(database.pool()).await?;
    }
    let app = TestApp::on(database, |config| config.workers = 0).await?;
    let old = app.http()?.get("/devices/?hostname=old").await?.body["items"][0].clone();
    let approval = &old["approval"];
    assert!(!waits(&old) && approval["approved_at"].is_string() && approval["approved_by"].is_null(), "{old:#}");
    let kept = app.http()?.get("/credentials/").await?.body["items"][0].clone();
    assert_eq!(kept["allowed_networks"], json!([]), "a credential goes where it went before");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_approves_what_his_change_names() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (admin, user) = (app.http()?, user(&app).await?);
    let tag = work::add_tag(&app.client, "core").await?;
    work::add_credential(&app.client, tag, "netops", "secret-of-tests", None).await?;
    let after = async |http: &Http, id: i64, change: Value| -> anyhow::Result<bool> {
        let changed = http.put(&format!("/devices/{id}"), change).await?;
        anyhow::ensure!(changed.status == 200, "{changed:?}");
        Ok(waits(&changed.body))
    };
    let theirs = add(&user, "theirs", "192.0.2.1").await?;
    assert!(after(&admin, theirs, json!({"notes": "seen in rack 7"})).await?, "notes say nothing of the address");
    assert!(after(&admin, theirs, json!({"tags": [tag]})).await?, "tags say nothing of the address");
    assert!(after(&admin, theirs, json!({"port": 2222})).await?, "neither does a port");
    assert!(after(&admin, theirs, json!({"transport": "telnet"})).await?, "nor does a transport");
    assert!(!after(&admin, theirs, json!({"ip_address": "192.0.2.9"})).await?, "who names the address vouches for it");

    let ours = add(&admin, "ours", "192.0.2.2").await?;
    assert!(!after(&admin, ours, json!({"port": 2222})).await?);
    assert!(!after(&admin, ours, json!({"device_type": "linux", "tags": [tag]})).await?);
    assert!(after(&user, ours, json!({"port": 22})).await?);
    assert!(after(&admin, ours, json!({"tags": []})).await?, "the port goes on waiting");
    assert!(!after(&user, ours, json!({"port": 2222})).await?, "it is where it was approved again");
    assert!(after(&user, ours, json!({"transport": "telnet"})).await?, "the password would cross the network in clear");
    assert!(!after(&admin, ours, json!({"transport": "telnet"})).await?, "an admin who names it decides that");
    assert!(after(&user, ours, json!({"transport": "ssh"})).await?, "whatever another transport is");
    assert!(!after(&user, ours, json!({"transport": "telnet"})).await?);
    assert!(after(&user, ours, json!({"tags": [tag]})).await?, "the tag was taken away by an admin");
    let all = user.get(&format!("/devices/{ours}")).await?.body["approval"].clone();
    assert_eq!((&all["new_tags"], &all["credentials"]), (&json!(["core"]), &json!(["netops"])));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_a_user_moves_to_another_zone_waits_and_one_moved_back_does_not() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (admin, user) = (app.http()?, user(&app).await?);
    let path = format!("/devices/{}", add(&admin, "local", "fe80::1%eth0").await?);
    for (address, waiting) in
        [("FE80:0::1%eth0", false), ("fe80::1%eth1", true), ("fe80::1", true), ("fe80::1%eth0", false)]
    {
        let changed = user.put(&path, json!({ "ip_address": address })).await?;
        assert_eq!((changed.status, waits(&changed.body)), (200, waiting), "{address}: {changed:?}");
    }
    // A credential is confined to networks, which have no zones.
    let tag = work::add_tag(&app.client, "core").await?;
    let confined = |network: &str| json!({"username": "netops", "password": "secret-of-tests", "priority": 10, "tags": [tag], "allowed_networks": [network]});
    let refused = admin.post("/credentials/", confined("fe80::1%eth0")).await?;
    assert!(refused.is_field_fault() && refused.body.to_string().contains("fe80::/10"), "{refused:?}");
    assert_eq!(admin.post("/credentials/", confined("fe80::/10")).await?.status, 201);
    app.stop().await;
    Ok(())
}
