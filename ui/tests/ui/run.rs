//! The page of a run, and of one device in it.

use std::rc::Rc;

use dioxus::prelude::Key;
use netraven_api::Problem;
use netraven_api::logs::LogEntry;
use netraven_api::matrix::{JobMatrix, MatrixCell, MatrixRow, MatrixRun};
use netraven_api::native::{Feature, Missing, Session};
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::runs::{DeviceState, RunDetail, RunStatus};
use netraven_api::users::Role;
use serde_json::json;

use crate::samples::{detail, device, page, run};
use crate::support::{Fake, Screen, at};

fn with(detail: &RunDetail) -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /runs/4188", detail);
    fake.answer("GET /logs/", &page(Vec::<LogEntry>::new(), 0));
    fake
}

#[test]
fn shows_what_came_of_each_device() {
    let screen = Screen::open(&with(&detail()), "/runs/4188");
    insta::assert_snapshot!(screen.part("main", "section aria-label=\"Notices\""));
}

#[test]
fn shows_only_the_devices_of_a_cause_when_it_comes_from_there() {
    let screen = Screen::open(&with(&detail()), "/runs/4188?cause=auth-failed");
    assert!(screen.shows("edge-dus-07"));
    assert!(!screen.shows("fw-berlin-02"));
}

#[test]
fn the_address_of_a_run_restores_the_view_and_back_takes_one_choice_back() {
    let fake = with(&detail());
    fake.answer("GET /jobs/1/matrix", &matrix());
    let mut screen = Screen::open(&fake, "/runs/4188?show=failed&cause=auth-failed,truncated&find=edge");
    assert!(screen.shows("edge-dus-07") && screen.shows("edge-fra-09"));
    assert!(!screen.shows("fw-berlin-02") && !screen.shows("edge-ber-11"));
    screen.press("History");
    assert_eq!(screen.address(), "/runs/4188?tab=history&show=failed&cause=auth-failed,truncated&find=edge");
    screen.press("Devices");
    screen.type_into("find-device", "edge-d");
    screen.type_into("find-device", "edge-du");
    assert!(screen.address().ends_with("find=edge-du") && !screen.shows("edge-fra-09"), "{}", screen.address());
    screen.back();
    assert!(screen.shows("Devices against the last 3 runs"), "typing was no step: {}", screen.address());
    screen.forward();
    assert!(screen.shows("edge-dus-07") && !screen.shows("edge-fra-09"));

    let screen = Screen::open(&fake, "/runs/4188?tab=history&history=2");
    assert!(screen.shows("Devices against the last 3 runs"));
    assert!(fake.calls("GET /jobs/1/matrix").last().unwrap().contains("page=2"));
    let screen = Screen::open(&fake, "/runs/4188?tab=log");
    assert!(screen.shows("No lines yet"));
}

#[test]
fn the_next_run_begins_with_its_devices_whatever_was_looked_at() {
    let fake = with(&detail());
    starting(&fake, "POST /jobs/run/1");
    let mut screen = Screen::open(&fake, "/runs/4188?tab=log&cause=auth-failed");
    screen.press("Run again");
    screen.press("All devices of the job");
    assert_eq!(screen.address(), "/runs/4191?");
    assert!(screen.shows("Devices of this run") && screen.shows("fw-berlin-02"));
    screen.back();
    assert!(screen.address().starts_with("/runs/4188?tab=log") && screen.shows("No lines yet"));
}

#[test]
fn the_address_of_a_device_holds_its_tab_and_a_link_leads_there() {
    let fake = with(&detail());
    let mut screen = Screen::open(&fake, "/runs/4188/devices/9");
    screen.press("Log of this device");
    assert_eq!(screen.address(), "/runs/4188/devices/9?tab=log");
    screen.press("Copy link");
    assert_eq!(screen.clipboard(), "netraven:/runs/4188/devices/9?tab=log");
    screen.back();
    assert!(screen.shows("Configuration cut short"));
    let screen = Screen::open(&fake, "/runs/4188/devices/9?tab=log");
    assert!(screen.shows("No lines yet"));
}

#[test]
fn a_run_without_devices_says_what_is_true_of_it() {
    let mut empty = detail();
    empty.results.clear();
    (empty.run.causes, empty.run.status) = (Vec::new(), RunStatus::Failed);
    let screen = Screen::open(&with(&empty), "/runs/4188");
    assert!(screen.shows("When it began, there was no device for the job to work on."));
    (empty.run.status, empty.run.finished_at) = (RunStatus::Queued, None);
    let screen = Screen::open(&with(&empty), "/runs/4188");
    assert!(screen.shows("The devices of this run appear here as they are worked on."));
}

#[test]
fn a_run_that_is_gone_says_so() {
    let fake = with(&detail());
    fake.refuse("GET /runs/4188", Problem::new(Code::NotFound, "There is no run 4188. It may have been deleted."));
    let screen = Screen::open(&fake, "/runs/4188");
    assert!(screen.shows("There is no run 4188. It may have been deleted."));
}

#[test]
fn a_run_under_way_can_be_cancelled_and_not_started_twice() {
    let mut going = detail();
    going.run.status = RunStatus::Running;
    going.run.finished_at = None;
    going.run.started_at = Some(at(-30));
    let fake = with(&going);
    fake.answer("POST /runs/4188/cancel", &run(4188, "Edge routers backup"));
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run again");
    assert!(fake.calls("POST /jobs/run/1").is_empty());
    screen.press("Cancel");
    assert!(fake.calls("POST /runs/4188/cancel").is_empty(), "it asks first");
    screen.press("Cancel the run");
    assert_eq!(fake.calls("POST /runs/4188/cancel").len(), 1);
    assert!(fake.calls("GET /runs/4188").len() > 1, "the run is read again");
}

#[test]
fn a_reading_cut_short_is_told_as_a_story() {
    let screen = Screen::open(&with(&detail()), "/runs/4188/devices/9");
    insta::assert_snapshot!(screen.part("main", "section aria-label=\"Notices\""));
}

#[test]
fn the_transcript_is_shown_with_the_place_where_it_broke() {
    let mut rejected = detail();
    rejected.results[0].cause = Some(Cause::CommandRejected);
    rejected.results[0].details = Some(serde_json::json!({
        "cause": "command-rejected", "said": "% Invalid input detected at '^' marker.", "host_keys": null, "expected": null,
        "last_seen": "R1#", "transcript": [
            "    0.402 < R1#", "    0.455 > \"show runn\\n\"", "          … 3 lines left out …",
            "    0.511 < % Invalid input detected at '^' marker.", "    0.512 < key 7 ‹secret 03ab›", "    0.513 < R1#"
        ]
    }));
    let screen = Screen::open(&with(&rejected), "/runs/4188/devices/46");
    insta::assert_snapshot!(screen.part("div role=\"tabpanel\"", "section aria-label=\"Notices\""));
}

#[test]
fn the_last_results_of_the_device_stand_beside_the_story() {
    let fake = with(&detail());
    let result = |id: i64, status: &str, cause: Option<&str>, run_id: Option<i64>| {
        serde_json::json!({
            "id": id, "job_id": 1, "device_id": 9, "job_type": "config_backup", "status": status,
            "result_time": at((id - 9010) * 3600), "created_at": at(0), "details": {"cause": cause}, "job_name": "x",
            "device_name": "edge-fra-09", "run_id": run_id
        })
    };
    let results = vec![
        result(9009, "failure", Some("truncated"), Some(4188)),
        result(9008, "success", None, Some(4182)),
        result(9007, "failure", Some("timeout-connect"), None),
    ];
    fake.answer("GET /job-results/", &page(results, 3));
    let screen = Screen::open(&fake, "/runs/4188/devices/9");
    assert!(fake.calls("GET /job-results/").last().unwrap().ends_with("?size=30&device_id=9&job_id=1"));
    insta::assert_snapshot!(screen.part("Last 3 results", "h2"));
}

#[test]
fn a_report_of_a_failure_can_be_copied() {
    let mut screen = Screen::open(&with(&detail()), "/runs/4188/devices/9");
    screen.press("Copy report");
    assert!(screen.clipboard().contains("Configuration cut short"), "{}", screen.clipboard());
    assert!(
        !Screen::open(&with(&detail()), "/runs/4188/devices/111").shows("Copy report"),
        "there is nothing to report"
    );
}

#[test]
fn what_no_retry_can_fix_is_not_offered_one() {
    let mut hopeless = detail();
    hopeless.run.causes.retain(|group| !group.cause.retry_may_help());
    let screen = Screen::open(&with(&hopeless), "/runs/4188");
    assert!(screen.shows("A retry fixes none of them.") && !screen.shows("a retry may fix"));
    let fake = with(&detail());
    starting(&fake, "POST /runs/4188/again");
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Retry all 4 a retry may fix");
    assert_eq!(fake.bodies("POST /runs/4188/again"), [serde_json::json!({"causes": ["timeout-connect"]})]);
}

#[test]
fn a_stage_that_was_not_reached_has_no_duration() {
    let mut detail = detail();
    let device = detail.results.iter_mut().find(|device| device.device_id == 9).unwrap();
    device.details = Some(json!({"timings": [{"stage": "read", "ms": 7}, {"stage": "record", "ms": 11}]}));
    let screen = Screen::open(&with(&detail), "/runs/4188/devices/9");
    assert!(screen.shows("7 ms") && !screen.shows("11 ms"));
}

#[test]
fn a_changed_host_key_shows_both_fingerprints_and_can_be_forgotten() {
    let fake = with(&detail());
    fake.answer("DELETE /devices/31/host-key", &());
    let mut screen = Screen::open(&fake, "/runs/4188/devices/31");
    assert!(screen.shows("SHA256:Vw2cStored") && screen.shows("SHA256:4n0bOffered"));
    assert!(screen.shows("Stored on first use") && screen.shows("Offered now"));
    screen.press("Forget stored key");
    assert!(fake.calls("DELETE /devices/31/host-key").is_empty(), "it asks first");
    screen.press("Forget the key");
    assert_eq!(fake.calls("DELETE /devices/31/host-key").len(), 1);
    assert!(screen.shows("The stored key was forgotten."));
}

#[test]
fn only_admins_may_forget_a_host_key() {
    let fake = with(&detail());
    let mut ready = Fake::admin();
    ready.role = Role::User;
    let mut screen = Screen::open(&fake, "/runs/4188/devices/31");
    fake.session(Session::Ready(ready));
    screen.settle();
    assert!(screen.shows("Only admins may forget a stored key."));
    screen.press("Forget stored key");
    assert!(!screen.shows("Forget the stored key?"));
}

#[test]
fn a_device_that_succeeded_says_what_was_read() {
    let screen = Screen::open(&with(&detail()), "/runs/4188/devices/111");
    assert!(screen.shows("Configuration changed"));
    assert!(screen.shows("2,210 lines, 61,204 bytes · 7 secrets hidden · snapshot 512"));
}

/// A server on which the new run is 4191.
fn starting(fake: &Rc<Fake>, route: &str) {
    fake.answer(
        route,
        &serde_json::json!({"message": "ok", "job_id": 1, "job_name": "Edge routers backup", "queue_job_id": "4191", "run_id": 4191}),
    );
    fake.answer("GET /runs/4191", &detail());
}

#[test]
fn a_run_is_run_again_whole_or_for_what_failed() {
    let fake = with(&detail());
    starting(&fake, "POST /jobs/run/1");
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run again");
    insta::assert_snapshot!(screen.part("ul role=\"menu\"", "section"));
    screen.press("All devices of the job");
    assert_eq!(fake.calls("POST /jobs/run/1").len(), 1);

    let fake = with(&detail());
    starting(&fake, "POST /runs/4188/again");
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run again");
    screen.press("Only the 14 that failed");
    assert_eq!(fake.bodies("POST /runs/4188/again"), [serde_json::json!({"failed": true})]);
    assert!(screen.shows("Edge routers backup was started."));
}

#[test]
fn each_cause_has_the_one_thing_to_do_about_it() {
    let fake = with(&detail());
    starting(&fake, "POST /runs/4188/again");
    let mut screen = Screen::open(&fake, "/runs/4188");
    insta::assert_snapshot!(screen.part("Why devices failed", "div role=\"tablist\""));
    screen.press("Retry 4: No answer");
    screen.settle();
    assert_eq!(fake.bodies("POST /runs/4188/again"), [serde_json::json!({"causes": ["timeout-connect"]})]);
}

#[test]
fn one_device_is_run_again() {
    let fake = with(&detail());
    starting(&fake, "POST /runs/4188/again");
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run edge-dus-07 again");
    let mut screen = Screen::open(&fake, "/runs/4188/devices/9");
    screen.press("Run this device again");
    let bodies = fake.bodies("POST /runs/4188/again");
    assert_eq!(bodies, [serde_json::json!({"devices": [46]}), serde_json::json!({"devices": [9]})]);
}

#[test]
fn one_device_is_cancelled_after_being_asked() {
    let mut going = detail();
    (going.run.status, going.run.finished_at) = (RunStatus::Running, None);
    let busy =
        netraven_api::runs::RunDevice { state: DeviceState::Running, finished_at: None, ..device(120, "edge-ham-20") };
    going.results.push(busy.clone());
    let fake = with(&going);
    fake.answer("POST /runs/4188/devices/120/cancel", &busy);
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run edge-dus-07 again");
    assert!(fake.calls("POST /runs/4188/again").is_empty(), "one run at a time");
    screen.press("Cancel edge-ham-20");
    assert!(fake.calls("POST /runs/4188/devices").is_empty(), "it asks first");
    assert!(screen.shows("Its session is closed; the other devices of this run go on."));
    screen.press("Cancel the device");
    assert_eq!(fake.calls("POST /runs/4188/devices/120/cancel").len(), 1);
    assert!(screen.shows("edge-ham-20 is cancelled; the other devices go on."));
}

/// Three runs, the first of which did not have one of the devices.
fn matrix() -> JobMatrix {
    let runs = [(4170, RunStatus::Succeeded), (4182, RunStatus::Failed), (4188, RunStatus::PartlyFailed)];
    let runs = runs.map(|(id, status)| MatrixRun { id, status, queued_at: at((id - 4188) * 3600) });
    let good = Some(MatrixCell { state: DeviceState::Success, cause: None });
    let bad = |cause| Some(MatrixCell { state: DeviceState::Failure, cause: Some(cause) });
    let row = |device_id, hostname: &str, cells: [Option<MatrixCell>; 3]| MatrixRow {
        device_id,
        hostname: hostname.into(),
        cells: cells.to_vec(),
    };
    let rows = vec![
        row(46, "edge-dus-07", [good, bad(Cause::AuthFailed), bad(Cause::AuthFailed)]),
        row(9, "edge-fra-09", [None, bad(Cause::TimeoutConnect), bad(Cause::Truncated)]),
    ];
    JobMatrix { runs: runs.to_vec(), devices: page(rows, 2) }
}

#[test]
fn the_history_is_a_matrix_of_devices_and_runs() {
    let fake = with(&detail());
    fake.answer("GET /jobs/1/matrix", &matrix());
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("History");
    assert!(fake.calls("GET /jobs/1/matrix").last().unwrap().contains("runs=30&page=1&size=50"));
    insta::assert_snapshot!(screen.part("div role=\"tabpanel\"", "section aria-label=\"Notices\""));
}

#[test]
fn arrows_lead_through_the_history() {
    let fake = with(&detail());
    fake.answer("GET /jobs/1/matrix", &matrix());
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("History");
    assert_eq!(screen.in_tab_order("cell-"), ["cell-1-2"], "the newest of the first device");
    for (key, place) in [
        (Key::ArrowDown, "cell-2-2"),
        (Key::ArrowDown, "cell-2-2"),
        (Key::Home, "cell-2-0"),
        (Key::ArrowLeft, "cell-2-0"),
        (Key::ArrowRight, "cell-2-1"),
        (Key::ArrowUp, "cell-1-1"),
        (Key::ArrowUp, "cell-0-1"),
        (Key::End, "cell-0-2"),
    ] {
        screen.key("Devices against the last 3 runs", key.clone());
        assert_eq!(screen.in_tab_order("cell-"), [place], "{key:?}");
    }
}

#[test]
fn what_the_server_does_not_offer_is_off_with_the_reason() {
    let fake = with(&detail());
    let mut screen = Screen::open(&fake, "/runs/4188");
    let mut ready = Fake::admin();
    let missing = |feature, reason: &str| Missing { feature, reason: reason.into() };
    ready.missing = vec![
        missing(Feature::RunSome, "This server can only run all devices of a job."),
        missing(Feature::RunHistory, "This server keeps no runs."),
    ];
    fake.session(Session::Ready(ready));
    screen.settle();
    screen.press("Run edge-dus-07 again");
    screen.press("Retry 4: No answer");
    assert!(fake.calls("POST /runs").is_empty());
    assert!(screen.shows("title=\"This server can only run all devices of a job.\""));
    screen.press("History");
    assert!(screen.shows("This server keeps no runs."));
    assert!(fake.calls("GET /jobs/1/matrix").is_empty());
}
