//! The System page: how each part of the server is.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::Changed;
use netraven_api::problem::Code;
use netraven_api::system::SystemStatus;

use crate::samples::system;
use crate::support::{Fake, Screen, at};

fn filled() -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /system/status", &system());
    fake
}

fn main_part(screen: &Screen) -> String {
    screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\"")
}

#[test]
fn shows_each_part_and_the_clock() {
    insta::assert_snapshot!(main_part(&Screen::open(&filled(), "/system")));
}

#[test]
fn what_is_wrong_is_told_and_read_again_when_the_server_says_so() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/system");
    assert!(!screen.shows("Unhealthy"));
    let wrong = SystemStatus {
        worker: "unhealthy".into(),
        redis: "restarting".into(),
        workers: 0,
        notes: vec!["Redis was not there for 4 s.".into()],
        system_time: at(-600),
        ..system()
    };
    fake.answer("GET /system/status", &wrong);
    fake.changed(Changed::System);
    screen.settle();
    let shown = screen.part("h1", "footer");
    let (last, note) = (shown.find("\"Signed in\"").unwrap(), shown.find("Redis was not there for 4 s.").unwrap());
    assert!(last < note, "a note comes at the end, where it moves nothing: {shown}");
    insta::assert_snapshot!(shown);
}

#[test]
fn reading_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /system/status");
    assert!(Screen::open(&fake, "/system").shows("Loading the state of the system"));
    fake.refuse("GET /system/status", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/system");
    assert!(screen.shows("The state of the system could not be loaded"));
    fake.answer("GET /system/status", &system());
    screen.press("Try again");
    assert!(screen.shows("PostgreSQL"));
    fake.refuse("GET /system/status", Problem::new(Code::Unreachable, "The server did not answer."));
    screen.press("Refresh");
    assert!(screen.shows("may be out of date") && screen.shows("PostgreSQL"), "old states stay, and say so");
}
