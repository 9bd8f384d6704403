//! Selecting lines of the log, and copying them.

use dioxus::html::Modifiers;

use crate::logs::open_log;
use crate::samples::line;
use crate::support::Screen;

const LIST: &str = "log-grid";

fn five() -> Screen {
    let history = (11..=15).rev().map(|id| line(id, "INFO", &format!("Line {id} said"))).collect();
    open_log("/?tab=logs", history).1
}

fn selected(screen: &Screen) -> usize {
    screen.part("role=\"grid\"", "footer").matches("aria-selected=\"true\"").count()
}

#[test]
fn a_click_selects_a_line_and_a_shift_click_all_up_to_another() {
    let mut screen = five();
    screen.press("Line 12");
    assert!(screen.shows("Selected line") && selected(&screen) == 1);
    screen.press_with_shift("Line 15");
    assert_eq!(selected(&screen), 4);
    assert!(screen.shows("\"4 selected\"") && !screen.shows("Selected line"), "{}", screen.outline());
    screen.press_with_shift("Line 11");
    assert_eq!(selected(&screen), 2, "the range turns about the line it began in");
    screen.press("Line 14");
    assert!(screen.shows("Selected line") && selected(&screen) == 1);
    screen.press("Line 14");
    assert_eq!(selected(&screen), 0, "a second click takes it back");
}

#[test]
fn shift_and_arrows_select_and_escape_clears() {
    let mut screen = five();
    screen.key_in("id", LIST, "ArrowDown", false);
    screen.key_in("id", LIST, "ArrowDown", true);
    screen.key_in("id", LIST, "ArrowDown", true);
    assert_eq!(selected(&screen), 3);
    screen.key_in("id", LIST, "ArrowUp", true);
    assert_eq!(selected(&screen), 2);
    screen.key_in("id", LIST, "End", true);
    assert_eq!(selected(&screen), 5);
    screen.key_in("id", LIST, "Escape", false);
    assert!(selected(&screen) == 0 && !screen.shows("selected\""));
    screen.keys_in("id", LIST, "a", Modifiers::CONTROL);
    assert_eq!(selected(&screen), 5);
}

#[test]
fn the_selection_is_copied_as_lines_of_text_as_on_screen() {
    let mut screen = five();
    screen.press("Line 13");
    screen.press_with_shift("Line 14");
    screen.keys_in("id", LIST, "c", Modifiers::CONTROL);
    let expected = "2026-11-23 15:04:00.014 INFO job worker.backup edge-fra-09 run 4188 Line 14 said\n\
        2026-11-23 15:04:00.013 INFO job worker.backup edge-fra-09 run 4188 Line 13 said";
    assert_eq!(screen.clipboard(), expected);
    assert!(screen.shows("2 lines were copied."));
    screen.press_with_shift("Line 12");
    screen.press("Copy the selected lines");
    assert_eq!(screen.clipboard().lines().count(), 2, "from the line it began in");
    screen.press("Line 11");
    screen.press("Copy the line");
    assert!(screen.clipboard().ends_with("Line 11 said") && screen.shows("1 line was copied."));
}

#[test]
fn a_folded_row_stands_for_all_its_lines() {
    let (fake, mut screen) = open_log("/?tab=logs", (11..=15).rev().map(|id| line(id, "INFO", "The same")).collect());
    screen.press("Line 15");
    assert!(screen.shows("\"5 selected\"") && screen.shows("Selected line"));
    fake.lines(&[line(16, "INFO", "The same")]);
    screen.settle();
    screen.keys_in("id", LIST, "c", Modifiers::META);
    assert_eq!(screen.clipboard().lines().count(), 5, "what was selected is copied, not what came since");
}
