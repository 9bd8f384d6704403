//! The search of the window.

use netraven_api::native::Native;
use serde_json::json;

use crate::samples::{job, page, runs, summary};
use crate::support::{Fake, Screen};

fn open() -> (std::rc::Rc<Fake>, Screen) {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake.answer("GET /tags/", &page(Vec::<serde_json::Value>::new(), 0));
    fake.answer("GET /devices/", &page(Vec::<serde_json::Value>::new(), 0));
    let mut screen = Screen::open(&fake, "/");
    screen.press("Search");
    (fake, screen)
}

#[test]
fn it_reaches_pages_and_actions_from_the_keyboard() {
    let (fake, mut screen) = open();
    let label = "Search pages, actions, views, jobs, devices and addresses";
    insta::assert_snapshot!(screen.part("div role=\"dialog\"", "nav aria-label=\"Pages\""));
    screen.key_in("aria-label", label, "ArrowDown", false);
    screen.key_in("aria-label", label, "ArrowDown", false);
    screen.key_in("aria-label", label, "Enter", false);
    assert_eq!(screen.address(), "/jobs");
    assert!(!screen.shows("Search or jump to\""), "it closes when something was chosen");

    screen.press("Search");
    screen.type_into("palette-text", "utc");
    screen.key_in("aria-label", label, "Enter", false);
    assert!(fake.wishes().contains(&Native::SetSetting { name: "times".into(), value: json!("utc") }));
}

#[test]
fn it_finds_devices_on_the_server_runs_jobs_and_opens_links() {
    let (fake, mut screen) = open();
    fake.answer("GET /devices/", &page(vec![crate::samples::device_row(9, "edge-fra-09")], 1));
    screen.type_into("palette-text", "edge");
    assert!(fake.calls("GET /devices/").iter().any(|call| call.contains("hostname=edge")));
    assert!(screen.shows("Run Edge routers backup"));
    screen.press("edge-fra-09");
    assert_eq!(screen.address(), "/devices?hostname=edge-fra-09&open=9");
    assert!(screen.shows("Selected device"), "{}", screen.outline());

    screen.press("Search");
    fake.answer("GET /devices/", &page(vec![crate::samples::device_row(9, "edge-fra-09")], 1));
    screen.type_into("palette-text", "10.20.0.9");
    assert!(fake.calls("GET /devices/").iter().any(|call| call.contains("ip_address=10.20.0.9")));
    assert!(screen.shows("10.20.0.9:22"), "{}", screen.outline());
    screen.type_into("palette-text", "failed");
    screen.press("Devices whose last run failed");
    assert_eq!(screen.address(), "/devices?result=failure");
    screen.press("Search");
    screen.type_into("palette-text", "sign out");
    screen.press("Sign out: change connection");
    assert!(fake.wishes().contains(&Native::SignOut));

    screen.press("Search");
    screen.type_into("palette-text", "netraven:/?tab=logs&level=ERROR");
    screen.press("Open this link");
    assert!(screen.shows("Remove the filter Level error"));

    screen.press("Search");
    screen.type_into("palette-text", "zzz");
    assert!(screen.shows("No matches."));
    screen.type_into("palette-text", "shortcuts");
    screen.press("Show keyboard shortcuts");
    assert!(screen.shows("go to the filter of the page"));
}
