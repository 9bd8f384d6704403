//! Finding a text in the lines that are loaded.

use std::rc::Rc;

use netraven_ui::dom::Pressed;

use crate::logs::open_log;
use crate::samples::line;
use crate::support::{Fake, Screen};

const FIELD: &str = "log-find";

fn control_f() -> Pressed {
    Pressed { key: "f".into(), control: true, ..Pressed::default() }
}

/// Ninety lines, each tenth of which timed out.
fn with_bar() -> (Rc<Fake>, Screen) {
    let said = |id: i64| if id % 10 == 0 { format!("Timed Out {id}") } else { format!("Line {id}") };
    let (fake, mut screen) = open_log("/?tab=logs", (1..=90).rev().map(|id| line(id, "INFO", &said(id))).collect());
    assert!(screen.window_key(&control_f()));
    (fake, screen)
}

#[test]
fn every_match_is_marked_and_counted() {
    let (_, mut screen) = with_bar();
    screen.type_into(FIELD, "timed out");
    assert!(screen.shows("\"1 of 9\"") && screen.outline().contains("mark\n"), "{}", screen.outline());
    assert!(screen.part("data-state=\"found\"", "Line 89").contains("Timed Out"));
    screen.type_into(FIELD, "nowhere");
    assert!(screen.shows("\"Not found\"") && !screen.shows("data-state=\"found\""));
}

#[test]
fn keys_lead_to_the_next_and_the_one_before_and_the_list_follows() {
    let (_, mut screen) = with_bar();
    screen.type_into(FIELD, "timed out");
    for place in 2..=9 {
        screen.key_in("id", FIELD, "Enter", false);
        assert!(screen.shows(&format!("\"{place} of 9\"")));
        assert!(screen.shows("data-state=\"found\""), "the match at {place} is drawn");
    }
    assert!(screen.shows("\"10\"") && !screen.shows("Line 89"), "the list has moved\n{}", screen.outline());
    screen.key_in("id", FIELD, "Enter", false);
    assert!(screen.shows("\"1 of 9\"") && screen.shows("Line 89"), "behind the last comes the first");
    screen.key_in("id", FIELD, "Enter", true);
    assert!(screen.shows("\"9 of 9\""));
    let f3 = |shift| Pressed { key: "F3".into(), shift, ..Pressed::default() };
    screen.window_key(&f3(true));
    assert!(screen.shows("\"8 of 9\""));
    screen.window_key(&f3(false));
    screen.press("Find previous");
    screen.press("Find next");
    assert!(screen.shows("\"9 of 9\""));
}

#[test]
fn a_match_stays_in_its_place_while_lines_arrive() {
    let (fake, mut screen) = with_bar();
    screen.type_into(FIELD, "timed out");
    screen.key_in("id", FIELD, "Enter", false);
    fake.lines(&[line(91, "INFO", "timed out again"), line(92, "INFO", "Something other than SSH")]);
    screen.settle();
    assert!(screen.shows("\"3 of 10\""), "{}", screen.outline());
    assert!(screen.part("data-state=\"found\"", "Line 79").contains("\"80\""));
}

#[test]
fn escape_closes_the_bar_and_a_dialog_keeps_its_keys() {
    let (_, mut screen) = with_bar();
    screen.key_in("id", FIELD, "Escape", false);
    assert!(!screen.shows("Find in the lines loaded"));
    assert!(!screen.window_key(&Pressed { dialog: true, ..control_f() }));
    screen.press("Job Runs");
    assert!(!screen.window_key(&control_f()), "there is no list of lines");
}

#[test]
fn what_is_not_loaded_is_searched_by_the_filter() {
    let (fake, mut screen) = with_bar();
    assert!(screen.shows("in the 90 lines loaded"));
    screen.type_into(FIELD, " timed out ");
    screen.press("Search the whole log");
    assert!(fake.calls("GET /logs/").iter().any(|call| call.contains("search=timed+out")));
    assert!(screen.shows("Remove the filter Text"), "{}", screen.outline());
    assert!(!screen.shows("Find in the lines loaded"));
}
