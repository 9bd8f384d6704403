//! The Unified Logs tab: history, live lines, pausing, and one line explained.

use std::rc::Rc;

use netraven_api::event::Skip;
use netraven_api::logs::{Level, LogEntry, LogType};
use netraven_api::problem::Code;
use netraven_api::{LogId, Problem};
use netraven_ui::dom::Pressed;
use serde_json::json;

use crate::samples::{detail, device_row, histogram, job, line, page, runs, summary};
use crate::support::{Fake, Screen};

/// The log of the dashboard with some history, the newest line first.
pub fn open_log(path: &str, history: Vec<LogEntry>) -> (Rc<Fake>, Screen) {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    let total = i64::try_from(history.len()).unwrap();
    fake.answer("GET /logs/", &page(history, total));
    fake.answer("GET /logs/histogram", &histogram());
    let screen = Screen::open(&fake, path);
    (fake, screen)
}

fn with_history() -> (Rc<Fake>, Screen) {
    let (fake, mut screen) =
        open_log("/", vec![line(12, "INFO", "Connected in 41 ms"), line(11, "DEBUG", "Host key known")]);
    screen.press("Unified Logs");
    (fake, screen)
}

#[test]
fn live_lines_follow_the_history_without_gap_or_double() {
    let (fake, mut screen) = with_history();
    let feeds = fake.log_feeds();
    assert_eq!(feeds.len(), 1);
    assert_eq!(feeds[0].filter.after, Some(LogId::new(12)));
    fake.lines(&[line(12, "INFO", "Connected in 41 ms"), line(13, "ERROR", "Configuration cut short")]);
    screen.settle();
    insta::assert_snapshot!(screen.part("div role=\"tablist\"", "section aria-label=\"Notices\""));
}

#[test]
fn a_pause_counts_what_waits_and_resuming_shows_it() {
    let (fake, mut screen) = with_history();
    screen.press("Pause");
    fake.lines(&[line(13, "INFO", "First while paused"), line(14, "INFO", "Second while paused")]);
    screen.settle();
    assert!(screen.shows("2 waiting"));
    assert!(!screen.shows("First while paused"));
    screen.press("Resume");
    assert!(screen.shows("First while paused") && screen.shows("Second while paused"));
    assert!(!screen.shows("waiting"));
}

#[test]
fn looking_at_older_lines_lets_new_ones_wait() {
    let (fake, mut screen) = with_history();
    screen.scroll("log-lines", 300.0);
    fake.lines(&[line(13, "INFO", "While away")]);
    screen.settle();
    assert!(screen.shows("1 waiting") && !screen.shows("While away"));
    screen.scroll("log-lines", 0.0);
    assert!(screen.shows("While away"));

    screen.press("Pause");
    screen.scroll("log-lines", 300.0);
    screen.scroll("log-lines", 0.0);
    fake.lines(&[line(14, "INFO", "While paused by hand")]);
    screen.settle();
    assert!(screen.shows("1 waiting"), "a pause by hand ends by hand");
}

#[test]
fn a_log_left_scrolled_down_follows_again_when_it_comes_back() {
    let fake = Fake::ready();
    crate::run::answer(&fake, &detail());
    fake.answer("GET /logs/", &page(vec![line(12, "INFO", "Connected in 41 ms")], 1));
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Log of this run");
    screen.scroll("log-lines", 300.0);
    screen.press_where("id", "tab-devices");
    screen.press("Log of this run");
    fake.lines(&[line(13, "INFO", "After coming back")]);
    screen.settle();
    assert!(screen.shows("After coming back") && !screen.shows("waiting"));
}

#[test]
fn only_rows_in_sight_are_drawn_however_many_are_held() {
    let (fake, mut screen) = with_history();
    let many: Vec<_> = (20..1_500).map(|id| line(id, "INFO", &format!("One of many, {id}"))).collect();
    fake.lines(&many);
    screen.settle();
    assert!(screen.shows("aria-rowcount=\"1482\""));
    assert!(screen.outline().matches("One of many").count() < 80);
    screen.scroll("log-lines", 26.0 * 1_480.0);
    assert!(screen.shows("Connected in 41 ms"), "the oldest are drawn where one looks");
}

#[test]
fn older_lines_are_read_when_the_end_comes_near() {
    let (fake, mut screen) = with_history();
    let newest: Vec<_> = (101..=200).rev().map(|id| line(id, "INFO", &format!("Newer, {id}"))).collect();
    fake.answer("GET /logs/", &page(newest, 300));
    screen.press("Refresh");
    fake.answer("GET /logs/", &page(vec![line(100, "INFO", "An older one")], 300));
    screen.scroll("log-lines", 25_900.0);
    assert!(fake.calls("GET /logs/").last().unwrap().contains("end_time=2026-11-23T14%3A04%3A00.101Z"));
    screen.scroll("log-lines", 26.0 * 80.0);
    assert!(screen.shows("An older one"));
}

#[test]
fn each_filter_narrows_history_and_live_lines_alike() {
    let (fake, mut screen) = with_history();
    screen.press_where("id", "filter-level");
    screen.press_where("id", "filter-level-4");
    screen.press_where("id", "filter-type");
    screen.press_where("id", "filter-type-2");
    let last = fake.calls("GET /logs/").last().cloned().unwrap();
    assert!(last.contains("log_type=connection") && last.contains("level=ERROR"), "{last}");
    let feeds = fake.log_feeds();
    assert_eq!(feeds.len(), 1, "the old feed was closed");
    assert_eq!(
        (feeds[0].filter.filter.level.as_slice(), feeds[0].filter.filter.log_type.as_slice()),
        ([Level::Error.into()].as_slice(), [LogType::Connection.into()].as_slice())
    );
}

#[test]
fn a_search_holds_for_live_lines_too_and_is_marked() {
    let (fake, mut screen) = with_history();
    screen.type_into("filter-lines", "timed out");
    assert!(fake.calls("GET /logs/").iter().any(|call| call.contains("search=timed+out")));
    fake.lines(&[line(20, "ERROR", "TCP connect Timed Out"), line(21, "INFO", "Something other than SSH")]);
    screen.settle();
    assert!(screen.shows("\"Timed Out\"") && !screen.shows("Something other than SSH"));
}

#[test]
fn one_line_is_explained_beside_the_list() {
    let (fake, mut screen) = with_history();
    let mut failed = line(13, "ERROR", "Configuration cut short: end marker missing");
    failed.meta = Some(json!({"cause": "truncated", "read": {"bytes": 41212}}));
    fake.lines(&[failed]);
    screen.settle();
    screen.press("Line 13");
    insta::assert_snapshot!(screen.part("aside aria-label=\"Selected line\"", "footer"));
    screen.press("Same device");
    assert!(fake.calls("GET /logs/").last().unwrap().contains("device_id=9"));
}

#[test]
fn with_a_search_live_lines_begin_behind_what_was_known_before_the_history_was_read() {
    let (fake, mut screen) = with_history();
    screen.type_into("filter-lines", "timed out");
    let calls = fake.calls("GET /logs/");
    let place = |part: &str| calls.iter().rposition(|call| format!("{call}&").contains(part)).unwrap();
    assert!(place("size=1&") < place("size=100&"), "what is written between both would be in neither: {calls:?}");
    assert_eq!(fake.log_feeds()[0].filter.after, Some(LogId::new(12)));
}

#[test]
fn lines_that_will_not_come_are_told_with_their_number() {
    let (fake, mut screen) = with_history();
    assert!(!screen.shows("not readable") && !screen.shows("left out"));
    fake.skipped(2, Skip::NotUnderstood);
    fake.skipped(1, Skip::NotUnderstood);
    fake.skipped(4_200, Skip::TooMany);
    screen.settle();
    assert!(screen.shows("3 lines were not readable and not shown"));
    assert!(screen.shows("Up to 4,200 lines were left out"), "{}", screen.outline());
}

#[test]
fn a_log_that_cannot_be_read_says_why() {
    let (fake, mut screen) = with_history();
    fake.refuse("GET /logs/", Problem::new(Code::Internal, "The database is restarting."));
    screen.press("Refresh");
    assert!(screen.shows("The database is restarting."));
    assert!(screen.shows("Connected in 41 ms"), "older lines stay");
    assert!(screen.shows("Reconnecting in 5 s") && !screen.shows("\"Live\""), "nothing arrives meanwhile");
}

#[test]
fn the_only_device_that_fits_is_confirmed_with_enter() {
    let (fake, mut screen) = with_history();
    fake.answer("GET /devices/", &page(vec![device_row(9, "edge-fra-09"), device_row(10, "edge-fra-10")], 2));
    fake.answer("GET /devices/9", &device_row(9, "edge-fra-09"));
    screen.type_into("filter-device", "fra");
    screen.key_in("id", "filter-device", "Enter", false);
    let asked = |part: &str| fake.calls("GET /logs/").into_iter().any(|call| call.contains(part));
    assert!(!asked("device_id="), "of two, none is chosen");
    fake.answer("GET /devices/", &page(vec![device_row(9, "edge-fra-09")], 1));
    screen.type_into("filter-device", "fra-09");
    screen.key_in("id", "filter-device", "Enter", false);
    assert!(asked("device_id=9"), "{:?}", fake.calls("GET /logs/"));
}

#[test]
fn every_filter_that_is_set_is_a_chip_that_takes_it_away() {
    let (fake, mut screen) = with_history();
    fake.answer("GET /jobs/1", &job(1, "Edge routers backup"));
    screen.press("Line 12");
    screen.press("Only job 1");
    fake.answer("GET /devices/", &page(vec![device_row(9, "edge-fra-09")], 1));
    fake.answer("GET /devices/9", &device_row(9, "edge-fra-09"));
    for (field, option) in [("filter-level", 4), ("filter-type", 2), ("filter-source", 1)] {
        screen.press_where("id", field);
        screen.press_where("id", &format!("{field}-{option}"));
    }
    screen.type_into("filter-device", "edge");
    screen.type_into("filter-device", "edge-fra-09");
    screen.type_into("filter-lines", "cut");
    let asked = || fake.calls("GET /logs/").into_iter().rfind(|call| call.contains("size=100")).unwrap();
    let parts = ["level=ERROR", "log_type=connection", "source=worker.backup", "job_id=1", "device_id=9", "search=cut"];
    for part in parts {
        assert!(asked().contains(part), "{part} in {}", asked());
    }
    insta::assert_snapshot!(screen.part("Filters that are set", "Lines over time"));
    let chips = [
        "Level error",
        "Type connection",
        "Source worker.backup",
        "Job Edge routers backup",
        "Device edge-fra-09",
        "Text \"cut\"",
    ];
    for (chip, part) in chips.into_iter().zip(parts) {
        screen.press(&format!("Remove {chip}"));
        assert!(!asked().contains(part), "{part} in {}", asked());
    }
    assert!(!screen.shows("Filters that are set"));
}

#[test]
fn an_exact_time_is_typed_in_the_zone_on_screen() {
    let (fake, mut screen) = with_history();
    screen.press("Exact times");
    screen.type_into("span-from", "2026-11-23 13:28");
    screen.type_into("span-until", "2026-11-23 13:20");
    screen.press("Show this time");
    assert!(screen.shows("The end must be after the start."));
    screen.type_into("span-until", "2026-11-23 13:34");
    screen.press("Show this time");
    let asked = fake.calls("GET /logs/").into_iter().rfind(|call| call.contains("size=100")).unwrap();
    assert!(asked.contains("start_time=2026-11-23T12%3A28%3A00Z"), "{asked}");
    assert!(asked.contains("end_time=2026-11-23T12%3A33%3A59.999999Z"), "{asked}");
    assert!(screen.shows("Remove the filter 2026-11-23 13:28–13:34"));
}

#[test]
fn the_letters_of_the_log_need_no_press_into_it_first() {
    let (_, mut screen) = with_history();
    let letter = |screen: &mut Screen, key: &str| {
        let heard = screen.window_key(&Pressed { key: key.to_owned(), ..Pressed::default() });
        assert!(heard, "{key}");
    };
    letter(&mut screen, "j");
    assert_eq!(screen.outline().matches("aria-selected=\"true\"").count(), 2, "a tab and a line");
    letter(&mut screen, "j");
    letter(&mut screen, "k");
    letter(&mut screen, "p");
    assert!(screen.shows("Paused") || screen.shows("Resume"), "{}", screen.outline());
    letter(&mut screen, "c");
    assert!(screen.shows("Back to the list"), "{}", screen.outline());
    let typing = Pressed { key: "p".to_owned(), typing: true, ..Pressed::default() };
    assert!(!screen.window_key(&typing), "what is typed into a field is text");
}

#[test]
fn a_time_that_cannot_be_read_says_how_it_is_written() {
    let (_, mut screen) = with_history();
    screen.press("Exact times");
    screen.type_into("span-from", "11/23/2026, 01:28 PM");
    screen.press("Show this time");
    assert!(screen.shows("“11/23/2026, 01:28 PM” is not a date and time. Write it as 2026-11-23 14:05"));
    screen.type_into("span-from", "2026-02-30 13:28");
    screen.press("Show this time");
    assert!(screen.shows("There is no day 2026-02-30."));
}

#[test]
fn a_value_of_a_line_becomes_a_filter() {
    let (fake, mut screen) = with_history();
    let mut told = line(13, "ERROR", "Cut short");
    told.meta = Some(json!({"read": {"device_id": 31, "bytes": 41212}}));
    fake.lines(&[told]);
    screen.settle();
    screen.press("Line 13");
    assert!(screen.shows("Only lines with this bytes"), "any value can be a filter");
    let asked = || fake.calls("GET /logs/").into_iter().rfind(|call| call.contains("size=100")).unwrap();
    screen.press("Only device_id 31");
    assert!(asked().contains("device_id=31"), "{}", asked());
    screen.press("Line 12");
    screen.press("Only run 4188");
    assert!(asked().contains("run_id=4188"), "{}", asked());
}

#[test]
fn a_source_is_looked_at_here_for_live_lines() {
    let (fake, mut screen) = with_history();
    screen.press_where("id", "filter-source");
    screen.press_where("id", "filter-source-1");
    let mut other = line(14, "INFO", "From another part");
    other.source = Some("scheduler".into());
    fake.lines(&[line(13, "INFO", "From the worker"), other]);
    screen.settle();
    assert!(screen.shows("From the worker") && !screen.shows("From another part"));
}

#[test]
fn the_lines_around_one_are_shown_and_there_is_a_way_back() {
    let (fake, mut screen) = with_history();
    screen.press("Line 11");
    fake.answer("GET /logs/", &page(vec![line(9, "INFO", "Said before"), line(15, "INFO", "Said after")], 2));
    screen.press("Context: this device");
    let calls = fake.calls("GET /logs/");
    let asked: Vec<&String> = calls.iter().filter(|call| call.contains("size=50")).collect();
    assert_eq!(asked.len(), 2, "{calls:?}");
    assert!(asked.iter().all(|call| call.contains("device_id=9") && !call.contains("start_time")), "{asked:?}");
    assert!(asked.iter().any(|call| call.contains("before=11")) && asked.iter().any(|call| call.contains("after=11")));
    insta::assert_snapshot!(screen.part("section aria-label=\"Lines around", "section aria-label=\"Notices\""));
    screen.press("Back to the list");
    assert!(screen.shows("Connected in 41 ms") && !screen.shows("Said before"));
    assert!(screen.shows("Selected line"), "the line is still chosen");
}
