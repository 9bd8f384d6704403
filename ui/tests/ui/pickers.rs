//! Filters and choosers of things that the server has more of than it sends at once.

use std::rc::Rc;

use netraven_api::jobs::Job;
use netraven_api::tags::Tag;
use serde_json::{Value, json};

use crate::samples::{device_row, job, page, runs, summary, tag};
use crate::support::{Fake, Screen};

/// The values of a name in a query.
fn given(query: &str, name: &str) -> Vec<String> {
    let parts = query.split('&').filter_map(|part| part.split_once('='));
    parts.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).collect()
}

fn value(rows: Vec<impl serde::Serialize>) -> Value {
    let total = i64::try_from(rows.len()).unwrap();
    serde_json::to_value(page(rows.into_iter().take(100).collect(), total)).unwrap()
}

/// A server of 130 tags and as many jobs, which sends a hundred of them at once.
fn filled() -> Rc<Fake> {
    Fake::filled(|fake| {
        fake.answer_query("GET /tags/", |query| {
            let (names, ids) = (given(query, "name"), given(query, "id"));
            let fits = |tag: &Tag| {
                names.iter().all(|name| tag.name.contains(name))
                    && (ids.is_empty() || ids.contains(&tag.id.to_string()))
            };
            value((1..=130).map(|id| tag(id, &format!("tag-{id:03}"))).filter(fits).collect())
        });
        fake.answer_query("GET /jobs/", |query| {
            let names = given(query, "name");
            let fits = |job: &Job| names.iter().all(|name| job.name.contains(name));
            value((1..=130).map(|id| job(id, &format!("job-{id:03}"))).filter(fits).collect())
        });
        fake.answer("GET /jobs/117", &job(117, "job-117"));
        fake.answer("GET /runs/", &page(runs(), 3));
        fake.answer("GET /runs/summary", &summary());
        fake.answer("GET /devices/", &page(vec![device_row(1, "edge-ber-01")], 1));
        fake.answer("GET /credentials/", &page(Vec::<Value>::new(), 0));
        fake.answer("GET /platforms/", &json!({"items": [], "refused": []}));
    })
}

fn type_in(screen: &mut Screen, picker: &str, text: &str) {
    for letter in text.chars() {
        screen.key_in("id", picker, &letter.to_string(), false);
    }
}

#[test]
fn a_tag_beyond_the_first_hundred_is_found_by_its_name_and_stays_named() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/devices");
    screen.press_where("id", "filter-tag");
    assert!(screen.shows("The first 100 of 130. Type part of a name to find others."), "{}", screen.outline());
    assert!(screen.shows("\"tag-100\"") && !screen.shows("\"tag-117\""));
    type_in(&mut screen, "filter-tag", "117");
    assert!(fake.calls("GET /tags/").contains(&"GET /tags/?size=100&name=117".to_owned()));
    assert!(screen.shows("\"tag-117\"") && !screen.shows("\"tag-100\"") && !screen.shows("The first 100"));
    screen.key_in("id", "filter-tag", "Enter", false);
    assert!(fake.calls("GET /devices/").last().unwrap().contains("tag_id=117"));
    screen.key_in("id", "filter-tag", "Escape", false);
    assert!(screen.shows("aria-label=\"Tag: tag-117\""), "{}", screen.outline());

    let screen = Screen::open(&fake, "/devices?tag=130");
    assert!(screen.shows("aria-label=\"Tag: tag-130\""), "an address names it, too");
}

#[test]
fn what_is_not_there_is_said_and_chooses_nothing() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/devices?tag=3");
    screen.press_where("id", "filter-tag");
    type_in(&mut screen, "filter-tag", "zz");
    assert!(screen.shows("No name contains “zz”."), "{}", screen.outline());
    screen.key_in("id", "filter-tag", "Enter", false);
    assert_eq!(screen.address(), "/devices?tag=3");
    screen.key_in("id", "filter-tag", "Backspace", false);
    screen.key_in("id", "filter-tag", "Backspace", false);
    assert!(screen.shows("\"tag-100\""));
}

#[test]
fn the_dashboard_finds_and_names_jobs_and_tags_beyond_the_first_hundred() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/?tag=117");
    assert!(screen.shows("aria-label=\"Tag: tag-117\"") && screen.shows("Tag tag-117"), "{}", screen.outline());
    screen.press_where("id", "filter-job");
    type_in(&mut screen, "filter-job", "117");
    screen.key_in("id", "filter-job", "Enter", false);
    assert!(fake.calls("GET /runs/").last().unwrap().contains("job_id=117"));
    assert!(screen.shows("aria-label=\"Job: job-117\""), "{}", screen.outline());
}

#[test]
fn the_chooser_of_jobs_and_the_search_of_the_window_ask_the_server() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press("Run a job");
    assert!(screen.dialog().contains("The first 100 of 130."), "{}", screen.dialog());
    screen.type_into("find-job", "117");
    assert!(screen.dialog().contains("job-117") && !screen.dialog().contains("job-100"));

    let mut screen = Screen::open(&fake, "/");
    screen.press("Search");
    for text in ["117", "run job-117"] {
        screen.type_into("palette-text", text);
        assert!(screen.shows("Run job-117"), "{}", screen.outline());
    }
}

#[test]
fn a_form_ticks_tags_beyond_the_first_hundred() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/credentials");
    screen.press("Add credential");
    assert!(screen.dialog().contains("The first 100 of 130."), "{}", screen.dialog());
    screen.type_into("credential-tags-find", "117");
    screen.change("credential-tags-117", "true");
    screen.type_into("credential-tags-find", "005");
    assert!(screen.dialog().contains("tag-117"), "what is ticked stays to be seen: {}", screen.dialog());
    assert!(screen.dialog().contains("tag-005") && !screen.dialog().contains("tag-006"));
}
