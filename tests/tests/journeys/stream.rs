//! The live stream: history and live lines are one sequence, without a gap and without a repetition.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use anyhow::Context as _;
use netraven_api::event::{FeedMessage, Link};
use netraven_api::logs::{Level, ListLogs, LogEntry, LogType, StreamFilter};
use netraven_api::runs::RunStatus;
use netraven_api::{LogId, Order, RunId};
use netraven_lab::{DeviceSpec, Fault, Platform};
use netraven_tests::support::app::TestApp;
use netraven_tests::support::process::{Start, all_gone, processes_of, send};
use netraven_tests::support::stream::{Said, Stream};
use netraven_tests::support::wait;
use netraven_tests::support::work::{self, Enrolled};
use rustix::process::Signal;
use tokio_util::sync::CancellationToken;

/// Lines written in all.
const LINES: usize = 10_000;
/// Lines after which the connection is dropped.
const BREAKS: [usize; 3] = [1_700, 4_100, 7_300];

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_survive_three_reconnects() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let token = app.app().local_token();
    let read = async {
        let mut stream = Stream::open(app.url(), token.expose(), "", Some(0.into())).await?;
        let mut lines: Vec<LogEntry> = Vec::new();
        let mut numbered = 0;
        let mut breaks = BREAKS.iter().copied().peekable();
        while numbered < LINES {
            let line = stream.line().await?;
            numbered += usize::from(line.message.starts_with("numbered line "));
            lines.push(line);
            if breaks.next_if(|at| numbered == *at).is_some() {
                // Whatever was on its way is lost with the connection; the id of the last line is all that is kept.
                let last = lines.last().map(|line| line.id);
                drop(stream);
                stream = Stream::open(app.url(), token.expose(), "", last).await?;
            }
        }
        anyhow::Ok(lines)
    };
    let write = async {
        for batch in 0..LINES / 500 {
            app.app().say((0..500).map(|line| format!("numbered line {}", batch * 500 + line))).await;
        }
    };
    let (lines, ()) = tokio::join!(read, write);
    let lines = lines?;
    assert!(lines.windows(2).all(|pair| pair[0].id < pair[1].id), "ids only ever grow");
    let said: Vec<&str> = lines.iter().filter_map(|line| line.message.strip_prefix("numbered line ")).collect();
    let expected: Vec<String> = (0..LINES).map(|line| line.to_string()).collect();
    assert_eq!(said.len(), LINES, "none is lost and none is doubled");
    assert_eq!(said, expected, "they come in the order they were said");

    // The pages of the history are the same sequence.
    let page = ListLogs { after: Some(lines[4_999].id), order: Some(Order::Ascending), ..ListLogs::default() };
    let page = app.client.send(&page).await?;
    assert_eq!(page.items.first(), lines.get(5_000));
    app.stop().await;
    Ok(())
}

/// Filters leave out what they say, live as in the history, and a quiet stream shows that it lives.
#[tokio::test(flavor = "multi_thread")]
async fn filters_hold_and_a_quiet_stream_shows_that_it_lives() -> anyhow::Result<()> {
    let specs = vec![
        DeviceSpec::new("good", Platform::CiscoIos),
        DeviceSpec::new("bad", Platform::CiscoIos).with_fault(Fault::WrongPassword),
    ];
    let app = TestApp::start().await?;
    let lab = Enrolled::start(&app.client, specs).await?;
    let other = work::run(&app.client, lab.job).await?;
    let token = app.app().local_token();
    let (bad, job) = (lab.id("bad")?, lab.job);
    let next = RunId::new(other.run.id.get() + 1);
    let open = async |query: String, last: Option<LogId>| Stream::open(app.url(), token.expose(), &query, last).await;
    let mut by_run = open(format!("?run_id={next}"), None).await?;
    let mut by_device = open(format!("?device_id={bad}&level=error"), None).await?;
    let mut by_type = open(format!("?job_id={job}&log_type=job&changes=true"), None).await?;

    let detail = work::run(&app.client, lab.job).await?;
    assert_eq!((detail.run.id, detail.run.status), (next, RunStatus::PartlyFailed));
    let log = work::logs(&app.client, next).await?;
    for expected in &log {
        assert_eq!(&by_run.line().await?, expected);
    }
    let errors: Vec<&LogEntry> =
        log.iter().filter(|line| line.device_id == Some(bad) && line.level == Level::Error).collect();
    assert!(!errors.is_empty());
    for expected in errors {
        assert_eq!(&by_device.line().await?, expected);
    }
    let (mut lines, mut topics) = (Vec::new(), BTreeSet::new());
    let wanted: Vec<&LogEntry> = log.iter().filter(|line| line.log_type.is(LogType::Job)).collect();
    while lines.len() < wanted.len() {
        match by_type.next().await? {
            Said::Line(_, line) => lines.push(*line),
            Said::Other(name, data) => {
                assert_eq!(name, "changed");
                topics.insert(serde_json::from_str::<serde_json::Value>(&data)?["topic"].to_string());
            }
            Said::Comment(_) => {}
        }
    }
    assert_eq!(lines.iter().collect::<Vec<_>>(), wanted);
    assert!(topics.contains("\"run\""), "{topics:?}");

    // Nothing more of this run is said; the server still is.
    assert!(matches!(by_run.next().await?, Said::Comment(_)));
    app.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_wants_a_token() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let refused = Stream::open(app.url(), "no token", "", None).await.err().map(|error| error.to_string());
    assert!(refused.is_some_and(|sentence| sentence.contains("401")));
    app.stop().await;
    Ok(())
}

/// Changes made while Redis was away were never announced: the streams end, so that their readers come back and look.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_redis_makes_the_streams_begin_anew_without_losing_a_line() -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let mut server = Start::serve(data.path())?.ready().await?;
    let client = server.client().await?;
    let lab = Enrolled::start(&client, vec![DeviceSpec::new("steady", Platform::AristaEos)]).await?;
    let heard = Arc::new(Mutex::new(Vec::<FeedMessage>::new()));
    let (reader, sink, cancel) = (client.clone(), heard.clone(), CancellationToken::new());
    let stop = cancel.clone();
    let filter = StreamFilter { after: Some(0.into()), changes: Some(true), ..StreamFilter::default() };
    let feed = tokio::spawn(async move { reader.feed(filter, stop, |batch| sink.lock().unwrap().extend(batch)).await });
    let links = || -> Vec<bool> {
        let heard = heard.lock().unwrap();
        let live = |message: &FeedMessage| match message {
            FeedMessage::Link { link } => Some(*link == Link::Live),
            _ => None,
        };
        heard.iter().filter_map(live).collect()
    };
    wait::until("the feed is live", async || Ok((links() == [true]).then_some(()))).await?;

    let redis = processes_of(data.path()).into_iter().find(|(_, line)| line.contains("redis-server"));
    send(redis.context("there is a Redis")?.0, Signal::KILL)?;
    wait::until("the feed is live again", async || {
        let links = links();
        Ok((links.contains(&false) && links.last() == Some(&true)).then_some(()))
    })
    .await?;

    let detail = work::run(&client, lab.job).await?;
    assert_eq!(detail.run.status, RunStatus::Succeeded, "{:#?}", detail.results);
    let log = work::logs(&client, detail.run.id).await?;
    let expected: Vec<LogId> = log.iter().map(|line| line.id).collect();
    let arrived = wait::until("every line of the run arrives", async || {
        let heard = heard.lock().unwrap();
        let lines = heard.iter().flat_map(|message| match message {
            FeedMessage::Lines { lines } => lines.as_slice(),
            _ => &[],
        });
        let ids: Vec<LogId> = lines.map(|line| line.id).collect();
        Ok(expected.iter().all(|id| ids.contains(id)).then_some(ids))
    })
    .await?;
    assert!(arrived.windows(2).all(|pair| pair[0] < pair[1]), "none is doubled: {arrived:?}");
    cancel.cancel();
    feed.await?;
    server.terminate().await?;
    all_gone(data.path()).await
}
