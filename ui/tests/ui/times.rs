//! How times are written: one choice for every table, kept for the next start.

use crate::samples::{job, line, page, runs, summary};
use crate::support::{Fake, Screen};

#[test]
fn one_switch_writes_every_time_in_the_zone_in_utc_or_as_a_distance_and_is_kept() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake.answer("GET /logs/", &page(vec![line(12, "INFO", "Connected in 41 ms")], 1));
    let mut screen = Screen::open(&fake, "/");
    assert!(screen.shows("Local time, UTC+01:00") && !screen.part("table aria-label", "footer").contains(" ago"));
    screen.change("times", "relative");
    assert!(screen.part("table aria-label", "footer").contains(" ago"));
    screen.press("Unified Logs");
    assert!(screen.shows("1 min ago") && !screen.shows("15:04:00.012"));

    let mut again = Screen::open(&fake, "/");
    assert!(again.part("table aria-label", "footer").contains(" ago"), "the choice is kept");
    again.change("times", "utc");
    again.press("Unified Logs");
    assert!(again.shows("14:04:00.012"));

    let mut last = Screen::open(&fake, "/");
    last.change("times", "local");
    last.press("Unified Logs");
    assert!(last.shows("15:04:00.012"));
}
