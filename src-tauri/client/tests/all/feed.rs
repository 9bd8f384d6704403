//! The feed: what arrives, in which pieces, and what happens when the stream breaks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use netraven_api::Secret;
use netraven_api::event::{Changed, FeedMessage, Link, Skip};
use netraven_api::logs::{LiveFilter, StreamFilter};
use netraven_client::feed::Limits;
use netraven_client::{Client, Tokens};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use crate::support::{answer_json, read_head, serve_raw};

const LIMITS: Limits = Limits {
    silence: Duration::from_millis(400),
    first_pause: Duration::from_millis(5),
    longest_pause: Duration::from_millis(20),
    first_poll: Duration::from_millis(5),
    longest_poll: Duration::from_millis(20),
};
const STREAM_HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nconnection: close\r\n\r\n";

fn log(id: i64) -> String {
    format!(
        "id: {id}\r\nevent: log\r\ndata: {{\"id\":{id},\"timestamp\":\"2026-11-22T19:36:23Z\",\"log_type\":\"job\",\
         \"level\":\"INFO\",\"job_id\":2,\"device_id\":null,\"source\":null,\"message\":\"line {id} ✓\",\"meta\":null}}\r\n\r\n"
    )
}

/// Id in the header `Last-Event-ID` of a request.
fn position(head: &str) -> Option<i64> {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("last-event-id:"))?;
    line.split(':').nth(1)?.trim().parse().ok()
}

async fn write(stream: &mut TcpStream, text: &str) {
    let _closed_by_peer = stream.write_all(text.as_bytes()).await;
    let _closed_by_peer = stream.flush().await;
}

/// Answers the request for the newest line, if that is what comes first.
async fn stream_head(stream: &mut TcpStream, newest: i64) -> String {
    let head = read_head(stream).await;
    if head.starts_with("GET /logs/?") {
        let items: Vec<serde_json::Value> = (newest > 0)
            .then(|| log(newest))
            .iter()
            .map(|text| serde_json::from_str(text.lines().nth(2).unwrap().strip_prefix("data: ").unwrap()).unwrap())
            .collect();
        let page = serde_json::json!({"items": items, "total": newest, "page": 1, "size": 1, "pages": newest});
        answer_json(stream, &page.to_string()).await;
        return read_head(stream).await;
    }
    head
}

/// Runs a feed until a message satisfies `enough`, and gives all messages.
async fn run(url: &str, filter: StreamFilter, enough: impl Fn(&[FeedMessage]) -> bool + Send) -> Vec<FeedMessage> {
    let client = Client::new(url).unwrap();
    let (cancel, mut all) = (CancellationToken::new(), Vec::new());
    let feed = client.feed_within(LIMITS, filter, cancel.clone(), |messages| {
        all.extend(messages);
        if enough(&all) {
            cancel.cancel();
        }
    });
    tokio::time::timeout(Duration::from_secs(20), feed).await.expect("the feed shows what is waited for");
    all
}

fn ids(messages: &[FeedMessage]) -> Vec<i64> {
    let lines = messages.iter().filter_map(|message| match message {
        FeedMessage::Lines { lines } => Some(lines),
        _ => None,
    });
    lines.flatten().map(|line| line.id.get()).collect()
}

fn links(messages: &[FeedMessage]) -> Vec<&Link> {
    messages
        .iter()
        .filter_map(|message| if let FeedMessage::Link { link } = message { Some(link) } else { None })
        .collect()
}

#[tokio::test]
async fn a_feed_without_position_begins_behind_the_newest_line() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    let url = serve_raw(move |_, mut stream| {
        let seen = seen.clone();
        async move {
            let head = stream_head(&mut stream, 41).await;
            seen.lock().unwrap().push(head);
            write(&mut stream, &format!("{STREAM_HEAD}: hello\r\n\r\ndata: : keepalive\r\n\r\n{}", log(42))).await;
            std::future::pending::<()>().await;
        }
    })
    .await;
    let filter = LiveFilter { job_id: Some(2.into()), ..LiveFilter::default() };
    let filter = StreamFilter { filter, ..StreamFilter::default() };
    let messages = run(&url, filter, |all| !ids(all).is_empty()).await;
    assert_eq!(ids(&messages), [42]);
    assert_eq!(links(&messages), [&Link::Live]);
    let head = heads.lock().unwrap()[0].clone();
    assert!(head.starts_with("GET /logs/stream?job_id=2&changes=true HTTP/1.1"), "{head}");
    assert_eq!(position(&head), Some(41));
}

#[tokio::test]
async fn no_line_comes_twice_and_none_is_missing_over_many_breaks() {
    const LAST: i64 = 2000;
    // Each connection repeats a few lines, sends up to 300 more in odd pieces, and breaks in the middle of one.
    let url = serve_raw(move |number, mut stream| async move {
        let head = stream_head(&mut stream, 0).await;
        let from = position(&head).expect("a position is always sent");
        let text: String = ((from - 3).max(1)..=(from + 300).min(LAST)).map(log).collect();
        write(&mut stream, STREAM_HEAD).await;
        let keep = text.len() - (17 * (number + 1)) % 90 * usize::from(from + 300 < LAST);
        for piece in text.as_bytes()[..keep].chunks(997 + number) {
            if stream.write_all(piece).await.is_err() {
                return;
            }
        }
    })
    .await;
    let messages = run(&url, StreamFilter::default(), |all| ids(all).last() == Some(&LAST)).await;
    assert_eq!(ids(&messages), (1..=LAST).collect::<Vec<_>>());
    assert!(messages.iter().all(|it| !matches!(it, FeedMessage::Lines { lines } if lines.len() > 500)));
    let breaks = links(&messages).iter().filter(|link| matches!(link, Link::Reconnecting { .. })).count();
    assert!(breaks >= 6, "{breaks} breaks");
}

#[tokio::test]
async fn changes_arrive_and_unknown_events_do_no_harm() {
    let url = serve_raw(move |_, mut stream| async move {
        stream_head(&mut stream, 0).await;
        let text = "event: changed\ndata: {\"topic\":\"run\",\"run_id\":3,\"job_id\":2,\"ended\":true}\n\n\
                    event: changed\ndata: {\"topic\":\"weather\"}\n\nevent: log\ndata: {\"no\":\"id\"}\n\nevent: x\ndata: y\n\n\
                    event: changed\ndata: {\"topic\":\"devices\"}\n\n";
        write(&mut stream, &format!("{STREAM_HEAD}{text}")).await;
        std::future::pending::<()>().await;
    })
    .await;
    let changes = |all: &[FeedMessage]| -> Vec<Changed> {
        let lists =
            all.iter().filter_map(|it| if let FeedMessage::Changes { changes } = it { Some(changes) } else { None });
        lists.flatten().cloned().collect()
    };
    let messages = run(&url, StreamFilter::default(), |all| changes(all).len() == 2).await;
    assert_eq!(
        changes(&messages),
        [Changed::Run { run_id: 3.into(), job_id: 2.into(), ended: true }, Changed::Devices]
    );
}

#[tokio::test]
async fn lines_that_are_not_understood_are_counted_once_and_told() {
    // Each connection sends the broken line again, as a server that resumes behind an older line would.
    let url = serve_raw(move |number, mut stream| async move {
        stream_head(&mut stream, 0).await;
        let broken = "id: 2\nevent: log\ndata: {\"id\":2,\"level\":7}\n\nevent: log\ndata: {\"cut sho\n\n";
        let text = if number == 0 {
            broken.to_owned()
        } else {
            format!("{}{}", broken.split_inclusive("\n\n").next().unwrap(), log(3))
        };
        write(&mut stream, &format!("{STREAM_HEAD}{}{text}", log(1))).await;
    })
    .await;
    let messages = run(&url, StreamFilter::default(), |all| ids(all).last() == Some(&3)).await;
    let skipped = messages.iter().filter_map(|it| match it {
        FeedMessage::Skipped { lines, why: Skip::NotUnderstood } => Some(lines),
        _ => None,
    });
    assert_eq!(skipped.sum::<u64>(), 2, "{messages:?}");
    assert_eq!(ids(&messages), [1, 3]);
}

#[tokio::test]
async fn a_silent_stream_is_opened_anew_and_the_reason_is_told() {
    let url = serve_raw(move |number, mut stream| async move {
        let head = stream_head(&mut stream, 0).await;
        let text = if number == 0 { log(1) } else { log(position(&head).unwrap() + 1) };
        write(&mut stream, &format!("{STREAM_HEAD}{text}")).await;
        std::future::pending::<()>().await;
    })
    .await;
    let messages = run(&url, StreamFilter::default(), |all| ids(all).len() == 2).await;
    assert_eq!(ids(&messages), [1, 2]);
    match links(&messages).as_slice() {
        [Link::Live, Link::Reconnecting { reason, retry_in_s: 1 }, Link::Live] => {
            assert!(reason.contains("The server sent nothing"))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_token_ends_the_feed() {
    let url = serve_raw(move |_, mut stream| async move {
        stream_head(&mut stream, 0).await;
        let body = r#"{"detail":"Could not validate credentials"}"#;
        let head = format!("HTTP/1.1 401 Unauthorized\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
        write(&mut stream, &format!("{head}{body}")).await;
    })
    .await;
    let messages = run(&url, StreamFilter::default(), |_| false).await;
    let reason = "The sign-in has expired. Enter the password to continue.".to_owned();
    assert_eq!(links(&messages), [&Link::Reconnecting { reason, retry_in_s: 0 }, &Link::SignedOut]);
}

#[tokio::test]
async fn a_stream_that_is_held_back_is_replaced_by_reading_on() {
    let url = serve_raw(move |_, mut stream| async move {
        for _ in 0..3 {
            let head = read_head(&mut stream).await;
            if head.starts_with("GET /logs/stream") {
                return std::future::pending().await;
            }
            let after: i64 =
                head.split("after=").nth(1).and_then(|rest| rest.split([' ', '&']).next()).unwrap().parse().unwrap();
            let rows: Vec<serde_json::Value> = (after + 1..=7.min(after + 2))
                .map(|id| {
                    serde_json::from_str(log(id).lines().nth(2).unwrap().strip_prefix("data: ").unwrap()).unwrap()
                })
                .collect();
            let page = serde_json::json!({"items": rows, "total": rows.len(), "page": 1, "size": 100, "pages": 1});
            answer_json(&mut stream, &page.to_string()).await;
        }
    })
    .await;
    let client = Client::new(&url).unwrap();
    let (cancel, mut all) = (CancellationToken::new(), Vec::new());
    let limits = Limits { silence: Duration::from_millis(20), ..LIMITS };
    let filter = StreamFilter { after: Some(1.into()), ..StreamFilter::default() };
    // The head never comes, so that it is the wait for it that ends; the test waits less long for it than people do.
    let feed = client.feed_within(limits, filter, cancel.clone(), |messages| {
        all.extend(messages);
        if ids(&all).len() == 6 {
            cancel.cancel();
        }
    });
    tokio::time::timeout(Duration::from_secs(20), feed).await.expect("the feed reads on without its stream");
    assert_eq!(ids(&all), [2, 3, 4, 5, 6, 7]);
    assert!(links(&all).iter().any(|link| matches!(link, Link::Polling { .. })), "{:?}", links(&all));
}

/// Tokens of which the second is good.
struct Second(AtomicBool);

impl Tokens for Second {
    fn token(&self) -> Secret {
        Secret::new(if self.0.load(Ordering::SeqCst) { "second" } else { "first" })
    }

    fn renewed<'a>(&'a self, _refused: &'a Secret) -> BoxFuture<'a, bool> {
        self.0.store(true, Ordering::SeqCst);
        Box::pin(std::future::ready(true))
    }
}

#[tokio::test]
async fn a_feed_goes_on_behind_its_last_line_after_signing_in_again() {
    let url = serve_raw(move |_, mut stream| async move {
        let head = read_head(&mut stream).await;
        if head.contains("Bearer first") {
            return write(&mut stream, "HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}").await;
        }
        write(&mut stream, &format!("{STREAM_HEAD}{}", log(position(&head).unwrap() + 1))).await;
        std::future::pending::<()>().await;
    })
    .await;
    let client = Client::new(&url).unwrap().with_tokens(Arc::new(Second(AtomicBool::new(false))));
    let (cancel, mut all) = (CancellationToken::new(), Vec::new());
    let filter = StreamFilter { after: Some(40.into()), ..StreamFilter::default() };
    let feed = client.feed_within(LIMITS, filter, cancel.clone(), |messages| {
        all.extend(messages);
        if !ids(&all).is_empty() {
            cancel.cancel();
        }
    });
    tokio::time::timeout(Duration::from_secs(20), feed).await.expect("the feed goes on");
    assert_eq!((ids(&all), links(&all).last()), (vec![41], Some(&&Link::Live)));
}

#[tokio::test]
async fn an_id_without_a_line_moves_the_position() {
    let url = serve_raw(move |number, mut stream| async move {
        let head = stream_head(&mut stream, 0).await;
        let text = if number == 0 { "id: 90\n\n".to_owned() } else { log(position(&head).unwrap() + 1) };
        write(&mut stream, &format!("{STREAM_HEAD}{text}")).await;
    })
    .await;
    let messages =
        run(&url, StreamFilter { after: Some(5.into()), ..StreamFilter::default() }, |all| !ids(all).is_empty()).await;
    assert_eq!(ids(&messages), [91]);
}
