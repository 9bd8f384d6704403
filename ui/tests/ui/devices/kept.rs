//! What a device has beside its configuration: unsaved changes, and files that are kept.

use super::*;

#[test]
fn devices_with_unsaved_changes_are_counted_marked_and_found() {
    let fake = filled();
    let startup = json!({"state": "unsaved", "checked_at": at(-60), "unsaved_since": at(-7200), "reason": null});
    let rows = vec![changed(device(1, "edge-ber-01"), &json!({ "startup": startup })), device(9, "edge-fra-09")];
    fake.answer("GET /devices/", &page(rows, 2));
    let mut screen = Screen::open(&fake, "/devices?open=1");
    assert!(screen.shows("Unsaved changes") && screen.shows("See what is not saved"));
    screen.press("2 devices have unsaved changes");
    assert_eq!(screen.address(), "/devices?startup=unsaved");
    assert!(fake.calls("GET /devices/").iter().any(|call| call.ends_with("size=50&startup=unsaved")));
    let lacking = Fake::lacking(Feature::Startup, "It reads one configuration.", answers);
    let screen = Screen::open(&lacking, "/devices");
    assert!(!screen.shows("unsaved") && lacking.calls("GET /devices/").iter().all(|call| !call.contains("startup")));
}

#[test]
fn an_admin_downloads_a_file_that_is_kept() {
    let fake = filled();
    let file = json!({
        "id": 3, "device_id": 1, "run_id": null, "path": "/conf/all.tgz", "sha256": "abc", "bytes": 8, "parts": 1,
        "fetched_at": at(-7200), "seen_at": at(-60)
    });
    fake.answer("GET /devices/1/files", &json!([file]));
    let mut screen = Screen::open(&fake, "/devices?open=1");
    assert!(screen.shows("/conf/all.tgz"));
    screen.press("Download all.tgz");
    assert!(screen.shows("/home/ann/all.tgz"));
    let asked = Native::SaveKeptFile { file_id: 3.into(), name: "all.tgz".into() };
    assert!(fake.wishes().contains(&asked));
}
