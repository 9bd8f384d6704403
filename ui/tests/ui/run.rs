//! The page of a run.

use std::rc::Rc;

use dioxus::prelude::Key;
use netraven_api::logs::LogEntry;
use netraven_api::matrix::{JobMatrix, MatrixCell, MatrixRow, MatrixRun};
use netraven_api::native::{Feature, Missing, Session};
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::runs::{DeviceState, ListRunDevices, RunStatus};
use netraven_api::{DeviceId, Problem, RunId};
use netraven_ui::dom::Pressed;

use crate::samples::{RunDetail, detail, device, line, page, run};
use crate::support::{Fake, Screen, at};

/// Answers what is asked of a run as a server does.
pub fn answer(fake: &Fake, detail: &RunDetail) {
    let RunDetail { run, results } = detail.clone();
    fake.answer(&format!("GET /runs/{}", run.id), &run);
    for device in &results {
        fake.answer(&format!("GET /runs/{}/devices/{}", run.id, device.device_id), device);
    }
    fake.answer_query(&format!("GET /runs/{}/devices", run.id), move |query| {
        let wanted: ListRunDevices = serde_html_form::from_str(query).unwrap();
        serde_json::to_value(wanted.page_of(results.clone(), at(0))).unwrap()
    });
}

/// A shell that knows a run.
pub fn with(detail: &RunDetail) -> Rc<Fake> {
    let fake = Fake::ready();
    answer(&fake, detail);
    fake.answer("GET /logs/", &page(Vec::<LogEntry>::new(), 0));
    fake
}

#[test]
fn shows_what_came_of_each_device() {
    let screen = Screen::open(&with(&detail()), "/runs/4188");
    insta::assert_snapshot!(screen.part("main", "section aria-label=\"Notices\""));
}

#[test]
fn every_column_sorts_the_devices_and_the_order_stands_in_the_address() {
    let mut screen = Screen::open(&with(&detail()), "/runs/4188");
    let rows = |screen: &Screen| {
        let table = screen.part("table aria-label=\"Devices of this run\"", "footer");
        let mut names: Vec<(usize, &str)> = ["edge-dus-07", "edge-fra-09", "fw-berlin-02", "edge-ber-11"]
            .into_iter()
            .filter_map(|name| table.find(&format!("\"{name}\"")).map(|place| (place, name)))
            .collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    screen.press("Sort by Device");
    assert_eq!(rows(&screen), ["edge-ber-11", "edge-dus-07", "edge-fra-09", "fw-berlin-02"]);
    screen.press("Sort by Device");
    assert_eq!(rows(&screen), ["fw-berlin-02", "edge-fra-09", "edge-dus-07", "edge-ber-11"]);
    assert_eq!(screen.address(), "/runs/4188?sort=device&order=desc");
    for head in ["State", "Stage", "Cause", "What happened", "Duration"] {
        screen.press(&format!("Sort by {head}"));
        assert!(screen.part("thead", "tbody").contains("aria-sort=\"ascending\""), "{head}");
    }
}

#[test]
fn one_page_of_the_devices_is_read_filtered_and_sorted_by_the_server() {
    let mut large = detail();
    large.results = (1..=250).map(|id| device(id, &format!("core-{id:03}"))).collect();
    large.run.devices = 250;
    let fake = with(&large);
    let mut screen = Screen::open(&fake, "/runs/4188");
    let asked = |fake: &Fake| fake.calls("GET /runs/4188/devices").last().unwrap().clone();
    assert_eq!(asked(&fake), "GET /runs/4188/devices?page=1&size=100");
    assert!(screen.shows("\"250\"") && screen.shows("250 devices") && screen.shows("1–100 of 250"));
    assert!(screen.shows("core-100") && !screen.shows("core-101"), "{}", screen.outline());
    screen.press("Next page");
    screen.press("Next page");
    assert_eq!(
        (asked(&fake).as_str(), screen.address().as_str()),
        ("GET /runs/4188/devices?page=3&size=100", "/runs/4188?page=3")
    );
    assert!(screen.shows("core-250") && !screen.shows("core-200"));
    screen.press("State Failed");
    assert_eq!(asked(&fake), "GET /runs/4188/devices?page=1&size=100&state=failure&state=cancelled");
    assert!(screen.shows("No device matches") && screen.shows("0 devices") && screen.shows("\"250\""));
    screen.press("State All");
    screen.press("Sort by Duration");
    screen.press("Sort by Duration");
    screen.type_into("find-device", "core-07");
    assert_eq!(asked(&fake), "GET /runs/4188/devices?page=1&size=100&search=core-07&sort=duration&order=desc");
    assert!(screen.shows("10 devices") && screen.shows("core-070") && !screen.shows("core-080"));
    // A page that is not there any more leads to the last one there is.
    let screen = Screen::open(&fake, "/runs/4188?page=9");
    assert_eq!((screen.address().as_str(), screen.shows("core-250")), ("/runs/4188?page=3", true));
    let wide = fake.calls("GET /runs/4188/devices").into_iter().filter(|call| !call.contains("size=100"));
    assert_eq!(wide.count(), 0, "never are all devices read");
}

#[test]
fn the_letters_of_the_log_are_heard_on_the_page_of_a_run_too() {
    let fake = with(&detail());
    fake.answer(
        "GET /logs/",
        &page(vec![line(12, "INFO", "Connected in 41 ms"), line(11, "DEBUG", "Host key known")], 2),
    );
    let mut screen = Screen::open(&fake, "/runs/4188?tab=log");
    let letter = |key: &str| Pressed { key: key.to_owned(), ..Pressed::default() };
    let chosen = |screen: &Screen| screen.part("aside aria-label=\"Selected line\"", "footer");
    for (key, message) in [("j", "Connected in 41 ms"), ("j", "Host key known"), ("k", "Connected in 41 ms")] {
        assert!(screen.window_key(&letter(key)), "{key}");
        assert!(chosen(&screen).contains(message), "{key}: {}", screen.outline());
    }
    assert!(screen.window_key(&letter("p")) && screen.shows("\"Resume\""), "{}", screen.outline());
    assert!(screen.window_key(&letter("c")) && screen.shows("Back to the list"), "{}", screen.outline());
    // Where no log is shown, they are no keys of anything.
    screen.press("History");
    assert!(!screen.window_key(&letter("p")));
}

#[test]
fn what_is_known_stays_when_the_devices_cannot_be_read() {
    let fake = with(&detail());
    fake.refuse("GET /runs/4188/devices", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/runs/4188");
    assert!(screen.shows("The devices could not be loaded") && screen.shows("Why devices failed"));
    answer(&fake, &detail());
    screen.press("Try again");
    assert!(screen.shows("Devices of this run"));
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
fn a_run_without_devices_says_what_is_true_of_it() {
    let mut empty = detail();
    empty.results.clear();
    (empty.run.causes, empty.run.status, empty.run.devices) = (Vec::new(), RunStatus::Failed, 0);
    let screen = Screen::open(&with(&empty), "/runs/4188");
    assert!(screen.shows("The job had no devices when this run started."));
    (empty.run.status, empty.run.finished_at) = (RunStatus::Queued, None);
    let screen = Screen::open(&with(&empty), "/runs/4188");
    assert!(screen.shows("The devices of this run appear here as workers start on them."));
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

/// A server on which the new run is 4191.
/// A shell that starts runs when asked so.
pub fn starting(fake: &Rc<Fake>, route: &str) {
    fake.answer(
        route,
        &serde_json::json!({"message": "ok", "job_id": 1, "job_name": "Edge routers backup", "queue_job_id": "4191", "run_id": 4191}),
    );
    let mut new = detail();
    new.run.id = 4191.into();
    answer(fake, &new);
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
    insta::assert_snapshot!(screen.part("Why devices failed", "div role=\"search\""));
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
    assert!(screen.shows("Its session is closed; the other devices of this run continue."));
    screen.press("Cancel the device");
    assert_eq!(fake.calls("POST /runs/4188/devices/120/cancel").len(), 1);
    assert!(screen.shows("edge-ham-20 is cancelled; the other devices continue."));
}

/// Three runs, the first of which did not have one of the devices.
fn matrix() -> JobMatrix {
    let runs = [(4170, RunStatus::Succeeded), (4182, RunStatus::Failed), (4188, RunStatus::PartlyFailed)];
    let runs = runs.map(|(id, status)| MatrixRun { id: RunId::new(id), status, queued_at: at((id - 4188) * 3600) });
    let good = Some(MatrixCell { state: DeviceState::Success, cause: None });
    let bad = |cause| Some(MatrixCell { state: DeviceState::Failure, cause: Some(cause) });
    let row = |device_id, hostname: &str, cells: [Option<MatrixCell>; 3]| MatrixRow {
        device_id: DeviceId::new(device_id),
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
