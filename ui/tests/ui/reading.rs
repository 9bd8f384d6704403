//! While something is read, nothing else is said: neither what answered an earlier wish, nor that there is nothing.

use std::rc::Rc;

use netraven_api::logs::LogHistogram;
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::logs::open_log;
use crate::samples::{detail, device_row, histogram, job, line, outcomes, page, runs, summary, timeline};
use crate::support::{Fake, Screen, at};

/// Each list: its page, its request, the field that narrows it, what is said where there is nothing, and where nothing fits.
const LISTS: [(&str, &str, &str, &str, &str); 7] = [
    ("/devices", "GET /devices/", "filter-hostname", "No devices yet", "No device matches"),
    ("/configurations", "GET /devices/", "filter-hostname", "No devices yet", "No device matches"),
    ("/jobs", "GET /jobs/", "filter-jobs", "No jobs yet", "No job matches"),
    ("/credentials", "GET /credentials/", "filter-credentials", "No credentials yet", "No credential matches"),
    ("/tags", "GET /tags/", "filter-tags", "No tags yet", "No tag matches"),
    ("/users", "GET /users/", "filter-users", "No user matches", "No user matches"),
    ("/", "GET /runs/", "filter-runs", "Nothing ran in", "No run matches"),
];

fn empty() -> Rc<Fake> {
    let fake = Fake::ready();
    let nothing = Page::<Value>::new(Vec::new(), 0, 1, 25);
    for route in ["GET /devices/", "GET /jobs/", "GET /credentials/", "GET /tags/", "GET /users/", "GET /runs/"] {
        fake.answer(route, &nothing);
    }
    fake.answer("GET /runs/summary", &summary());
    fake
}

#[test]
fn no_list_says_that_there_is_nothing_while_another_answer_is_awaited() {
    for (address, route, field, none, no_match) in LISTS {
        let fake = empty();
        let mut screen = Screen::open(&fake, address);
        assert!(screen.shows(none), "{address}: {}", screen.outline());
        screen.type_into(field, "x");
        assert!(screen.shows(no_match), "{address}: {}", screen.outline());
        fake.hang(route);
        screen.type_into(field, "xy");
        let shown = screen.outline();
        assert!(!shown.contains(none) && !shown.contains(no_match), "{address}: {shown}");
        assert!(shown.contains("aria-busy=\"true\"") && shown.contains("Loading"), "{address}: {shown}");
        // What cannot be read is said, and the answer to the wish before is no answer to this one.
        fake.refuse(route, Problem::new(Code::Unreachable, "The server did not answer."));
        screen.type_into(field, "xyz");
        let shown = screen.outline();
        assert!(shown.contains("The server did not answer.") && !shown.contains(no_match), "{address}: {shown}");
    }
}

#[test]
fn what_was_read_of_one_device_is_never_shown_of_another() {
    let fake = Fake::ready();
    fake.answer("GET /devices/", &page(vec![device_row(9, "edge-fra-09"), device_row(10, "edge-fra-10")], 2));
    fake.answer("GET /platforms/", &json!({"items": [], "refused": []}));
    let result = json!({
        "id": 1, "job_id": 4, "run_id": 4188, "device_id": 9, "device_name": "edge-fra-09", "job_name": "Nightly of nine",
        "job_type": "config_backup", "status": "success", "result_time": at(-3600), "created_at": at(-3600), "details": null
    });
    fake.answer("GET /job-results/", &page(vec![result], 1));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Open edge-fra-09");
    assert!(screen.shows("Nightly of nine"), "{}", screen.outline());
    fake.hang("GET /job-results/");
    screen.press("Open edge-fra-10");
    assert!(!screen.shows("Nightly of nine") && screen.shows("Loading the runs"), "{}", screen.outline());
}

#[test]
fn the_devices_of_a_run_are_not_said_to_be_none_while_they_are_read() {
    let fake = Fake::ready();
    crate::run::answer(&fake, &detail());
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.type_into("find-device", "no such device");
    assert!(screen.shows("No device matches"), "{}", screen.outline());
    fake.hang("GET /runs/4188/devices");
    screen.type_into("find-device", "edge");
    let shown = screen.outline();
    assert!(!shown.contains("No device matches") && shown.contains("aria-busy=\"true\""), "{shown}");
}

#[test]
fn the_lines_of_other_filters_are_not_counted_as_those_that_are_read() {
    let (fake, mut screen) = open_log("/?tab=logs", vec![line(12, "INFO", "Connected in 41 ms")]);
    assert!(screen.shows("Showing 1 of") && !screen.shows("aria-busy=\"true\""));
    fake.hang("GET /logs/");
    screen.type_into("filter-lines", "refused");
    let shown = screen.outline();
    assert!(!shown.contains("Showing 1 of") && shown.contains("aria-busy=\"true\""), "{shown}");
    fake.refuse("GET /logs/", Problem::new(Code::Unreachable, "The server did not answer."));
    screen.type_into("filter-lines", "refused by");
    assert!(screen.shows("The log could not be loaded") && !screen.shows("Connected in 41 ms"), "{}", screen.outline());
}

#[test]
fn the_chart_of_another_period_is_not_drawn_under_the_one_that_is_read() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /runs/outcomes", &outcomes());
    fake.answer("GET /runs/timeline", &timeline());
    fake.answer("GET /runs/4188", &detail().run);
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    let mut screen = Screen::open(&fake, "/");
    assert!(!screen.shows("Counting runs."));
    fake.hang("GET /runs/outcomes");
    screen.press("Period 30 d");
    assert!(screen.shows("Counting runs."), "{}", screen.outline());
}

#[test]
fn what_is_offered_where_nothing_ran_comes_once_and_does_not_move() {
    let fake = empty();
    fake.hang("GET /runs/outcomes");
    fake.answer("GET /runs/timeline", &timeline());
    let screen = Screen::open(&fake, "/");
    assert!(!screen.shows("Nothing ran in") && screen.shows("Loading the runs"), "{}", screen.outline());
}

#[test]
fn a_chart_that_lacks_lines_says_so_below_the_page() {
    let (fake, _) = open_log("/?tab=logs", vec![line(12, "INFO", "Connected in 41 ms")]);
    let partial = LogHistogram { is_partial: true, ..histogram() };
    fake.answer("GET /logs/histogram", &partial);
    let screen = Screen::open(&fake, "/?tab=logs");
    let shown = screen.outline();
    let (rows, said) = (shown.find("role=\"grid\"").unwrap(), shown.find("are missing in the chart").unwrap());
    assert!(rows < said, "nothing is pushed down by it: {shown}");
}
