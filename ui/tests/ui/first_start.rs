//! Everything before there is a session.

use netraven_api::native::{Native, Profile, Session};
use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};

use crate::support::{Fake, Screen};

#[test]
fn the_first_start_asks_where_the_data_is() {
    let fake = Fake::with(Session::Choose { profiles: Vec::new() });
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.outline());
    screen.press("On this computer");
    assert!(fake.wishes().contains(&Native::UseEmbedded));
    fake.session(Session::Starting { step: "Preparing the database".into() });
    screen.settle();
    insta::assert_snapshot!(screen.outline());
}

#[test]
fn stopping_is_not_told_as_a_start() {
    let fake = Fake::with(Session::Stopping { step: "Stopping the backend on this computer.".into() });
    let screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.outline());
}

#[test]
fn a_server_is_signed_in_to_with_what_was_typed() {
    let profile = Profile::new("https://netraven.example.net", "j.weber");
    let fake = Fake::with(Session::Choose { profiles: vec![profile] });
    fake.refuse_wishes(Problem::new(Code::Unauthenticated, "User name or password is wrong."));
    let mut screen = Screen::open(&fake, "/");
    screen.press("NetRaven server");
    insta::assert_snapshot!(screen.part("form", "section aria-label=\"Notices\""));
    screen.type_into("server-password", "not-it");
    screen.submit();
    assert!(fake.wishes().contains(&Native::SignIn {
        url: "https://netraven.example.net".into(),
        username: "j.weber".into(),
        password: Secret::new("not-it"),
        remember: true,
    }));
    assert!(screen.shows("User name or password is wrong."));
    assert!(!screen.shows("not-it"), "the password is not kept on screen");
}

#[test]
fn every_server_used_before_is_offered() {
    let profile = |url: &str, username: &str| Profile::new(url, username);
    let profiles = vec![profile("https://new.example.net", "anna"), profile("https://old.example.net/api", "j.weber")];
    let fake = Fake::with(Session::Choose { profiles });
    let mut screen = Screen::open(&fake, "/");
    screen.press("NetRaven server");
    insta::assert_snapshot!(screen.part("form", "section aria-label=\"Notices\""));
    screen.change("server-known", "https://old.example.net/api");
    screen.type_into("server-password", "not-it");
    screen.submit();
    let sent = fake.wishes().into_iter().find_map(|wish| match wish {
        Native::SignIn { url, username, .. } => Some((url, username)),
        _ => None,
    });
    assert_eq!(sent, Some(("https://old.example.net/api".into(), "j.weber".into())));
    screen.change("server-known", "");
    let form = screen.part("form", "section aria-label=\"Notices\"");
    assert!(!form.contains("value=\"j.weber\""), "another server begins with nothing: {form}");
}

#[test]
fn a_failed_start_says_why_and_can_be_tried_again() {
    let problem = Problem::new(
        Code::Unavailable,
        "PostgreSQL 14 or newer was not found. Install it with: apt install postgresql",
    );
    let fake = Fake::with(Session::Failed { problem, embedded: true });
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.outline());
    screen.press("Try again");
    assert!(fake.wishes().contains(&Native::UseEmbedded));
}

#[test]
fn a_session_that_ran_out_asks_for_the_password_alone() {
    let fake = Fake::with(Session::SignIn {
        url: "https://netraven.example.net".into(),
        username: Some("j.weber".into()),
        reason: Some("Your session ran out.".into()),
    });
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.outline());
    screen.press("Change connection");
    assert!(fake.wishes().contains(&Native::SignOut));
}

#[test]
fn a_server_that_was_not_reached_is_tried_again_unless_its_address_can_be_none() {
    let failed = |code| Session::Failed { problem: Problem::new(code, "It did not answer."), embedded: false };
    let fake = Fake::with(failed(Code::Unreachable));
    let mut screen = Screen::open(&fake, "/");
    screen.press("Try again");
    assert!(fake.wishes().contains(&Native::Retry));
    fake.session(failed(Code::Invalid));
    screen.settle();
    assert!(!screen.shows("Try again") && screen.shows("Change connection"));
}
