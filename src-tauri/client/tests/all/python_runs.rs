//! Runs put together from the results and jobs of the replayed Python server.

use jiff::Timestamp;
use netraven_api::logs::{ListLogs, LiveFilter};
use netraven_api::outcome::{Cause, Stage};
use netraven_api::problem::Code;
use netraven_api::results::ListResults;
use netraven_api::runs::{
    DeviceState, GetRun, GetRunDevice, GetRunOutcomes, GetRunTimeline, ListRunDevices, ListRuns, RunFilter, RunStatus,
    RunSummary, SummarizeRuns, Trigger,
};
use netraven_api::sorting::RunDeviceColumn;
use netraven_api::{Order, RunId, SnapshotId};
use serde_json::{Value, json};

use crate::replay::Replay;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn results_become_runs_and_jobs_tell_of_those_without_any() {
    let client = Replay::start().await.client().await;
    let runs = client.send(&ListRuns::default()).await.unwrap();
    let shape: Vec<(i64, RunStatus, i64, i64)> =
        runs.items.iter().map(|run| (run.id.get(), run.status, run.devices, run.failed)).collect();
    assert_eq!(
        shape,
        [
            (1_000_000_000_033, RunStatus::Queued, 3, 0),
            (504, RunStatus::PartlyFailed, 2, 1),
            (1_772_532_009_000_030, RunStatus::Failed, 0, 0),
            // Each device the job has now has a good result, and nobody knows whether those are all it had.
            (502, RunStatus::Unknown, 2, 0),
            // One of three devices has a result, and no line mentions the others.
            (501, RunStatus::Unknown, 1, 1),
        ]
    );
    let run = &runs.items[1];
    // This server never starts what is planned by cron.
    assert_eq!((run.job_name.as_str(), run.trigger, run.changed), ("Nightly spines", Trigger::Manual, 1));
    // Its beginning is unknown without the log; the job gives its end.
    assert_eq!((run.started_at, run.finished_at), (None, Some(at("2026-03-04T01:17:00Z"))));
    assert_eq!(run.causes[0].cause, Cause::NotConnected);
    assert!(runs.items[2].message.as_ref().unwrap().contains("inside the server"));
}

#[tokio::test]
async fn runs_are_filtered_and_keep_their_ids_at_the_edge_of_a_period() {
    let client = Replay::start().await.client().await;
    let ids = async |query: ListRuns| -> Vec<i64> {
        client.send(&query).await.unwrap().items.iter().map(|run| run.id.get()).collect()
    };
    let of = |filter: RunFilter| ListRuns::from(filter);
    let status = vec![RunStatus::PartlyFailed, RunStatus::Unknown];
    assert_eq!(ids(ListRuns { status, ..ListRuns::default() }).await, [504, 502, 501]);
    assert_eq!(ids(of(RunFilter { search: Some("FW-1".into()), ..RunFilter::default() })).await, [501]);
    assert_eq!(ids(of(RunFilter { job_id: Some(31.into()), ..RunFilter::default() })).await, [504, 502]);
    assert_eq!(
        ids(of(RunFilter { trigger: vec![Trigger::Unknown], ..RunFilter::default() })).await,
        [1_000_000_000_033, 501]
    );
    assert_eq!(ids(of(RunFilter { device_id: Some(11.into()), ..RunFilter::default() })).await, [504, 502]);
    assert_eq!(ids(of(RunFilter { tag_id: vec![4711.into()], ..RunFilter::default() })).await, Vec::<i64>::new());
    assert_eq!(
        ids(ListRuns { size: Some(2), page: Some(2), ..ListRuns::default() }).await,
        [1_772_532_009_000_030, 502]
    );
    // The run that was going on when the period began is not in it, and is not taken for a shorter one.
    let start_time = Some(at("2026-03-04T01:16:00Z"));
    let edge = RunFilter { start_time, job_id: Some(31.into()), ..RunFilter::default() };
    assert_eq!(ids(of(edge)).await, Vec::<i64>::new());
}

#[tokio::test]
async fn one_run_is_found_by_any_of_its_names() {
    let client = Replay::start().await.client().await;
    let run = client.send(&GetRun(504.into())).await.unwrap();
    assert_eq!((run.id.get(), run.job_id.get(), run.status), (504, 31, RunStatus::PartlyFailed));
    let devices = async |run_id: RunId| {
        client.send(&ListRunDevices { run_id, ..ListRunDevices::default() }).await.map(|page| page.items)
    };
    let of_504 = devices(504.into()).await.unwrap();
    let failed = &of_504[0];
    assert_eq!((failed.hostname.as_str(), failed.state, failed.attempt), ("spine-b", DeviceState::Failure, 3));
    assert_eq!((failed.cause, failed.stage), (Some(Cause::NotConnected), Some(Stage::Reach)));
    assert_eq!(failed.message.as_deref(), Some("TCP connection to device failed."));
    assert_eq!((of_504[1].address.as_str(), of_504[1].snapshot_id), ("192.0.2.11:2222", Some(SnapshotId::new(902))));
    let newest = client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    assert_eq!(newest.id, RunId::new(504), "it is told the name that lasts");
    assert_eq!(devices(1_000_000_000_031.into()).await.unwrap(), of_504);
    let waiting = client.send(&GetRun(1_000_000_000_033.into())).await.unwrap();
    assert_eq!((waiting.status, devices(waiting.id).await.unwrap().len()), (RunStatus::Queued, 0));
    assert_eq!(client.send(&GetRun(99.into())).await.unwrap_err().code, Code::NotFound);
    assert_eq!(devices(99.into()).await.unwrap_err().code, Code::NotFound);
    let results = client.send(&ListResults { run_id: Some(504.into()), ..ListResults::default() }).await.unwrap();
    assert_eq!(results.items.iter().map(|result| result.id.get()).collect::<Vec<_>>(), [505, 504]);
    let lines =
        client.send(&ListLogs::from(LiveFilter { run_id: Some(504.into()), ..LiveFilter::default() })).await.unwrap();
    assert_eq!(lines.items.iter().map(|line| line.id.get()).collect::<Vec<_>>(), [7006, 7005, 7004]);
    assert!(lines.items.iter().all(|line| line.run_id == Some(RunId::new(504))));
}

#[tokio::test]
async fn a_run_that_was_just_started_is_followed_by_its_job() {
    let replay = Replay::start().await;
    let now = Timestamp::now();
    replay.change(|world| {
        let rows = world.rows.get_mut("jobs").unwrap();
        let job = rows.iter_mut().find(|row| row["id"] == 31).unwrap();
        job["status"] = json!("RUNNING");
        let mut result: Value = world.rows["results"][1].clone();
        (result["id"], result["result_time"]) = (json!(900), json!(now.to_string()));
        world.rows.get_mut("results").unwrap().push(result);
    });
    let client = replay.client().await;
    let run = client.send(&GetRun(1_000_000_000_031.into())).await.unwrap();
    assert_eq!((run.status, run.devices, run.succeeded), (RunStatus::Running, 2, 1));
    assert_eq!(run.finished_at, None);
}

#[tokio::test]
async fn the_cards_count_what_the_server_can_count() {
    let replay = Replay::start().await;
    let client = replay.client().await;
    let summary = client.send(&SummarizeRuns::default()).await.unwrap();
    let expected = RunSummary {
        total: 5,
        running: 1,
        succeeded: 0,
        failed: 2,
        cancelled: 0,
        device_results: 5,
        active_done: 0,
        active_devices: 3,
        failure_causes: 2,
        failing_devices: 2,
        usual_ended: 0,
        usual_succeeded: 0,
        note: None,
    };
    assert_eq!(summary, expected);
    let filter = RunFilter { job_id: Some(31.into()), device_id: Some(11.into()), ..RunFilter::default() };
    let narrowed = client.send(&SummarizeRuns { filter }).await.unwrap();
    assert_eq!((narrowed.total, narrowed.running, narrowed.device_results, narrowed.failing_devices), (2, 0, 2, 0));
}

#[tokio::test]
async fn charts_are_drawn_of_the_runs_put_together() {
    let client = Replay::start().await.client().await;
    let edge = vec![at("2026-03-03T00:00:00Z"), at("2026-03-04T00:00:00Z"), at("2026-03-05T00:00:00Z")];
    let filter = RunFilter { job_id: Some(31.into()), ..RunFilter::default() };
    let outcomes = client.send(&GetRunOutcomes { edge, filter }).await.unwrap();
    let of = |place: usize, status| outcomes.buckets[place].runs(&[status]);
    assert_eq!((of(0, RunStatus::Unknown), of(1, RunStatus::PartlyFailed)), (1, 1));
    assert_eq!(outcomes.buckets[1].by_status.len(), 1, "{outcomes:?}");
    let all = client.send(&GetRunTimeline { limit: Some(2), ..GetRunTimeline::default() }).await.unwrap();
    let ids: Vec<i64> = all.runs.iter().map(|run| run.id.get()).collect();
    assert_eq!((ids.as_slice(), all.total, all.note), ([1_000_000_000_033, 504].as_slice(), 5, None));
    let failed = GetRunTimeline { status: vec![RunStatus::PartlyFailed], ..GetRunTimeline::default() };
    let failed = client.send(&failed).await.unwrap();
    assert_eq!(failed.runs.iter().map(|run| (run.id.get(), run.failed)).collect::<Vec<_>>(), [(504, 1)]);
}

#[tokio::test]
async fn the_devices_of_a_run_are_filtered_sorted_and_paged_here() {
    let client = Replay::start().await.client().await;
    let names = async |query: ListRunDevices| -> Vec<String> {
        let page = client.send(&ListRunDevices { run_id: 504.into(), ..query }).await.unwrap();
        assert!(page.items.iter().all(|device| device.details.is_none()), "a list is small");
        page.items.into_iter().map(|device| device.hostname).collect()
    };
    let all = ListRunDevices::default;
    assert_eq!(names(all()).await, ["spine-b", "spine-a"], "what failed asks for attention");
    assert_eq!(names(ListRunDevices { sort: Some(RunDeviceColumn::Device), ..all() }).await, ["spine-a", "spine-b"]);
    let last = ListRunDevices { page: Some(2), size: Some(1), order: Some(Order::Descending), ..all() };
    assert_eq!(names(last).await, ["spine-b"]);
    assert_eq!(names(ListRunDevices { state: vec![DeviceState::Success], ..all() }).await, ["spine-a"]);
    assert_eq!(names(ListRunDevices { cause: vec![Cause::NotConnected], ..all() }).await, ["spine-b"]);
    assert_eq!(names(ListRunDevices { search: Some("2.11:22".into()), ..all() }).await, ["spine-a"]);
    assert_eq!(names(ListRunDevices { device_id: vec![11.into()], ..all() }).await, ["spine-a"]);
    let one = client.send(&GetRunDevice { run_id: 504.into(), device_id: 11.into() }).await.unwrap();
    assert_eq!((one.hostname.as_str(), one.details.is_some()), ("spine-a", true));
    let other = client.send(&GetRunDevice { run_id: 504.into(), device_id: 4711.into() }).await.unwrap_err();
    assert_eq!((other.code, other.message.as_str()), (Code::NotFound, "This device is not part of this run."));
}
