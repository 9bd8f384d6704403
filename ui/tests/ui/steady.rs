//! Nothing moves under the pointer, nothing is covered, and nothing of before is shown as of now.

use netraven_api::event::Changed;
use netraven_api::native::Session;
use netraven_api::outcome::Cause;
use netraven_api::problem::Code;
use netraven_api::runs::{CauseCount, DeviceState, RunDevice, RunStatus};
use netraven_api::{JobId, Problem, RunId};

use crate::run::with;
use crate::samples::{detail, device, page, run, runs, summary};
use crate::support::{Fake, Screen};

const ENDED: Changed = Changed::Run { run_id: RunId::new(4188), job_id: JobId::new(1), ended: true };

/// The places of texts on screen, which come in this order.
fn in_order(screen: &Screen, words: &[&str]) {
    let outline = screen.outline();
    let places: Vec<_> = words.iter().map(|word| outline.find(word)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{words:?} {places:?} in\n{outline}");
}

#[test]
fn rows_keep_their_order_while_the_pointer_is_over_them() {
    let mut going = detail();
    (going.run.status, going.run.finished_at) = (RunStatus::Running, None);
    going.results = vec![device(1, "core-1"), device(2, "core-2"), device(3, "core-3")];
    let fake = with(&going);
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.mouse("mouseenter", "id", "run-devices-frame");
    // One failed, which the server puts first, and another one joins.
    let mut failed = device(3, "core-3");
    (failed.state, failed.cause) = (DeviceState::Failure, Some(Cause::Timeout));
    going.results = vec![failed, device(0, "core-0"), device(1, "core-1"), device(2, "core-2")];
    crate::run::answer(&fake, &going);
    fake.changed(ENDED);
    screen.settle();
    in_order(&screen, &["\"core-1\"", "\"core-2\"", "\"core-3\"", "Timed out", "\"core-0\""]);
    assert!(screen.shows("1 new at the end"), "{}", screen.outline());
    screen.mouse("mouseleave", "id", "run-devices-frame");
    screen.settle();
    in_order(&screen, &["\"core-3\"", "\"core-0\"", "\"core-1\"", "\"core-2\""]);
    assert!(!screen.shows("1 new at the end"));
}

/// Of a run of thousands one page is read: what went to another page, or fits the filter no more, is asked for by itself.
#[test]
fn a_row_that_left_its_page_keeps_its_place_and_tells_what_became_of_it() {
    let mut going = detail();
    (going.run.status, going.run.finished_at, going.run.devices) = (RunStatus::Running, None, 3);
    let waiting = |id: i64| RunDevice { state: DeviceState::Queued, ..device(id, &format!("core-{id}")) };
    going.results = vec![waiting(1), waiting(2), waiting(3)];
    let fake = with(&going);
    let mut screen = Screen::open(&fake, "/runs/4188?show=going");
    screen.mouse("mouseenter", "id", "run-devices-frame");
    let failed = RunDevice { state: DeviceState::Failure, cause: Some(Cause::Timeout), ..device(2, "core-2") };
    going.results = vec![waiting(1), failed, waiting(3)];
    crate::run::answer(&fake, &going);
    fake.changed(ENDED);
    screen.settle();
    in_order(&screen, &["\"core-1\"", "\"core-2\"", "Timed out", "\"core-3\"", "2 devices"]);
    let calls = fake.calls("GET /runs/4188/devices");
    assert!(calls.last().unwrap().ends_with("?size=100&device_id=2"), "{calls:?}");
    // It goes on being reported.
    going.results[1].cause = Some(Cause::Truncated);
    crate::run::answer(&fake, &going);
    fake.changed(ENDED);
    screen.settle();
    assert!(screen.shows(Cause::Truncated.title()), "{}", screen.outline());
    screen.mouse("mouseleave", "id", "run-devices-frame");
    screen.settle();
    in_order(&screen, &["\"core-1\"", "\"core-3\""]);
    assert!(!screen.shows("\"core-2\""));
}

#[test]
fn a_full_page_takes_no_more_until_the_pointer_leaves() {
    let mut going = detail();
    (going.run.status, going.run.finished_at, going.run.devices) = (RunStatus::Running, None, 120);
    going.results = (101..=220).map(|id| device(id, &format!("core-{id}"))).collect();
    let fake = with(&going);
    let mut screen = Screen::open(&fake, "/runs/4188");
    let rows = |screen: &Screen| screen.html().matches("data-device=").count();
    assert_eq!(rows(&screen), 100);
    screen.mouse("mouseenter", "id", "run-devices-frame");
    for busy in &mut going.results[105..] {
        busy.state = DeviceState::Running;
    }
    crate::run::answer(&fake, &going);
    fake.changed(ENDED);
    screen.settle();
    assert_eq!((rows(&screen), screen.shows("core-210")), (100, false), "{}", screen.outline());
    screen.mouse("mouseleave", "id", "run-devices-frame");
    screen.settle();
    assert_eq!(rows(&screen), 100);
    in_order(&screen, &["\"core-206\"", "\"core-220\"", "\"core-101\""]);
}

#[test]
fn new_runs_join_at_the_end_while_somebody_points_at_the_others() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(vec![run(1, "Core"), run(2, "Edge")], 2));
    fake.answer("GET /runs/summary", &summary());
    let mut screen = Screen::open(&fake, "/");
    screen.mouse("mouseenter", "id", "runs-frame");
    fake.answer("GET /runs/", &page(vec![run(3, "Newest"), run(1, "Core"), run(2, "Edge")], 3));
    fake.changed(ENDED);
    screen.settle();
    in_order(&screen, &["\"Core\"", "\"Edge\"", "\"Newest\""]);
    screen.mouse("mouseleave", "id", "runs-frame");
    screen.settle();
    in_order(&screen, &["\"Newest\"", "\"Core\"", "\"Edge\""]);
}

#[test]
fn causes_have_their_room_below_the_tabs_before_there_is_one_and_keep_their_order() {
    let mut going = detail();
    (going.run.status, going.run.finished_at) = (RunStatus::Running, None);
    (going.run.causes, going.run.failed) = (Vec::new(), 0);
    let fake = with(&going);
    let mut screen = Screen::open(&fake, "/runs/4188");
    in_order(&screen, &["role=\"tablist\"", "No device has failed so far.", "Find device"]);
    let count = |cause, devices| CauseCount { cause, devices };
    for causes in
        [vec![count(Cause::AuthFailed, 1)], vec![count(Cause::TimeoutConnect, 5), count(Cause::AuthFailed, 1)]]
    {
        going.run.failed = causes.iter().map(|group| group.devices).sum();
        going.run.causes = causes;
        crate::run::answer(&fake, &going);
        fake.changed(Changed::Run { run_id: 4188.into(), job_id: 1.into(), ended: false });
        screen.settle();
    }
    let title = |cause: Cause| cause.title();
    in_order(
        &screen,
        &["role=\"tablist\"", "Why devices failed", title(Cause::AuthFailed), title(Cause::TimeoutConnect)],
    );
    // After seeing it end, the room is kept.
    (going.run.status, going.run.causes, going.run.failed) = (RunStatus::Succeeded, Vec::new(), 0);
    crate::run::answer(&fake, &going);
    fake.changed(ENDED);
    screen.settle();
    assert!(screen.shows("No device failed."));
    assert!(!Screen::open(&fake, "/runs/4188").shows("No device failed."), "who comes later needs no room kept");
}

#[test]
fn one_notice_is_shown_the_others_on_wish_and_all_end_with_the_session() {
    let fake = with(&detail());
    fake.refuse("POST /jobs/run/1", Problem::new(Code::Conflict, "The first thing went wrong."));
    fake.refuse("POST /runs/4188/again", Problem::new(Code::Conflict, "The second thing went wrong."));
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Run again");
    screen.press("All devices of the job");
    screen.press("Run again");
    screen.press("Only the 14 that failed");
    assert!(screen.shows("The second thing went wrong.") && !screen.shows("The first thing"), "{}", screen.outline());
    screen.press("More notices");
    assert!(screen.shows("The first thing went wrong."));
    fake.session(Session::Choose { profiles: Vec::new() });
    screen.settle();
    assert!(!screen.shows("went wrong"), "{}", screen.outline());
}

#[test]
fn the_numbers_of_another_period_are_never_shown_under_the_one_that_is_read() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    let mut screen = Screen::open(&fake, "/");
    assert!(screen.shows("171") && screen.shows("Updated"));
    fake.hang("GET /runs/");
    fake.hang("GET /runs/summary");
    screen.press("Period 30 d");
    assert!(!screen.shows("171") && !screen.shows("\"186\""), "{}", screen.outline());
    assert!(screen.shows("\"Loading\"") && screen.shows("aria-busy=\"true\""), "{}", screen.outline());
}

#[test]
fn rows_that_could_not_be_read_again_are_told_once_below_the_page() {
    let fake = with(&detail());
    let mut screen = Screen::open(&fake, "/runs/4188");
    fake.refuse("GET /runs/4188", Problem::new(Code::Unreachable, "The server did not answer."));
    fake.changed(ENDED);
    screen.settle();
    in_order(&screen, &["Devices of this run", "Last updated", "The server did not answer.", "\"Notices\""]);
    crate::run::answer(&fake, &detail());
    screen.press("Try again");
    assert!(!screen.shows("Last updated"));
}
