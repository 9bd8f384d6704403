//! The log over time: what it shows, and the time chosen in it.

use std::rc::Rc;

use netraven_api::logs::LogHistogram;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{LogId, Problem};

use crate::samples::{histogram, job, line, page, runs, summary};
use crate::support::{Fake, Screen, at};

const ROUTE: &str = "GET /logs/histogram";

fn open(fake: &Rc<Fake>) -> Screen {
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake.answer("GET /logs/", &page(vec![line(12, "INFO", "Connected in 41 ms")], 1));
    let mut screen = Screen::open(fake, "/");
    screen.press("Unified Logs");
    screen
}

fn counted() -> (Rc<Fake>, Screen) {
    let fake = Fake::ready();
    fake.answer(ROUTE, &histogram());
    let screen = open(&fake);
    (fake, screen)
}

/// The newest request for lines of the list.
fn history(fake: &Fake) -> String {
    fake.calls("GET /logs/").into_iter().rfind(|call| call.contains("size=100")).unwrap()
}

#[test]
fn it_is_asked_for_the_period_with_the_filters_of_the_lines() {
    let (fake, mut screen) = counted();
    screen.press_where("id", "filter-level");
    screen.press_where("id", "filter-level-4");
    screen.type_into("filter-lines", "timed out");
    let last = fake.calls(ROUTE).last().cloned().unwrap();
    assert!(last.contains("level=ERROR") && last.contains("search=timed+out"), "{last}");
    assert!(last.contains("start_time=2026-11-22T14") && last.contains("buckets=120"), "{last}");
}

#[test]
fn it_is_told_in_words_and_live_lines_are_added_to_its_last_bar() {
    let (fake, mut screen) = counted();
    insta::assert_snapshot!(screen.part("Lines over time", "div role=\"tabpanel\""));
    fake.lines(&[line(12, "INFO", "Connected in 41 ms"), line(13, "ERROR", "Cut short"), line(14, "INFO", "Next")]);
    screen.settle();
    assert!(screen.shows("1,257 lines in") && screen.shows("8 ERROR"), "{}", screen.outline());
}

#[test]
fn a_drag_chooses_its_time_for_the_lines_and_a_chip_takes_it_away() {
    let (fake, mut screen) = counted();
    screen.mouse("mousedown", "data-bar", "1");
    screen.mouse("mouseover", "data-bar", "0");
    assert!(!history(&fake).contains("end_time"), "nothing is chosen while it is dragged");
    screen.mouse("mouseup", "id", "log-histogram");
    let last = history(&fake);
    assert!(last.contains("start_time=2026-11-23T14%3A02%3A00Z"), "{last}");
    assert!(last.contains("end_time=2026-11-23T14%3A03%3A59.999999Z"), "{last}");
    assert!(!fake.calls(ROUTE).last().unwrap().contains("end_time"), "the chart stays the period's");
    screen.press("Remove 2026-11-23 15:02–15:04");
    assert!(!history(&fake).contains("end_time"));
}

#[test]
fn lines_that_come_after_the_chosen_time_are_not_shown_in_it() {
    let (fake, mut screen) = counted();
    screen.mouse("mousedown", "data-bar", "1");
    screen.mouse("mouseup", "id", "log-histogram");
    assert_eq!(fake.log_feeds()[0].filter.after, Some(LogId::new(12)));
    fake.lines(&[line(15, "INFO", "Later than chosen")]);
    screen.settle();
    assert!(!screen.shows("Later than chosen") && screen.shows("1,256 lines in"));
}

#[test]
fn the_keyboard_moves_over_the_bars_widens_chooses_and_clears() {
    let (fake, mut screen) = counted();
    screen.key_in("id", "log-histogram", "ArrowLeft", false);
    assert!(screen.shows("2026-11-23 15:04–15:05: 2 lines"));
    screen.key_in("id", "log-histogram", "ArrowLeft", true);
    assert!(screen.shows("2026-11-23 15:03–15:05: 1,210 lines, 8 errors"));
    screen.key_in("id", "log-histogram", "Enter", false);
    assert!(screen.shows("Remove the filter 2026-11-23 15:03–15:05"));
    screen.key_in("id", "log-histogram", "Escape", false);
    assert!(!screen.shows("Remove the filter"));
    assert!(!history(&fake).contains("end_time"));
}

#[test]
fn what_could_not_be_counted_is_said() {
    let fake = Fake::ready();
    fake.answer(ROUTE, &LogHistogram { is_partial: true, counted_since: at(-120), ..histogram() });
    assert!(open(&fake).shows("lines before 2026-11-23 15:03:00 are missing in the chart"));
    let fake = Fake::ready();
    fake.refuse(ROUTE, Problem::new(Code::Internal, "The database is restarting."));
    let mut screen = open(&fake);
    assert!(screen.shows("could not be counted. The database is restarting."));
    fake.answer(ROUTE, &histogram());
    screen.press("Count again");
    assert!(screen.shows("1,255 lines in"));
}

#[test]
fn a_server_that_does_not_count_has_no_chart_and_the_reason_instead() {
    let fake = Fake::lacking(Feature::LogHistogram, "This server does not count.", |_| ());
    let screen = open(&fake);
    assert!(screen.shows("This server does not count.") && !screen.shows("Lines over time"));
    assert!(fake.calls(ROUTE).is_empty());
}
