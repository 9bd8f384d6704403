//! Repeated lines of the log as one row with their number.

use std::rc::Rc;

use netraven_api::native::Native;
use serde_json::json;

use crate::logs::open_log;
use crate::samples::{line, page};
use crate::support::{Fake, Screen};

fn with_repeats() -> (Rc<Fake>, Screen) {
    let retry = |id| line(id, "WARNING", "No answer, trying again");
    let history = vec![line(15, "INFO", "Connected"), retry(14), retry(13), retry(12), line(11, "INFO", "Connecting")];
    open_log("/?tab=logs", history)
}

#[test]
fn lines_that_say_the_same_are_one_row_with_their_number_and_times() {
    let (_, screen) = with_repeats();
    let fold = screen.part("aria-label=\"3 lines with the same text\"", "div role=\"row\"");
    for part in [
        "aria-expanded=\"false\"",
        "\"×3\"",
        "No answer, trying again",
        "2026-11-23 15:04:00.012 – 2026-11-23 15:04:00.014",
    ] {
        assert!(fold.contains(part), "{part} in\n{fold}");
    }
    assert!(screen.shows("aria-rowcount=\"3\"") && screen.shows("Showing 5 of 5 lines"), "lines stay lines");
}

#[test]
fn a_fold_opens_and_closes_by_mouse_and_by_keys() {
    let (_, mut screen) = with_repeats();
    screen.press("Show the same 14");
    assert!(screen.shows("aria-rowcount=\"6\""));
    let open = screen.part("aria-label=\"3 lines with the same text\"", "footer");
    assert!(open.contains("aria-expanded=\"true\""), "{open}");
    assert_eq!(open.matches("No answer, trying again").count(), 4, "the row and each line below it");
    screen.press("Fold the same 14");
    assert!(screen.shows("aria-rowcount=\"3\""));
    let list = "log-grid";
    for key in ["ArrowDown", "ArrowDown", "ArrowRight"] {
        screen.key_in("id", list, key, false);
    }
    assert!(screen.shows("aria-rowcount=\"6\""));
    screen.key_in("id", list, "ArrowDown", false);
    screen.key_in("id", list, "ArrowDown", false);
    screen.key_in("id", list, "ArrowLeft", false);
    assert!(screen.shows("aria-rowcount=\"3\""), "a line of a fold closes it");
    screen.key_in("id", list, "Enter", false);
    assert!(screen.shows("aria-rowcount=\"6\""), "the row is still the one chosen");
}

#[test]
fn more_of_the_same_join_their_row_and_anything_else_begins_another() {
    let (fake, mut screen) = with_repeats();
    fake.lines(&[line(16, "INFO", "Connected"), line(17, "INFO", "Connected"), line(18, "ERROR", "Connected")]);
    screen.settle();
    assert!(screen.shows("\"×3\"") && screen.shows("aria-rowcount=\"4\"") && screen.shows("Showing 8 of 8 lines"));
    screen.press("Show the same 17");
    fake.lines(&[line(19, "ERROR", "Connected"), line(20, "ERROR", "Connected")]);
    screen.settle();
    assert!(screen.shows("aria-rowcount=\"7\""), "an open fold stays open while others arrive\n{}", screen.outline());
}

#[test]
fn the_switch_shows_every_line_and_is_kept() {
    let (fake, mut screen) = with_repeats();
    assert!(screen.part("aria-label=\"Fold repeated lines\"", "Pause").contains("aria-pressed=\"true\""));
    screen.press("Fold repeated lines");
    assert!(screen.shows("aria-rowcount=\"5\"") && !screen.shows("×3"));
    let kept = Native::SetSetting { name: "fold_log".into(), value: json!(false) };
    assert!(fake.wishes().contains(&kept));
    let again = Screen::open(&fake, "/?tab=logs");
    assert!(again.shows("aria-rowcount=\"5\""), "the next window begins so");
}

#[test]
fn where_folds_leave_few_rows_older_lines_are_read_until_the_list_is_full() {
    let (fake, mut screen) = with_repeats();
    fake.answer("GET /logs/", &page((101..=200).rev().map(|id| line(id, "INFO", "Same")).collect(), 300));
    screen.press("Refresh");
    let older = fake.calls("GET /logs/");
    assert!(older.iter().any(|call| call.contains("end_time=2026-11-23T14%3A04%3A00.101Z")), "{older:?}");
}
