//! The import of an ssh_config, from the Jump hosts page and from the Devices page.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::native::Feature;
use serde_json::{Value, json};

use crate::samples::{device_row, page, tag};
use crate::support::{Fake, Screen};

const CHECK: &str = "POST /devices/import/ssh-config/check";
const IMPORT: &str = "POST /devices/import/ssh-config";
const TEXT: &str = "Host gate\n  HostName 198.51.100.7\nHost sw1 sw2\n  ProxyJump gate\nInclude more\n";

fn answers(fake: &Rc<Fake>) {
    fake.answer("GET /jump-hosts/", &page(Vec::<Value>::new(), 0));
    fake.answer("GET /devices/", &page(vec![device_row(7, "core-sw-1")], 1));
    fake.answer("GET /platforms/", &json!({"items": [], "refused": []}));
    fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "edge")], 2));
    let credential = json!({
        "id": 3, "username": "jumper", "priority": 100, "description": null, "is_system": false, "tags": []
    });
    fake.answer("GET /credentials/", &page(vec![credential], 1));
}

fn counts(new: i64, changed: i64, wrong: i64) -> Value {
    json!({"new": new, "same": 0, "changed": changed, "wrong": wrong})
}

fn outcome(jump_hosts: &Value, devices: &Value) -> Value {
    let host = |line: i64, name: &str, kind: &str, fate: &str, message: &str| {
        let mut host = json!({"line": line, "name": name, "kind": kind, "fate": fate});
        host["message"] = json!(message);
        host
    };
    json!({
        "jump_hosts": jump_hosts, "devices": devices, "updated": 0,
        "hosts": [
            host(1, "gate", "jump_host", "wrong", "No credential has the user name 'ann'."),
            host(3, "sw1", "device", "new", "At sw1:22."),
            host(3, "sw2", "device", "changed", "It is at 10.0.0.9:22; the file says at sw2:22.")
        ],
        "remarks": [{"line": 5, "message": "Line 5: Include is not followed."}], "not_understood": 1,
        "logins": [{"username": "ann", "jump_hosts": 1, "devices": 0, "identity_files": [], "found": false,
            "message": "Add a credential with the user name 'ann'."}]
    })
}

/// The dialog of the Jump hosts page with the file chosen.
fn chosen(fake: &Rc<Fake>) -> Screen {
    fake.pick("config", TEXT);
    let mut screen = Screen::open(fake, "/jump-hosts");
    screen.press("Import from ssh_config");
    assert!(screen.dialog().contains("ProxyJump gate"), "it says what such a file looks like");
    screen.press("Choose a file");
    screen
}

#[test]
fn a_file_is_checked_first_and_says_what_would_come_of_each_host() {
    let fake = Fake::filled(answers);
    fake.answer(CHECK, &outcome(&counts(0, 0, 1), &counts(1, 1, 0)));
    let mut screen = chosen(&fake);
    assert_eq!(fake.bodies(CHECK), [json!({"config": TEXT, "device_type": "auto", "tags": []})]);
    let shown = screen.dialog();
    for text in [
        "0 jump hosts and 1 device will be added, 0 are there already, 1 differs, 1 wrong.",
        "Wrong jump host",
        "No credential has the user name 'ann'.",
        "It is at 10.0.0.9:22; the file says at sw2:22.",
        "Add a credential with the user name 'ann'.",
        "Line 5: Include is not followed.",
    ] {
        assert!(shown.contains(text), "{text} in {shown}");
    }
    assert!(fake.bodies(IMPORT).is_empty());

    fake.answer(IMPORT, &outcome(&counts(1, 0, 0), &counts(1, 1, 0)));
    screen.press("Import");
    assert_eq!(fake.bodies(IMPORT), [json!({"config": TEXT, "device_type": "auto", "tags": []})]);
    assert!(screen.dialog().contains("1 jump host and 1 device added"), "{}", screen.dialog());
    screen.press("Done");
    assert!(!screen.shows("role=\"dialog\""));
}

#[test]
fn every_choice_is_checked_again_and_goes_with_the_import() {
    let fake = Fake::filled(answers);
    fake.answer(CHECK, &outcome(&counts(1, 0, 0), &counts(1, 1, 0)));
    fake.answer(IMPORT, &outcome(&counts(1, 0, 0), &counts(0, 1, 0)));
    let mut screen = chosen(&fake);
    screen.change("ssh-config-credential", "3");
    screen.change("ssh-config-tags-2", "true");
    screen.change("ssh-config-update", "true");
    screen.press("Leave out sw1");
    let body = json!({
        "config": TEXT, "device_type": "auto", "tags": [2], "credential_id": 3, "leave_out": ["sw1"], "update": true
    });
    assert_eq!(fake.bodies(CHECK).last(), Some(&body));
    assert!(screen.dialog().contains("Left out: sw1"), "{}", screen.dialog());
    screen.press("Import");
    assert_eq!(fake.bodies(IMPORT), [body]);
}

#[test]
fn a_file_that_cannot_be_read_or_has_nothing_new_is_not_imported() {
    let fake = Fake::filled(answers);
    fake.refuse(CHECK, Problem::field("body.config", "The file has more than 200000 lines: import it in parts."));
    let mut screen = chosen(&fake);
    assert!(screen.dialog().contains("more than 200000 lines"), "{}", screen.dialog());
    screen.press("Import");
    fake.answer(CHECK, &outcome(&counts(0, 0, 1), &counts(0, 1, 0)));
    screen.press("Choose a file again");
    assert!(screen.dialog().contains("0 devices will be added"), "{}", screen.dialog());
    screen.press("Import");
    assert!(fake.bodies(IMPORT).is_empty());
}

#[test]
fn the_devices_page_recognises_such_a_file_by_its_content() {
    let fake = Fake::user(answers);
    fake.answer(CHECK, &outcome(&counts(0, 0, 1), &counts(1, 0, 0)));
    fake.answer(IMPORT, &outcome(&counts(0, 0, 1), &counts(1, 0, 0)));
    fake.pick("config", TEXT);
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Import CSV");
    screen.press("Choose a file");
    assert!(screen.dialog().contains("Import from ssh_config") && fake.bodies("POST /devices/import/check").is_empty());
    assert!(!screen.dialog().contains("New jump hosts sign in with"), "users add no jump hosts");
    screen.press("Import");
    assert!(screen.dialog().contains("They wait for approval"), "{}", screen.dialog());

    // The next file may be of the other kind.
    fake.pick("site.csv", "hostname,ip_address,device_type\nr1,10.0.0.1,linux\n");
    let none = json!({"added": 0, "present": 1, "refused": 0, "errors": []});
    let columns = ["hostname", "ip_address", "device_type"];
    let plan = json!({"separator": "comma", "columns": columns, "new_tags": [], "outcome": none});
    fake.answer("POST /devices/import/check", &plan);
    screen.press("Choose a file again");
    assert!(screen.dialog().contains("1 already exists"), "{}", screen.dialog());
}

#[test]
fn a_server_without_jump_hosts_is_sent_no_such_file_from_their_page() {
    let fake = Fake::lacking(Feature::JumpHosts, "It knows no jump hosts.", answers);
    let mut screen = Screen::open(&fake, "/jump-hosts");
    screen.press("Import from ssh_config");
    assert!(!screen.shows("role=\"dialog\""));
}
