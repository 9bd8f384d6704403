//! The Jump hosts page, and where a jump host is chosen and shown.

use std::rc::Rc;

use netraven_api::native::Feature;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{device_row, page, tag};
use crate::support::{Fake, Screen};

fn host(id: i64, name: &str) -> Value {
    json!({
        "id": id, "name": name, "address": "198.51.100.7", "port": 22, "credential_id": 3, "username": "jumper",
        "devices": 12
    })
}

fn answers(fake: &Rc<Fake>) {
    let key = |word: &str| json!({"key_type": "ssh-ed25519", "sha256": format!("SHA256:{word}")});
    let mut first = host(1, "bastion-1");
    first["is_default"] = json!(true);
    first["host_key"] = json!({"key": key("stored-before"), "first_seen": "2026-11-01T00:00:00Z"});
    first["offered_key"] = json!({"key": key("seen-since"), "seen_at": "2026-11-23T00:00:00Z"});
    let mut second = host(2, "bastion-2");
    second["through"] = json!(1);
    second["through_name"] = json!("bastion-1");
    fake.answer("GET /jump-hosts/", &page(vec![first, second], 2));
    let credential = json!({
        "id": 3, "username": "jumper", "priority": 100, "description": null, "is_system": false, "tags": []
    });
    fake.answer("GET /credentials/", &page(vec![credential], 1));
    fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "edge")], 2));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

#[test]
fn shows_the_jump_hosts_and_a_key_that_an_admin_has_to_look_at() {
    let fake = filled();
    fake.answer("PUT /jump-hosts/1/host-key", &host(1, "bastion-1"));
    let mut screen = Screen::open(&fake, "/jump-hosts");
    for text in ["bastion-1", "198.51.100.7:22", "jumper", "Default", "Another key was seen", "stored at the first"] {
        assert!(screen.shows(text), "{text}: {}", screen.outline());
    }
    screen.press("Trust the key seen");
    screen.press("Trust this key");
    let body = json!({"key_type": "ssh-ed25519", "sha256": "SHA256:seen-since", "replaces": "SHA256:stored-before"});
    assert_eq!(fake.bodies("PUT /jump-hosts/1/host-key"), [body]);
}

#[test]
fn one_is_added_and_a_refusal_stands_at_its_field() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/jump-hosts");
    screen.press("Add jump host");
    screen.submit();
    assert!(screen.dialog().contains("Choose the credential") && fake.bodies("POST /jump-hosts/").is_empty());
    screen.type_into("jump-host-name", "bastion-3");
    screen.type_into("jump-host-address", "10.0.0.7");
    screen.change("jump-host-credential", "3");
    screen.change("jump-host-through", "2");
    fake.refuse("POST /jump-hosts/", Problem::field("body.name", "The name is taken."));
    screen.submit();
    assert!(screen.dialog().contains("The name is taken."));
    fake.answer("POST /jump-hosts/", &host(3, "bastion-3"));
    screen.submit();
    let body = json!({"name": "bastion-3", "address": "10.0.0.7", "port": 22, "credential_id": 3, "through": 2});
    assert_eq!(fake.bodies("POST /jump-hosts/").last(), Some(&body));
    assert!(screen.shows("The jump host bastion-3 was added."));
}

#[test]
fn a_change_takes_one_out_from_behind_another() {
    let fake = filled();
    fake.answer("PUT /jump-hosts/2", &host(2, "bastion-2"));
    let mut screen = Screen::open(&fake, "/jump-hosts");
    screen.press("Change the jump host bastion-2");
    screen.change("jump-host-through", "");
    screen.submit();
    let sent = fake.bodies("PUT /jump-hosts/2");
    assert_eq!((&sent[0]["through"], &sent[0]["is_default"]), (&Value::Null, &json!(false)), "{sent:?}");
}

#[test]
fn a_server_without_jump_hosts_says_why_and_is_asked_for_none() {
    let fake = Fake::lacking(Feature::JumpHosts, "It knows no jump hosts.", answers);
    assert!(Screen::open(&fake, "/jump-hosts").shows("It knows no jump hosts."));
    assert!(fake.calls("GET /jump-hosts/").is_empty());
}

#[test]
fn a_tag_and_a_device_choose_a_jump_host_where_there_are_any() {
    let fake = filled();
    fake.answer("PUT /tags/2", &json!({"id": 2, "name": "edge", "type": null, "description": null}));
    let mut screen = Screen::open(&fake, "/tags");
    screen.press("Change the tag edge");
    screen.change("tag-jump-host", "2");
    screen.submit();
    assert_eq!(fake.bodies("PUT /tags/2")[0]["jump_host_id"], json!(2));

    let mut device = device_row(7, "core-sw-1");
    device["jump_host_id"] = json!(2);
    device["way"] = json!({"names": ["bastion-1", "bastion-2"], "chosen_by": "device"});
    fake.answer("GET /devices/", &page(vec![device.clone()], 1));
    fake.answer("PUT /devices/7", &device);
    let mut screen = Screen::open(&fake, "/devices?open=7");
    assert!(screen.shows("through bastion-1 and bastion-2, chosen for this device"), "{}", screen.outline());
    screen.press("Change how it is reached");
    screen.change("device-way-jump-host", "direct");
    screen.submit();
    assert_eq!(fake.bodies("PUT /devices/7"), [json!({"jump_host_id": null, "direct": true})]);

    fake.answer("GET /jump-hosts/", &Page::<Value>::new(Vec::new(), 0, 1, 100));
    let screen = Screen::open(&fake, "/devices?open=7");
    assert!(!screen.shows("Change how it is reached"), "nothing to choose from");
}
