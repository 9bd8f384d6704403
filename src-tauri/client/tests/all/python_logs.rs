//! The log of the replayed Python server: filters of several values, places by id, and the search that always fails there.

use netraven_api::logs::{
    GetLog, GetLogStats, Level, ListLogLevels, ListLogTypes, ListLogs, LiveFilter, LogEntry, LogFilter, LogType,
};
use netraven_api::sorting::LogColumn;
use netraven_api::{Order, Page};
use netraven_client::Client;
use serde_json::json;

use crate::replay::Replay;

async fn list(client: &Client, query: ListLogs) -> Page<LogEntry> {
    client.send(&query).await.unwrap()
}

fn ids(page: &Page<LogEntry>) -> Vec<i64> {
    page.items.iter().map(|line| line.id.get()).collect()
}

fn words<W: netraven_api::Word>(words: &[&str]) -> Vec<netraven_api::Open<W>> {
    words.iter().map(|word| (*word).into()).collect()
}

#[tokio::test]
async fn levels_are_written_large_and_filters_take_several_values() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let all = list(&client, ListLogs::default()).await;
    assert_eq!((ids(&all)[0], all.total, all.note.as_deref()), (7009, 6, None));
    assert_eq!(all.items.iter().find(|line| line.id.get() == 7005).unwrap().device_name.as_deref(), Some("spine-b"));
    let level = words(&["error", "CRITICAL"]);
    let two = list(&client, ListLogs::from(LiveFilter { level: level.clone(), ..LiveFilter::default() })).await;
    assert_eq!((ids(&two), two.total), (vec![7009, 7005], 2));
    let log_type = words(&["job", "connection"]);
    let both = list(&client, ListLogs::from(LiveFilter { level, log_type, ..LiveFilter::default() })).await;
    assert_eq!(ids(&both), [7005]);
    let asc = list(&client, ListLogs { order: Some(Order::Ascending), size: Some(2), ..ListLogs::default() }).await;
    assert_eq!(ids(&asc), [7001, 7002]);
    replay.asked("");
    list(
        &client,
        ListLogs::from(LiveFilter { level: words(&["INFO"]), job_id: Some(31.into()), ..LiveFilter::default() }),
    )
    .await;
    let asked = replay.asked("GET /logs/");
    assert_eq!(asked, ["GET /logs/?job_id=31&order=desc&level=INFO&page=1&size=20"]);
}

#[tokio::test]
async fn older_lines_are_found_behind_a_line() {
    let client = Replay::start().await.client().await;
    let older = list(&client, ListLogs { before: Some(7006.into()), size: Some(2), ..ListLogs::default() }).await;
    assert_eq!(ids(&older), [7005, 7004]);
    let newer = list(&client, ListLogs { after: Some(7005.into()), ..ListLogs::default() }).await;
    assert_eq!(ids(&newer), [7009, 7006]);
    let gone = list(&client, ListLogs { before: Some(7003.into()), ..ListLogs::default() }).await;
    assert_eq!(ids(&gone), [7002, 7001]);
}

#[tokio::test]
async fn a_whole_log_is_read_page_behind_page_each_line_once() {
    let replay = Replay::start().await;
    replay.change(|world| {
        let row = world.rows["logs"][0].clone();
        let many = (0..350).map(|number| {
            let mut row = row.clone();
            row["id"] = json!(10_000 + number);
            row["timestamp"] = json!(format!("2026-11-24T10:{:02}:{:02}.5Z", number / 60, number % 60));
            row
        });
        world.rows.get_mut("logs").unwrap().extend(many);
    });
    let client = replay.client().await;
    let (mut before, mut read) = (None, Vec::new());
    loop {
        let sort = Some(LogColumn::Id);
        let page = list(&client, ListLogs { size: Some(100), sort, before, ..ListLogs::default() }).await;
        let Some(least) = page.items.iter().map(|line| line.id).min() else { break };
        read.extend(ids(&page));
        before = Some(least);
    }
    let newest_first = read.is_sorted_by(|newer, older| newer > older);
    assert_eq!((read.len(), newest_first), (356, true));
}

#[tokio::test]
async fn a_search_is_done_here_and_says_so_and_the_server_is_asked_once() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    replay.asked("");
    for _ in 0..2 {
        let found =
            list(&client, ListLogs::from(LogFilter { search: Some("TIMEOUT".into()), ..LogFilter::default() })).await;
        assert_eq!((ids(&found), found.total), (vec![7006, 7005], 2));
        assert_eq!(
            found.note.as_deref(),
            Some("This server cannot search its log. Searched were all 6 lines that match the other filters.")
        );
    }
    let asked = replay.asked("GET /logs/");
    assert_eq!(asked.iter().filter(|line| line.contains("search=")).count(), 1, "{asked:?}");
}

#[tokio::test]
async fn a_search_in_a_long_log_ends_and_says_how_far_it_came() {
    let replay = Replay::start().await;
    replay.change(|world| {
        let row = world.rows["logs"][0].clone();
        let many = (0..2_500).map(|id| {
            let mut row = row.clone();
            row["id"] = json!(10_000 + id);
            row
        });
        world.rows.get_mut("logs").unwrap().extend(many);
    });
    let client = replay.client().await;
    let found =
        list(&client, ListLogs::from(LogFilter { search: Some("nowhere".into()), ..LogFilter::default() })).await;
    assert_eq!(found.items.len(), 0);
    assert!(found.note.unwrap().contains("the newest 1000 lines"));
}

#[tokio::test]
async fn the_rest_of_the_log_is_in_our_words() {
    let client = Replay::start().await.client().await;
    assert_eq!(client.send(&GetLog(7006.into())).await.unwrap().level, Level::Warning);
    let stats = client.send(&GetLogStats).await.unwrap();
    assert_eq!((stats.by_level[&Level::Warning], stats.total), (3, 6));
    let levels = client.send(&ListLogLevels).await.unwrap();
    assert_eq!((levels[1].level.as_str(), levels[1].description.as_deref()), ("INFO", Some("Info")));
    assert_eq!(client.send(&ListLogTypes).await.unwrap()[0].log_type, LogType::Job.into());
}
