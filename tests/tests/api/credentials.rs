//! Credentials: passwords and keys go in and never come out, in no answer, no error, no table and no log line.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Answer;
use netraven_tests::support::work;
use serde_json::json;

const PASSWORD: &str = "sw0rdfish-and-more";
const ENABLE: &str = "0pen-sesame-please";
/// Private keys nobody uses: one without a passphrase, and one with.
const KEY: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZwAAAIjldqK05Xai
tAAAAAtzc2gtZWQyNTUxOQAAACAugXPrS+8/zutshp5iozl3IU83i9XcIodROmbzt1PLZw
AAAEBgMxeimTx2PWfvGwiwAHOb8m51GCVCFPcGIvDHAeFF1S6Bc+tL7z/O62yGnmKjOXch
TzeL1dwih1E6ZvO3U8tnAAAAAAECAwQF
-----END OPENSSH PRIVATE KEY-----
";
const LOCKED: &str = "-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAvmTwRqE
P/PGqci9ATKSGNAAAAAQAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIKGVqkPmChtr/C26
uRyraNTYn/qxtpKaJvv0rVzU43fdAAAAkODXtQORqWT7DixAAf+3v4aC3OQ5Aip09Q8WWN
nY2779jdOjN6zhDcIb5bldm2MhJAsLXg//H4mvAgvlmrq+sNNZeGO9QANFwKifEvoDsMVK
ISaNSWY2Xf14Exups6mSo8/H1HmAQ4HbWPNRdQOU6Yx9rmL1O95RCsF14OKPuLskonil9a
PnkMG9hlrqPRI4Yw==
-----END OPENSSH PRIVATE KEY-----
";
const PASSPHRASE: &str = "open sesame";

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
    let refused = http.put(&path, json!({"priority": 5000, "username": "x".repeat(256)})).await?;
    assert_eq!(refused.fields(), ["body.username", "body.priority"], "{refused:?}");
    let emptied = http.put(&path, json!({"password": ""})).await?;
    assert_eq!(emptied.fields(), ["body.password"], "a credential without a key keeps its password: {emptied:?}");
    let mistaken =
        http.post("/credentials/", json!({"username": "netops", "password": [PASSWORD], "priority": 1})).await?;
    assert!(mistaken.is_field_fault(), "{mistaken:?}");
    let too_long = http.put(&path, json!({"password": PASSWORD.repeat(20)})).await?;
    assert!(too_long.is_field_fault(), "{too_long:?}");

    let (one, all) = (http.get(&path).await?, http.get("/credentials/").await?);
    let answers = [made, changed, removed, refused, emptied, mistaken, too_long, one, all];
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

/// The lines of a key that are secret.
fn lines(key: &str) -> impl Iterator<Item = &str> {
    key.lines().filter(|line| line.len() >= 16 && !line.starts_with("-----"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_a_key_alone_or_beside_its_password_and_never_neither() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let made = http.post("/credentials/", json!({"username": "netops", "private_key": KEY})).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let shown = json!({"key_type": "ssh-ed25519", "sha256": "SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs"});
    assert_eq!(made.body["key"], shown);
    let path = format!("/credentials/{}", made.body["id"]);
    let has = |answer: &Answer| {
        let has = |name: &str| answer.body[name].as_bool().unwrap_or_default();
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(has("has_private_key"), answer.body["key"].is_object(), "{answer:?}");
        (has("has_password"), has("has_private_key"))
    };
    let mut answers = Vec::new();
    for (change, expected) in [
        (json!({"priority": 7}), (false, true)),
        (json!({"password": PASSWORD}), (true, true)),
        (json!({"password": null, "private_key": null, "passphrase": null}), (true, true)),
        (json!({"private_key": ""}), (true, false)),
        (json!({"private_key": LOCKED, "passphrase": PASSPHRASE, "password": ""}), (false, true)),
    ] {
        let answer = http.put(&path, change.clone()).await?;
        assert_eq!(has(&answer), expected, "{change}");
        answers.push(answer);
    }
    assert_eq!(has(&http.get(&path).await?), (false, true));
    let other = http.get(&path).await?.body["key"]["sha256"].clone();
    assert_eq!(other, "SHA256:5leSYDErseJbl9Toge4SGZ/jQOT6jtXOq+AE1/twTFQ", "another key replaces the first");
    let neither = http.put(&path, json!({"private_key": ""})).await?;
    assert_eq!(neither.fields(), ["body.private_key"], "{neither:?}");
    answers.extend([neither, http.get("/credentials/").await?]);
    for answer in answers.iter().chain([&made]) {
        let text = answer.body.to_string();
        let mut secrets = lines(KEY).chain(lines(LOCKED)).chain([PASSPHRASE, PASSWORD]);
        assert!(secrets.all(|secret| !text.contains(secret)), "{text}");
    }
    let tables = app.database.dump().await?;
    assert!(lines(KEY).chain(lines(LOCKED)).chain([PASSPHRASE]).all(|secret| !tables.contains(secret)));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_cannot_be_used_is_refused_when_it_is_entered() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC6Bc+tL7z/O62yGnmKjOXchTzeL1dwih1E6ZvO3U8tn ops";
    for (fields, field, told) in [
        (json!({"private_key": LOCKED}), "body.passphrase", "protected by a passphrase"),
        (json!({"private_key": LOCKED, "passphrase": "wrong"}), "body.passphrase", "does not open"),
        (json!({"private_key": KEY, "passphrase": PASSPHRASE}), "body.passphrase", "has no passphrase"),
        (json!({"password": PASSWORD, "passphrase": PASSPHRASE}), "body.passphrase", "together with its passphrase"),
        (json!({"private_key": public}), "body.private_key", "public half"),
        (json!({"private_key": "PuTTY-User-Key-File-3: ssh-ed25519"}), "body.private_key", "puttygen"),
        (json!({"private_key": KEY.replace("END", "AND")}), "body.private_key", "not complete"),
        (json!({"private_key": "x".repeat(40_000)}), "body.private_key", "at most 32768"),
        (json!({"private_key": [KEY]}), "body.private_key", "valid string"),
        (json!({"private_key": "", "password": ""}), "body.password", "a password or a private key"),
        (json!({"private_key": null}), "body.password", "required"),
    ] {
        let mut body = fields.clone();
        body["username"] = json!("netops");
        let refused = http.post("/credentials/", body).await?;
        assert!(refused.is_field_fault() && refused.fields() == [field], "{fields}: {refused:?}");
        let text = refused.body.to_string();
        assert!(text.contains(told), "{fields}: {text}");
        assert!(lines(KEY).chain(lines(LOCKED)).chain([PASSPHRASE]).all(|secret| !text.contains(secret)), "{text}");
    }
    assert_eq!(http.get("/credentials/").await?.body["total"], 0, "nothing was saved");
    app.stop().await;
    Ok(())
}

/// The public half of [`KEY`], and its fingerprint.
const PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC6Bc+tL7z/O62yGnmKjOXchTzeL1dwih1E6ZvO3U8tn ops";
const PRINT: &str = "SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs";

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_uses_the_agent_alone_and_may_name_one_of_its_keys() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let made =
        http.post("/credentials/", json!({"username": "netops", "uses_agent": true, "agent_key": PUBLIC})).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let means = |answer: &Answer| {
        assert_eq!(answer.status, 200, "{answer:?}");
        ["uses_agent", "has_password", "has_private_key", "agent_key"].map(|name| answer.body[name].clone())
    };
    let path = format!("/credentials/{}", made.body["id"]);
    assert_eq!(means(&http.get(&path).await?), [json!(true), json!(false), json!(false), json!(PRINT)]);
    for (change, field, told) in [
        (json!({"password": PASSWORD}), "body.uses_agent", "neither a password nor a private key"),
        (json!({"private_key": KEY}), "body.uses_agent", "neither a password nor a private key"),
        (json!({"uses_agent": false}), "body.password", "a password or a private key"),
        (json!({"uses_agent": "yes"}), "body.uses_agent", "valid boolean"),
        (json!({"agent_key": KEY}), "body.agent_key", "private key"),
        (json!({"agent_key": "MD5:16:27"}), "body.agent_key", "MD5"),
        (json!({"agent_key": "my key"}), "body.agent_key", "neither a public key"),
        (json!({"agent_key": PRINT, "uses_agent": false, "password": PASSWORD}), "body.agent_key", "Only a credential"),
    ] {
        let refused = http.put(&path, change.clone()).await?;
        assert!(refused.is_field_fault() && refused.fields() == [field], "{change}: {refused:?}");
        let text = refused.body.to_string();
        assert!(text.contains(told) && !text.contains(PASSWORD), "{change}: {text}");
        assert!(lines(KEY).all(|line| !text.contains(line)), "{text}");
    }
    let kept = http.put(&path, json!({"priority": 7})).await?;
    assert_eq!(means(&kept)[3], json!(PRINT), "what is absent stays");
    let any = http.put(&path, json!({"agent_key": ""})).await?;
    assert_eq!(means(&any)[3], json!(null));
    http.put(&path, json!({"agent_key": PRINT})).await?;
    let changed = http.put(&path, json!({"uses_agent": false, "password": PASSWORD})).await?;
    assert_eq!(means(&changed), [json!(false), json!(true), json!(false), json!(null)]);
    let back = http.put(&path, json!({"uses_agent": true, "password": ""})).await?;
    assert_eq!(means(&back), [json!(true), json!(false), json!(false), json!(null)], "the key it named is forgotten");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_go_in_by_their_pattern_and_never_come_out() -> anyhow::Result<()> {
    const TOKEN: &str = "t0ken-Answer-4711";
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let given = json!([{"pattern": "token code", "answer": TOKEN}, {"pattern": "^city", "answer": TOKEN}]);
    let made =
        http.post("/credentials/", json!({"username": "netops", "password": PASSWORD, "answers": given})).await?;
    assert_eq!((made.status, &made.body["questions"]), (201, &json!(["token code", "^city"])), "{made:?}");
    let path = format!("/credentials/{}", made.body["id"]);
    let mut answers = vec![made, http.get("/credentials/").await?];
    for (change, questions) in [
        (json!({"priority": 7}), json!(["token code", "^city"])),
        (json!({"answers": [{"pattern": "^city"}, {"pattern": "pin", "answer": TOKEN}]}), json!(["^city", "pin"])),
        (json!({"answers": null}), json!(["^city", "pin"])),
        (json!({"answers": []}), json!([])),
    ] {
        let changed = http.put(&path, change.clone()).await?;
        assert_eq!((changed.status, &changed.body["questions"]), (200, &questions), "{change}: {changed:?}");
        answers.push(changed);
    }
    for (wrong, told) in [
        (json!([{"pattern": "token (", "answer": TOKEN}]), "unclosed group"),
        (json!([{"pattern": ".*", "answer": TOKEN}]), "matches every question"),
        (json!([{"pattern": "", "answer": TOKEN}]), "Enter words"),
        (json!([{"pattern": "token"}]), "Enter the answer"),
        (json!([{"pattern": "a", "answer": TOKEN}, {"pattern": "a", "answer": TOKEN}]), "twice"),
        (json!(vec![json!({"pattern": "a", "answer": TOKEN}); 17]), "at most 16"),
        (json!([{"pattern": "a", "answer": TOKEN.repeat(20)}]), "at most 255"),
        (json!([{"pattern": "a", "answer": [TOKEN]}]), "`pattern` and an `answer`"),
        (json!([TOKEN]), "`pattern` and an `answer`"),
        (json!(TOKEN), "valid list"),
    ] {
        for refused in [
            http.put(&path, json!({"answers": wrong.clone()})).await?,
            http.post("/credentials/", json!({"answers": wrong.clone()})).await?,
        ] {
            assert!(refused.is_field_fault(), "{wrong}: {refused:?}");
            answers.push(refused);
        }
        let text = answers[answers.len() - 2].body.to_string();
        assert!(text.contains(told), "{wrong}: {text}");
    }
    for answer in &answers {
        assert!(!answer.body.to_string().contains(TOKEN), "{answer:?}");
    }
    assert!(!app.database.dump().await?.contains(TOKEN));
    app.stop().await;
    Ok(())
}
