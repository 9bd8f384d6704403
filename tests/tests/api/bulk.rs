//! Files of devices, CSV and JSON, as NetRaven takes and answers them.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::work;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_row_by_row() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let tag = work::add_tag(&app.client, "core").await?;
    let csv = format!(
        "hostname,ip_address,device_type,port,description,tags\n\
         one,192.0.2.1,cisco_ios,22,First,{tag}|edge\n\
         two,192.0.2.2,juniper_junos,,,\n\
         one,192.0.2.9,cisco_ios,22,,\n\
         ,192.0.2.4,cisco_ios,,,\n\
         five,999.1.1.1,cisco_ios,,,\n\
         six,192.0.2.6,linux,abc,,\n\
         seven,192.0.2.7,linux,,,4711\n"
    );
    let answer = http.file("/devices/bulk_import", "devices.CSV", csv.as_bytes()).await?;
    assert_eq!((answer.status, &answer.body["success_count"]), (201, &json!(2)), "{answer:?}");
    let rows = |list: &str| -> Vec<i64> {
        answer.body[list].as_array().into_iter().flatten().filter_map(|row| row["row"].as_i64()).collect()
    };
    assert_eq!((rows("errors"), rows("duplicates")), (vec![4, 5, 6, 7], vec![3]), "{answer:?}");
    assert_eq!(answer.body["errors"][0]["error"], "Line 5: the row has no hostname.");
    assert_eq!(answer.body["duplicates"][0]["reason"], "Line 4: line 2 already has the hostname one.");
    let one = http.get("/devices/?hostname=one").await?.body["items"][0].clone();
    let tags: Vec<_> = one["tags"].as_array().into_iter().flatten().map(|tag| tag["name"].clone()).collect();
    assert_eq!((tags, &one["source"]), (vec![json!("core"), json!("default"), json!("edge")], &json!("imported")));

    let list = json!([
        {"hostname": "j1", "ip_address": "192.0.2.11", "device_type": "cisco_nxos", "tags": [tag]},
        {"hostname": "j1", "ip_address": "192.0.2.11", "device_type": "cisco_nxos"},
        {"hostname": "j2"}, 7, {"hostname": "j3", "ip_address": "192.0.2.13", "device_type": "linux", "port": "22"}
    ]);
    let answer = http.file("/devices/bulk_import", "d.json", list.to_string().as_bytes()).await?;
    assert_eq!((answer.status, &answer.body["success_count"]), (201, &json!(1)), "{answer:?}");
    assert_eq!(answer.body["errors"].as_array().map(Vec::len), Some(3), "{answer:?}");
    let single = json!({"hostname": "j4", "ip_address": "192.0.2.14", "device_type": "linux"});
    let answer = http.file("/devices/bulk_import", "d.json", single.to_string().as_bytes()).await?;
    assert_eq!(answer.body, json!({"success_count": 1, "errors": [], "duplicates": []}));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_says_why() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for (name, content, told) in [
        ("d.json", &b"{nope"[..], "JSON parse error"),
        ("d.json", b"7", "JSON parse error"),
        ("d.csv", b"\xff\xfe\x00h", "CSV parse error"),
        ("d.txt", b"x", "Unsupported file type. Use .csv or .json."),
        ("d", b"x", "Unsupported file type. Use .csv or .json."),
    ] {
        let answer = http.file("/devices/bulk_import", name, content).await?;
        assert_eq!((answer.status, &answer.body["success"], &answer.body["duplicates"]), (201, &json!([]), &json!([])));
        let sentence = answer.body["errors"][0].as_str().unwrap_or_default();
        assert!(sentence.starts_with(told), "{name}: {sentence}");
    }
    let none = http.post("/devices/bulk_import", json!({})).await?;
    assert_eq!((none.status, none.fields()), (422, vec!["body.file".to_owned()]), "{none:?}");
    // However the sender and the server meet, the answer comes and says what to do.
    let large = vec![b'x'; 17 * 1024 * 1024];
    for _ in 0..10 {
        let refused = http.file("/devices/bulk_import", "d.csv", &large).await?;
        assert_eq!(refused.status, 413);
        assert!(refused.body["detail"].as_str().is_some_and(|told| told.contains("send it in parts")), "{refused:?}");
    }
    app.stop().await;
    Ok(())
}
