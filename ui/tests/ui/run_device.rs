//! The page of one device of a run.

use netraven_api::native::Session;
use netraven_api::outcome::{Cause, Stage};
use netraven_api::problem::Code;
use netraven_api::runs::DeviceState;
use netraven_api::users::Role;
use netraven_api::{Problem, Transport};
use serde_json::json;

use crate::run::{starting, with};
use crate::samples::{detail, device, evidence, page};
use crate::support::{Fake, Screen, at};

#[test]
fn the_address_of_a_device_holds_its_tab_and_a_link_leads_there() {
    let fake = with(&detail());
    let mut screen = Screen::open(&fake, "/runs/4188/devices/9");
    screen.press("Log of this device");
    assert_eq!(screen.address(), "/runs/4188/devices/9?tab=log");
    screen.press("Copy link");
    assert_eq!(screen.clipboard(), "netraven:/runs/4188/devices/9?tab=log");
    screen.back();
    assert!(screen.shows("Configuration cut short"));
    let screen = Screen::open(&fake, "/runs/4188/devices/9?tab=log");
    assert!(screen.shows("No lines yet"));
}

#[test]
fn one_device_is_read_and_not_all_of_its_run() {
    let fake = with(&detail());
    Screen::open(&fake, "/runs/4188/devices/9");
    assert_eq!((fake.calls("GET /runs/4188/devices/9").len(), fake.calls("GET /runs/4188/devices").len()), (1, 0));
    fake.refuse("GET /runs/4188/devices/10", Problem::new(Code::NotFound, "Device of this run not found"));
    assert!(Screen::open(&fake, "/runs/4188/devices/10").shows("Not in this run"));
    fake.refuse("GET /runs/4188/devices/10", Problem::new(Code::Unreachable, "The server did not answer."));
    assert!(Screen::open(&fake, "/runs/4188/devices/10").shows("The server did not answer."));
}

#[test]
fn a_reading_cut_short_is_told_as_a_story() {
    let screen = Screen::open(&with(&detail()), "/runs/4188/devices/9");
    insta::assert_snapshot!(screen.part("main", "section aria-label=\"Notices\""));
}

#[test]
fn the_transcript_is_shown_with_the_place_where_it_broke() {
    let mut rejected = detail();
    rejected.results[0].cause = Some(Cause::CommandRejected);
    rejected.results[0].details = evidence(serde_json::json!({
        "cause": "command-rejected", "said": "% Invalid input detected at '^' marker.", "host_keys": null, "expected": null,
        "last_seen": "R1#", "transcript": [
            "    0.402 < R1#", "    0.455 > \"show runn\\n\"", "          … 3 lines left out …",
            "    0.511 < % Invalid input detected at '^' marker.", "    0.512 < key 7 ‹secret 03ab›", "    0.513 < R1#"
        ]
    }));
    let screen = Screen::open(&with(&rejected), "/runs/4188/devices/46");
    insta::assert_snapshot!(screen.part("div role=\"tabpanel\"", "section aria-label=\"Notices\""));
}

#[test]
fn a_session_over_telnet_is_marked_as_not_encrypted_and_has_no_stages_of_ssh() {
    let mut detail = detail();
    let mut done = device(112, "old-sw");
    done.transport = Transport::Telnet;
    done.details = evidence(json!({
        "transport": "telnet", "bytes": 120, "lines": 9, "timings": [
            {"stage": "reach", "ms": 3}, {"stage": "prompt", "ms": 800}, {"stage": "read", "ms": 90}
        ]
    }));
    detail.results.push(done);
    let screen = Screen::open(&with(&detail), "/runs/4188/devices/112");
    let shown = screen.outline();
    assert!(shown.contains("\"Telnet, not encrypted\""), "{shown}");
    let stages = screen.part("ol aria-label=\"Stages\"", "div role=\"tablist\"");
    assert!(
        !stages.contains("Key exchange") && !stages.contains("Host key") && !stages.contains("Sign in"),
        "{stages}"
    );
    assert!(!shown.contains("algorithms") && !shown.contains("host_key"), "{shown}");
}

#[test]
fn the_last_results_of_the_device_stand_beside_the_story() {
    let fake = with(&detail());
    let result = |id: i64, status: &str, cause: Option<&str>, run_id: Option<i64>| {
        serde_json::json!({
            "id": id, "job_id": 1, "device_id": 9, "job_type": "config_backup", "status": status,
            "result_time": at((id - 9010) * 3600), "created_at": at(0), "details": {"cause": cause}, "job_name": "x",
            "device_name": "edge-fra-09", "run_id": run_id
        })
    };
    let results = vec![
        result(9009, "failure", Some("truncated"), Some(4188)),
        result(9008, "success", None, Some(4182)),
        result(9007, "failure", Some("timeout-connect"), None),
    ];
    fake.answer("GET /job-results/", &page(results, 3));
    let screen = Screen::open(&fake, "/runs/4188/devices/9");
    assert!(fake.calls("GET /job-results/").last().unwrap().ends_with("?size=30&device_id=9&job_id=1"));
    insta::assert_snapshot!(screen.part("Last 3 results", "h2"));
}

#[test]
fn a_report_of_a_failure_can_be_copied() {
    let mut screen = Screen::open(&with(&detail()), "/runs/4188/devices/9");
    screen.press("Copy report");
    assert!(screen.clipboard().contains("Configuration cut short"), "{}", screen.clipboard());
    assert!(
        !Screen::open(&with(&detail()), "/runs/4188/devices/111").shows("Copy report"),
        "there is nothing to report"
    );
}

#[test]
fn what_no_retry_can_fix_is_not_offered_one() {
    let mut hopeless = detail();
    hopeless.run.causes.retain(|group| !group.cause.retry_may_help());
    let screen = Screen::open(&with(&hopeless), "/runs/4188");
    assert!(screen.shows("A retry will not fix any of them.") && !screen.shows("retryable"));
    let fake = with(&detail());
    starting(&fake, "POST /runs/4188/again");
    let mut screen = Screen::open(&fake, "/runs/4188");
    screen.press("Retry 4 retryable");
    assert_eq!(fake.bodies("POST /runs/4188/again"), [serde_json::json!({"causes": ["timeout-connect"]})]);
}

#[test]
fn a_stage_that_was_not_reached_has_no_duration() {
    let mut detail = detail();
    let device = detail.results.iter_mut().find(|device| device.device_id.get() == 9).unwrap();
    device.details = evidence(json!({"timings": [{"stage": "read", "ms": 7}, {"stage": "record", "ms": 11}]}));
    let screen = Screen::open(&with(&detail), "/runs/4188/devices/9");
    assert!(screen.shows("7 ms") && !screen.shows("11 ms"));
}

#[test]
fn a_stage_that_a_device_does_without_is_not_shown_as_done() {
    let mut detail = detail();
    let done = detail.results.iter_mut().find(|device| device.device_id.get() == 111).unwrap();
    done.device_type = "juniper_junos".into();
    let mut under_way = device(112, "edge-ber-12");
    (under_way.state, under_way.stage, under_way.details) = (DeviceState::Running, Some(Stage::Read), None);
    let mut old = device(113, "edge-ber-13");
    old.details = evidence(json!({"changed": true}));
    detail.results.extend([under_way, old]);
    let fake = with(&detail);
    let stages = |id: i64| {
        let screen = Screen::open(&fake, &format!("/runs/4188/devices/{id}"));
        screen.part("ol aria-label=\"Stages\"", "div role=\"tablist\"")
    };
    let done = stages(111);
    assert!(!done.contains("Privilege") && done.contains("\"Paging off\""), "{done}");
    assert_eq!(done.matches("data-state=\"well\"").count(), 9, "{done}");
    let under_way = stages(112);
    assert!(!under_way.contains("\"done\"") && under_way.contains("data-state=\"now\""), "{under_way}");
    assert_eq!(under_way.matches("\"not reported yet\"").count(), 7, "{under_way}");
    let old = stages(113);
    assert_eq!((old.matches("data-state").count(), old.contains("\"Record\"")), (1, true), "{old}");
}

#[test]
fn the_key_that_was_seen_can_be_trusted_and_no_other() {
    let fake = with(&detail());
    let key = |sha256: &str, by: Option<&str>| json!({"device_id": 31, "key_type": "ssh-ed25519", "sha256": sha256, "first_seen": at(-900), "trusted_by": by});
    fake.answer("GET /devices/31/host-key", &key("SHA256:Vw2cStored", None));
    fake.answer("PUT /devices/31/host-key", &key("SHA256:4n0bOffered", Some("admin")));
    let mut screen = Screen::open(&fake, "/runs/4188/devices/31");
    assert!(screen.shows("SHA256:Vw2cStored") && screen.shows("SHA256:4n0bOffered"));
    assert!(!screen.shows("\"nothing\""), "the key was seen: {}", screen.outline());
    assert!(!screen.shows("Forget stored key"), "trusting whatever comes next is not offered here");
    screen.press("Trust this key");
    assert!(fake.bodies("PUT /devices/31/host-key").is_empty(), "it asks first");
    let asked = screen.part("div role=\"dialog\"", "section aria-label=\"Notices\"");
    assert!(asked.contains("SHA256:Vw2cStored") && asked.contains("SHA256:4n0bOffered"), "{asked}");
    fake.answer("GET /devices/31/host-key", &key("SHA256:4n0bOffered", Some("admin")));
    screen.press("Trust this key");
    let sent = fake.bodies("PUT /devices/31/host-key");
    let wanted = json!({"key_type": "ssh-rsa", "sha256": "SHA256:4n0bOffered", "replaces": "SHA256:Vw2cStored"});
    assert_eq!((sent.len(), &sent[0]["sha256"], &sent[0]["replaces"]), (1, &wanted["sha256"], &wanted["replaces"]));
    assert!(screen.shows("This key is trusted") && screen.shows("by admin"), "{}", screen.outline());
}

#[test]
fn what_a_failed_device_still_has_is_named() {
    let fake = with(&detail());
    let head = |id: i64, at| json!({"id": id, "device_id": 9, "retrieved_at": at, "config_metadata": null});
    fake.answer("GET /configs/9/history", &json!([head(511, at(-90_000)), head(498, at(-180_000))]));
    let screen = Screen::open(&fake, "/runs/4188/devices/9");
    assert!(screen.shows("Last good snapshot:") && screen.shows("snapshot 511"), "{}", screen.outline());
    assert!(!Screen::open(&fake, "/runs/4188/devices/111").shows("Last good snapshot"));
}

#[test]
fn running_it_again_is_not_the_first_thing_to_do_where_it_cannot_help() {
    let screen = Screen::open(&with(&detail()), "/runs/4188/devices/46");
    assert!(screen.shows("Run it again once this is fixed") && !screen.shows("A retry may help"));
    assert!(!screen.shows("Every credential was refused"), "the names are told: {}", screen.outline());
}

#[test]
fn only_admins_may_trust_a_host_key() {
    let fake = with(&detail());
    let mut ready = Fake::admin();
    ready.role = Role::User;
    let mut screen = Screen::open(&fake, "/runs/4188/devices/31");
    fake.session(Session::Ready(ready));
    screen.settle();
    assert!(screen.shows("Only admins may trust another key."));
    screen.press("Trust this key");
    assert!(!screen.shows("Trust this key of"));
}

#[test]
fn a_device_that_succeeded_says_what_was_read() {
    let screen = Screen::open(&with(&detail()), "/runs/4188/devices/111");
    assert!(screen.shows("Configuration changed"));
    assert!(screen.shows("2,210 lines, 61,204 bytes · 7 secrets hidden · snapshot 512"));
}
