//! The demo holds together: every number can be found again one level deeper, every page can be shown, and time passes.

use std::rc::Rc;
use std::time::Duration;

use dioxus::history::{History, MemoryHistory};
use dioxus::prelude::*;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use netraven_api::configs::{Config, ConfigHead};
use netraven_api::devices::{Device, ImportPlan, Imported};
use netraven_api::endpoint::{Endpoint, Method, Request};
use netraven_api::jobs::{Job, JobKind, RunStarted};
use netraven_api::logs::{ListLogs, LogEntry, LogHistogram};
use netraven_api::matrix::JobMatrix;
use netraven_api::outcome::Cause;
use netraven_api::page::Page;
use netraven_api::platforms::Platforms;
use netraven_api::problem::Code;
use netraven_api::results::{JobResult, ResultStatus};
use netraven_api::routes::{ROUTES, Route};
use netraven_api::runs::{DeviceState, ListRuns, Run, RunDevice, RunStatus, RunSummary};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::answer;
use super::world::World;
use super::{DemoBand, DemoBridge};
use crate::app::App;
use crate::bridge::Bridge;
use crate::clock::Clock;

fn at(seconds: i64) -> Timestamp {
    let opened: Timestamp = "2026-11-23T14:05:00Z".parse().unwrap();
    opened + SignedDuration::from_secs(seconds)
}

fn ask<T: DeserializeOwned>(world: &mut World, path: &str, seconds: i64) -> T {
    let request = Request { method: Method::Get, path: path.to_owned(), body: None };
    let found = answer(world, &request, at(seconds)).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    serde_json::from_value(found).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn send<T: DeserializeOwned>(world: &mut World, method: Method, path: &str, body: Value, seconds: i64) -> T {
    let request = Request { method, path: path.to_owned(), body: Some(body) };
    let found = answer(world, &request, at(seconds)).unwrap_or_else(|problem| panic!("{path}: {problem}"));
    serde_json::from_value(found).unwrap()
}

fn world() -> World {
    World::new(at(0))
}

/// Every row of a list, page after page.
fn all<T: DeserializeOwned>(world: &mut World, path: &str) -> Vec<T> {
    let mut rows = Vec::new();
    for number in 1.. {
        let page: Page<T> = ask(world, &format!("{path}page={number}&size=100"), 0);
        rows.extend(page.items);
        if number >= page.pages {
            return rows;
        }
    }
    unreachable!("a list ends")
}

#[test]
fn it_is_as_large_as_the_screen_needs_and_the_same_each_time() {
    let mut world = world();
    let devices: Vec<Device> = all(&mut world, "/devices/?");
    let jobs: Vec<Job> = all(&mut world, "/jobs/?");
    let runs: Vec<Run> = all(&mut world, "/runs/?");
    assert!(
        devices.len() > 20 && jobs.len() == 6 && runs.len() >= 200,
        "{} {} {}",
        devices.len(),
        jobs.len(),
        runs.len()
    );
    let oldest = runs.iter().map(|run| run.queued_at).min().unwrap();
    assert!(at(0).duration_since(oldest) > SignedDuration::from_hours(24 * 13));
    for status in
        [RunStatus::Running, RunStatus::Succeeded, RunStatus::PartlyFailed, RunStatus::Failed, RunStatus::Cancelled]
    {
        assert!(runs.iter().any(|run| run.status == status), "no run is {status:?}");
    }
    let bare = devices.iter().filter(|device| device.matching_credentials_count == 0);
    assert_eq!(bare.map(|device| device.hostname.as_str()).collect::<Vec<_>>(), ["lab-bare-01"]);
    let again: Vec<Run> = all(&mut World::new(at(0)), "/runs/?");
    assert_eq!(again, runs);
}

#[test]
fn every_number_of_a_run_is_found_in_its_devices() {
    let mut world = world();
    let mut seen = Vec::new();
    for run in all::<Run>(&mut world, "/runs/?") {
        assert_eq!(ask::<Run>(&mut world, &format!("/runs/{}", run.id), 0), run);
        let devices: Vec<RunDevice> = all(&mut world, &format!("/runs/{}/devices?", run.id));
        let count = |state| i64::try_from(devices.iter().filter(|device| device.state == state).count()).unwrap();
        assert_eq!(i64::try_from(devices.len()).unwrap(), run.devices);
        assert_eq!((count(DeviceState::Success), count(DeviceState::Running)), (run.succeeded, run.running));
        assert_eq!(count(DeviceState::Failure) + count(DeviceState::Cancelled), run.failed);
        assert_eq!(run.causes.iter().map(|group| group.devices).sum::<i64>(), run.failed);
        assert_eq!(
            devices.iter().filter(|device| device.changed == Some(true)).count(),
            usize::try_from(run.changed).unwrap()
        );
        for device in devices {
            let one: RunDevice = ask(&mut world, &format!("/runs/{}/devices/{}", run.id, device.device_id), 0);
            check_device(&run, &one);
            seen.extend(device.cause);
            assert_eq!(RunDevice { details: None, ..one }, device);
        }
    }
    for cause in [
        Cause::NoCredentials,
        Cause::AuthFailed,
        Cause::HostKeyChanged,
        Cause::Timeout,
        Cause::Truncated,
        Cause::CommandRejected,
        Cause::Disconnected,
        Cause::Refused,
    ] {
        assert!(seen.contains(&cause), "nothing fails with {cause:?}");
    }
}

fn check_device(run: &Run, device: &RunDevice) {
    let place = format!("run {} {}", run.id, device.hostname);
    assert_eq!(
        device.cause.is_some(),
        matches!(device.state, DeviceState::Failure | DeviceState::Cancelled),
        "{place}"
    );
    assert_eq!(
        device.snapshot_id.is_some(),
        run.job_type.is(JobKind::ConfigBackup) && device.state == DeviceState::Success,
        "{place}"
    );
    let evidence = device.details.as_ref();
    let is_done = matches!(device.state, DeviceState::Success | DeviceState::Failure);
    assert_eq!((evidence.is_some(), device.message.is_some() || !is_done), (is_done, true), "{place}");
    if let Some(cause) = device.cause.filter(|_| is_done) {
        let evidence = evidence.unwrap();
        assert_eq!(evidence.cause, Some(cause.into()), "{place}");
        assert_eq!(evidence.host_keys.is_some(), cause == Cause::HostKeyChanged, "{place}");
    }
}

#[test]
fn the_cards_the_matrix_and_the_results_tell_of_the_same_runs() {
    let mut world = world();
    let runs: Vec<Run> = all(&mut world, "/runs/?");
    let summary: RunSummary = ask(&mut world, "/runs/summary", 0);
    let failed = |run: &&Run| matches!(run.status, RunStatus::PartlyFailed | RunStatus::Failed);
    assert_eq!(summary.total, i64::try_from(runs.len()).unwrap());
    assert_eq!(summary.failed, i64::try_from(runs.iter().filter(failed).count()).unwrap());
    assert_eq!(summary.total, summary.running + summary.succeeded + summary.failed + summary.cancelled);

    let matrix: JobMatrix = ask(&mut world, "/jobs/2/matrix?runs=30&size=100", 0);
    assert_eq!((matrix.runs.len(), matrix.devices.items.len()), (30, 8));
    let (column, newest) = matrix.runs.iter().enumerate().next_back().unwrap();
    let devices: Vec<RunDevice> = all(&mut world, &format!("/runs/{}/devices?", newest.id));
    for row in &matrix.devices.items {
        let device = devices.iter().find(|device| device.device_id == row.device_id).unwrap();
        assert_eq!(row.cells[column].map(|cell| (cell.state, cell.cause)), Some((device.state, device.cause)));
        let results: Page<JobResult> =
            ask(&mut world, &format!("/job-results/?job_id=2&device_id={}&size=100", row.device_id), 0);
        let failures = results.items.iter().filter(|result| result.status == ResultStatus::Failure).count();
        assert!(failures >= row.cells.iter().flatten().filter(|cell| cell.state == DeviceState::Failure).count());
    }
}

#[test]
fn runs_are_filtered_sorted_and_paged() {
    let mut world = world();
    let some = |world: &mut World, query: &str| ask::<Page<Run>>(world, &format!("/runs/?{query}"), 0);
    let whole = some(&mut world, "").total;
    for (query, fits) in [
        ("status=failed&status=partly_failed", (|run| run.failed > 0) as fn(&Run) -> bool),
        ("job_id=2", |run| run.job_id.get() == 2),
        ("job_type=reachability", |run| run.job_type.is(JobKind::Reachability)),
        ("trigger=manual", |run| run.triggered_by.is_some()),
        ("search=EDGE", |run| matches!(run.job_id.get(), 1 | 4 | 6)),
        ("search=lab-bare", |run| run.job_id.get() == 4),
        ("device_id=1", |run| matches!(run.job_id.get(), 3 | 6)),
        ("tag_id=9", |run| run.job_id.get() == 4),
        ("start_time=2026-11-23T00:00:00Z&end_time=2026-11-23T06:00:00Z", |run| run.queued_at < at(-8 * 3600)),
    ] {
        let page = some(&mut world, query);
        assert!(page.total > 0 && page.total < whole, "{query}: {} of {whole}", page.total);
        assert!(page.items.iter().all(fits), "{query}");
    }
    for column in ["queued_at", "job_name", "job_type", "status", "trigger", "devices", "duration"] {
        let sorted =
            |world: &mut World, order: &str| some(world, &format!("size=100&page=2&sort={column}&order={order}"));
        let (up, down) = (sorted(&mut world, "asc"), sorted(&mut world, "desc"));
        assert_eq!((up.items.len(), up.total), (100, whole));
        assert_ne!(up.items, down.items, "{column}");
    }
    let devices: Page<Device> =
        ask(&mut world, "/devices/?hostname=EDGE&device_type=juniper_junos&tag_id=2&sort=ip_address&order=desc", 0);
    let names: Vec<&str> = devices.items.iter().map(|device| device.hostname.as_str()).collect();
    assert_eq!(names, ["lab-edge-04", "lab-edge-03", "lab-edge-02", "lab-edge-01"]);
}

#[test]
fn the_histogram_counts_the_lines_that_the_list_shows() {
    let mut world = world();
    for query in [
        "",
        "level=ERROR&",
        "level=error&level=WARNING&",
        "run_id=3950&",
        "source=scheduler&",
        "search=COMPLETE&",
        "log_type=system&",
    ] {
        let lines: Page<LogEntry> = ask(&mut world, &format!("/logs/?{query}size=100"), 0);
        let counted: LogHistogram = ask(&mut world, &format!("/logs/histogram?{query}buckets=60"), 0);
        let sum: i64 = counted.buckets.iter().flat_map(|bucket| bucket.by_level.values()).sum();
        assert!(lines.total > 0 && counted.buckets.len() <= 61, "{query} {}", counted.buckets.len());
        assert_eq!(sum, lines.total, "{query}");
        assert!(lines.items.windows(2).all(|pair| pair[0].id > pair[1].id && pair[0].timestamp >= pair[1].timestamp));
        let older: Page<LogEntry> = ask(&mut world, &format!("/logs/?{query}before={}", lines.items[0].id), 0);
        assert_eq!(older.total, lines.total - 1, "{query}");
    }
    let narrow: LogHistogram =
        ask(&mut world, "/logs/histogram?start_time=2026-11-23T13:00:00Z&end_time=2026-11-23T13:30:00Z&buckets=60", 0);
    assert!((30..=61).contains(&narrow.buckets.len()), "{}", narrow.buckets.len());
}

#[test]
fn the_run_under_way_moves_ends_and_another_follows() {
    let mut world = world();
    let active = |world: &mut World, seconds| {
        let page: Page<Run> = ask(world, "/runs/?status=running&status=queued", seconds);
        page.items.into_iter().next()
    };
    let first = active(&mut world, 0).unwrap();
    let lines = world.lines.len();
    let later = active(&mut world, 10).unwrap();
    assert!(later.id == first.id && later.succeeded + later.failed > first.succeeded + first.failed);
    assert!(world.lines.len() > lines, "it is told in the log");
    assert!(!world.changes.is_empty(), "and pages are told to read again");
    let next = (11..400).find_map(|seconds| active(&mut world, seconds).filter(|run| run.id != first.id)).unwrap();
    let ended: Run = ask(&mut world, &format!("/runs/{}", first.id), 400);
    assert!(ended.finished_at.is_some() && next.id > first.id);
    assert!(world.lines.windows(2).all(|pair| pair[0].id < pair[1].id));
}

#[test]
fn runs_are_started_repeated_and_cancelled() {
    let mut world = world();
    let started: RunStarted = send(&mut world, Method::Post, "/jobs/run/3", json!(null), 1);
    let id = started.run_id.unwrap();
    let twice = Request { method: Method::Post, path: "/jobs/run/3".into(), body: None };
    assert_eq!(answer(&mut world, &twice, at(2)).unwrap_err().code, Code::Conflict);
    let waiting: Page<RunDevice> = ask(&mut world, &format!("/runs/{id}/devices?state=queued&size=1"), 3);
    let waiting = waiting.items[0].device_id;
    let device: RunDevice =
        send(&mut world, Method::Post, &format!("/runs/{id}/devices/{waiting}/cancel"), json!(null), 3);
    assert_eq!((device.state, device.started_at), (DeviceState::Cancelled, None));
    let run: Run = send(&mut world, Method::Post, &format!("/runs/{id}/cancel"), json!(null), 25);
    assert!(run.cancel_requested && run.status == RunStatus::Cancelled && run.succeeded > 0);
    let said: Page<LogEntry> = ask(&mut world, &format!("/logs/?run_id={id}&size=100"), 60);
    assert!(said.items.iter().all(|line| line.timestamp <= at(25)), "nothing is said after the end");

    let again: RunStarted = send(&mut world, Method::Post, &format!("/runs/{id}/again"), json!({"failed": true}), 70);
    let repeated: Run = ask(&mut world, &format!("/runs/{}", again.run_id.unwrap()), 71);
    assert_eq!(repeated.devices, run.failed);
    let part = json!({"causes": ["no-credentials"]});
    let refused =
        Request { method: Method::Post, path: format!("/runs/{}/again", again.run_id.unwrap()), body: Some(part) };
    assert!(answer(&mut world, &refused, at(72)).is_err(), "one run at a time");
}

#[test]
fn what_a_person_adds_and_changes_is_there_afterwards() {
    let mut world = world();
    let device =
        json!({"hostname": "lab-edge-09", "ip_address": "10.20.8.9", "device_type": "cisco_ios", "tags": [2, 4]});
    let added: Device = send(&mut world, Method::Post, "/devices/", device.clone(), 1);
    let shown: Device = ask(&mut world, &format!("/devices/{}", added.id), 1);
    assert_eq!((shown.matching_credentials_count, shown.tags.len(), shown.last_result), (2, 3, None));
    let twice = Request { method: Method::Post, path: "/devices/".into(), body: Some(device) };
    assert_eq!(answer(&mut world, &twice, at(1)).unwrap_err().fields[0].field, "body.hostname");
    send::<()>(&mut world, Method::Delete, &format!("/devices/{}", added.id), json!(null), 2);
    let gone = Request { method: Method::Get, path: format!("/devices/{}", added.id), body: None };
    assert_eq!(answer(&mut world, &gone, at(2)).unwrap_err().code, Code::NotFound);

    let csv =
        json!({"csv": "hostname;ip_address;device_type;tags\nr1;10.0.0.1;linux;fresh\nlab-edge-01;10.0.0.2;linux;\n"});
    let plan: ImportPlan = send(&mut world, Method::Post, "/devices/import/check", csv.clone(), 2);
    let imported: Imported = send(&mut world, Method::Post, "/devices/import", csv.clone(), 2);
    assert_eq!((&plan.outcome, plan.new_tags.len()), (&imported, 1));
    assert_eq!((imported.added, imported.errors[0].line), (1, 3));
    let again: Imported = send(&mut world, Method::Post, "/devices/import", csv, 2);
    assert_eq!((again.added, again.present, again.refused), (0, 1, 1));

    let job: Job =
        send(&mut world, Method::Post, "/jobs/", json!({"name": "New", "job_type": "reachability", "tags": [4]}), 3);
    let changed: Job = send(&mut world, Method::Put, &format!("/jobs/{}", job.id), json!({"is_enabled": false}), 3);
    assert_eq!((changed.is_enabled, changed.name.as_str(), changed.tags.len()), (false, "New", 1));
    send::<()>(&mut world, Method::Delete, "/devices/1/host-key", json!(null), 3);

    let started: RunStarted = send(&mut world, Method::Post, &format!("/jobs/run/{}", job.id), json!(null), 4);
    let run: Run = ask(&mut world, &format!("/runs/{}", started.run_id.unwrap()), 4);
    assert_eq!((run.devices, run.job_name.as_str()), (4, "New"), "what was recorded of its devices is played");
}

#[test]
fn a_device_that_changes_has_another_text_each_time() {
    let mut world = world();
    let heads: Vec<ConfigHead> = ask(&mut world, "/configs/2/history", 3);
    assert!(heads.len() > 1 && heads[0].retrieved_at > heads[1].retrieved_at);
    let text =
        |world: &mut World, head: &ConfigHead| ask::<Config>(world, &format!("/configs/{}", head.id), 3).config_data;
    let (new, old) = (text(&mut world, &heads[0]), text(&mut world, &heads[1]));
    assert!(new != old && new.contains("‹") && new.contains("hostname lab-core-02"), "{new}");
}

#[test]
fn platforms_are_counted_and_the_file_of_one_can_be_looked_at() {
    let mut world = world();
    let list: Platforms = ask(&mut world, "/platforms/", 0);
    let devices: i64 = list.items.iter().filter_map(|platform| platform.devices).sum();
    assert_eq!(usize::try_from(devices).unwrap(), world.devices.len());
    let again: Platforms = send(&mut world, Method::Post, "/platforms/reload", json!(null), 1);
    assert_eq!(again, Platforms { folder: None, ..list });
    let other = Request { method: Method::Get, path: "/platforms/file?name=linux".into(), body: None };
    assert_eq!(answer(&mut world, &other, at(1)).unwrap_err().code, Code::NotOffered);
}

#[test]
fn every_path_that_is_read_has_an_answer() {
    let mut world = world();
    let devices: Vec<RunDevice> = all(&mut world, "/runs/3900/devices?");
    let device = devices.iter().find(|device| device.snapshot_id.is_some()).expect("the first run is a backup");
    let ids = [
        ("{run_id}", 3900),
        ("{log_id}", 2_400_001),
        ("{device_id}", device.device_id.get()),
        ("{config_id}", device.snapshot_id.unwrap().get()),
        ("{job_id}", 1),
        ("{jump_host_id}", 1),
        ("{tag_id}", 1),
    ];
    // In the demo nothing is saved or tried, and nothing offers to read what was.
    let is_offered = |path: &str| !["/platforms/saved", "/trials/{trial_id}"].contains(&path);
    let is_read = |route: &&Route| route.method == Method::Get && is_offered(route.path);
    for route in ROUTES.iter().filter(is_read) {
        let path = ids.iter().fold(route.path.to_owned(), |path, (name, id)| path.replace(name, &id.to_string()));
        let query = match route.path {
            "/configs/diff" => "?config_id_a=1&config_id_b=2",
            "/configs/search" => "?q=ntp",
            "/platforms/file" => "?name=cisco_ios",
            _ => "",
        };
        let recorded = world.tape.paths().find(|path| route.matches(Method::Get, path)).cloned();
        let is_answered = [Some(format!("{path}{query}")), recorded].into_iter().flatten().any(|path| {
            let request = Request { method: Method::Get, path, body: None };
            answer(&mut world, &request, at(0)).is_ok()
        });
        assert!(is_answered, "nothing answers {}: record again by cargo xtask ui --demo --record", route.path);
    }
    let unknown = Request { method: Method::Get, path: "/no/such/path".into(), body: None };
    assert_eq!(answer(&mut world, &unknown, at(0)).unwrap_err().message, "The demo has no recording of this.");
    // The newest come first where nothing else is said.
    let runs: Page<Run> = ask(&mut world, &ListRuns::default().request().path, 0);
    let lines: Page<LogEntry> = ask(&mut world, &ListLogs::default().request().path, 0);
    assert!(runs.items[0].id > runs.items[1].id && lines.items[0].id > lines.items[1].id);
}

/// A clock that stands still; long waits never end.
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        at(0)
    }

    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    fn sleep(&self, duration: Duration) -> LocalBoxFuture<'static, ()> {
        if duration < Duration::from_secs(1) {
            futures::future::ready(()).boxed_local()
        } else {
            futures::future::pending().boxed_local()
        }
    }
}

#[component]
fn Demo() -> Element {
    rsx! {
        DemoBand {}
        App {}
    }
}

fn shown(path: &str) -> String {
    let clock: Rc<dyn Clock> = Rc::new(Still);
    let mut dom = VirtualDom::new(Demo);
    dom.provide_root_context(Rc::new(DemoBridge::new(clock.clone())) as Rc<dyn Bridge>);
    dom.provide_root_context(clock);
    dom.provide_root_context(Rc::new(MemoryHistory::with_initial_path(path)) as Rc<dyn History>);
    dom.rebuild_in_place();
    for _ in 0..500 {
        if dom.wait_for_work().now_or_never().is_none() {
            return dioxus_ssr::render(&dom);
        }
        dom.render_immediate(&mut dioxus::dioxus_core::NoOpMutations);
    }
    panic!("{path} never comes to rest");
}

#[test]
fn every_page_is_shown_with_the_band_above_it() {
    let mut world = world();
    let failed: Page<Run> = ask(&mut world, "/runs/?job_id=2&status=partly_failed", 0);
    let run = &failed.items[0];
    let devices: Page<RunDevice> = ask(&mut world, &format!("/runs/{}/devices?size=1", run.id), 0);
    let (id, device) = (run.id, &devices.items[0]);
    let run_device = format!("/runs/{id}/devices/{}", device.device_id);
    for (path, text) in [
        ("/".to_owned(), "Access backup"),
        ("/?period=30d&status=failed&size=100".to_owned(), "Edge 2 by hand"),
        ("/?tab=logs".to_owned(), "answered in"),
        (format!("/runs/{id}"), device.hostname.as_str()),
        (format!("/runs/{id}?tab=history"), "lab-access-02"),
        (format!("/runs/{id}?tab=log"), "Access backup partly failed"),
        (run_device, "What to do:"),
        ("/jobs".to_owned(), "Reachability"),
        ("/devices".to_owned(), "lab-access-01"),
        ("/crypto-report".to_owned(), "What would be lost"),
        ("/configurations".to_owned(), "lab-access-01"),
        ("/configurations/1".to_owned(), "lab-core-01"),
        ("/credentials".to_owned(), "netops"),
        ("/jump-hosts".to_owned(), "dc-bastion"),
        ("/tags".to_owned(), "edge"),
        ("/platforms?open=cisco_ios".to_owned(), "show running-config"),
        ("/prompt-lab?platform=cisco_ios".to_owned(), "Nothing to explain yet"),
        ("/users".to_owned(), "j.weber"),
        ("/system".to_owned(), "PostgreSQL"),
    ] {
        let page = shown(&path);
        assert!(
            page.contains("Demo data") && page.contains("no server, no device"),
            "{path} does not say that it is the demo"
        );
        assert!(page.contains(text), "{path} does not show {text}:\n{page}");
        assert!(
            !page.contains("could not be") && !page.contains("has no recording"),
            "{path} lacks something:\n{page}"
        );
    }
}
