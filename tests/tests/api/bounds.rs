//! Bounds before memory: what is too large or too much is refused before it is taken in, and the refusal itself is small.

use std::time::Duration;

use anyhow::Context as _;
use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::stream::Stream;
use netraven_tests::support::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends bytes as they are, and reads until the server closes.
async fn exchange(url: &str, head: &str, body: &[u8]) -> anyhow::Result<String> {
    let address = url.strip_prefix("http://").context("the address is plain")?;
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.replace("HOST", address).as_bytes()).await?;
    // A request refused before its end is not read to its end.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(wait::PATIENCE, stream.read_to_end(&mut answer)).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A body in chunks, without its length.
fn chunked(body: &[u8]) -> Vec<u8> {
    let mut chunks = Vec::new();
    for part in body.chunks(8192) {
        chunks.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        chunks.extend_from_slice(part);
        chunks.extend_from_slice(b"\r\n");
    }
    chunks.extend_from_slice(b"0\r\n\r\n");
    chunks
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_with_a_million_wrong_items_is_refused_with_a_small_answer() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let list = |count: usize, item: &str| format!("[{}]", vec![item; count].join(","));
    let places = [("/devices/", "tags"), ("/jobs/", "tags"), ("/runs/1/again", "devices"), ("/tags/", "name")];
    for (path, field) in places {
        for (count, item, statuses) in [
            (4_000_000, "\"x\"", vec![413]),
            (400_000, "1", vec![413]),
            (150_000, "[]", vec![413]),
            (50_000, "\"x\"", vec![422, 404]),
        ] {
            let answer = http.raw(path, "application/json", &format!("{{\"{field}\":{}}}", list(count, item))).await?;
            assert!(statuses.contains(&answer.status), "{path} {count} {item}: {}", answer.status);
            let length = answer.body.to_string().len();
            assert!(length < 100_000, "{path} {count} {item}: {length} bytes");
        }
    }
    let wrong = http.raw("/devices/", "application/json", &format!("{{\"tags\":{}}}", list(5_000, "\"x\""))).await?;
    assert!(wrong.is_field_fault(), "{}", wrong.status);
    assert!(wrong.body.to_string().contains("further errors are not listed"), "{}", wrong.body);
    let fields: Vec<String> = (0..150_000).map(|number| format!("\"a{number}\":1")).collect();
    let wide = http.raw("/devices/import", "application/json", &format!("{{{}}}", fields.join(","))).await?;
    assert_eq!(wide.status, 413, "an import takes large texts, not many values");
    assert!(wide.detail().contains("100000 values"), "{wide:?}");
    let text = http.raw("/tags/", "application/json", &format!("{{\"name\":\"{}\"}}", "x".repeat(900_000))).await?;
    assert!(text.is_field_fault() && text.body.to_string().len() < 10_000, "{}", text.status);
    app.stop().await;
    Ok(())
}

/// However many send files at once, few of them are held in memory; the rest are refused, and a client that leaves makes room.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_files_at_once_a_few_are_taken() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let address = app.url().strip_prefix("http://").context("the address is plain")?.to_owned();
    let head = |path: &str, token: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{{\"csv\":\""
        )
    };
    let half = async |path: &str, token: &str| {
        let mut stream = TcpStream::connect(&address).await?;
        stream.write_all(head(path, token).as_bytes()).await?;
        anyhow::Ok(stream)
    };
    // Strangers take no room.
    let mut strangers = Vec::new();
    for _ in 0..10 {
        strangers.push(half("/devices/import", "nobody's").await?);
    }
    let csv = serde_json::json!({ "csv": "hostname,ip_address,device_type\nr1,192.0.2.1,cisco_ios\n" });
    assert_eq!(http.post("/devices/import/check", csv.clone()).await?.status, 200);

    let token = app.app().local_token();
    let mut held = Vec::new();
    // What is asked to see whether there is room takes it for a moment, and may keep one of the others out.
    wait::until("the room is taken", async || {
        for path in ["/devices/import", "/devices/import/check", "/devices/import"] {
            held.push(half(path, token.expose()).await?);
        }
        Ok((http.post("/devices/import/check", csv.clone()).await?.status == 503).then_some(()))
    })
    .await?;
    for large in [false, true] {
        let text = if large { "x".repeat(12 * 1024 * 1024) } else { csv["csv"].to_string() };
        let refused = http.post("/devices/import", serde_json::json!({ "csv": text })).await?;
        assert_eq!(refused.status, 503, "{refused:?}");
        assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
        assert!(refused.detail().contains("Try again"), "{refused:?}");
    }
    assert_eq!(http.file("/devices/bulk_import", "r.csv", b"hostname\n").await?.status, 503);
    assert_eq!(http.get("/devices/").await?.status, 200, "others are not held up");
    held.clear();
    wait::until("there is room again", async || {
        Ok((http.post("/devices/import/check", csv.clone()).await?.status == 200).then_some(()))
    })
    .await?;
    drop(strangers);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_a_stranger_is_as_large_as_a_login() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let nobody = Http::new(app.url())?;
    let form = "application/x-www-form-urlencoded";
    let large = nobody.raw("/auth/token", form, &"a&".repeat(8 * 1024 * 1024)).await?;
    assert_eq!(large.status, 413, "{large:?}");
    assert!(large.detail().contains("8 KiB"), "{large:?}");
    let many = nobody.raw("/auth/token", form, &"a&".repeat(3_000)).await?;
    assert_eq!(many.status, 422, "{many:?}");
    let head = "POST /auth/token HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n";
    let unsaid = exchange(app.url(), head, &chunked("a&".repeat(100_000).as_bytes())).await?;
    assert!(unsaid.contains("413 Payload Too Large"), "{unsaid}");
    let long = app.http()?.get(&format!("/jobs/?{}", "tag_id=1&".repeat(2_000))).await?;
    assert_eq!(long.status, 422, "{long:?}");
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_host_is_refused_whatever_the_first_one_is() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    for hosts in ["Host: HOST\r\nHost: evil.example", "Host: evil.example\r\nHost: HOST", "Host: HOST\r\nHost: HOST"] {
        let head = format!("GET /health HTTP/1.1\r\n{hosts}\r\nConnection: close\r\n\r\n");
        let answer = exchange(app.url(), &head, b"").await?;
        assert!(answer.starts_with("HTTP/1.1 400"), "{hosts}: {answer}");
    }
    let absolute = "GET http://127.0.0.1/health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert!(exchange(app.url(), absolute, b"").await?.starts_with("HTTP/1.1 421"));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_and_half_open_connections_shut_nobody_out() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| {
        config.workers = 0;
        config.connections = Some(40);
    })
    .await?;
    let address = app.url().strip_prefix("http://").unwrap_or_default().to_owned();
    let token = app.app().local_token();
    let mut reader = Stream::open(app.url(), token.expose(), "", None).await?;
    let mut kept = Vec::new();
    for number in 0..150 {
        let mut stream = TcpStream::connect(&address).await?;
        let half = [
            "",
            "GET /health HTTP/1.1\r\nX-Half: ",
            "POST /auth/token HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500\r\n\r\na=",
        ];
        let _ = stream.write_all(half[number % 3].as_bytes()).await;
        kept.push(stream);
    }
    let asked = async {
        for _ in 0..5 {
            // Each on a connection of its own.
            assert_eq!(Http::new(app.url())?.get("/health").await?.status, 200);
            assert_eq!(app.http()?.get("/users/me").await?.status, 200);
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.context("nobody is answered")??;
    app.app().say(["still heard".to_owned()]).await;
    while reader.line().await?.message != "still heard" {}
    drop(kept);
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_says_that_it_is_neither_kept_nor_guessed_at() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (http, nobody) = (app.http()?, Http::new(app.url())?);
    let login = [("username", "admin"), ("password", netraven_tests::support::ADMIN_PASSWORD)];
    let answers = [
        nobody.form("/auth/token", &login).await?,
        nobody.get("/jobs/").await?,
        nobody.get("/nothing").await?,
        nobody.get("/docs").await?,
        http.get("/jobs/").await?,
        http.get("/logs/stream").await?,
        http.post("/tags/", serde_json::json!({})).await?,
        http.get_with("/health", "host", "evil.example").await?,
    ];
    for answer in answers {
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        assert_eq!(header("cache-control").as_deref(), Some("no-store"), "{answer:?}");
        assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{answer:?}");
    }
    app.stop().await;
    Ok(())
}
