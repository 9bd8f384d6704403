//! The number of lines in all, which says when it is a guess.

use netraven_api::page::Page;

use crate::samples::{histogram, job, line, page, runs, summary};
use crate::support::{Fake, Screen};

#[test]
fn a_guessed_number_of_lines_says_so() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake.answer("GET /logs/histogram", &histogram());
    let lines = || vec![line(12, "INFO", "Connected in 41 ms"), line(11, "DEBUG", "Host key known")];
    fake.answer("GET /logs/", &Page { total_is_estimate: true, ..page(lines(), 1_000) });
    let mut screen = Screen::open(&fake, "/");
    screen.press("Unified Logs");
    assert!(screen.shows("Showing 2 of about 1,000 lines"));

    fake.answer("GET /logs/", &page(lines(), 2));
    screen.press("Refresh");
    assert!(screen.shows("Showing 2 of 2 lines"));
}
