//! Session policies where they are shown and changed: device, tag, server; and what a device of a run waits for.

use netraven_api::native::Feature;
use netraven_api::runs::{DeviceState, RunDevice, RunStatus};
use netraven_api::session_policy::{PolicyScope, SessionLimit};
use serde_json::json;

use crate::run;
use crate::samples::{detail, device, device_row, page, system, tag};
use crate::support::{Fake, Screen};

const SUPPORTED: &str = r#"{"kex": ["curve25519-sha256", "diffie-hellman-group1-sha1"], "host_key": ["ssh-ed25519"],
    "cipher": ["aes256-ctr"], "mac": ["hmac-sha2-256"]}"#;

#[test]
fn a_device_shows_what_holds_and_where_it_comes_from() {
    let fake = Fake::filled(|fake| {
        fake.answer("GET /devices/", &page(vec![device_row(7, "core-sw-1")], 1));
        let policy = json!({
            "own": {}, "holds": {"connect_seconds": 20, "crypto": "modern"},
            "chosen": [
                {"setting": "connect_seconds", "by": "tag", "names": ["berlin"]},
                {"setting": "crypto", "by": "server", "names": []}
            ],
            "limits": [{"scope": "tag", "name": "berlin", "at_once": 4, "per_second": null}]
        });
        fake.answer("GET /devices/7/session-policy", &policy);
        fake.answer("PUT /devices/7/session-policy", &policy);
    });
    let mut screen = Screen::open(&fake, "/devices?open=7");
    for text in
        ["20 s, set for the tag berlin", "modern algorithms only, set for the server", "4 at once, for site berlin"]
    {
        assert!(screen.shows(text), "{text}: {}", screen.outline());
    }
    screen.press("Change session policy");
    screen.type_into("policy-width", "7");
    screen.submit();
    assert!(screen.dialog().contains("from 20 to 2000") && fake.bodies("PUT /devices/7/session-policy").is_empty());
    screen.type_into("policy-width", "132");
    screen.change("policy-newline", "crlf");
    screen.submit();
    assert_eq!(fake.bodies("PUT /devices/7/session-policy"), [json!({"width": 132, "newline": "crlf"})]);
    assert!(screen.shows("The session policy of core-sw-1 was changed."));
}

#[test]
fn a_tag_gets_limits_and_a_list_of_algorithms_that_begins_with_the_modern_ones() {
    let fake = Fake::filled(|fake| {
        fake.answer("GET /tags/", &page(vec![tag(1, "default"), tag(2, "berlin")], 2));
        let supported: serde_json::Value = serde_json::from_str(SUPPORTED).unwrap();
        fake.answer("GET /session-policy", &json!({"policy": {}, "supported": supported}));
        fake.answer("PUT /tags/2/session-policy", &json!({}));
    });
    let mut screen = Screen::open(&fake, "/tags");
    screen.press("Session policy of the tag berlin");
    assert!(screen.dialog().contains("the tag is a site"), "{}", screen.dialog());
    screen.type_into("policy-at_once", "4");
    screen.change("policy-crypto", "exactly");
    screen.submit();
    let body = json!({
        "at_once": 4, "crypto": "exactly", "kex": ["curve25519-sha256"], "host_key": ["ssh-ed25519"],
        "cipher": ["aes256-ctr"], "mac": ["hmac-sha2-256"]
    });
    assert_eq!(fake.bodies("PUT /tags/2/session-policy"), [body]);
}

#[test]
fn only_admins_change_policies_and_a_server_without_them_says_why() {
    let answers = |fake: &std::rc::Rc<Fake>| {
        fake.answer("GET /system/status", &system());
        fake.answer("GET /session-policy", &json!({"policy": {"at_once": 50}, "supported": {}}));
    };
    let screen = Screen::open(&Fake::user(answers), "/system");
    assert!(screen.shows("Limit: 50 at once") && screen.shows("Only admins may change session policies."));
    let fake = Fake::lacking(Feature::SessionPolicies, "It has no policies.", answers);
    assert!(Screen::open(&fake, "/system").shows("It has no policies."));
    assert!(fake.calls("GET /session-policy").is_empty(), "and is not asked");
}

#[test]
fn a_queued_device_says_what_it_waits_for() {
    let mut going = detail();
    (going.run.status, going.run.finished_at) = (RunStatus::Running, None);
    let limit = SessionLimit { scope: PolicyScope::Tag, name: "berlin".into(), at_once: Some(4), per_second: None };
    going.results.push(RunDevice {
        state: DeviceState::Queued,
        stage: None,
        started_at: None,
        finished_at: None,
        changed: None,
        snapshot_id: None,
        waits_for: Some(limit),
        ..device(120, "edge-ber-20")
    });
    let screen = Screen::open(&run::with(&going), "/runs/4188");
    assert!(screen.shows("Waits for its turn at site berlin: 4 at once."), "{}", screen.outline());
}
