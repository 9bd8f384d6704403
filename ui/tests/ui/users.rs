//! The Users page: for admins the list in each of its states, for others the reason why not.

use std::rc::Rc;

use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::page;
use crate::support::{Fake, Screen};

fn user(id: i64, username: &str, role: &str, is_active: bool) -> Value {
    json!({"id": id, "username": username, "role": role, "is_active": is_active, "email": null, "full_name": null})
}

fn answers(fake: &Rc<Fake>) {
    let users = vec![user(1, "admin", "admin", true), user(2, "j.weber", "user", true), user(3, "old", "user", false)];
    fake.answer("GET /users/", &page(users, 3));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

#[test]
fn shows_the_users_to_an_admin() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/users");
    insta::assert_snapshot!(screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\""));
    assert_eq!(fake.calls("GET /users/"), ["GET /users/?page=1&size=50&sort=username&order=asc"]);
    screen.press("Sort by Role");
    screen.type_into("filter-users", "web");
    let last = fake.calls("GET /users/").last().cloned().unwrap();
    assert_eq!(last, "GET /users/?page=1&size=50&username=web&sort=role&order=asc");
}

#[test]
fn others_see_why_not_and_nothing_is_asked() {
    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/users");
    insta::assert_snapshot!(screen.part("h1", "section aria-label=\"Notices\""));
    screen.press("Add user");
    assert!(!screen.shows("role=\"dialog\"") && fake.calls("GET /users/").is_empty());
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /users/");
    assert!(Screen::open(&fake, "/users").shows("Loading the users"));
    fake.answer("GET /users/", &Page::<Value>::new(Vec::new(), 0, 1, 50));
    assert!(Screen::open(&fake, "/users").shows("No user matches"));
    fake.refuse("GET /users/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/users");
    assert!(screen.shows("The users could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("j.weber"));
}

#[test]
fn a_user_is_added() {
    let fake = filled();
    fake.answer("POST /users/", &user(4, "anna", "admin", true));
    let mut screen = Screen::open(&fake, "/users");
    screen.press("Add user");
    screen.type_into("user-password", "short");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    assert!(fake.calls("POST /users/").is_empty());
    screen.type_into("user-name", "anna");
    screen.type_into("user-password", "longenough");
    screen.type_into("user-email", "anna@example.org");
    screen.change("user-role", "admin");
    fake.refuse("POST /users/", Problem::new(Code::Invalid, "There is a user anna already."));
    screen.submit();
    assert!(screen.dialog().contains("There is a user anna already."));
    fake.answer("POST /users/", &user(4, "anna", "admin", true));
    let read = fake.calls("GET /users/").len();
    screen.submit();
    let body = json!({"username": "anna", "password": "longenough", "email": "anna@example.org", "role": "admin"});
    assert_eq!(fake.bodies("POST /users/").last(), Some(&body));
    assert!(screen.shows("anna was added and can sign in."));
    assert!(fake.calls("GET /users/").len() > read, "the list is read again");
    assert!(!screen.shows("longenough"));
}

#[test]
fn only_what_changed_is_sent() {
    let fake = filled();
    fake.answer("PUT /users/2", &user(2, "j.weber", "admin", false));
    let mut screen = Screen::open(&fake, "/users");
    screen.press("Change j.weber");
    insta::assert_snapshot!(screen.dialog());
    screen.submit();
    assert!(fake.calls("PUT /users/2").is_empty() && !screen.shows("role=\"dialog\""), "nothing changed");
    screen.press("Change j.weber");
    screen.change("user-role", "admin");
    screen.change("user-active", "false");
    screen.submit();
    assert_eq!(fake.bodies("PUT /users/2"), [json!({"role": "admin", "is_active": false})]);
    assert!(screen.shows("j.weber was changed."));
    screen.press("Change old");
    screen.type_into("user-password", "another one");
    fake.answer("PUT /users/3", &user(3, "old", "user", false));
    screen.submit();
    assert_eq!(fake.bodies("PUT /users/3"), [json!({"password": "another one"})]);
}

#[test]
fn the_servers_own_sentence_says_why_an_account_stays() {
    let fake = filled();
    let own = "You cannot delete your own account: ask another admin to do it.";
    fake.refuse("DELETE /users/1", Problem::new(Code::Invalid, own));
    fake.answer("DELETE /users/3", &Value::Null);
    let mut screen = Screen::open(&fake, "/users");
    screen.press("Delete admin");
    screen.press("Delete the user");
    assert!(screen.shows(own));
    let last = "The last active admin stays one.";
    fake.refuse("PUT /users/1", Problem::new(Code::Conflict, last));
    screen.press("Change admin");
    assert!(screen.dialog().contains("This is your own account."));
    screen.change("user-role", "user");
    screen.submit();
    assert!(screen.dialog().contains(last));
    screen.press("Cancel");
    screen.press("Delete old");
    screen.press("Delete the user");
    assert_eq!(fake.calls("DELETE /users/3").len(), 1);
    assert!(screen.shows("old was deleted."));
}
