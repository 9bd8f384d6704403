//! Session policies: set by admins for the server, a tag, a device or a jump host, and which one holds for a device.

use netraven_api::Secret;
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::work;
use serde_json::{Value, json};

/// A backend with a device that carries two tags and goes through a jump host: their paths.
struct Site {
    app: TestApp,
    http: Http,
    device: String,
    tags: [String; 2],
    host: String,
}

async fn site() -> anyhow::Result<Site> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tags = [work::add_tag(&app.client, "berlin").await?, work::add_tag(&app.client, "old").await?];
    let credential = work::add_credential(&app.client, tags[0], "jumper", "secret-of-tests", None).await?;
    let body = json!({"name": "bastion-1", "address": "198.51.100.7", "credential_id": credential, "is_default": true});
    let host = http.post("/jump-hosts/", body).await?.body["id"].clone();
    let body = json!({"hostname": "r1", "ip_address": "10.0.0.1", "device_type": "cisco_ios", "tags": tags});
    let device = http.post("/devices/", body).await?.body["id"].clone();
    Ok(Site {
        app,
        http,
        device: format!("/devices/{device}/session-policy"),
        tags: tags.map(|tag| format!("/tags/{tag}/session-policy")),
        host: format!("/jump-hosts/{host}/session-policy"),
    })
}

impl Site {
    async fn set(&self, path: &str, policy: Value) -> anyhow::Result<Value> {
        let answer = self.http.put(path, policy).await?;
        anyhow::ensure!(answer.status == 200, "{path}: {answer:?}");
        Ok(answer.body)
    }

    async fn holds(&self) -> anyhow::Result<Value> {
        Ok(self.http.get(&self.device).await?.body)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_devices_own_setting_comes_before_its_tags_and_those_before_the_server() -> anyhow::Result<()> {
    let site = site().await?;
    assert_eq!(site.holds().await?, json!({"own": {}, "holds": {}, "chosen": [], "limits": []}));
    site.set("/session-policy", json!({"connect_seconds": 5, "crypto": "modern", "newline": "crlf"})).await?;
    site.set(&site.tags[0], json!({"connect_seconds": 40, "crypto": "legacy"})).await?;
    site.set(&site.tags[1], json!({"connect_seconds": 30})).await?;
    let holds = site.holds().await?;
    assert_eq!(holds["holds"], json!({"connect_seconds": 30, "crypto": "legacy", "newline": "crlf"}));
    let chosen = |holds: &Value, setting: &str| {
        let mut all = holds["chosen"].as_array().into_iter().flatten();
        all.find(|one| one["setting"] == setting).cloned().unwrap_or_default()
    };
    assert_eq!(chosen(&holds, "connect_seconds"), json!({"setting": "connect_seconds", "by": "tag", "names": ["old"]}));
    assert_eq!(chosen(&holds, "newline")["by"], json!("server"));
    let own = site.set(&site.device, json!({"connect_seconds": 90})).await?;
    assert_eq!((&own["holds"]["connect_seconds"], &own["own"]), (&json!(90), &json!({"connect_seconds": 90})));
    assert_eq!(chosen(&own, "connect_seconds")["by"], json!("device"));
    let emptied = site.set(&site.device, json!({})).await?;
    assert_eq!((&emptied["holds"]["connect_seconds"], &emptied["own"]), (&json!(30), &json!({})), "replaced whole");
    site.app.stop().await;
    Ok(())
}

fn limit(scope: &str, name: &str, at_once: i64, per_second: Option<i64>) -> Value {
    json!({"scope": scope, "name": name, "at_once": at_once, "per_second": per_second})
}

#[tokio::test(flavor = "multi_thread")]
async fn every_limit_on_the_way_to_a_device_holds() -> anyhow::Result<()> {
    let site = site().await?;
    site.set("/session-policy", json!({"at_once": 100})).await?;
    site.set(&site.tags[0], json!({"at_once": 4, "per_second": 2})).await?;
    site.set(&site.host, json!({"at_once": 10, "crypto": "modern"})).await?;
    let holds = site.holds().await?;
    let limits = json!([
        limit("jump_host", "bastion-1", 10, None),
        limit("server", "", 100, None),
        limit("tag", "berlin", 4, Some(2))
    ]);
    assert_eq!((&holds["limits"], &holds["holds"]), (&limits, &json!({})), "a jump host's crypto policy is its own");
    site.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_cannot_say_is_refused_at_its_field() -> anyhow::Result<()> {
    let site = site().await?;
    let supported = site.http.get("/session-policy").await?.body["supported"].clone();
    let first = |part: &str| supported[part][0].clone();
    let exactly = json!({
        "crypto": "exactly", "kex": [first("kex")], "host_key": [first("host_key")], "cipher": [first("cipher")],
        "mac": [first("mac")]
    });
    assert_eq!(site.set(&site.device, exactly.clone()).await?["own"], exactly);
    let changed = |field: &str, value: Value| {
        let mut changed = exactly.clone();
        changed[field] = value;
        changed
    };
    for (path, body, field) in [
        (&site.device, changed("cipher", json!(["rot13"])), "body.cipher"),
        (&site.device, changed("mac", json!([])), "body.mac"),
        (&site.device, changed("crypto", json!("modern")), "body.kex"),
        (&site.device, json!({"width": 7}), "body.width"),
        (&site.device, json!({"at_once": 0}), "body.at_once"),
        (&site.device, json!({"newline": "\n"}), "body.newline"),
        (&site.host, json!({"width": 80}), "body.width"),
    ] {
        let refused = site.http.put(path, body.clone()).await?;
        assert!(refused.is_field_fault() && refused.fields() == [field], "{body}: {refused:?}");
    }
    let unknown = site.http.put(&site.device, changed("cipher", json!(["rot13"]))).await?;
    let told = unknown.body.to_string();
    assert!(told.contains("`rot13` is no algorithm") && told.contains("aes256-ctr"), "{told}");
    assert_eq!(site.holds().await?["own"], exactly, "what was refused changed nothing");
    for path in ["/tags/987654/session-policy", "/devices/987654/session-policy", "/jump-hosts/987654/session-policy"] {
        assert_eq!(site.http.get(path).await?.status, 404, "{path}");
        assert_eq!(site.http.put(path, json!({})).await?.status, 404, "{path}");
    }
    site.app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn users_read_policies_and_set_none() -> anyhow::Result<()> {
    let site = site().await?;
    site.app.add_user("mallory", "user", true).await?;
    let login = Client::new(site.app.url())?.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?;
    let user = Http::new(site.app.url())?.with_token(&login.access_token);
    for path in ["/session-policy", &site.tags[0], &site.device, &site.host] {
        assert_eq!(user.get(path).await?.status, 200, "{path}");
        assert_eq!(user.put(path, json!({"crypto": "legacy"})).await?.status, 403, "{path}");
    }
    site.app.stop().await;
    Ok(())
}
