//! The Credentials page: the list in each of its states, and what an admin does to it. Secrets go in and never come out.

use std::rc::Rc;

use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{page, tag};
use crate::support::{Fake, Screen};

fn credential(id: i64, username: &str, priority: i64) -> Value {
    json!({
        "id": id, "username": username, "priority": priority, "description": "from the vault", "is_system": false,
        "has_enable_password": id == 1, "tags": [tag(2, "edge")], "devices": 412
    })
}

fn answers(fake: &Rc<Fake>) {
    let mut own = credential(3, "netraven", 1000);
    own["is_system"] = json!(true);
    own["tags"] = json!([]);
    own["devices"] = json!(0);
    fake.answer("GET /credentials/", &page(vec![credential(1, "netbackup", 10), credential(2, "admin", 100), own], 3));
    fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "edge")], 2));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

fn as_user() -> Rc<Fake> {
    Fake::user(answers)
}

#[test]
fn shows_the_credentials_in_the_order_they_are_tried() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/credentials");
    insta::assert_snapshot!(screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\""));
    assert_eq!(fake.calls("GET /credentials/"), ["GET /credentials/?page=1&size=25&sort=priority&order=asc"]);
    let of_a_row = |call: &String| call.contains("tag_id");
    assert!(!fake.calls("GET /devices/").iter().any(of_a_row), "the numbers come with the credentials");
    screen.press("Sort by User name");
    screen.press("Sort by User name");
    screen.type_into("filter-credentials", " net ");
    let last = fake.calls("GET /credentials/").last().cloned().unwrap();
    assert_eq!(last, "GET /credentials/?page=1&size=25&username=net&sort=username&order=desc");
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /credentials/");
    assert!(Screen::open(&fake, "/credentials").shows("Loading the credentials"));
    fake.answer("GET /credentials/", &Page::<Value>::new(Vec::new(), 0, 1, 25));
    let mut screen = Screen::open(&fake, "/credentials");
    insta::assert_snapshot!(screen.part("No credentials yet", "footer"));
    screen.type_into("filter-credentials", "zzz");
    assert!(screen.shows("No credential matches"));
    screen.press("Clear the filters");
    assert!(screen.shows("No credentials yet"));
    fake.refuse("GET /credentials/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("The credentials could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("netbackup"));
}

#[test]
fn a_credential_is_added_with_its_secrets() {
    let fake = filled();
    fake.answer("POST /credentials/", &credential(7, "backup", 50));
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    assert!(fake.calls("POST /credentials/").is_empty());
    screen.type_into("credential-username", "backup");
    screen.type_into("credential-priority", "50");
    screen.type_into("credential-password", "s3cret");
    screen.type_into("credential-enable", "en4ble");
    screen.change("credential-tags-2", "true");
    fake.refuse("POST /credentials/", Problem::field("body.username", "The name is taken."));
    screen.submit();
    assert!(screen.dialog().contains("The name is taken."));
    answers(&fake);
    fake.answer("POST /credentials/", &credential(7, "backup", 50));
    let read = fake.calls("GET /credentials/").len();
    screen.submit();
    let body =
        json!({"username": "backup", "password": "s3cret", "enable_password": "en4ble", "priority": 50, "tags": [2]});
    assert_eq!(fake.bodies("POST /credentials/").last(), Some(&body));
    assert!(screen.shows("The credential of backup was added.") && !screen.shows("role=\"dialog\""));
    assert!(fake.calls("GET /credentials/").len() > read, "the list is read again");
    assert!(!screen.shows("s3cret") && !screen.shows("en4ble"));
}

#[test]
fn a_change_keeps_the_secrets_that_were_not_typed_again() {
    let fake = filled();
    fake.answer("PUT /credentials/1/", &credential(1, "netbackup", 10));
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Change the credential of netbackup");
    insta::assert_snapshot!(screen.dialog());
    screen.type_into("credential-priority", "20");
    screen.type_into("credential-description", "");
    screen.submit();
    let body = json!({"username": "netbackup", "priority": 20, "description": "", "tags": [2]});
    assert_eq!(fake.bodies("PUT /credentials/1/"), [body]);
    assert!(screen.shows("The credential of netbackup was changed."));

    screen.press("Change the credential of netbackup");
    screen.change("credential-forget-enable", "true");
    screen.submit();
    assert_eq!(fake.bodies("PUT /credentials/1/")[1]["enable_password"], json!(""), "an empty text removes it");
}

#[test]
fn only_an_admin_adds_changes_and_deletes() {
    let fake = filled();
    fake.answer("DELETE /credentials/2", &Value::Null);
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Delete the credential of netraven");
    assert!(!screen.shows("role=\"dialog\""), "the product's own stays");
    screen.press("Delete the credential of admin");
    assert!(screen.dialog().contains("devices that have no other credential"));
    screen.press("Delete the credential");
    assert_eq!(fake.calls("DELETE /credentials/2").len(), 1);
    assert!(screen.shows("The credential of admin was deleted."));

    let mut screen = Screen::open(&as_user(), "/credentials");
    for (action, count) in [("add", 1), ("change", 3), ("delete", 3)] {
        let reason = format!("title=\"Only admins may {action} credentials.\"");
        assert_eq!(screen.outline().matches(&reason).count(), count, "{reason}");
    }
    screen.press("Change the credential of netbackup");
    screen.press("Add credential");
    assert!(!screen.shows("role=\"dialog\""));
}

#[test]
fn what_the_server_does_not_keep_is_not_asked_for() {
    let reason = "This server keeps no enable passwords.";
    let fake = Fake::lacking(Feature::EnablePassword, reason, answers);
    let mut screen = Screen::open(&fake, "/credentials");
    assert_eq!(screen.outline().matches("\"not supported\"").count(), 3);
    screen.press("Change the credential of netbackup");
    let shown = screen.dialog();
    assert!(shown.contains(reason) && !shown.contains("Remove the stored enable password"), "{shown}");
}

#[test]
fn a_credential_is_confined_to_networks() {
    let fake = filled();
    let mut confined = credential(1, "netbackup", 10);
    confined["allowed_networks"] = json!(["10.0.0.0/8", "2001:db8::/32"]);
    fake.answer("GET /credentials/", &page(vec![confined.clone(), credential(2, "admin", 100)], 2));
    let mut screen = Screen::open(&fake, "/credentials");
    assert!(screen.shows("10.0.0.0/8, 2001:db8::/32"));
    fake.answer("PUT /credentials/1/", &confined);
    screen.press("Change the credential of netbackup");
    screen.type_into("credential-networks", " 10.0.0.7/8;192.0.2.0/24\n2001:db8::/32 ");
    let wrong = "'10.0.0.7/8' is an address inside a network: write 10.0.0.0/8 for the network.";
    fake.refuse("PUT /credentials/1/", Problem::field("body.allowed_networks", wrong));
    screen.submit();
    let shown = screen.dialog();
    assert!(shown.contains(wrong) && shown.matches("aria-invalid").count() == 1, "{shown}");
    let sent = &fake.bodies("PUT /credentials/1/")[0]["allowed_networks"];
    assert_eq!(sent, &json!(["10.0.0.7/8", "192.0.2.0/24", "2001:db8::/32"]));
    fake.answer("PUT /credentials/1/", &confined);
    screen.type_into("credential-networks", "");
    screen.submit();
    assert_eq!(fake.bodies("PUT /credentials/1/")[1]["allowed_networks"], json!([]), "an empty list lifts the limit");

    let reason = "This server confines no credential to networks.";
    let fake = Fake::lacking(Feature::AllowedNetworks, reason, answers);
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    assert!(screen.dialog().contains(reason));
}
