//! The Tags page: the list in each of its states, and what a person does to it.

use std::rc::Rc;

use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{page, tag};
use crate::support::{Fake, Screen};

fn tags() -> Vec<Value> {
    vec![
        json!({"id": 1, "name": "default", "type": null, "description": null, "devices": 1412}),
        json!({"id": 2, "name": "edge", "type": "role", "description": "Routers at the edge", "devices": 24}),
    ]
}

fn answers(fake: &Rc<Fake>) {
    fake.answer("GET /tags/", &page(tags(), 2));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

/// The requests of the list itself; the band of the sample lab asks for its own tag.
fn last(fake: &Fake) -> String {
    fake.calls("GET /tags/").into_iter().rfind(|call| call.contains("size=25")).unwrap()
}

#[test]
fn shows_the_tags_and_how_many_devices_carry_each() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/tags");
    insta::assert_snapshot!(screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\""));
    assert_eq!(last(&fake), "GET /tags/?page=1&size=25&sort=name&order=asc");
    let of_a_row = |call: &String| call.contains("tag_id");
    assert!(!fake.calls("GET /devices/").iter().any(of_a_row), "the numbers come with the tags");
    screen.press("Sort by Kind");
    screen.type_into("filter-tags", "ed");
    assert_eq!(last(&fake), "GET /tags/?page=1&size=25&name=ed&sort=type&order=asc");
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /tags/");
    assert!(Screen::open(&fake, "/tags").shows("Loading the tags"));
    fake.answer("GET /tags/", &Page::<Value>::new(Vec::new(), 0, 1, 25));
    let mut screen = Screen::open(&fake, "/tags");
    insta::assert_snapshot!(screen.part("No tags yet", "footer"));
    screen.type_into("filter-tags", "zzz");
    assert!(screen.shows("No tag matches"));
    fake.refuse("GET /tags/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/tags");
    assert!(screen.shows("The tags could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("Routers at the edge"));
    fake.answer("GET /tags/", &page(vec![tag(2, "edge")], 1));
    let screen = Screen::open(&fake, "/tags");
    assert!(screen.shows("\"not known\""), "a number that the server does not send is not a nought");
}

#[test]
fn a_tag_is_added_and_changed() {
    let fake = filled();
    fake.answer("POST /tags/", &tags()[1]);
    fake.answer("PUT /tags/2", &tags()[1]);
    let mut screen = Screen::open(&fake, "/tags");
    screen.press("Add tag");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    screen.type_into("tag-name", " edge ");
    fake.refuse("POST /tags/", Problem::new(Code::Conflict, "A tag of this name exists already."));
    screen.submit();
    assert!(screen.dialog().contains("A tag of this name exists already."));
    fake.answer("POST /tags/", &tags()[1]);
    screen.submit();
    assert_eq!(fake.bodies("POST /tags/").last(), Some(&json!({"name": "edge"})));
    assert!(screen.shows("The tag edge was added."));

    screen.press("Change the tag edge");
    screen.type_into("tag-kind", "site");
    screen.type_into("tag-description", "");
    screen.submit();
    assert_eq!(fake.bodies("PUT /tags/2"), [json!({"name": "edge", "type": "site", "description": ""})]);
    assert!(screen.shows("The tag edge was changed."));
}

#[test]
fn only_an_admin_deletes_and_the_tag_of_every_device_stays() {
    let fake = filled();
    fake.answer("DELETE /tags/2", &Value::Null);
    let mut screen = Screen::open(&fake, "/tags");
    screen.press("Delete the tag default");
    screen.press("Change the tag default");
    assert!(!screen.shows("role=\"dialog\""));
    screen.press("Delete the tag edge");
    insta::assert_snapshot!(screen.dialog());
    screen.press("Delete the tag");
    assert_eq!(fake.calls("DELETE /tags/2").len(), 1);
    assert!(screen.shows("The tag edge was deleted."));

    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/tags");
    assert!(screen.shows("title=\"Only admins may delete tags.\""));
    screen.press("Delete the tag edge");
    assert!(!screen.shows("role=\"dialog\""));
    screen.press("Change the tag edge");
    assert!(screen.shows("role=\"dialog\""), "a user may change a tag");
}
