//! Which columns a table shows, and how tall its rows are.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::native::Native;
use netraven_api::problem::Code;
use serde_json::{Value, json};

use crate::samples::{job, line, page, runs, summary};
use crate::support::{Fake, Screen};

fn filled() -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake
}

/// Whether a table has a column of that head.
fn has_head(screen: &Screen, title: &str) -> bool {
    screen.part("thead", "tbody").contains(&format!("\"{title}\""))
}

fn kept(fake: &Fake) -> Option<Value> {
    fake.wishes().into_iter().rev().find_map(|wish| match wish {
        Native::SetSetting { name, value } if name == "layout" => Some(value),
        _ => None,
    })
}

#[test]
fn the_menu_says_what_is_shown() {
    let mut screen = Screen::open(&filled(), "/");
    screen.press("Columns and rows");
    insta::assert_snapshot!(screen.part("ul role=\"menu\"", "tabpanel"));
}

#[test]
fn a_column_is_taken_away_and_another_shown_and_both_are_kept() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    assert!(!screen.shows("#4188"), "{}", screen.outline());
    screen.press("Columns and rows");
    screen.press("Run");
    screen.press("Kind");
    assert!(screen.shows("#4188") && has_head(&screen, "Run") && !has_head(&screen, "Kind"), "{}", screen.outline());
    let chosen = json!({ "runs": ["run", "queued_at", "trigger", "devices", "duration"] });
    assert_eq!(kept(&fake), Some(json!({ "density": "comfortable", "columns": chosen })));

    let again = Screen::open(&fake, "/");
    assert!(again.shows("#4188") && !has_head(&again, "Kind"), "another window begins with what was kept");

    screen.press("Reset columns");
    assert!(!screen.shows("#4188") && has_head(&screen, "Kind"));
    assert_eq!(kept(&fake), Some(json!({ "density": "comfortable", "columns": {} })));
}

#[test]
fn rows_are_as_tall_as_chosen() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press("Columns and rows");
    screen.press("Compact rows");
    assert_eq!(kept(&fake), Some(json!({ "density": "compact", "columns": {} })));
    screen.press("Reset columns");
    assert_eq!(
        fake.wishes().iter().filter(|wish| matches!(wish, Native::SetSetting { .. })).count(),
        1,
        "off: nothing to do"
    );
}

#[test]
fn a_choice_that_cannot_be_kept_holds_and_is_told_of() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    fake.refuse_wishes(Problem::new(
        Code::Internal,
        "The settings could not be written. Check that the disk is not full.",
    ));
    screen.press("Columns and rows");
    screen.press("Changed");
    assert!(screen.shows("The settings could not be written."), "{}", screen.outline());
    assert!(has_head(&screen, "Changed"));
}

#[test]
fn the_sort_of_a_column_stays_when_others_go() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press("Columns and rows");
    screen.press("Trigger");
    screen.press("Sort by Devices");
    let last = fake.calls("GET /runs/").pop().expect("a call");
    assert!(last.contains("sort=devices"), "{last}");
    assert!(!has_head(&screen, "Trigger") && has_head(&screen, "Devices"), "{}", screen.outline());
}

#[test]
fn the_log_has_columns_of_its_own_and_names_jobs() {
    let fake = filled();
    let mut said = line(13, "INFO", "Connected");
    said.job_id = Some(4.into());
    fake.answer("GET /logs/", &page(vec![said], 1));
    fake.answer("GET /jobs/", &page(vec![job(4, "Nightly core backup")], 1));
    let mut screen = Screen::open(&fake, "/?tab=logs");
    let heads = |screen: &Screen| screen.part("role=\"row\"", "role=\"grid\"");
    assert!(!heads(&screen).contains("\"Source\""));
    screen.press("Columns and rows");
    for column in ["Source", "Job", "Type"] {
        screen.press(column);
    }
    let heads = heads(&screen);
    assert!(heads.contains("\"Source\"") && heads.contains("\"Job\"") && !heads.contains("\"Type\""), "{heads}");
    assert!(screen.part("role=\"grid\"", "footer").contains("Nightly core backup"), "{}", screen.outline());
}
