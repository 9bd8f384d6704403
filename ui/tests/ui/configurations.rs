//! The pages of configurations: the devices and their snapshots, the search in all of them, and the difference of two.

use std::rc::Rc;

use netraven_api::event::Changed;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{device_row, page};
use crate::support::{Fake, Screen, at};

fn head(id: i64, seconds: i64, sha256: &str) -> Value {
    json!({
        "id": id, "device_id": 9, "retrieved_at": at(seconds),
        "config_metadata": {"bytes": 61_000 + id, "commit": format!("{id}f0a2b9d0"), "sha256": sha256, "secrets_hidden": 7}
    })
}

fn history() -> Value {
    json!([head(512, -7200, "c"), head(498, -172_800, "b"), head(480, -259_200, "b"), head(401, -864_000, "a")])
}

fn diff(old: i64, new: i64) -> Value {
    let lines = [
        "--- config",
        "+++ config",
        "@@ -12,4 +12,4 @@",
        " interface Ethernet1",
        "-  description old <link>",
        "+  description new <link>",
        "   no shutdown",
        "@@ -40,2 +40,3 @@",
        " end",
        "+! more",
    ];
    json!({"config_id_a": old, "config_id_b": new, "diff": lines})
}

fn answers(fake: &Rc<Fake>) {
    let mut devices = vec![device_row(9, "edge-fra-09"), device_row(10, "edge-fra-10")];
    devices[0]["last_snapshot_at"] = json!(at(-7200));
    devices[0]["last_result"] = json!("success");
    fake.answer("GET /devices/", &page(devices.clone(), 120));
    fake.answer("GET /platforms/", &json!({"items": [], "refused": []}));
    fake.answer("GET /api/backups/count", &json!({"count": 1204}));
    fake.answer("GET /devices/9", &devices[0]);
    fake.answer("GET /configs/9/history", &history());
    fake.answer("GET /configs/diff", &diff(498, 512));
    let text = json!({
        "id": 512, "device_id": 9, "retrieved_at": at(-7200), "config_metadata": null,
        "config_data": "hostname edge-fra-09\nenable secret 9 ‹secret 7c1e›\nend"
    });
    fake.answer("GET /configs/512", &text);
    fake.answer("GET /configs/401", &text);
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

fn main_part(screen: &Screen) -> String {
    screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\"")
}

fn content(screen: &Screen) -> String {
    screen.part("table aria-label=\"Snapshots\"", "footer")
}

#[test]
fn shows_each_device_with_its_newest_snapshot() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/configurations");
    insta::assert_snapshot!(main_part(&screen));
    assert_eq!(fake.calls("GET /devices/")[0], "GET /devices/?page=1&size=50");
    screen.press("Next page");
    assert_eq!(screen.address(), "/configurations?page=2");
    assert_eq!(fake.calls("GET /devices/").last().unwrap(), "GET /devices/?page=2&size=50");
    screen.type_into("filter-hostname", "fra");
    assert_eq!(screen.address(), "/configurations?find=fra");
    assert_eq!(fake.calls("GET /devices/").last().unwrap(), "GET /devices/?page=1&size=50&hostname=fra");
    fake.answer("GET /devices/", &Page::<Value>::new(Vec::new(), 60, 7, 50));
    assert_eq!(
        Screen::open(&fake, "/configurations?page=7").address(),
        "/configurations?page=2",
        "the last one there is"
    );
    answers(&fake);
    screen.back();
    assert_eq!(screen.address().trim_end_matches('?'), "/configurations", "typing is no step of its own");
    screen.press_where("data-device", "9");
    assert_eq!(screen.address(), "/configurations/9?");
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /devices/");
    assert!(Screen::open(&fake, "/configurations").shows("Loading the devices"));
    fake.answer("GET /devices/", &Page::<Value>::new(Vec::new(), 0, 1, 50));
    let screen = Screen::open(&fake, "/configurations");
    insta::assert_snapshot!(screen.part("No devices yet", "footer"));
    let mut screen = Screen::open(&fake, "/configurations?find=zzz");
    assert!(screen.shows("No device matches"));
    screen.press("Clear the filters");
    assert_eq!(screen.address(), "/configurations?");

    fake.refuse("GET /devices/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/configurations");
    assert!(screen.shows("The devices could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("edge-fra-09"));
    fake.refuse("GET /devices/", Problem::new(Code::Unreachable, "The server did not answer."));
    fake.changed(Changed::Devices);
    screen.settle();
    assert!(screen.shows("may be out of date") && screen.shows("edge-fra-09"), "old rows stay, and say so");
}

#[test]
fn a_server_that_tells_no_newest_snapshots_is_not_taken_for_one_without_any() {
    let reason = "The list of devices does not tell them here.";
    let fake = Fake::lacking(Feature::NewestResults, reason, answers);
    fake.answer("GET /devices/", &page(vec![device_row(9, "edge-fra-09")], 1));
    let screen = Screen::open(&fake, "/configurations");
    assert!(screen.shows(reason) && !screen.shows("none yet") && !screen.shows("never run"), "{}", main_part(&screen));
}

#[test]
fn a_search_shows_the_lines_it_found_and_never_as_html() {
    let fake = filled();
    let found = json!([
        {"id": 512, "device_id": 9, "retrieved_at": at(-7200), "config_metadata": {"hostname": "edge-fra-09"},
         "snippet": " ip access-list &lt;img src=x&gt;\n permit <b>tcp</b> any\n"},
        {"id": 77, "device_id": 4, "retrieved_at": at(-9200), "config_metadata": null, "snippet": "<b>TCP</b>"}
    ]);
    fake.answer("GET /configs/search", &found);
    let mut screen = Screen::open(&fake, "/configurations");
    screen.type_into("filter-text", "t");
    assert!(screen.shows("Enter at least two characters") && fake.calls("GET /configs/search").is_empty());
    screen.type_into("filter-text", "tcp ");
    assert_eq!(fake.calls("GET /configs/search"), ["GET /configs/search?q=tcp"]);
    insta::assert_snapshot!(screen.part("ul aria-label=\"Found", "section aria-label=\"Notices\""));
    screen.type_into("filter-hostname", "edge");
    assert!(screen.shows("href=\"/configurations/9?new=512&#38;show=text\"") && !screen.shows("Device 4"));

    fake.answer("GET /configs/search", &json!([]));
    screen.type_into("filter-text", "udp");
    assert!(screen.shows("No snapshot contains this text."));
    fake.refuse("GET /configs/search", Problem::new(Code::Unreachable, "The server did not answer."));
    let screen = Screen::open(&fake, "/configurations?text=icmp");
    assert!(screen.shows("The search failed") && screen.shows("value=\"icmp\""));
}

#[test]
fn the_newest_change_is_shown_at_first() {
    let fake = filled();
    let screen = Screen::open(&fake, "/configurations/9");
    assert_eq!(fake.calls("GET /configs/diff"), ["GET /configs/diff?config_id_a=498&config_id_b=512"]);
    insta::assert_snapshot!(main_part(&screen));
}

#[test]
fn any_two_snapshots_are_compared_and_the_address_says_which() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/configurations/9");
    screen.change("old-401", "true");
    assert_eq!(screen.address(), "/configurations/9?old=401&new=512");
    assert!(screen.shows("Comparing the snapshots"), "an answer about another pair is not shown for this one");
    assert_eq!(fake.calls("GET /configs/diff").last().unwrap(), "GET /configs/diff?config_id_a=401&config_id_b=512");
    fake.answer("GET /configs/diff", &json!({"config_id_a": 401, "config_id_b": 480, "diff": []}));
    screen.change("new-480", "true");
    assert_eq!(screen.address(), "/configurations/9?old=401&new=480");
    assert!(screen.shows("The two snapshots have the same text."));
    screen.back();
    assert_eq!(screen.address(), "/configurations/9?old=401&new=512");
    screen.press("Snapshot 498");
    assert_eq!(screen.address(), "/configurations/9?new=498");
    assert_eq!(fake.calls("GET /configs/diff").last().unwrap(), "GET /configs/diff?config_id_a=480&config_id_b=498");

    fake.refuse("GET /configs/diff", Problem::new(Code::NotFound, "Config snapshot 4 is not there."));
    let screen = Screen::open(&fake, "/configurations/9?old=4&new=512");
    assert!(screen.shows("The difference could not be loaded") && screen.shows("Config snapshot 4 is not there."));
}

#[test]
fn the_text_of_a_snapshot_is_one_press_away() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/configurations/9");
    screen.press("Show Text");
    assert_eq!(screen.address(), "/configurations/9?old=498&new=512&show=text");
    insta::assert_snapshot!(content(&screen));
    screen.press("Show Difference");
    assert!(screen.shows("@@ -12,4 +12,4 @@"));
}

#[test]
fn one_snapshot_is_shown_whole_and_none_says_what_to_do() {
    let fake = filled();
    fake.answer("GET /configs/9/history", &json!([head(512, -7200, "c")]));
    let screen = Screen::open(&fake, "/configurations/9");
    assert!(screen.shows("This is the only snapshot") && screen.shows("enable secret 9 ‹secret 7c1e›"));
    assert!(fake.calls("GET /configs/diff").is_empty());

    fake.answer("GET /configs/9/history", &json!([]));
    let screen = Screen::open(&fake, "/configurations/9");
    insta::assert_snapshot!(screen.part("No snapshots yet", "section aria-label=\"Notices\""));

    fake.refuse("GET /devices/9", Problem::new(Code::NotFound, "Device not found"));
    let screen = Screen::open(&fake, "/configurations/9");
    assert!(screen.shows("No such device") && screen.shows("Show all configurations"));
    answers(&fake);

    fake.hang("GET /configs/9/history");
    assert!(Screen::open(&fake, "/configurations/9").shows("Loading the snapshots"));
    fake.refuse("GET /configs/9/history", Problem::new(Code::NotFound, "There is no device 9."));
    let mut screen = Screen::open(&fake, "/configurations/9");
    assert!(screen.shows("There is no device 9."));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("@@ -12,4 +12,4 @@"));
}

#[test]
fn an_admin_deletes_a_snapshot_after_being_asked() {
    let fake = filled();
    fake.answer("DELETE /configs/498", &json!({"deleted_id": 498}));
    let mut screen = Screen::open(&fake, "/configurations/9?old=498&new=512");
    screen.press("Delete the snapshot of 2026-11-21 15:05:00");
    insta::assert_snapshot!(screen.part("div role=\"dialog\"", "section aria-label=\"Notices\""));
    let read = fake.calls("GET /configs/9/history").len();
    screen.press("Delete the snapshot");
    assert_eq!(fake.calls("DELETE /configs/498").len(), 1);
    assert!(fake.calls("GET /configs/9/history").len() > read, "the list is read again");
    assert_eq!(screen.address(), "/configurations/9?", "what is gone is no longer asked for");

    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/configurations/9");
    assert_eq!(screen.outline().matches("title=\"Only admins may delete snapshots.\"").count(), 4);
    screen.press("Delete the snapshot of 2026-11-21 15:05:00");
    assert!(!screen.shows("role=\"dialog\""));
}

#[test]
fn a_long_history_and_a_long_difference_are_drawn_in_parts() {
    let fake = filled();
    let heads: Vec<Value> = (0..130).map(|back| head(1000 - back, -3600 * (back + 1), &back.to_string())).collect();
    fake.answer("GET /configs/9/history", &heads);
    let mut lines = vec!["@@ -1,3000 +1,3000 @@".to_owned()];
    lines.extend((0..3000).map(|number| format!("+line {number}")));
    fake.answer("GET /configs/diff", &json!({"config_id_a": 999, "config_id_b": 1000, "diff": lines}));
    let mut screen = Screen::open(&fake, "/configurations/9");
    assert!(screen.shows("30 more") && !screen.shows("900 bytes"));
    screen.press("Show older");
    assert!(screen.shows("\"first · 61,871 bytes · 871f0a2\""));
    assert!(screen.shows("1,001 lines more") && !screen.shows("line 2999"));
    screen.press("Show all");
    assert!(screen.shows("line 2999"));
}

#[test]
fn what_a_run_changed_is_one_press_away() {
    let fake = filled();
    let mut detail = crate::samples::detail();
    detail.run.id = 4188.into();
    crate::run::answer(&fake, &detail);
    fake.answer("GET /logs/", &Page::<Value>::new(Vec::new(), 0, 1, 50));
    let link = "href=\"/configurations/111?new=512\"";
    assert!(Screen::open(&fake, "/runs/4188").shows(link), "from the row of the device");
    assert!(Screen::open(&fake, "/runs/4188/devices/111").shows(link), "from the device's own page");
}

#[test]
fn what_is_not_saved_is_shown_as_a_difference() {
    let fake = filled();
    let mut device = device_row(9, "edge-fra-09");
    device["startup"] = json!({"state": "unsaved", "checked_at": at(-60), "unsaved_since": at(-7200), "reason": null});
    fake.answer("GET /devices/9", &device);
    let difference = json!({"device_id": 9, "snapshot_id": 512, "checked_at": at(-60), "diff": diff(498, 512)["diff"]});
    fake.answer("GET /devices/9/startup/diff", &difference);
    assert!(Screen::open(&fake, "/configurations/9").shows("This device has unsaved changes"));
    let before = fake.calls("GET /configs/diff").len();
    let screen = Screen::open(&fake, "/configurations/9?show=startup");
    assert!(screen.shows("description new ") && screen.shows("Show the newest change"), "{}", main_part(&screen));
    assert_eq!(fake.calls("GET /configs/diff").len(), before, "snapshots are not compared for it");
}
