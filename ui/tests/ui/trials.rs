//! Trials: the connection of a device tested from its panel, and a platform tried on a device.

use std::rc::Rc;

use netraven_api::event::Changed;
use netraven_api::native::{Feature, Native};
use serde_json::{Value, json};

use crate::samples::{device_row, page};
use crate::support::{Fake, Screen, at};

const TEXT: &str = "name = \"acme_os\"\n";

fn trial(purpose: &str, state: &str, more: Value) -> Value {
    let mut trial = json!({
        "id": 3, "device_id": 1, "hostname": "edge-ber-01", "transport": "ssh", "purpose": purpose, "state": state,
        "asked_by": "admin", "asked_at": at(0), "own_platform": purpose != "connection"
    });
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        trial[name] = value;
    }
    trial
}

fn platforms(fake: &Rc<Fake>) {
    let own = json!({"name": "acme_os", "title": "ACME OS", "vendor": "ACME", "custom": true, "source": "own"});
    fake.answer("GET /platforms/", &json!({"items": [own], "refused": []}));
    let details = json!({
        "name": "acme_os", "text": TEXT, "prompt": ">", "privilege": [], "commands": [], "paging_off": [],
        "pagers": 1, "secrets": 0, "volatile": 0, "unstable": 0
    });
    fake.answer("GET /platforms/file", &details);
    fake.answer("GET /devices/", &page(vec![device_row(1, "edge-ber-01")], 1));
}

fn moved(fake: &Fake, screen: &mut Screen, now: &Value) {
    fake.answer("GET /trials/3", now);
    fake.changed(Changed::Trial { trial_id: 3.into() });
    screen.settle();
}

#[test]
fn the_connection_of_a_device_is_tested_and_followed_live() {
    let fake = Fake::filled(platforms);
    fake.answer("POST /trials/", &trial("connection", "waiting", json!({})));
    fake.answer("GET /trials/3", &trial("connection", "waiting", json!({})));
    let mut screen = Screen::open(&fake, "/devices?open=1");
    screen.press("Test connection");
    assert_eq!(fake.bodies("POST /trials/"), [json!({"device_id": 1, "purpose": "connection"})]);
    assert!(screen.dialog().contains("Waiting for a worker"), "{}", screen.dialog());
    moved(&fake, &mut screen, &trial("connection", "running", json!({"stage": "sign_in"})));
    assert!(screen.dialog().contains("Sign in"), "{}", screen.dialog());
    fake.answer("POST /trials/3/cancel", &trial("connection", "running", json!({"stage": "sign_in"})));
    screen.press("Cancel the session");
    assert_eq!(fake.calls("POST /trials/3/cancel").len(), 1);
    let failed = json!({
        "stage": "sign_in", "cause": "auth-failed", "message": "The device refused every credential.",
        "evidence": {"refused_logins": ["netops"], "timings": [{"stage": "reach", "ms": 3}]}
    });
    moved(&fake, &mut screen, &trial("connection", "failed", failed));
    for text in ["Authentication refused", "The device refused every credential.", "may lock the account", "netops"] {
        assert!(screen.dialog().contains(text), "{text} is not in {}", screen.dialog());
    }
    screen.press("Try again");
    assert_eq!(fake.bodies("POST /trials/").len(), 2);
}

#[test]
fn a_platform_is_tried_on_a_device_and_recorded() {
    let fake = Fake::filled(platforms);
    fake.answer("POST /trials/", &trial("backup", "waiting", json!({})));
    let read = json!({
        "stage": "prove_complete", "message": "Read 2 lines, complete. Nothing was stored.",
        "text": "hostname edge\nsecret ‹secret 7c1e›\n", "evidence": {"facts": {"version": "4.2"}},
        "proposals": [{"list": "volatile", "pattern": "^! at \\d+$", "first": "! at 1", "second": "! at 2"}],
        "unexplained": ["odd line"]
    });
    fake.answer("GET /trials/3", &trial("backup", "succeeded", read));
    let mut screen = Screen::open(&fake, "/platforms?open=acme_os");
    screen.type_into("try-device", "edge-ber-01");
    screen.type_into("try-device", "edge-ber-01");
    assert_eq!(fake.bodies("POST /trials/"), [json!({"device_id": 1, "purpose": "backup", "platform": TEXT})]);
    let dialog = screen.dialog();
    for text in ["Nothing was stored.", "‹secret 7c1e›", "4.2", "['^! at ", "odd line"] {
        assert!(dialog.contains(text), "{text} is not in {dialog}");
    }
    screen.press("Copy rule 1");
    assert_eq!(screen.clipboard(), "^! at \\d+$");
    let recorded = json!({"stage": "read", "message": "Recorded.", "recording": "platform = 'acme_os'\n"});
    fake.answer("GET /trials/3", &trial("record", "succeeded", recorded));
    fake.answer("POST /trials/", &trial("record", "waiting", json!({})));
    screen.press("Record as a test");
    assert_eq!(fake.bodies("POST /trials/")[1]["purpose"], "record");
    screen.press("Save the recording");
    let saved = fake.wishes().into_iter().find_map(|wish| match wish {
        Native::SaveFile { name, text, .. } => Some((name, text)),
        _ => None,
    });
    assert_eq!(saved, Some(("session.toml".to_owned(), "platform = 'acme_os'\n".to_owned())));
    assert!(screen.shows("The recording was saved as /home/anna/session.toml."));
}

#[test]
fn who_may_not_try_is_not_asked_for_a_device() {
    let fake = Fake::user(platforms);
    let screen = Screen::open(&fake, "/platforms?open=acme_os");
    assert!(screen.shows("Only admins may try a platform on a device"), "{}", screen.outline());
    let fake = Fake::lacking(Feature::Trials, "This server cannot try a device.", platforms);
    let mut screen = Screen::open(&fake, "/devices?open=1");
    screen.press("Test connection");
    assert!(fake.calls("POST /trials/").is_empty());
    assert!(screen.html().contains("This server cannot try a device."));
}
