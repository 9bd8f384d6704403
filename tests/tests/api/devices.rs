//! Devices: addresses of every kind, no twins, tags, and CSV files with good and bad rows.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::work;
use serde_json::{Value, json};

fn device(hostname: &str, address: &str) -> Value {
    json!({"hostname": hostname, "ip_address": address, "device_type": "cisco_ios"})
}

fn tags(device: &Value) -> Vec<&str> {
    device["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_lives_from_its_making_to_its_removal() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    work::add_credential(&app.client, tag, "netops", "secret-of-tests", None).await?;
    let mut body = device("core-01", "192.0.2.1");
    body["tags"] = json!([tag]);
    let made = http.post("/devices/", body).await?;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["id"].as_i64().unwrap_or_default();
    let path = format!("/devices/{id}");
    assert_eq!((&made.body["port"], &made.body["source"]), (&json!(22), &json!("local")));
    assert_eq!(made.body["transport"], "ssh");
    assert_eq!(tags(&made.body), ["core", "default"], "every device carries the tag 'default'");
    assert_eq!((&made.body["matching_credentials_count"], &made.body["updated_by"]), (&json!(1), &json!("admin")));
    assert_eq!(http.get(&path).await?.body, made.body);

    let changed = http.put(&path, json!({"description": "Rack 7", "port": 2222, "tags": []})).await?;
    assert_eq!(
        (changed.status, &changed.body["port"], &changed.body["hostname"]),
        (200, &json!(2222), &json!("core-01"))
    );
    assert_eq!((tags(&changed.body), &changed.body["matching_credentials_count"]), (vec!["default"], &json!(0)));
    assert_eq!(http.get(&format!("{path}/host-key")).await?.status, 404, "no key before the first session");

    assert_eq!(http.delete(&path).await?.status, 204);
    assert_eq!((http.get(&path).await?.detail(), http.put(&path, json!({})).await?.status), ("Device not found", 404));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_ipv4_ipv6_or_a_name_and_no_device_has_a_twin() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for (name, given, kept) in [
        ("four", "192.0.2.7", "192.0.2.7"),
        ("six", "2001:0DB8:0::0007", "2001:db8::7"),
        ("brackets", "[::1]", "::1"),
        ("name", "Core-07.Example.NET.", "core-07.example.net"),
        ("zone", "fe80::1%eth0", "fe80::1%eth0"),
        ("another-zone", "[FE80::1%Eth1.100]", "fe80::1%Eth1.100"),
        ("no-zone", "fe80::1", "fe80::1"),
    ] {
        let made = http.post("/devices/", device(name, given)).await?;
        assert_eq!((made.status, &made.body["ip_address"]), (201, &json!(kept)), "{made:?}");
    }
    let mut other_port = device("four-again", "192.0.2.7");
    other_port["port"] = json!(2022);
    assert_eq!(
        http.post("/devices/", other_port).await?.status,
        201,
        "another port of the same address is another device"
    );
    for twin in [
        device("FOUR", "192.0.2.8"),
        device("six-again", "2001:db8::7"),
        device("name-again", "core-07.example.net"),
        device("zone-again", "FE80:0::1%eth0"),
    ] {
        let answer = http.post("/devices/", twin.clone()).await?;
        assert_eq!(answer.status, 400, "{twin}: {answer:?}");
        assert!(answer.detail().contains("already"), "{answer:?}");
    }
    let onto = http.get("/devices/?hostname=name").await?.body["items"][0]["id"].clone();
    let answer = http.put(&format!("/devices/{onto}"), json!({"ip_address": "192.0.2.7"})).await?;
    assert_eq!(answer.status, 400, "a change makes no twin either: {answer:?}");

    for (field, value) in [
        ("ip_address", json!("10.0.0.256")),
        ("ip_address", json!("two words")),
        ("hostname", json!("-dash")),
        ("hostname", json!("../etc/passwd")),
        ("hostname", json!("")),
        ("port", json!(0)),
        ("port", json!(65536)),
        ("device_type", json!("x")),
        ("source", json!("dreamt")),
    ] {
        let mut body = device("fresh", "192.0.2.99");
        body[field] = value.clone();
        let answer = http.post("/devices/", body).await?;
        assert!(answer.is_field_fault() && answer.fields() == [format!("body.{field}")], "{field} {value}: {answer:?}");
    }
    for (address, told) in [
        ("2001:db8::1%eth0", "only link-local addresses (fe80::/10) have: write 2001:db8::1."),
        ("fe80::9%", "names no interface after '%'"),
        ("10.0.0.300", "'10.0.0.300' is not an IPv4 or IPv6 address."),
    ] {
        let refused = http.post("/devices/", device("fresh", address)).await?;
        let sentence = refused.body["detail"][0]["msg"].as_str().unwrap_or_default();
        assert!(refused.status == 422 && sentence.contains(told), "{address}: {refused:?}");
    }
    let nothing = http.post("/devices/", json!({})).await?;
    assert_eq!(nothing.fields(), ["body.hostname", "body.ip_address", "body.device_type"]);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transport_is_one_of_three_and_brings_its_usual_port() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let over = |hostname: &str, address: &str, transport: Value| {
        let mut body = device(hostname, address);
        body["transport"] = transport;
        body
    };
    let telnet = http.post("/devices/", over("old-sw", "192.0.2.1", json!("telnet"))).await?;
    assert_eq!(
        (telnet.status, &telnet.body["transport"], &telnet.body["port"]),
        (201, &json!("telnet"), &json!(23)),
        "{telnet:?}"
    );
    let path = format!("/devices/{}", telnet.body["id"]);
    let changed = http.put(&path, json!({"transport": null, "notes": "Rack 7"})).await?;
    assert_eq!((&changed.body["transport"], &changed.body["port"]), (&json!("telnet"), &json!(23)), "null is absent");
    let changed = http.put(&path, json!({"transport": "ssh"})).await?;
    assert_eq!((&changed.body["transport"], &changed.body["port"]), (&json!("ssh"), &json!(23)), "the port stays");

    let console = http.post("/devices/", over("console", "192.0.2.2", json!("tcp"))).await?;
    assert!(console.is_field_fault() && console.fields() == ["body.port"], "{console:?}");
    let unknown = http.post("/devices/", over("other", "192.0.2.3", json!("rlogin"))).await?;
    assert!(unknown.is_field_fault() && unknown.fields() == ["body.transport"], "{unknown:?}");

    let csv = "hostname,ip_address,device_type,transport\nimported,192.0.2.4,cisco_ios,telnet\n";
    assert_eq!(http.post("/devices/import", json!({"csv": csv})).await?.body["added"], 1);
    let imported = http.get("/devices/?hostname=imported").await?.body["items"][0].clone();
    assert_eq!((&imported["transport"], &imported["port"]), (&json!("telnet"), &json!(23)), "{imported}");
    let again = http.post("/devices/import", json!({"csv": csv.replace("telnet", "ssh")})).await?;
    assert_eq!((&again.body["added"], &again.body["refused"]), (&json!(0), &json!(1)), "{again:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_may_be_left_to_be_recognised() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let mut body = device("any", "192.0.2.1");
    body["device_type"] = json!("auto");
    let made = http.post("/devices/", body).await?;
    assert_eq!((made.status, &made.body["device_type"], &made.body["recognised"]), (201, &json!("auto"), &Value::Null));
    let csv = "hostname,ip_address,device_type\nimported,192.0.2.2,auto\n";
    assert_eq!(http.post("/devices/import", json!({"csv": csv})).await?.body["added"], 1);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_as_they_are_asked_for() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "edge").await?;
    for (name, address, tagged) in
        [("Edge-01", "192.0.2.1", true), ("edge-02", "192.0.2.2", false), ("core_100%", "192.0.2.3", false)]
    {
        let name = name.replace('%', "");
        let mut body = device(&name, address);
        body["tags"] = if tagged { json!([tag]) } else { json!([]) };
        assert_eq!(http.post("/devices/", body).await?.status, 201);
    }
    // One that failed after it had succeeded, one the other way round, and one never worked on.
    for sql in [
        "insert into jobs (name, job_type) values ('backup', 'config_backup')",
        "insert into job_runs (id, job_id, trigger, status) select n, id, 'manual', 'succeeded' from jobs, generate_series(1, 2) n",
        "insert into job_results (run_id, job_id, device_id, job_type, status, result_time)
         select u.id, u.job_id, d.id, 'config_backup', r.status, timestamptz '2026-01-01' + r.hours * interval '1 hour'
         from devices d join (values ('Edge-01', 'success', 1), ('Edge-01', 'failure', 2),
             ('edge-02', 'failure', 1), ('edge-02', 'success', 2)) r (hostname, status, hours) on r.hostname = d.hostname
         join job_runs u on u.id = r.hours",
    ] {
        sqlx::query(sql).execute(app.pool()).await?;
    }
    for (query, expected) in [
        ("last_result=failure", vec!["Edge-01"]),
        ("last_result=success", vec!["edge-02"]),
        ("last_result=never&last_result=failure", vec!["core_100", "Edge-01"]),
        ("hostname=EDGE", vec!["Edge-01", "edge-02"]),
        ("hostname=_", vec!["core_100"]),
        ("hostname=%25", vec![]),
        ("ip_address=192.0.2.2", vec!["edge-02"]),
        (&format!("tag_id={tag}"), vec!["Edge-01"]),
        ("device_type=arista_eos", vec![]),
        ("hostname=", vec!["core_100", "Edge-01", "edge-02"]),
    ] {
        let page = http.get(&format!("/devices/?{query}")).await?.body;
        let names: Vec<&str> =
            page["items"].as_array().into_iter().flatten().filter_map(|one| one["hostname"].as_str()).collect();
        assert_eq!(names, expected, "{query}");
        assert_eq!(page["total"], expected.len(), "{query}");
    }
    let unknown = http.get("/devices/?last_result=maybe").await?;
    assert_eq!((unknown.status, unknown.fields()), (422, vec!["query.last_result.0".to_owned()]));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_file_is_taken_row_by_row() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let csv = "\u{feff}Hostname,ip_address,device_type,port,description,tags\r\n\
               sw-01,192.0.2.11,cisco_ios,,\"Rack 1, top\",access|site a\r\n\
               sw-02,2001:db8::2,arista_eos,2222,,access\r\n\
               sw-01,192.0.2.12,cisco_ios,,,\r\n\
               sw-03,192.0.2.300,cisco_ios,,,\r\n\
               sw-04,192.0.2.14,cisco_ios,ssh,,\r\n\
               ,192.0.2.15,cisco_ios,,,\r\n\
               sw-05,192.0.2.16,cisco_ios,,,bad;tag\r\n\
               sw-06,192.0.2.17\r\n\
               sw-07,switch.example.net,juniper_junos,22,,\r\n";
    let answer = http.post("/devices/import", json!({"csv": csv})).await?;
    assert_eq!((answer.status, &answer.body["added"]), (200, &json!(3)), "{answer:?}");
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    let lines: Vec<i64> = errors.iter().filter_map(|error| error["line"].as_i64()).collect();
    assert_eq!(lines, [4, 5, 6, 7, 8, 9], "{errors:#?}");
    let sentence = |place: usize| errors[place]["message"].as_str().unwrap_or_default().to_owned();
    assert!(sentence(0).contains("already"), "{}", sentence(0));
    assert_eq!(sentence(1), "Line 5: the address '192.0.2.300' is not an IPv4 or IPv6 address.");
    assert!(sentence(2).contains("'ssh' is not a number"), "{}", sentence(2));
    assert!(sentence(3).contains("hostname") && errors[3]["hostname"].is_null(), "{}", sentence(3));
    assert!(sentence(5).contains("device_type"), "{}", sentence(5));
    let first = http.get("/devices/?hostname=sw-01").await?.body["items"][0].clone();
    assert_eq!((tags(&first), &first["source"]), (vec!["access", "default", "site a"], &json!("imported")));
    assert_eq!(first["description"], "Rack 1, top");
    let again = http.post("/devices/import", json!({"csv": csv})).await?;
    assert_eq!(again.body["added"], 0, "a file imported twice adds nothing: {again:?}");
    assert_eq!(http.get("/devices/").await?.body["total"], 3);

    for (csv, told) in [
        ("", "The file is empty"),
        ("hostname,ip_address\n", "does not name device_type"),
        ("hostname,ip_address,device_type,colour\n", "'colour'"),
    ] {
        let answer = http.post("/devices/import", json!({"csv": csv})).await?;
        assert!(answer.is_field_fault() && answer.fields() == ["body.csv"], "{csv:?}: {answer:?}");
        assert!(answer.body.to_string().contains(told), "{csv:?}: {answer:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_file_of_the_user_is_read_and_a_bad_one_named() -> anyhow::Result<()> {
    let mut written = Ok(());
    let app = TestApp::start_with(|config| {
        let folder = config.platforms_dir();
        let good = "name = 'acme_os'\ntitle = 'ACME OS'\nvendor = 'ACME'\ncomment = '!'\nerrors = ['^%']\n\
                    [prompt]\npattern = '(?P<host>\\w+)#'\n[[commands]]\nsend = 'show config'\npurpose = 'config'\n";
        written = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join("acme.toml"), good))
            .and_then(|()| std::fs::write(folder.join("broken.toml"), good.replace("vendor", "vendour")));
    });
    let app = app.await?;
    written?;
    let platforms = app.http()?.get("/platforms/").await?.body;
    let items = platforms["items"].as_array().cloned().unwrap_or_default();
    let acme = items.iter().find(|platform| platform["name"] == "acme_os");
    assert_eq!(acme.map(|platform| &platform["custom"]), Some(&json!(true)), "{platforms:#}");
    assert!(items.iter().any(|platform| platform["name"] == "cisco_ios" && platform["custom"] == false));
    assert_eq!(items.first().map(|platform| &platform["name"]), Some(&json!("auto")), "{platforms:#}");
    let refused = platforms["refused"].as_array().cloned().unwrap_or_default();
    let sentence = refused.first().and_then(Value::as_str).unwrap_or_default();
    assert!(refused.len() == 1 && sentence.contains("broken.toml") && sentence.contains("vendour"), "{refused:?}");
    app.stop().await;
    Ok(())
}
