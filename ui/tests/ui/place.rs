//! A server elsewhere: signing in again without losing the screen, what it does not offer, its name and its marks.

use std::rc::Rc;

use netraven_api::native::{Colour, Feature, Missing, Native, Profile, Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};

use crate::samples::{detail, job, page, runs, summary, system};
use crate::support::{Fake, Screen, at};

/// A session with a server, signed in as an admin.
fn elsewhere() -> Ready {
    Ready {
        place: "netraven.example.net".into(),
        url: "https://netraven.example.net/api".into(),
        embedded: false,
        username: "j.weber".into(),
        data_dir: None,
        server: "NetRaven API 1.0.0".into(),
        profile: Some(Profile::new("https://netraven.example.net/api", "j.weber")),
        expires_at: Some(at(1800)),
        ..Fake::admin()
    }
}

fn fake(ready: Ready) -> Rc<Fake> {
    let fake = Fake::with(Session::Ready(ready));
    fake.answer("GET /runs/", &page(runs(), 2));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /system/status", &system());
    crate::run::answer(&fake, &detail());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake
}

#[test]
fn a_minute_before_the_end_a_line_asks_for_the_password_and_the_page_stays() {
    let fake = fake(elsewhere());
    let mut screen = Screen::open(&fake, "/");
    assert!(!screen.shows("Your sign-in expires"));
    fake.session(Session::Ready(Ready { renewal: Renewal::Soon, expires_at: Some(at(55)), ..elsewhere() }));
    screen.settle();
    assert!(
        screen.shows("Your sign-in expires in 55 s.") && screen.shows("Edge routers backup"),
        "{}",
        screen.outline()
    );
    assert!(!screen.shows("Sign in again"), "nobody is interrupted before it is time");
    screen.press("Enter the password");
    screen.type_into("renewal-password", "not-it");
    fake.refuse_wishes(Problem::new(Code::Unauthenticated, "Incorrect user name or password."));
    screen.press("Sign in");
    assert!(fake.wishes().contains(&Native::SignInAgain { password: Secret::new("not-it") }));
    assert!(screen.shows("Incorrect user name or password.") && !screen.shows("not-it"));
    fake.session(Session::Ready(elsewhere()));
    screen.settle();
    assert!(!screen.shows("Sign in again") && screen.shows("Edge routers backup"), "{}", screen.outline());
}

#[test]
fn the_next_place_begins_at_its_dashboard() {
    let fake = fake(elsewhere());
    let mut screen = Screen::open(&fake, "/runs/4188");
    assert!(screen.shows("Log of this run"), "{}", screen.outline());
    fake.session(Session::Choose { profiles: Vec::new() });
    screen.settle();
    fake.session(Session::Ready(Ready { url: "https://lab.example.net".into(), ..elsewhere() }));
    screen.settle();
    assert!(screen.shows("Job Status Dashboard") && !screen.shows("Log of this run"), "{}", screen.outline());
}

#[test]
fn an_ended_sign_in_asks_over_the_page_and_can_be_put_off() {
    let fake = fake(Ready { renewal: Renewal::Now, ..elsewhere() });
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.part("role=\"dialog\"", "nav aria-label=\"Breadcrumbs\""));
    screen.press("Close");
    assert!(!screen.shows("Sign in again") && screen.shows("Your sign-in has expired."));
    screen.press("Enter the password");
    assert!(screen.shows("Sign in again"));
}

#[test]
fn what_the_server_does_not_offer_is_off_and_says_why() {
    let missing = vec![
        Missing { feature: Feature::CancelRun, reason: "This server cannot cancel a run.".into() },
        Missing { feature: Feature::ImportDevices, reason: "This server has no import.".into() },
    ];
    let fake = fake(Ready { missing, ..elsewhere() });
    let mut running = detail();
    running.run.status = netraven_api::runs::RunStatus::Running;
    crate::run::answer(&fake, &running);
    let mut screen = Screen::open(&fake, "/runs/4188");
    assert!(screen.shows("title=\"This server cannot cancel a run.\""), "{}", screen.outline());
    screen.press("Cancel");
    assert!(!screen.shows("Cancel this run?"));
    screen.press("Connection");
    assert!(screen.shows("This server has no import.") && screen.shows("NetRaven API 1.0.0"));
}

#[test]
fn a_production_server_says_so_and_asks_for_its_name_before_something_goes() {
    let profile =
        Profile { name: "Core Berlin".into(), colour: Colour::Red, production: true, ..elsewhere().profile.unwrap() };
    let fake = fake(Ready { profile: Some(profile), ..elsewhere() });
    fake.answer("DELETE /jobs/1", &());
    let mut screen = Screen::open(&fake, "/jobs");
    assert!(screen.shows("Production") && screen.shows(": Core Berlin"), "{}", screen.outline());
    screen.press("Delete Edge routers backup");
    screen.press("Delete the job");
    assert_eq!(fake.calls("DELETE /jobs/1"), Vec::<String>::new(), "the name was not typed");
    screen.type_into("confirm-name", "core berlin");
    screen.press("Delete the job");
    assert_eq!(fake.calls("DELETE /jobs/1"), Vec::<String>::new(), "it was typed wrongly");
    screen.type_into("confirm-name", "Core Berlin");
    screen.press("Delete the job");
    assert_eq!(fake.calls("DELETE /jobs/1").len(), 1);
}

#[test]
fn a_server_is_named_and_marked_in_its_box() {
    let fake = fake(elsewhere());
    let mut screen = Screen::open(&fake, "/");
    screen.press("Connection");
    screen.type_into("place-name", "Core Berlin");
    screen.change("place-colour", "red");
    screen.change("place-production", "true");
    screen.press("Save name and mark");
    let profile =
        Profile { name: "Core Berlin".into(), colour: Colour::Red, production: true, ..elsewhere().profile.unwrap() };
    assert!(fake.wishes().contains(&Native::EditProfile { profile }), "{:?}", fake.wishes());
}

#[test]
fn a_server_used_before_can_be_forgotten() {
    let profiles = vec![Profile::new("https://old.example.net", "anna")];
    let fake = Fake::with(Session::Choose { profiles });
    let mut screen = Screen::open(&fake, "/");
    screen.press("NetRaven server");
    screen.press("Forget this server");
    let wish = Native::ForgetProfile { url: "https://old.example.net".into(), username: "anna".into() };
    assert!(fake.wishes().contains(&wish), "{:?}", fake.wishes());
}

#[test]
fn the_own_password_is_changed_where_one_is_signed_in() {
    let fake = fake(elsewhere());
    fake.answer("PUT /users/me/password", &());
    let mut screen = Screen::open(&fake, "/");
    screen.press("Connection");
    screen.press("Change password");
    assert!(screen.shows("Change the password of j.weber") && !screen.shows("Sign-in expires"), "{}", screen.outline());
    screen.submit();
    assert!(screen.shows("Enter your current password.") && screen.shows("at least 8 characters"));
    screen.type_into("current-password", "old secret words");
    screen.type_into("new-password", "new secret words");
    screen.type_into("repeated-password", "new secret word");
    screen.submit();
    assert!(screen.shows("The new passwords do not match.") && fake.calls("PUT /users/me/password").is_empty());
    screen.type_into("repeated-password", "new secret words");
    fake.refuse(
        "PUT /users/me/password",
        Problem::field("body.current_password", "Value error, this is not your current password"),
    );
    screen.submit();
    assert!(screen.shows("this is not your current password"), "{}", screen.outline());
    fake.answer("PUT /users/me/password", &());
    screen.submit();
    let sent = fake.bodies("PUT /users/me/password").last().cloned().unwrap();
    let expected = serde_json::json!({"current_password": "old secret words", "new_password": "new secret words"});
    assert_eq!(sent, expected);
    assert!(screen.shows("Password changed.") && !screen.shows("new-password"), "{}", screen.outline());
}

#[test]
fn signing_out_everywhere_leaves_this_window_too_unless_the_backend_is_in_it() {
    for embedded in [false, true] {
        let fake = fake(Ready { embedded, ..elsewhere() });
        fake.answer("POST /users/me/sign-out", &());
        let mut screen = Screen::open(&fake, "/");
        screen.press("Connection");
        screen.press("Sign out everywhere");
        screen.type_into("current-password", "secret words");
        screen.submit();
        assert_eq!(
            fake.bodies("POST /users/me/sign-out"),
            [serde_json::json!({"current_password": "secret words"})],
            "{}",
            screen.outline()
        );
        assert_eq!(fake.wishes().contains(&Native::SignOut), !embedded);
        assert_eq!(screen.shows("You are signed out everywhere except in this window."), embedded);
    }
}

#[test]
fn a_server_that_cannot_end_sign_ins_says_so_at_the_buttons() {
    let reason = |text: &str| text.to_owned();
    let missing = vec![
        Missing { feature: Feature::OwnPassword, reason: reason("On this server an admin changes passwords.") },
        Missing { feature: Feature::SignOutEverywhere, reason: reason("This server cannot end a sign-in.") },
    ];
    let fake = fake(Ready { missing, ..elsewhere() });
    let mut screen = Screen::open(&fake, "/");
    screen.press("Connection");
    assert!(screen.shows("title=\"On this server an admin changes passwords.\""), "{}", screen.outline());
    assert!(screen.shows("title=\"This server cannot end a sign-in.\""), "{}", screen.outline());
    screen.press("Change password");
    assert!(!screen.shows("Change the password of"));
}
