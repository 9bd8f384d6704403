//! The feed of the replayed Python server, whose stream says nothing one could rely on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use netraven_api::event::{Changed, FeedMessage, Link};
use netraven_api::logs::{LiveFilter, StreamFilter};
use netraven_client::Client;
use netraven_client::feed::Limits;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::replay::{Replay, World};

const LIMITS: Limits = Limits {
    silence: Duration::from_secs(5),
    first_pause: Duration::from_millis(5),
    longest_pause: Duration::from_millis(20),
    first_poll: Duration::from_millis(10),
    longest_poll: Duration::from_millis(80),
};

/// A feed that runs, and what it said.
struct Running {
    said: Arc<Mutex<Vec<FeedMessage>>>,
    cancel: CancellationToken,
}

impl Running {
    async fn start(replay: &Replay, limits: Limits, filter: StreamFilter) -> Running {
        let (client, cancel, said) = (replay.client().await, CancellationToken::new(), Arc::default());
        let (heard, over): (Arc<Mutex<Vec<FeedMessage>>>, _) = (Arc::clone(&said), cancel.clone());
        tokio::spawn(async move {
            client.feed_within(limits, filter, over, |messages| heard.lock().unwrap().extend(messages)).await;
        });
        Running { said, cancel }
    }

    fn ids(&self) -> Vec<i64> {
        let said = self.said.lock().unwrap();
        let lines = said.iter().filter_map(|it| if let FeedMessage::Lines { lines } = it { Some(lines) } else { None });
        lines.flatten().map(|line| line.id.get()).collect()
    }

    fn links(&self) -> Vec<Link> {
        let said = self.said.lock().unwrap();
        said.iter()
            .filter_map(|it| if let FeedMessage::Link { link } = it { Some(link.clone()) } else { None })
            .collect()
    }

    fn changes(&self) -> Vec<Changed> {
        let said = self.said.lock().unwrap();
        let all =
            said.iter().filter_map(|it| if let FeedMessage::Changes { changes } = it { Some(changes) } else { None });
        all.flatten().cloned().collect()
    }

    async fn until(&self, what: impl Fn(&Running) -> bool) {
        let seen = async {
            while !what(self) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(20), seen).await;
        assert!(in_time.is_ok(), "waited in vain: {:?} {:?} {:?}", self.ids(), self.links(), self.changes());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

fn write(world: &mut World, ids: impl IntoIterator<Item = i64>) {
    let row = |id: i64| {
        json!({"id": id, "timestamp": Timestamp::now().to_string(), "log_type": "job", "level": "INFO", "job_id": 31,
            "device_id": null, "source": null, "message": format!("line {id}"), "meta": {}})
    };
    world.rows.get_mut("logs").unwrap().extend(ids.into_iter().map(row));
}

#[tokio::test]
async fn every_line_comes_once_however_many_were_written_and_in_whatever_order() {
    let replay = Replay::start().await;
    let feed = Running::start(&replay, LIMITS, StreamFilter::default()).await;
    feed.until(|feed| !feed.links().is_empty()).await;
    assert!(matches!(feed.links()[0], Link::Polling { every_s: 1 }), "{:?}", feed.links());
    replay.change(|world| write(world, 8_000..8_350));
    feed.until(|feed| feed.ids().len() == 350).await;
    // Two lines of one moment become visible in the wrong order.
    replay.change(|world| write(world, [8_402]));
    feed.until(|feed| feed.ids().last() == Some(&8_402)).await;
    replay.change(|world| write(world, [8_401, 8_403]));
    feed.until(|feed| feed.ids().len() == 353).await;
    let mut ids = feed.ids();
    ids.sort_unstable();
    assert_eq!(ids, (8_000..8_350).chain(8_401..8_404).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_line_that_becomes_visible_after_a_later_one_was_read_is_handed_on() {
    let replay = Replay::start().await;
    replay.change(|world| write(world, [8_000, 8_002]));
    let filter = StreamFilter { after: Some(8_002.into()), ..StreamFilter::default() };
    let feed = Running::start(&replay, LIMITS, filter).await;
    feed.until(|feed| !feed.links().is_empty()).await;
    replay.change(|world| write(world, [8_001, 8_003]));
    feed.until(|feed| feed.ids().len() == 2).await;
    assert_eq!(feed.ids(), [8_001, 8_003]);
}

#[tokio::test]
async fn readings_become_rare_when_nothing_happens_and_frequent_when_something_does() {
    let replay = Replay::start().await;
    let limits = Limits { first_poll: Duration::from_millis(600), longest_poll: Duration::from_millis(3500), ..LIMITS };
    let feed = Running::start(&replay, limits, StreamFilter::default()).await;
    feed.until(|feed| feed.links().contains(&Link::Polling { every_s: 3 })).await;
    replay.change(|world| write(world, [8_000]));
    feed.until(|feed| feed.ids() == [8_000]).await;
    feed.until(|feed| feed.links().last() == Some(&Link::Polling { every_s: 1 })).await;
}

#[tokio::test]
async fn what_the_stream_says_brings_the_next_reading_forward_and_no_line_twice() {
    let replay = Replay::start().await;
    let event = "event: log\r\ndata: {\"timestamp\": \"2026-03-04T07:00:00Z\", \"level\": \"INFO\", \"message\": \"line \\u2713\", \
                 \"job_id\": 31, \"device_id\": null, \"source\": null, \"extra\": {}}\r\n\r\n";
    // Only the stream can wake this reader: its pauses are as long as a lesson.
    let limits = Limits { first_poll: Duration::from_secs(2400), longest_poll: Duration::from_secs(3600), ..LIMITS };
    let feed = Running::start(&replay, limits, StreamFilter::default()).await;
    feed.until(|feed| feed.links().last() == Some(&Link::Polling { every_s: 3600 })).await;
    replay.change(|world| {
        write(world, [8_000]);
        world.stream = vec![": ping - x\r\n\r\n".into(), "event: log\r\ndata: {broken\r\n\r\n".into(), event.into()];
    });
    feed.until(|feed| feed.ids() == [8_000]).await;
    replay.change(|world| {
        write(world, [8_001]);
        world.stream = vec![event.into(), event.into()];
    });
    feed.until(|feed| feed.ids() == [8_000, 8_001]).await;
}

#[tokio::test]
async fn filters_are_heeded_and_runs_that_go_on_are_told() {
    let replay = Replay::start().await;
    let level = vec!["CRITICAL".into(), "error".into()];
    let filter = LiveFilter { level, ..LiveFilter::default() };
    let filter = StreamFilter { filter, changes: Some(true), after: None };
    replay.change(|world| {
        let job = world.rows.get_mut("jobs").unwrap().iter_mut().find(|row| row["id"] == 33).unwrap();
        job["status"] = json!("pending");
    });
    let feed = Running::start(&replay, LIMITS, filter).await;
    feed.until(|feed| !feed.links().is_empty()).await;
    replay.change(|world| {
        write(world, [8_000]);
        let logs = world.rows.get_mut("logs").unwrap();
        let mut row = logs.last().unwrap().clone();
        (row["id"], row["level"]) = (json!(8_001), json!("ERROR"));
        logs.push(row);
        let job = world.rows.get_mut("jobs").unwrap().iter_mut().find(|row| row["id"] == 31).unwrap();
        job["status"] = json!("RUNNING");
    });
    let run = |ended| Changed::Run { run_id: 1_000_000_000_031.into(), job_id: 31.into(), ended };
    feed.until(|feed| feed.changes().contains(&run(false)) && feed.ids() == [8_001]).await;
    replay.change(|world| {
        let job = world.rows.get_mut("jobs").unwrap().iter_mut().find(|row| row["id"] == 31).unwrap();
        job["status"] = json!("COMPLETED_SUCCESS");
    });
    feed.until(|feed| feed.changes().contains(&run(true))).await;
    assert_eq!(feed.ids(), [8_001]);
}

#[tokio::test]
async fn a_token_that_is_not_good_ends_the_feed() {
    let replay = Replay::start().await;
    let client = Client::discover(&replay.url).await.unwrap();
    let mut said = Vec::new();
    let feed =
        client.feed_within(LIMITS, StreamFilter::default(), CancellationToken::new(), |messages| said.extend(messages));
    tokio::time::timeout(Duration::from_secs(20), feed).await.expect("the feed ends");
    assert_eq!(said, [FeedMessage::Link { link: Link::SignedOut }]);
}
