//! Devices that wait for an admin: said to everybody, approved by admins alone, and as they were seen.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::native::Feature;
use netraven_api::problem::Code;
use serde_json::{Value, json};

use crate::samples::{page, tag};
use crate::support::{Fake, Screen, at};

fn device(id: i64, hostname: &str, approval: &Value) -> Value {
    json!({
        "id": id, "hostname": hostname, "ip_address": format!("198.51.100.{id}"), "device_type": "cisco_ios", "description": null,
        "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": at(-864_000),
        "last_seen": null, "matching_credentials_count": 2, "last_updated": null, "updated_by": null, "last_result": "failure",
        "last_cause": "awaiting-approval", "last_result_at": at(-120), "last_snapshot_at": null,
        "tags": [tag(1, "default"), tag(2, "edge")], "approval": approval
    })
}

fn added(revision: &str) -> Value {
    json!({
        "waiting": true, "changed_by": "mallory", "changed_at": at(-600), "approved_by": null, "approved_at": null,
        "approved_address": null, "approved_port": null, "approved_type": null, "new_tags": ["default", "edge"],
        "credentials": ["netbackup", "admin"], "revision": revision
    })
}

fn moved(revision: &str) -> Value {
    json!({
        "waiting": true, "changed_by": "j.weber", "changed_at": at(-60), "approved_by": "admin", "approved_at": at(-90_000),
        "approved_address": "10.20.0.1", "approved_port": 22, "approved_type": "cisco_ios", "new_tags": [],
        "credentials": ["netbackup"], "revision": revision
    })
}

fn answers(fake: &Rc<Fake>) {
    let mut named = device(9, "named", &added("c3"));
    named["ip_address"] = json!("core.example.net");
    let waiting = vec![device(1, "added", &added("a1")), device(2, "moved", &moved("b2")), named];
    fake.answer("GET /devices/", &page(waiting, 3));
    fake.answer("GET /platforms/", &json!({"items": [], "refused": []}));
    fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "edge")], 2));
    fake.answer("GET /runs/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /configs/1/history", &json!([]));
    fake.refuse("GET /devices/1/host-key", Problem::new(Code::NotFound, "No host key is stored."));
}

fn as_admin() -> Rc<Fake> {
    Fake::filled(answers)
}

fn as_user() -> Rc<Fake> {
    Fake::user(answers)
}

#[test]
fn an_admin_looks_at_what_waits_and_approves_what_he_ticks() {
    let fake = as_admin();
    let mut screen = Screen::open(&fake, "/devices");
    assert!(screen.shows("3 devices wait for approval"));
    assert!(
        !screen.shows("No credential is sent to them until"),
        "the sentence stands over the list of those that wait"
    );
    screen.press("3 devices wait for approval");
    assert_eq!(screen.address(), "/devices?approval=waiting");
    let asked = |call: &String| call.contains("size=50") && call.contains("approval=waiting");
    assert!(fake.calls("GET /devices/").iter().any(asked), "{:?}", fake.calls("GET /devices/"));
    assert!(screen.shows("No credential is sent to them until an admin approves them."));
    screen.press("Review and approve");
    insta::assert_snapshot!(screen.dialog());

    screen.press("Approve");
    assert!(fake.calls("POST /devices/approve").is_empty(), "nothing is ticked yet");
    screen.change("approve-1", "true");
    screen.change("approve-2", "true");
    let late = "The device was changed since you loaded it: review it again, then approve it.";
    fake.answer("POST /devices/approve", &json!({"approved": [1], "refused": [{"id": 2, "message": late}]}));
    screen.press("Approve 2 devices");
    let sent = json!({"devices": [{"id": 1, "revision": "a1"}, {"id": 2, "revision": "b2"}]});
    assert_eq!(fake.bodies("POST /devices/approve"), [sent], "what is approved is what was seen");
    let shown = screen.dialog();
    assert!(shown.contains(&format!("moved: {late}")) && screen.shows("1 device was approved."), "{shown}");
    assert!(!shown.contains("Approve added") && shown.contains("Approve named"), "{shown}");

    screen.change("approve-all", "true");
    fake.answer("POST /devices/approve", &json!({"approved": [9], "refused": []}));
    screen.press("Approve");
    assert_eq!(fake.bodies("POST /devices/approve")[1], json!({"devices": [{"id": 9, "revision": "c3"}]}));
    assert!(!screen.shows("role=\"dialog\""), "the dialog is closed");
}

#[test]
fn one_device_is_approved_from_its_panel() {
    let fake = as_admin();
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Open added");
    let panel = screen.part("section aria-label=\"Approval\"", "section aria-label=\"Host key\"");
    assert!(panel.contains("mallory added it. No credential is sent to it until an admin approves it."), "{panel}");
    screen.press("Review and approve");
    let shown = screen.dialog();
    assert!(shown.contains("Approve added") && !shown.contains("Approve moved"), "{shown}");
    fake.answer("POST /devices/approve", &json!({"approved": [1], "refused": []}));
    let calm = json!({
        "waiting": false, "changed_by": "mallory", "changed_at": at(-600), "approved_by": "admin", "approved_at": at(0),
        "approved_address": "198.51.100.1", "approved_port": 22, "approved_type": "cisco_ios", "new_tags": [],
        "credentials": [], "revision": "a1"
    });
    fake.answer("GET /devices/", &page(vec![device(1, "added", &calm)], 1));
    screen.press("Approve");
    assert_eq!(fake.bodies("POST /devices/approve"), [json!({"devices": [{"id": 1, "revision": "a1"}]})]);
    let panel = screen.part("section aria-label=\"Approval\"", "section aria-label=\"Host key\"");
    assert!(panel.contains("Approved by admin"), "{panel}");
    assert!(!screen.shows("wait for approval") && !screen.shows("Needs approval"));
}

#[test]
fn a_user_is_told_that_a_device_waits_and_cannot_approve_it() {
    let fake = as_user();
    let mut screen = Screen::open(&fake, "/devices?approval=waiting");
    let reason =
        "j.weber changed its address from 10.20.0.1:22. No credential is sent to it until an admin approves it.";
    assert!(screen.outline().contains(reason), "{}", screen.outline());
    assert!(screen.shows("No credential is sent to them until an admin approves them."));
    assert!(!screen.shows("Review and approve"));
    screen.press("Open added");
    assert!(screen.shows("mallory added it.") && !screen.shows("Review and approve"));

    screen.press("Add device");
    screen.type_into("device-hostname", "new");
    screen.type_into("device-address", "198.51.100.7");
    screen.change("device-platform", "cisco_ios");
    fake.answer("POST /devices/", &device(7, "new", &added("d4")));
    screen.submit();
    assert!(
        screen.shows("new was added and waits for approval: no credential is sent to it until an admin approves it.")
    );

    screen.press("Import CSV");
    fake.pick("site.csv", "hostname,ip_address,device_type\nr1,10.0.0.1,linux\n");
    let outcome = json!({"added": 1, "present": 0, "refused": 0, "errors": []});
    let columns = ["hostname", "ip_address", "device_type"];
    let plan = json!({"separator": "comma", "columns": columns, "new_tags": [], "outcome": outcome});
    fake.answer("POST /devices/import/check", &plan);
    fake.answer("POST /devices/import", &outcome);
    screen.press("Choose a file");
    screen.press("Import");
    assert!(
        screen.dialog().contains("They wait for approval: no credential is sent to them until an admin approves them.")
    );
}

#[test]
fn a_server_that_asks_no_admin_is_not_asked_about_approvals() {
    let fake = Fake::lacking(Feature::Approvals, "This server asks no admin.", answers);
    let mut plain = device(1, "plain", &Value::Null);
    plain["last_cause"] = Value::Null;
    fake.answer("GET /devices/", &page(vec![plain], 1));
    let mut screen = Screen::open(&fake, "/devices");
    assert!(!screen.shows("wait for approval") && !screen.shows("Approval any"));
    assert!(fake.calls("GET /devices/").iter().all(|call| !call.contains("approval")));
    screen.press("Open plain");
    assert!(!screen.shows("section aria-label=\"Approval\""));
}
