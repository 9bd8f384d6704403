//! Links that lead to one line of the log.

use netraven_api::Problem;
use netraven_api::problem::Code;

use crate::logs::open_log;
use crate::samples::{line, page};
use crate::support::Screen;

fn history() -> Vec<netraven_api::logs::LogEntry> {
    (1..=90).rev().map(|id| line(id, "INFO", &format!("Line {id} said"))).collect()
}

#[test]
fn a_link_leads_to_its_line_in_the_list() {
    let (fake, screen) = open_log("/?tab=logs&line=12", history());
    assert!(screen.part("Selected line", "footer").contains("Line 12 said"));
    assert!(screen.part("role=\"grid\"", "aside").contains("Line 11 said"), "the list has moved there");
    assert!(fake.calls("GET /logs/12").is_empty(), "the line is at hand");
}

#[test]
fn a_line_the_list_does_not_hold_is_shown_with_those_around_it() {
    let (fake, _) = open_log("/", history());
    fake.answer("GET /logs/2418907", &line(2_418_907, "ERROR", "Cut short"));
    let mut screen = Screen::open(&fake, "/?tab=logs&line=2418907");
    let shown = screen.part("section aria-label=\"Lines around line 2418907\"", "section aria-label=\"Notices\"");
    assert!(shown.contains("Cut short"), "{shown}");
    let asked = fake.calls("GET /logs/");
    assert!(asked.iter().any(|call| call.contains("before=2418907") && call.contains("device_id=9")), "{asked:?}");
    screen.press("Back to the list");
    assert!(screen.shows("Line 90 said"));
}

#[test]
fn a_line_that_is_gone_is_told_of_and_one_that_cannot_be_read_is_tried_again() {
    let (fake, _) = open_log("/", history());
    fake.refuse("GET /logs/7000", Problem::new(Code::NotFound, "There is no such line."));
    let mut screen = Screen::open(&fake, "/?tab=logs&line=7000");
    assert!(screen.shows("Line 7,000 is no longer in the log"));
    assert!(screen.shows("Line 90 said"), "the list is there");
    let list = screen.part("role=\"tabpanel\"", "section aria-label=\"Notices\"");
    let (rows, said) = (list.find("role=\"grid\"").unwrap(), list.find("no longer in the log").unwrap());
    assert!(rows < said, "what is said stands below the page and moves none of its lines: {list}");
    screen.press("Close the note about the line");
    assert!(!screen.shows("no longer in the log"));
    assert_eq!(screen.address(), "/?tab=logs");

    fake.refuse("GET /logs/7000", Problem::new(Code::Unreachable, "The server went away."));
    let mut screen = Screen::open(&fake, "/?tab=logs&line=7000");
    assert!(screen.shows("Line 7,000 could not be loaded. The server went away."));
    fake.answer("GET /logs/7000", &line(7_000, "ERROR", "Cut short"));
    screen.press("Load the line again");
    assert!(screen.shows("Lines around line 7000") && !screen.shows("could not be read"));
}

#[test]
fn the_chosen_line_is_in_the_address_and_its_link_can_be_copied() {
    let (_, mut screen) = open_log("/?tab=logs&level=INFO", history());
    screen.press("Line 88");
    assert_eq!(screen.address(), "/?tab=logs&level=INFO&line=88");
    screen.press("Copy a link");
    assert_eq!(screen.clipboard(), "netraven:/?tab=logs&level=INFO&line=88");
    screen.key_in("id", "log-grid", "ArrowDown", false);
    assert_eq!(screen.address(), "/?tab=logs&level=INFO&line=87");
    screen.key_in("id", "log-grid", "Escape", false);
    assert_eq!(screen.address(), "/?tab=logs&level=INFO");
    screen.press("Line 88");
    screen.press("Job Runs");
    assert!(!screen.address().contains("line"), "{}", screen.address());
    screen.back();
    assert!(screen.part("Selected line", "footer").contains("Line 88 said"), "back restores it");
}

#[test]
fn a_line_of_a_run_has_a_link_that_leads_to_it_in_the_whole_log() {
    let (fake, _) = open_log("/", history());
    crate::run::answer(&fake, &crate::samples::detail());
    fake.answer("GET /logs/", &page(vec![line(12, "INFO", "Connected")], 1));
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Log of this run");
    screen.press("Line 12");
    screen.press("Copy a link");
    assert_eq!(screen.clipboard(), "netraven:/?tab=logs&line=12");
}
