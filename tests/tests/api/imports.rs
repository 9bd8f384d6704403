//! Files of devices as spreadsheets and people write them: read alike by every route, explained in sentences, accepted again once
//! corrected, and never held whole.

use std::fmt::Write as _;

use anyhow::Context as _;
use netraven_api::Secret;
use netraven_api::devices::{CheckImport, ImportDevices, ImportPlan, Imported};
use netraven_client::Client;
use netraven_tests::support::ADMIN_PASSWORD;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::{Answer, Http};
use netraven_tests::support::{wait, work};
use serde_json::{Value, json};

const BULK: &str = "/devices/bulk_import";

/// The sentences of a list in an answer.
fn told(answer: &Answer, list: &str, field: &str) -> Vec<String> {
    let rows = answer.body[list].as_array().into_iter().flatten();
    rows.map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
}

async fn names(http: &Http) -> anyhow::Result<Vec<String>> {
    let page = http.get("/devices/?size=100").await?;
    Ok(told(&page, "items", "hostname"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_spreadsheet_writes_both_routes_read_the_same_from_it() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let plain = "hostname,ip_address,device_type,description\r\nNAME,ADDRESS,cisco_ios,Rack 4\r\n";
    let texts = [
        plain.to_owned(),
        format!("\u{feff}{plain}"),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        format!("sep=;\r\n{}", plain.replace(',', ";")),
        plain.replace("\r\n", ",\r\n"),
        plain.replace("\r\n", ";;\r\n").replace(',', ";"),
        format!("{plain},,,\r\n\r\n,,,\r\n"),
        format!("\r\n,,,\r\n{plain}"),
        plain.replace("\r\n", "\r"),
        plain.replace("Rack 4", "\"Rack 4\r\nrow \"\"B\"\", left\""),
        plain.replace("hostname,ip_address,device_type", "\"Host Name\",IP Address,Platform"),
        plain.replace("description", "Description "),
    ];
    for (number, text) in texts.iter().enumerate() {
        let here = |route: &str, net: usize| {
            let text = text.replace("NAME", &format!("{route}-{number}"));
            text.replace("ADDRESS", &format!("192.0.{net}.{number}"))
        };
        let file = http.file(BULK, "devices.csv", here("file", 2).as_bytes()).await?;
        assert_eq!(file.body, json!({"success_count": 1, "errors": [], "duplicates": []}), "{text:?}");
        let utf16: Vec<u8> = format!("\u{feff}{}", here("wide", 3).trim_start_matches('\u{feff}'))
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let wide = http.file(BULK, "unicode.csv", &utf16).await?;
        assert_eq!(wide.body["success_count"], 1, "{text:?}: {wide:?}");
        let given = http.post("/devices/import", json!({"csv": here("text", 4)})).await?;
        assert_eq!(given.body, json!({"added": 1, "present": 0, "refused": 0, "errors": []}), "{text:?}: {given:?}");
    }
    let quoted = http.get("/devices/?hostname=file-10").await?.body["items"][0]["description"].clone();
    assert_eq!(quoted, "Rack 4\r\nrow \"B\", left");

    // What has another encoding is refused as a whole, and so is a first line that will not do.
    let latin =
        b"hostname,ip_address,device_type,description\nlatin,192.0.9.1,linux,x\numlaut,192.0.9.2,linux,Z\xfcrich\n";
    let refused = http.file(BULK, "devices.csv", latin).await?;
    let sentence = refused.body["errors"][0].as_str().unwrap_or_default();
    assert!(
        sentence.contains("Line 3 contains a character that is not UTF-8") && sentence.contains("Save it"),
        "{refused:?}"
    );
    assert_eq!(refused.body["success"], json!([]));
    assert!(!names(&http).await?.contains(&"latin".to_owned()));
    for csv in ["host;mac\nr1;x\n", "hostname,ip_address,device_type,colour\nr1,192.0.9.3,linux,red\n"] {
        let file = http.file(BULK, "d.csv", csv.as_bytes()).await?;
        let text = http.post("/devices/import", json!({"csv": csv})).await?;
        let look = http.post("/devices/import/check", json!({"csv": csv})).await?;
        let why = text.body["detail"][0]["msg"].as_str().unwrap_or_default();
        assert_eq!(file.body["errors"][0], format!("CSV parse error: {why}"));
        assert_eq!(look.body["detail"][0]["msg"], why);
        assert!(text.is_field_fault() && look.is_field_fault() && why.starts_with("The first line "), "{text:?}");
    }
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_row_says_in_words_where_and_what_to_write() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let csv = "hostname;ip_address;device_type;port;tags\n\
               sw 1;10.0.0.300;cisco_iox;ssh;a/b\n\
               ;10.0.0.2;linux;;\n\
               sw-3;10.0.0.3;toaster;;\n\
               sw-4;2001:db8::4%eth0;linux;;\n\
               sw-5;10.0.0.5;linux;22;4711\n\
               sw-6;10.0.0.6;linux;22;;x\n\
               sw-7;10.0.0.7;Linux;22;\n";
    let expected = [
        "Line 2: the hostname 'sw 1' must start with a letter (A to Z) or a digit, followed by letters, digits, \
         dots, dashes and underscores only; the address '10.0.0.300' is not an IPv4 or IPv6 address; the platform \
         'cisco_iox' is not known: write cisco_ios, cisco_asa or cisco_ftd; the port 'ssh' is not a number from 1 to 65535; \
         the tag 'a/b' may contain only letters, digits, spaces, dashes and underscores; put | between tags.",
        "Line 3: the row has no hostname.",
        "Line 4: the platform 'toaster' is not known: use one from the list in Add device.",
        "Line 5: the address '2001:db8::4%eth0' has a zone after '%', which only link-local addresses (fe80::/10) \
         have: write 2001:db8::4.",
        "Line 6: there is no tag with the number or name 4711.",
        "Line 7: it has 6 cells, but the first line names 5 columns: put quotation marks around a cell that contains \
         a semicolon.",
    ];
    let look = http.post("/devices/import/check", json!({"csv": csv})).await?;
    assert_eq!(told(&Answer { body: look.body["outcome"].clone(), ..look }, "errors", "message"), expected);
    let file = http.file(BULK, "d.csv", csv.as_bytes()).await?;
    assert_eq!(told(&file, "errors", "error"), expected);
    let rows: Vec<&Value> = file.body["errors"].as_array().into_iter().flatten().map(|row| &row["row"]).collect();
    assert_eq!(rows, [1, 2, 3, 4, 5, 6]);
    let text = http.post("/devices/import", json!({"csv": csv})).await?;
    assert_eq!(told(&text, "errors", "message"), expected);
    assert_eq!((&text.body["present"], &text.body["refused"]), (&json!(1), &json!(6)), "the file brought the last row");
    assert_eq!(text.body["errors"][1]["hostname"], Value::Null);

    let list = json!([
        {"hostname": "j-1", "ip_address": "10.0.1.1", "device_type": "linus", "port": "22"},
        7,
        {"hostname": "j-3", "ip_address": 5, "device_type": "linux"},
        {"hostname": "j-4", "ip_address": "10.0.1.4", "device_type": "linux", "tags": [true]},
        {"hostname": "j-5", "ip_address": "10.0.1.5", "device_type": "linux", "tags": ["new"], "colour": "red"}
    ]);
    let json = http.file(BULK, "d.json", list.to_string().as_bytes()).await?;
    assert_eq!(json.body["success_count"], 1, "{json:?}");
    assert_eq!(
        told(&json, "errors", "error"),
        [
            "Row 1: port is a text: write the number without quotation marks; the platform 'linus' is not known: write linux.",
            "Row 2: it is not a device but a number.",
            "Row 3: ip_address is a number: write it in quotation marks; the row has no ip_address.",
            "Row 4: tags are names or numbers.",
        ]
    );
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_look_says_is_what_the_import_does_and_a_look_changes_nothing() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    work::add_tag(&app.client, "core").await?;
    let there = json!({"hostname": "old", "ip_address": "192.0.2.1", "device_type": "linux"});
    assert_eq!(http.post("/devices/", there).await?.status, 201);
    let csv = "hostname\tip_address\tdevice_type\ttags\n\
               old\t192.0.2.1\tlinux\tunmade\n\
               new\t192.0.2.2\tlinux\tcore|edge|berlin\n\
               OLD\t192.0.2.3\tlinux\t\n\
               NEW\t192.0.2.4\tlinux\t\n\
               other\t192.0.2.1\tlinux\t\n\
               old2\t192.0.2.999\tlinux\tunmade\n";
    let plan: ImportPlan = app.client.send(&CheckImport { csv: csv.into() }).await?;
    assert_eq!((plan.separator.as_str(), plan.columns.len()), ("tab", 4));
    assert_eq!(plan.new_tags, ["berlin", "edge"], "tags of rows that add nothing are not made");
    assert_eq!(names(&http).await?, ["old"]);
    assert_eq!(http.get("/tags/").await?.body["total"], 2, "default and core");
    let imported: Imported = app.client.send(&ImportDevices { csv: csv.into() }).await?;
    assert_eq!(imported, plan.outcome);
    assert_eq!((imported.added, imported.present, imported.refused), (1, 1, 4));
    let lines: Vec<i64> = imported.errors.iter().map(|error| error.line).collect();
    assert_eq!(lines, [4, 5, 6, 7]);
    let told: Vec<&str> = imported.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(told[0], "Line 4: line 2 already has the hostname OLD.");
    assert_eq!(told[1], "Line 5: line 3 already has the hostname NEW.");
    assert_eq!(told[2], "Line 6: line 2 already has the address 192.0.2.1 with the port 22.");
    assert_eq!(http.get("/tags/").await?.body["total"], 4);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_file_goes_in_and_what_went_in_before_is_no_error() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let mut csv = String::from("hostname,ip_address,device_type,tags\n");
    for number in 1..=500 {
        let platform = if number % 60 == 0 { "cisco_iox" } else { "cisco_ios" };
        writeln!(csv, "sw-{number:03},10.1.{}.{},{platform},site", number / 250, number % 250)?;
    }
    let first = app.client.send(&ImportDevices { csv: csv.clone() }).await?;
    assert_eq!((first.added, first.present, first.refused), (492, 0, 8));
    let corrected = csv.replace("cisco_iox", "cisco_ios");
    let second = app.client.send(&ImportDevices { csv: corrected.clone() }).await?;
    assert_eq!((second.added, second.present, second.refused), (8, 492, 0), "{:?}", second.errors);
    // An existing device's description is not changed; another place or platform is reported.
    let moved =
        corrected.replace("10.1.0.7,cisco_ios", "10.9.0.7,cisco_ios").replace("10.1.0.8,cisco_ios", "10.1.0.8,linux");
    let third = app.client.send(&ImportDevices { csv: moved }).await?;
    assert_eq!((third.added, third.present, third.refused), (0, 498, 2));
    assert_eq!(
        third.errors[0].message,
        "Line 8: the hostname sw-007 already exists, at 10.1.0.7:22: an import does not change devices, so edit that \
         device, or give this row another hostname."
    );
    assert!(third.errors[1].message.contains("sw-008 already exists, as cisco_ios:"), "{:?}", third.errors[1]);
    let neighbour = "hostname,ip_address,device_type\nsw-600,10.1.0.9,linux\n";
    let taken = app.client.send(&ImportDevices { csv: neighbour.into() }).await?;
    assert_eq!(
        taken.errors[0].message,
        "Line 2: sw-009 is already at 10.1.0.9:22: give this device another address or port."
    );
    // To NetRaven's route all of these are duplicates.
    let file = http.file(BULK, "again.csv", corrected.as_bytes()).await?;
    assert_eq!((&file.body["success_count"], &file.body["errors"]), (&json!(0), &json!([])));
    assert_eq!(told(&file, "duplicates", "reason")[0], "Line 2: sw-001 at 10.1.0.1:22 already exists.");
    let lines = wait::until("the log tells of both imports", async || {
        let page = http.get("/logs/?source=server.import&order=asc").await?;
        Ok(Some(told(&page, "items", "message")).filter(|lines| lines.len() > 1))
    })
    .await?;
    assert_eq!(lines, ["admin imported 492 devices from a file.", "admin imported 8 devices from a file."]);
    app.stop().await;
    Ok(())
}

/// A row of a file that holds many.
fn row(number: usize) -> String {
    format!("h{number:06},10.{}.{}.{},linux,bulk\n", number / 65_536, number / 256 % 256, number % 256)
}

const ROWS: usize = 100_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_thousand_rows_are_committed_batch_by_batch_while_the_file_is_read() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let csv: String =
        std::iter::once("hostname,ip_address,device_type,tags\n".to_owned()).chain((1..=ROWS).map(row)).collect();
    // Somebody holds the name of a row in the middle: the import has to wait there for as long as nothing is decided.
    let gate = 4_750;
    let mut held = app.pool().begin().await?;
    sqlx::query("insert into devices (hostname, ip_address, device_type) values ($1, 'held', 'linux')")
        .bind(format!("h{gate:06}"))
        .execute(&mut *held)
        .await?;
    let sending = tokio::spawn({
        let (http, csv) = (http.clone(), csv.clone());
        async move { http.file(BULK, "many.csv", csv.as_bytes()).await }
    });
    let count = async || -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from devices").fetch_one(app.pool()).await?)
    };
    let before = wait::until("every batch before the held row is there", async || {
        let count = count().await?;
        Ok((count >= 4_500).then_some(count))
    })
    .await?;
    assert_eq!(before, 4_500, "what is read is committed, and what is behind is not there yet");
    assert!(!sending.is_finished());
    held.rollback().await?;
    let mut answer = sending.await.context("the import ended")??;
    let mut added = 0;
    // On a busy computer an import stops at its time limit, says so, and goes on when it is sent again.
    loop {
        assert_eq!(answer.status, 201, "{answer:?}");
        added += answer.body["success_count"].as_i64().unwrap_or_default();
        assert_eq!(answer.body["errors"], json!([]), "no row is wrong");
        match answer.body["stopped"].as_str() {
            None => break,
            Some(why) => assert!(why.contains("Import the same file again"), "{why}"),
        }
        answer = http.file(BULK, "many.csv", csv.as_bytes()).await?;
    }
    assert_eq!((added, count().await?), (i64::try_from(ROWS)?, i64::try_from(ROWS)?));
    let waiting: i64 = sqlx::query_scalar(
        "select count(*) from devices d where approved_address is distinct from ip_address
             or array(select unnest(approved_tags) order by 1) <>
                array(select tag_id from device_tags where device_id = d.id order by 1)",
    )
    .fetch_one(app.pool())
    .await?;
    assert_eq!(waiting, 0, "what an admin imports is approved");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_small_however_many_rows_are_wrong_or_there_already() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let mut csv = String::from("hostname,ip_address,device_type\n");
    for number in 0..ROWS {
        writeln!(csv, "-h{number},10.0.0.{number},linus")?;
    }
    let wrong = http.post("/devices/import", json!({"csv": csv})).await?;
    assert_eq!((&wrong.body["refused"], wrong.body["errors"].as_array().map(Vec::len)), (&json!(ROWS), Some(500)));
    assert!(wrong.body.to_string().len() < 500_000, "{}", wrong.body.to_string().len());
    let file = http.file(BULK, "d.csv", csv.as_bytes()).await?;
    assert_eq!(
        (&file.body["more_errors"], file.body["errors"].as_array().map(Vec::len)),
        (&json!(ROWS - 500), Some(500))
    );
    assert!(file.body.to_string().len() < 500_000, "{}", file.body.to_string().len());

    let twins: String = std::iter::repeat_n("twin,10.0.0.1,linux\n", 2_000).collect();
    let file = http.file(BULK, "d.csv", format!("hostname,ip_address,device_type\n{twins}").as_bytes()).await?;
    assert_eq!((&file.body["success_count"], &file.body["more_duplicates"]), (&json!(1), &json!(1_499)));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_too_many_devices_is_refused_by_its_count() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    for item in ["{}", "1", "[[]]", "\"x\""] {
        let list = format!("[{}]", vec![item; 16_000_000 / (item.len() + 1)].join(","));
        let refused = http.file(BULK, "d.json", list.as_bytes()).await?;
        assert_eq!(refused.status, 413, "{item}: {refused:?}");
        assert!(refused.detail().contains("more than 200000 rows"), "{item}: {refused:?}");
    }
    // One device may not be as large as a file of them, and what is broken far behind is still no JSON.
    let wide = format!("[{{\"hostname\": {}}}]", format_args!("[{}]", vec!["1"; 5_000_000].join(",")));
    let refused = http.file(BULK, "d.json", wide.as_bytes()).await?;
    assert_eq!(told(&refused, "errors", "error"), ["Row 1: it has more than 500 values."]);
    let broken = http.file(BULK, "d.json", format!("[{}", "{},".repeat(100_000)).as_bytes()).await?;
    let sentence = broken.body["errors"][0].as_str().unwrap_or_default();
    assert!(sentence.starts_with("JSON parse error"), "{broken:?}");
    // A hundred thousand are as many as in a CSV file.
    let list: Vec<Value> = (0..3_000)
        .map(|number| json!({"hostname": format!("j{number}"), "ip_address": format!("10.3.{}.{}", number / 250, number % 250), "device_type": "linux"}))
        .collect();
    let taken = http.file(BULK, "d.json", Value::Array(list).to_string().as_bytes()).await?;
    assert_eq!(taken.body, json!({"success_count": 3_000, "errors": [], "duplicates": []}));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_closed_is_told_and_the_rows_before_it_are_in() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let csv = "hostname,ip_address,device_type,description\na,10.0.0.1,linux,x\nb,10.0.0.2,linux,\"Rack 4\nc,10.0.0.3,linux,\n";
    let imported = app.client.send(&ImportDevices { csv: csv.into() }).await?;
    assert_eq!((imported.added, imported.refused), (1, 0));
    let why = imported.stopped.unwrap_or_default();
    assert!(why.starts_with("Line 3: the quotation mark before 'Rack 4' is never closed"), "{why}");
    let again = app.client.send(&ImportDevices { csv: csv.replace("\"Rack 4", "Rack 4") }).await?;
    assert_eq!((again.added, again.present, again.stopped), (2, 1, None));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_user_imports_waits_and_the_log_says_so() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let admin = app.http()?;
    app.add_user("mallory", "user", true).await?;
    let token = Client::new(app.url())?.login("mallory", &Secret::new(ADMIN_PASSWORD), None).await?.access_token;
    let user = Http::new(app.url())?.with_token(&token);
    let csv = "hostname,ip_address,device_type\none,192.0.2.1,linux\ntwo,fe80::2%eth0,linux\n";
    let imported = user.post("/devices/import", json!({ "csv": csv })).await?;
    assert_eq!((imported.status, &imported.body["added"]), (200, &json!(2)), "{imported:?}");
    assert_eq!(admin.get("/devices/?approval=waiting").await?.body["total"], 2);
    let line = wait::until("the log tells of it", async || {
        let page = admin.get("/logs/?source=server.import").await?;
        Ok(page.body["items"].get(0).cloned())
    })
    .await?;
    assert_eq!(
        (&line["level"], &line["message"]),
        (
            &json!("WARNING"),
            &json!(
                "mallory imported 2 devices from a file: no credential is sent to them until an admin approves them."
            )
        )
    );
    app.stop().await;
    Ok(())
}
