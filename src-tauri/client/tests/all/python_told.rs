//! Runs as the replayed Python server's runner logs them, whatever its results have lost.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use netraven_api::event::{Changed, FeedMessage, Link};
use netraven_api::jobs::{ListJobs, RunJob};
use netraven_api::logs::{ListLogs, LiveFilter, StreamFilter};
use netraven_api::runs::{
    DeviceState, GetRun, GetRunDevice, ListRunDevices, ListRuns, Run, RunFilter, RunStatus, Trigger,
};
use netraven_client::Client;
use netraven_client::feed::Limits;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::replay::{Replay, World};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time + SignedDuration::from_secs(seconds)
}

/// Adds a line of the log.
fn line(world: &mut World, (job, device): (i64, Option<i64>), time: Timestamp, source: &str, level: &str, text: &str) {
    let logs = world.rows.get_mut("logs").unwrap();
    let id = logs.iter().filter_map(|row| row["id"].as_i64()).max().unwrap_or(0) + 1;
    logs.push(json!({"id": id, "timestamp": time.to_string(), "log_type": "job", "level": level, "job_id": job,
        "device_id": device, "source": source, "message": text, "meta": {}}));
}

fn runner(world: &mut World, job: i64, time: Timestamp, text: &str) {
    line(world, (job, None), time, "runner", "INFO", text);
}

fn begin(world: &mut World, job: i64, began: Timestamp, names: &[&str]) {
    runner(world, job, began, &format!("[Job: {job}] Received job request. Starting..."));
    runner(world, job, began, &format!("Job {job} started."));
    runner(world, job, later(began, 1), &format!("[Job: {job}] Loaded {} devices: {names:?}", names.len()));
}

fn end(world: &mut World, job: i64, began: Timestamp, seconds: i64, counts: (i64, i64), word: &str) {
    let (ended, (succeeded, failed)) = (later(began, seconds), counts);
    runner(world, job, ended, &format!("[Job: {job}] Dispatcher finished. Success: {succeeded}, Failure: {failed}"));
    runner(world, job, ended, &format!("[Job: {job}] Job ended with status 'JobStatus.{word}' in {seconds}.00s"));
}

fn success(world: &mut World, id: i64, device: (i64, &str), time: Timestamp) {
    let mut row = world.rows["results"][1].clone();
    (row["id"], row["result_time"], row["created_at"]) = (json!(id), json!(time.to_string()), json!(time.to_string()));
    (row["device_id"], row["device_name"]) = (json!(device.0), json!(device.1));
    world.rows.get_mut("results").unwrap().push(row);
}

fn word(world: &mut World, job: i64, word: &str, completed_at: Option<Timestamp>) {
    let job = world.rows.get_mut("jobs").unwrap().iter_mut().find(|row| row["id"] == job).unwrap();
    job["status"] = json!(word);
    if let Some(time) = completed_at {
        job["completed_at"] = json!(time.to_string());
    }
}

async fn runs(client: &Client, job_id: i64) -> Vec<Run> {
    client.send(&ListRuns::from(RunFilter { job_id: Some(job_id.into()), ..RunFilter::default() })).await.unwrap().items
}

#[tokio::test]
async fn what_the_log_counts_holds_against_results_that_were_lost() {
    let replay = Replay::start().await;
    let began = at("2026-03-05T01:00:00Z");
    replay.change(|world| {
        begin(world, 31, began, &["spine-a", "spine-b", "spine-c"]);
        success(world, 600, (11, "spine-a"), later(began, 9));
        end(world, 31, began, 21, (1, 2), "COMPLETED_PARTIAL_FAILURE");
        // The next run begins at once: by the devices alone, its first result was given to the run before.
        begin(world, 31, later(began, 30), &["spine-a", "spine-b"]);
        success(world, 601, (12, "spine-b"), later(began, 33));
        success(world, 602, (11, "spine-a"), later(began, 34));
        end(world, 31, later(began, 30), 5, (2, 0), "COMPLETED_SUCCESS");
        word(world, 31, "COMPLETED_SUCCESS", Some(later(began, 35)));
    });
    let client = replay.client().await;
    let all = runs(&client, 31).await;
    let shape: Vec<_> = all[..2].iter().map(|run| (run.status, run.devices, run.succeeded, run.failed)).collect();
    assert_eq!(shape, [(RunStatus::Succeeded, 2, 2, 0), (RunStatus::PartlyFailed, 3, 1, 2)]);
    assert_eq!((all[1].started_at, all[1].finished_at), (Some(began), Some(later(began, 21))));
    let run = client.send(&GetRun(all[1].id)).await.unwrap();
    let devices = client.send(&ListRunDevices { run_id: run.id, ..ListRunDevices::default() }).await.unwrap().items;
    let states: Vec<_> = devices.iter().map(|device| (device.hostname.as_str(), device.state)).collect();
    let lost = DeviceState::NoResult;
    assert_eq!(states, [("spine-b", lost), ("spine-c", lost), ("spine-a", DeviceState::Success)]);
    assert!(run.message.as_ref().unwrap().contains("results for only 1 of the 3 devices"));
    // Nothing but its name is known of one that is gone, and it can be asked for all the same.
    let gone = client.send(&GetRunDevice { run_id: run.id, device_id: devices[1].device_id }).await.unwrap();
    assert_eq!((gone.hostname.as_str(), gone.state, gone.device_id.get() > 0), ("spine-c", lost, true));
    // A result leads to the run it came of.
    assert_eq!(client.send(&GetRun(601.into())).await.unwrap().id, all[0].id);
}

#[tokio::test]
async fn a_run_without_a_result_tells_the_reason_and_its_log() {
    let replay = Replay::start().await;
    let began = at("2026-03-05T02:00:00Z");
    replay.change(|world| {
        begin(world, 31, began, &["spine-a", "spine-b"]);
        let text = "No handler registered for job type: backup";
        line(world, (31, Some(11)), later(began, 2), "executor", "ERROR", text);
        line(world, (31, None), later(began, 2), "executor", "ERROR", text);
        end(world, 31, began, 3, (0, 2), "COMPLETED_FAILURE");
        word(world, 31, "COMPLETED_FAILURE", Some(later(began, 3)));
    });
    let client = replay.client().await;
    let run = client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    assert_eq!((run.status, run.devices, run.failed), (RunStatus::Failed, 2, 2));
    let message = run.message.as_deref().unwrap_or_default();
    assert!(message.contains("no results for its 2 devices") && message.contains("No handler registered"), "{message}");
    let device = client.send(&GetRunDevice { run_id: run.id, device_id: 11.into() }).await.unwrap();
    assert!(device.message.as_ref().unwrap().contains("No handler registered"), "{device:?}");
    let lines =
        client.send(&ListLogs::from(LiveFilter { run_id: Some(run.id), ..LiveFilter::default() })).await.unwrap();
    assert_eq!(lines.total, 7);
}

#[tokio::test]
async fn results_whose_log_is_gone_are_no_success() {
    let replay = Replay::start().await;
    replay.change(|world| {
        success(world, 600, (11, "spine-a"), at("2026-02-01T01:00:09Z"));
        // Of the run after it the last line is left, which says how long it took.
        runner(world, 31, at("2026-02-01T02:00:20Z"), "[Job: 31] Job ended with status 'COMPLETED_SUCCESS' in 20.00s");
    });
    let client = replay.client().await;
    let all = runs(&client, 31).await;
    let [whole, left] = &all[all.len() - 2..] else { panic!("{all:?}") };
    assert_eq!((left.id.get(), left.status), (600, RunStatus::Unknown));
    assert!(left.message.as_ref().unwrap().contains("no longer covers this run"));
    assert_eq!((whole.status, whole.started_at), (RunStatus::Succeeded, Some(at("2026-02-01T02:00:00Z"))));
}

/// A job that had more devices when it ran, and has lost some since, looks as if each had a result.
#[tokio::test]
async fn as_many_results_as_the_job_has_devices_now_are_no_success() {
    let replay = Replay::start().await;
    replay.change(|world| {
        success(world, 600, (11, "spine-a"), at("2026-02-01T01:00:09Z"));
        success(world, 601, (12, "spine-b"), at("2026-02-01T01:00:10Z"));
        // A later one, whose end only the job gives.
        success(world, 700, (11, "spine-a"), at("2026-03-05T01:00:09Z"));
        success(world, 701, (12, "spine-b"), at("2026-03-05T01:00:10Z"));
        word(world, 31, "COMPLETED_SUCCESS", Some(at("2026-03-05T01:00:11Z")));
    });
    let client = replay.client().await;
    let all = runs(&client, 31).await;
    let of = |id: i64| all.iter().find(|run| run.id.get() == id).unwrap_or_else(|| panic!("{all:#?}"));
    assert_eq!((of(600).status, of(600).succeeded), (RunStatus::Unknown, 2));
    assert!(of(600).message.as_ref().unwrap().contains("no longer covers this run"));
    assert_eq!((of(700).status, of(700).succeeded), (RunStatus::Succeeded, 2));
}

#[tokio::test]
async fn a_run_whose_worker_died_is_one_run_of_which_the_end_is_not_known() {
    let replay = Replay::start().await;
    let began = later(Timestamp::now(), -7200);
    replay.change(|world| {
        begin(world, 31, began, &["spine-a", "spine-b"]);
        success(world, 600, (11, "spine-a"), later(began, 9));
        word(world, 31, "RUNNING", None);
    });
    let client = replay.client().await;
    let first = runs(&client, 31).await;
    assert_eq!(first.iter().filter(|run| run.queued_at > later(began, -60)).count(), 1);
    assert_eq!((first[0].status, first[0].devices, first[0].succeeded), (RunStatus::Unknown, 2, 1));
    assert!(first[0].message.as_ref().unwrap().starts_with("No sign of life since 20"));
    // Another look changes neither its name nor its beginning.
    let again = replay.client().await;
    let second = runs(&again, 31).await;
    assert_eq!((second[0].id, second[0].queued_at), (first[0].id, first[0].queued_at));
    let jobs = client.send(&ListJobs::default()).await.unwrap().items;
    let job = jobs.iter().find(|job| job.id.get() == 31).unwrap();
    assert_eq!((job.status.as_str(), job.completed_at), ("UNKNOWN", None), "the end of the run before is not its end");
}

#[tokio::test]
async fn a_job_that_waits_is_told_by_the_queue_and_keeps_its_name_when_it_runs() {
    let replay = Replay::start().await;
    let asked = later(Timestamp::now(), -60);
    let entry = |rq: &str, time: Timestamp| json!({"job_id": rq, "enqueued_at": time.to_string(), "func_name": "run_job", "args": [31], "meta": {}});
    let queue = |jobs: Vec<Value>| vec![json!({"name": "default", "job_count": jobs.len(), "jobs": jobs})];
    replay.change(|world| {
        word(world, 31, "queued", None);
        world.rows.insert("queue", queue(vec![entry("4162aa28", asked)]));
    });
    let client = replay.client().await;
    let waiting = client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    assert_eq!((waiting.status, waiting.queued_at, waiting.trigger), (RunStatus::Queued, asked, Trigger::Manual));
    replay.change(|world| {
        let began = later(asked, 20);
        begin(world, 31, began, &["spine-a"]);
        end(world, 31, began, 4, (1, 0), "COMPLETED_SUCCESS");
        begin(world, 31, later(began, 10), &["spine-a"]);
        end(world, 31, later(began, 10), 4, (0, 1), "COMPLETED_FAILURE");
        word(world, 31, "COMPLETED_FAILURE", Some(later(began, 14)));
        world.rows.insert("queue", queue(Vec::new()));
    });
    let client = replay.client().await;
    let ended = client.send(&GetRun(waiting.id)).await.unwrap();
    assert_eq!((ended.status, ended.started_at), (RunStatus::Succeeded, Some(later(asked, 20))));
    let newest = client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    assert_eq!((newest.status, newest.id == ended.id), (RunStatus::Failed, false));
    // The lasting name stays with its run.
    assert_eq!(client.send(&GetRun(ended.id)).await.unwrap().status, RunStatus::Succeeded);
}

#[tokio::test]
async fn a_job_that_waits_in_no_queue_is_not_said_to_wait_for_ever() {
    let replay = Replay::start().await;
    replay.change(|world| {
        word(world, 31, "queued", None);
        world.rows.insert("queue", vec![json!({"name": "default", "job_count": 0, "jobs": []})]);
    });
    let client = replay.client().await;
    let newest = async || client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    let told = async {
        loop {
            let run = newest().await;
            if run.status == RunStatus::Unknown {
                return run;
            }
            assert_eq!(run.status, RunStatus::Queued);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let run = tokio::time::timeout(Duration::from_secs(60), told).await.expect("it is told in the end");
    assert!(run.message.as_ref().unwrap().contains("is in no queue"));
}

type Told = Arc<Mutex<Vec<FeedMessage>>>;

fn changes(told: &Told) -> Vec<Changed> {
    let told = told.lock().unwrap();
    let all = told.iter().filter_map(|it| if let FeedMessage::Changes { changes } = it { Some(changes) } else { None });
    all.flatten().cloned().collect()
}

/// A client's feed, and what it reported.
fn feed(client: &Client, first_poll: Duration) -> (Told, CancellationToken) {
    let (said, cancel): (Told, _) = (Arc::default(), CancellationToken::new());
    let limits = Limits {
        silence: Duration::from_secs(5),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        first_poll,
        longest_poll: first_poll * 2,
    };
    let (client, heard, over) = (client.clone(), Arc::clone(&said), cancel.clone());
    tokio::spawn(async move {
        let filter = StreamFilter { changes: Some(true), ..StreamFilter::default() };
        client.feed_within(limits, filter, over, |messages| heard.lock().unwrap().extend(messages)).await;
    });
    (said, cancel)
}

async fn until(what: impl Fn() -> bool) {
    let seen = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), seen).await.expect("it comes in time");
}

#[tokio::test]
async fn a_run_without_life_is_no_change_at_each_look() {
    let replay = Replay::start().await;
    let began = later(Timestamp::now(), -7200);
    replay.change(|world| {
        begin(world, 31, began, &["spine-a"]);
        word(world, 31, "RUNNING", None);
        word(world, 33, "pending", None);
    });
    let client = replay.client().await;
    replay.asked("");
    let (said, cancel) = feed(&client, Duration::from_millis(5));
    let looks = Mutex::new(0);
    until(|| {
        *looks.lock().unwrap() += replay.asked("GET /jobs/?").len();
        *looks.lock().unwrap() > 20
    })
    .await;
    cancel.cancel();
    assert_eq!(changes(&said), []);
}

#[tokio::test]
async fn an_own_change_wakes_the_feed() {
    let replay = Replay::start().await;
    replay.change(|world| word(world, 33, "pending", None));
    let client = replay.client().await;
    // Only the change itself can wake this reader: its pauses are as long as a lesson.
    let (said, cancel) = feed(&client, Duration::from_secs(1800));
    until(|| said.lock().unwrap().iter().any(|it| matches!(it, FeedMessage::Link { link: Link::Polling { .. } })))
        .await;
    replay.change(|world| word(world, 31, "COMPLETED_SUCCESS", Some(Timestamp::now())));
    client.send(&RunJob(31.into())).await.unwrap();
    until(|| {
        changes(&said).iter().any(|it| matches!(it, Changed::Run { job_id, ended: true, .. } if job_id.get() == 31))
    })
    .await;
    cancel.cancel();
}

#[tokio::test]
async fn a_second_look_reads_on_and_not_all_again() {
    let replay = Replay::start().await;
    replay.change(|world| {
        for id in 0..450 {
            success(world, 1000 + id, (11, "spine-a"), later(at("2026-01-01T00:00:00Z"), id * 900));
        }
    });
    let client = replay.client().await;
    replay.asked("");
    client.send(&ListRuns::default()).await.unwrap();
    assert_eq!(replay.asked("GET /job-results/").len(), 5);
    // A change makes the next look ask again, for what is new alone.
    client.send(&RunJob(32.into())).await.unwrap();
    client.send(&ListRuns::default()).await.unwrap();
    assert_eq!(replay.asked("GET /job-results/").len(), 1);
}
