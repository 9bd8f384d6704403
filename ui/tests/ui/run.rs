//! The page of a run, and of one device in it.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::logs::LogEntry;
use netraven_api::native::Session;
use netraven_api::problem::Code;
use netraven_api::runs::{RunDetail, RunStatus};
use netraven_api::users::Role;

use crate::samples::{detail, page, run};
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
fn a_changed_host_key_shows_both_fingerprints_and_can_be_forgotten() {
    let fake = with(&detail());
    fake.answer("DELETE /devices/31/host-key", &());
    let mut screen = Screen::open(&fake, "/runs/4188/devices/31");
    assert!(screen.shows("SHA256:Vw2cStored") && screen.shows("SHA256:4n0bOffered"));
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
