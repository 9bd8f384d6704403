//! Files of ssh hosts: what would come of each is said first, an import adds it, and what is there is never changed
//! unasked.

use netraven_api::devices::{CheckSshConfig, ImportSshConfig, SshConfigInput, SshConfigOutcome, SshHostFate};
use netraven_api::problem::Code;
use netraven_api::{CredentialId, Secret};
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::{wait, work};
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../../src-tauri/api/src/ssh_config/sample.conf");

/// A backend with the credential that the sample names for its jump hosts.
async fn start() -> anyhow::Result<(TestApp, CredentialId)> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let tag = work::add_tag(&app.client, "accounts").await?;
    let credential = work::add_credential(&app.client, tag, "jumper", "secret-of-tests", None).await?;
    Ok((app, credential))
}

async fn user(app: &TestApp) -> anyhow::Result<Client> {
    app.add_user("mallory", "user", true).await?;
    let client = Client::new(app.url())?;
    let token = client.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    Ok(client.with_token(token))
}

fn file(config: &str) -> SshConfigInput {
    SshConfigInput { config: config.to_owned(), ..SshConfigInput::default() }
}

/// The hosts of an outcome: name, fate and message.
fn hosts(outcome: &SshConfigOutcome) -> Vec<(&str, SshHostFate, &str)> {
    outcome.hosts.iter().map(|host| (host.name.as_str(), host.fate, host.message.as_str())).collect()
}

async fn way(http: &Http, hostname: &str) -> anyhow::Result<Value> {
    let page = http.get(&format!("/devices/?hostname={hostname}")).await?;
    Ok(page.body["items"][0]["way"]["names"].clone())
}

async fn total(http: &Http, path: &str) -> anyhow::Result<Value> {
    Ok(http.get(path).await?.body["total"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_an_import_does_and_an_import_can_be_repeated() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "lab").await?;
    let input = SshConfigInput { tags: Some(vec![tag]), device_type: Some("linux".into()), ..file(SAMPLE) };
    let plan = app.client.send(&CheckSshConfig(input.clone())).await?;
    assert_eq!((plan.jump_hosts.new, plan.devices.new, plan.devices.same, plan.devices.wrong), (2, 4, 1, 1));
    assert_eq!((total(&http, "/jump-hosts/").await?, total(&http, "/devices/").await?), (json!(0), json!(0)));
    let told = hosts(&plan);
    assert_eq!(
        told[0],
        (
            "gate",
            SshHostFate::New,
            "At 198.51.100.7:22, signed in to with the credential 'jumper'; its host key is stored at the first \
             sign-in."
        )
    );
    assert!(told.contains(&("core-1", SshHostFate::New, "At 10.20.0.11:22 through inner.")), "{told:?}");
    assert!(told.contains(&("core-1.lab", SshHostFate::Same, "It is another name of core-1.")), "{told:?}");
    assert_eq!((plan.not_understood, plan.remarks[0].line), (3, 34));
    let logins: Vec<(Option<&str>, bool)> =
        plan.logins.iter().map(|login| (login.username.as_deref(), login.found)).collect();
    assert_eq!(logins, [(Some("jumper"), false), (Some("netadmin"), false), (Some("operator"), false)]);
    assert!(plan.logins[0].message.contains("has no private key") && plan.logins[0].message.contains("id_gate"));
    assert!(plan.logins[1].message.starts_with("No credential has the user name 'netadmin'"), "{:?}", plan.logins);

    let done = app.client.send(&ImportSshConfig(input.clone())).await?;
    assert_eq!(done, plan);
    let gate = http.get("/jump-hosts/?name=gate").await?.body["items"][0].clone();
    assert_eq!((&gate["address"], &gate["credential_id"]), (&json!("198.51.100.7"), &json!(credential)));
    assert_eq!(way(&http, "core-1").await?, json!(["gate", "inner"]));
    assert_eq!(way(&http, "edge-2").await?, json!(["gate"]));
    let core = http.get("/devices/?hostname=core-2").await?.body["items"][0].clone();
    assert_eq!(
        (&core["port"], &core["device_type"], &core["source"]),
        (&json!(2022), &json!("linux"), &json!("imported"))
    );
    assert_eq!(core["approval"]["waiting"], json!(false), "what an admin imports is approved");
    let tags: Vec<&Value> = core["tags"].as_array().into_iter().flatten().map(|tag| &tag["name"]).collect();
    assert_eq!(tags, [&json!("default"), &json!("lab")]);

    let again = app.client.send(&ImportSshConfig(input)).await?;
    assert_eq!((again.jump_hosts.new, again.jump_hosts.same), (0, 2));
    assert_eq!((again.devices.new, again.devices.same, again.devices.changed), (0, 5, 0), "{:?}", hosts(&again));
    let line = wait::until("the log tells of the import", async || {
        let page = http.get("/logs/?source=server.import").await?;
        Ok(page.body["items"].get(0).cloned())
    })
    .await?;
    assert_eq!(line["message"], json!("admin imported 2 jump hosts and 4 devices from an ssh_config."));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_is_listed_and_changed_only_when_that_is_asked_for() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let first = "Host gate\nHostName 192.0.2.1\nUser jumper\nHost sw1\nHostName 10.0.0.1\nProxyJump gate\n\
                 Host sw2\nHostName 10.0.0.2\nProxyJump none\nHost sw3\nHostName 10.0.0.3\n";
    assert_eq!(app.client.send(&ImportSshConfig(file(first))).await?.devices.new, 3);
    let moved = first.replace("192.0.2.1", "192.0.2.99").replace("10.0.0.1", "10.0.0.11").replace("none", "gate");
    let told = app.client.send(&ImportSshConfig(file(&moved))).await?;
    assert_eq!((told.jump_hosts.changed, told.devices.changed, told.devices.same, told.updated), (1, 2, 1, 0));
    assert_eq!(
        hosts(&told),
        [
            (
                "gate",
                SshHostFate::Changed,
                "It is at 192.0.2.1:22 as 'jumper'; the file says at 192.0.2.99:22 as 'jumper'."
            ),
            (
                "sw1",
                SshHostFate::Changed,
                "It is at 10.0.0.1:22 through gate; the file says at 10.0.0.11:22 through gate."
            ),
            ("sw2", SshHostFate::Changed, "It is at 10.0.0.2:22; the file says at 10.0.0.2:22 through gate."),
            ("sw3", SshHostFate::Same, "It is there, at 10.0.0.3:22."),
        ]
    );
    assert_eq!(way(&http, "sw2").await?, json!([]), "nothing was changed");

    let update = SshConfigInput { update: Some(true), ..file(&moved) };
    let plan = app.client.send(&CheckSshConfig(update.clone())).await?;
    assert_eq!((plan.updated, way(&http, "sw2").await?), (3, json!([])), "a check changes nothing either");
    let done = app.client.send(&ImportSshConfig(update)).await?;
    assert_eq!(done, plan);
    let gate = http.get("/jump-hosts/?name=gate").await?.body["items"][0].clone();
    assert_eq!((&gate["address"], &gate["credential_id"]), (&json!("192.0.2.99"), &json!(credential)));
    assert_eq!(way(&http, "sw2").await?, json!(["gate"]));
    let sw1 = http.get("/devices/?hostname=sw1").await?.body["items"][0].clone();
    assert_eq!((&sw1["ip_address"], &sw1["approval"]["waiting"]), (&json!("10.0.0.11"), &json!(false)));
    assert_eq!(app.client.send(&CheckSshConfig(file(&moved))).await?.devices.same, 3);

    // What is there under another name is recognised by its place.
    let named = moved.replace("Host gate", "Host bastion").replace("ProxyJump gate", "ProxyJump bastion");
    let named = app.client.send(&CheckSshConfig(file(&named.replace("sw1", "core")))).await?;
    assert_eq!((named.jump_hosts.same, named.devices.same, named.devices.new), (1, 3, 0), "{:?}", hosts(&named));
    assert!(hosts(&named).iter().any(|host| host.2 == "It is there as gate, at 192.0.2.99:22."));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_adds_no_jump_hosts_and_devices_that_wait() -> anyhow::Result<()> {
    let (app, _) = start().await?;
    let (http, user) = (app.http()?, user(&app).await?);
    let config = "Host gate\nHostName 192.0.2.1\nUser jumper\nHost sw1\nHostName 10.0.0.1\nProxyJump gate\n\
                  Host sw2\nHostName 10.0.0.2\n";
    let done = user.send(&ImportSshConfig(file(config))).await?;
    assert_eq!((done.jump_hosts.new, done.jump_hosts.wrong), (0, 1));
    assert_eq!(
        hosts(&done),
        [
            ("gate", SshHostFate::Wrong, "Only admins may add jump hosts: ask one to import this file first."),
            ("sw1", SshHostFate::Wrong, "Its jump host gate is not added."),
            ("sw2", SshHostFate::New, "At 10.0.0.2:22."),
        ]
    );
    assert_eq!(total(&http, "/jump-hosts/").await?, json!(0));

    // Behind a jump host that an admin added, devices may be added, and wait.
    app.client.send(&ImportSshConfig(SshConfigInput { leave_out: Some(vec!["sw1".into()]), ..file(config) })).await?;
    assert_eq!(total(&http, "/jump-hosts/").await?, json!(1));
    let update = SshConfigInput { update: Some(true), ..file(&config.replace("192.0.2.1", "192.0.2.66")) };
    let done = user.send(&ImportSshConfig(update)).await?;
    assert_eq!((done.devices.new, done.updated), (1, 0));
    assert!(hosts(&done)[0].2.ends_with("It stays so: only admins may change jump hosts."), "{:?}", hosts(&done));
    assert_eq!(http.get("/jump-hosts/?name=gate").await?.body["items"][0]["address"], json!("192.0.2.1"));
    assert_eq!(total(&http, "/devices/?approval=waiting").await?, json!(2));
    let line = wait::until("the log tells of the second import", async || {
        let page = http.get("/logs/?source=server.import&level=WARNING").await?;
        Ok(page.body["items"].get(1).and_then(|_| page.body["items"].get(0).cloned()))
    })
    .await?;
    let message = "mallory imported 0 jump hosts and 1 device from an ssh_config: no credential is sent to these \
                   devices until an admin approves them.";
    assert_eq!(line["message"], json!(message));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_host_needs_a_credential_and_three_in_a_row_are_the_most() -> anyhow::Result<()> {
    let (app, credential) = start().await?;
    let http = app.http()?;
    let config = "Host gate\nHostName 192.0.2.1\nUser ann\nHost sw1\nProxyJump gate\nHost plain\nHostName 192.0.2.9\n\
                  Host sw2\nProxyJump plain\n";
    let plan = app.client.send(&CheckSshConfig(file(config))).await?;
    assert_eq!((plan.jump_hosts.wrong, plan.devices.wrong), (2, 2), "{:?}", hosts(&plan));
    assert!(hosts(&plan)[0].2.starts_with("No credential has the user name 'ann': add one"), "{:?}", hosts(&plan));
    let chosen = SshConfigInput { credential_id: Some(credential), ..file(config) };
    let done = app.client.send(&ImportSshConfig(chosen)).await?;
    assert_eq!((done.jump_hosts.new, done.devices.new), (2, 2), "{:?}", hosts(&done));
    let gate = http.get("/jump-hosts/?name=gate").await?.body["items"][0].clone();
    assert_eq!(gate["credential_id"], json!(credential));

    let chosen = SshConfigInput { credential_id: Some(credential), ..file(config) };
    let again = app.client.send(&CheckSshConfig(chosen)).await?;
    assert_eq!((again.jump_hosts.same, again.devices.same), (2, 2), "{:?}", hosts(&again));

    // The jump hosts that exist count too.
    let id = gate["id"].clone();
    let outer = json!({"name": "outer", "address": "198.51.100.1", "credential_id": credential});
    let outer = http.post("/jump-hosts/", outer).await?.body["id"].clone();
    assert_eq!(http.put(&format!("/jump-hosts/{id}"), json!({"through": outer})).await?.status, 200);
    let longer = "Host gate\nHostName 192.0.2.1\nUser ann\nHost a\nUser jumper\nProxyJump gate\nHost b\nUser jumper\n\
                  ProxyJump a\nHost deep\nProxyJump b\n";
    let plan = app.client.send(&CheckSshConfig(file(longer))).await?;
    let b = hosts(&plan).into_iter().find(|host| host.0 == "b");
    assert!(b.is_some_and(|host| host.2.contains("3 jump hosts in a row are the most")), "{:?}", hosts(&plan));
    assert_eq!(plan.devices.wrong, 1, "{:?}", hosts(&plan));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_or_is_not_there_is_refused_by_its_field() -> anyhow::Result<()> {
    let (app, _) = start().await?;
    for (input, field, words) in [
        (SshConfigInput { device_type: Some("toaster".into()), ..file("") }, "device_type", "'toaster' is not known"),
        (SshConfigInput { credential_id: Some(987_654.into()), ..file("") }, "credential_id", "was not found"),
        (file(&"User x\n".repeat(200_001)), "config", "more than 200000 lines"),
    ] {
        let Err(problem) = app.client.send(&ImportSshConfig(input)).await else { anyhow::bail!("{field} was taken") };
        let fields = problem.fields;
        assert_eq!((problem.code, fields.len()), (Code::Invalid, 1), "{fields:?}");
        assert!(fields[0].field.ends_with(field) && fields[0].message.contains(words), "{fields:?}");
    }
    let nothing = app.client.send(&ImportSshConfig(file("Host *\nUser x\n"))).await?;
    assert_eq!(nothing, SshConfigOutcome::default());
    app.stop().await;
    Ok(())
}
