//! What the window says of a server that does things another way: nothing is promised, announced or kept off that is not so there.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::Link;
use netraven_api::native::{AdminAction, Feature, Missing, Ready, Session};
use netraven_api::system::{Condition, SystemStatus};
use netraven_api::users::Role;
use serde_json::{Value, json};

use crate::run;
use crate::samples::{detail, device, device_row, job, page, system};
use crate::support::{Fake, Screen, at};

/// Why each feature is not offered, in words a test can find again.
const LACKS: [(Feature, &str); 9] = [
    (Feature::CronSchedule, "Nothing starts by cron here."),
    (Feature::OnceSchedule, "Nothing starts at a set time here."),
    (Feature::ScheduleChange, "An interval is kept here."),
    (Feature::GitHistory, "There is no git here."),
    (Feature::DeleteUsed, "What has results stays here."),
    (Feature::NewestResults, "Results are not told here."),
    (Feature::UserWithoutEmail, "An address is wanted here."),
    (Feature::DevicePort, "Port 22 is used here."),
    (Feature::Transports, "SSH alone is spoken here."),
];

fn server(role: Role) -> Rc<Fake> {
    let missing = LACKS.map(|(feature, reason)| Missing { feature, reason: reason.into() }).to_vec();
    let open_to_users = vec![
        AdminAction::AddCredential,
        AdminAction::ChangeCredential,
        AdminAction::DeleteDevice,
        AdminAction::DeleteSnapshot,
        AdminAction::DeleteTag,
    ];
    let ready = Ready { role, missing, open_to_users, embedded: false, ..Fake::admin() };
    let fake = Fake::with(Session::Ready(ready));
    let mut device = device_row(9, "edge-fra-09");
    for (name, value) in [("last_result", Value::Null), ("last_seen", Value::Null)] {
        device[name] = value;
    }
    fake.answer("GET /devices/", &page(vec![device.clone()], 1));
    fake.answer("GET /devices/9", &device);
    fake.answer(
        "GET /platforms/",
        &json!({"items": [{"name": "linux", "title": "Linux", "vendor": "", "custom": false}], "refused": []}),
    );
    fake.answer("GET /tags/", &page(vec![json!({"id": 2, "name": "edge", "type": null, "description": null})], 1));
    fake.answer("GET /jobs/", &page(jobs(), 3));
    let head = json!({"id": 512, "device_id": 9, "retrieved_at": at(-7200), "config_metadata": null});
    fake.answer("GET /configs/9/history", &json!([head]));
    let text =
        json!({"id": 512, "device_id": 9, "retrieved_at": at(-7200), "config_metadata": null, "config_data": "end"});
    fake.answer("GET /configs/512", &text);
    fake.answer("GET /system/status", &system());
    fake
}

fn jobs() -> Vec<Value> {
    let scheduled = |id: i64, name: &str, fields: Value| {
        let mut job = serde_json::to_value(job(id, name)).unwrap();
        for (name, value) in fields.as_object().unwrap() {
            job[name] = value.clone();
        }
        job
    };
    vec![
        scheduled(1, "Hourly", json!({"schedule_type": "interval", "interval_seconds": 3600, "next_run": at(600)})),
        scheduled(2, "Nightly", json!({"schedule_type": "cron", "cron_string": "0 2 * * *"})),
        scheduled(3, "Move", json!({"schedule_type": "onetime", "scheduled_for": at(86_400)})),
    ]
}

#[test]
fn a_schedule_that_never_starts_is_told_in_the_list_the_form_and_the_notices() {
    let fake = server(Role::Admin);
    fake.answer("PUT /jobs/1", &jobs()[0]);
    fake.answer("PUT /jobs/2", &jobs()[1]);
    fake.answer("POST /jobs/", &jobs()[1]);
    let mut screen = Screen::open(&fake, "/jobs");
    let row = |screen: &Screen, name: &str| screen.part(&format!("td title=\"{name}\""), "button");
    assert!(row(&screen, "Hourly").contains("next in 10 min"), "{}", row(&screen, "Hourly"));
    for (name, reason) in [("Nightly", LACKS[0].1), ("Move", LACKS[1].1)] {
        let shown = row(&screen, name);
        assert!(shown.contains("never starts") && shown.contains(reason), "{shown}");
    }
    screen.press("Disable the schedule of Hourly");
    assert!(screen.shows("Schedule disabled for Hourly. An interval is kept here."));
    assert!(!screen.shows("it can still be run"));
    screen.press("Disable the schedule of Nightly");
    assert!(screen.shows("Schedule disabled for Nightly. Nothing starts by cron here."));

    screen.press("Add job");
    for (choice, reason) in [("Schedule cron", LACKS[0].1), ("Schedule once", LACKS[1].1)] {
        assert!(!screen.dialog().contains(reason));
        screen.press(choice);
        assert!(screen.dialog().contains(reason), "{choice}");
    }
    screen.press("Schedule interval");
    assert!(!screen.dialog().contains("role=\"note\""), "intervals do start");
    screen.press("Schedule cron");
    screen.type_into("job-name", "Nightly");
    screen.change("job-tags-2", "true");
    screen.submit();
    assert!(screen.shows("Nightly was added. Nothing starts by cron here."));
}

#[test]
fn only_the_stage_that_broke_is_shown() {
    let mut detail = detail();
    let mut done = device(112, "edge-ber-12");
    done.stage = None;
    detail.results.push(done);
    let reason = "It keeps no record of stages.";
    let fake = Fake::lacking(Feature::RunRecords, reason, |fake| run::answer(fake, &detail));
    // Whatever else may stand in a result: it is not this server's word about stages.
    let screen = Screen::open(&fake, "/runs/4188/devices/46");
    let stages = screen.part("ol aria-label=\"Stages\"", "div role=\"tablist\"");
    assert_eq!(stages.matches("data-state").count(), 1, "{stages}");
    assert!(
        stages.contains("\"Sign in\"") && stages.contains("\"failed here\"") && stages.contains(reason),
        "{stages}"
    );
    let screen = Screen::open(&fake, "/runs/4188/devices/112");
    assert!(screen.shows("Configuration changed") && !screen.shows("aria-label=\"Stages\""), "{}", screen.outline());
}

#[test]
fn what_goes_with_a_thing_that_is_deleted_is_what_goes_there() {
    let fake = server(Role::Admin);
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press("Delete Hourly");
    let shown = screen.dialog();
    assert!(
        shown.contains("Hourly is deleted with its schedule. What has results stays here. An interval is kept here."),
        "{shown}"
    );
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Delete edge-fra-09");
    let shown = screen.dialog();
    assert!(
        shown.contains("is deleted with its stored snapshots. What has results stays here. There is no git here."),
        "{shown}"
    );
    assert!(!shown.contains("The git history keeps"), "{shown}");
    let mut screen = Screen::open(&fake, "/configurations/9");
    fake.answer("DELETE /configs/512", &json!({"deleted_id": 512}));
    let html = screen.html();
    let action = html.split("data-action=\"Delete the snapshot of ").nth(1).unwrap().split('"').next().unwrap();
    screen.press(&format!("Delete the snapshot of {action}"));
    let shown = screen.dialog();
    assert!(shown.contains("There is no git here.") && !shown.contains("The git history keeps"), "{shown}");
    screen.press("Delete the snapshot");
    assert!(screen.shows("The snapshot was deleted.") && !screen.shows("the git history keeps its text"));
}

#[test]
fn a_result_the_list_does_not_tell_is_not_called_none_and_the_panel_reads_it() {
    let fake = server(Role::Admin);
    let result = json!({
        "id": 77, "job_id": 1, "device_id": 9, "job_type": "config_backup", "status": "failure", "result_time": at(-120),
        "created_at": at(-120), "details": {"cause": "auth-failed", "stage": "sign-in"}, "job_name": "Hourly",
        "device_name": "edge-fra-09"
    });
    fake.answer("GET /job-results/", &page(vec![result], 1));
    let mut screen = Screen::open(&fake, "/devices");
    assert_eq!(screen.outline().matches("\"not reported\"").count(), 2, "the result and when it was seen");
    assert!(!screen.shows("never run") && !screen.shows("\"never\""));
    screen.press("Open edge-fra-09");
    let panel = screen.part("aside aria-label=\"Selected device\"", "Host key");
    assert!(panel.contains("Correct the credential") && panel.contains("2 min ago"), "{panel}");
    let asked = fake.calls("GET /job-results/");
    assert_eq!(asked, ["GET /job-results/?size=5&device_id=9", "GET /job-results/?size=1&device_id=9"]);
    fake.answer("GET /job-results/", &page(Vec::<Value>::new(), 0));
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Open edge-fra-09");
    assert!(screen.part("aside aria-label=\"Selected device\"", "Host key").contains("never run"), "that is known now");
    assert!(Screen::open(&fake, "/configurations").outline().matches("\"not reported\"").count() == 2);
}

#[test]
fn a_user_does_there_what_that_server_allows() {
    let fake = server(Role::User);
    fake.answer("DELETE /devices/9", &Value::Null);
    fake.answer("DELETE /tags/2", &Value::Null);
    let mut screen = Screen::open(&fake, "/devices");
    assert!(!screen.shows("Only admins may"), "{}", screen.outline());
    screen.press("Delete edge-fra-09");
    screen.press("Delete the device");
    assert_eq!(fake.calls("DELETE /devices/9").len(), 1);
    screen.press("Add credential");
    assert!(screen.dialog().contains("User name"));
    let mut screen = Screen::open(&fake, "/tags");
    screen.press("Delete the tag edge");
    screen.press("Delete the tag");
    assert_eq!(fake.calls("DELETE /tags/2").len(), 1);
    assert!(!Screen::open(&fake, "/configurations/9").shows("Only admins may"));
    assert!(Screen::open(&fake, "/jobs").shows("Only admins may delete jobs."), "that it does not");
}

#[test]
fn an_address_is_asked_for_where_each_user_needs_one() {
    let fake = server(Role::Admin);
    fake.answer("GET /users/", &page(Vec::<Value>::new(), 0));
    let mut screen = Screen::open(&fake, "/users");
    screen.press("Add user");
    assert!(screen.dialog().contains("An address is wanted here."));
    screen.type_into("user-name", "bea");
    screen.type_into("user-password", "long enough");
    screen.submit();
    assert!(fake.calls("POST /users/").is_empty(), "it would fail there");
    let taken = "bea@example.net is already the address of ann. Enter another one.";
    fake.refuse("POST /users/", Problem::field("body.email", taken));
    screen.type_into("user-email", "bea@example.net");
    screen.submit();
    assert!(screen.dialog().contains(taken) && !screen.dialog().contains("role=\"alert\""), "told at the field");
}

#[test]
fn another_port_is_told_to_be_of_no_use_there() {
    let mut screen = Screen::open(&server(Role::Admin), "/devices");
    screen.press("Add device");
    assert!(!screen.dialog().contains("Port 22 is used here."));
    assert!(screen.dialog().contains("SSH alone is spoken here."));
    screen.type_into("device-port", "2222");
    assert!(screen.dialog().contains("Port 22 is used here."));
}

#[test]
fn a_scheduler_that_is_not_told_of_raises_no_alarm() {
    let fake = server(Role::Admin);
    fake.answer("GET /system/status", &SystemStatus { scheduler: Condition::Unknown.into(), ..system() });
    let mut screen = Screen::open(&fake, "/system");
    assert!(!screen.shows("role=\"alert\""), "{}", screen.outline());
    assert!(screen.shows("Not reported") && screen.shows("this server does not report whether it is running"));
    fake.link(&Link::Polling { every_s: 30 });
    screen.settle();
    screen.press("Connection");
    assert!(screen.shows("This server does not push updates; it is polled every 30 s."));
}

#[test]
fn a_search_that_looked_at_a_part_says_what_it_did_not_look_at() {
    let fake = server(Role::Admin);
    let note = "The newest 2000 snapshots were searched for the text.";
    fake.answer("GET /configs/search", &json!({"items": [], "note": note}));
    let screen = Screen::open(&fake, "/configurations?text=uplin");
    assert!(screen.shows(note) && !screen.shows("No snapshot contains this text."), "{}", screen.outline());
    fake.answer("GET /configs/search", &json!([]));
    assert!(Screen::open(&fake, "/configurations?text=uplin").shows("No snapshot contains this text."));
}

#[test]
fn a_search_of_the_log_that_stopped_can_be_gone_on_with() {
    let fake = server(Role::Admin);
    let mut none = serde_json::to_value(page(Vec::<Value>::new(), 0)).unwrap();
    none["stopped_at"] = json!(at(-3600));
    fake.answer("GET /logs/", &none);
    let mut screen = Screen::open(&fake, "/?tab=logs&text=timeout");
    assert!(screen.shows("No line found so far") && !screen.shows("No line matches"), "{}", screen.outline());
    let line = json!({"id": 7, "timestamp": at(-7200), "log_type": "job", "level": "INFO", "message": "a timeout"});
    fake.answer("GET /logs/", &page(vec![line], 1));
    screen.press("Search older lines");
    assert!(screen.shows("mark") && !screen.shows("Search older lines"), "{}", screen.outline());
    let asked = fake.calls("GET /logs/").last().cloned().unwrap();
    assert!(asked.contains("end_time=2026-11-23T13%3A05%3A00Z"), "{asked}");
}

#[test]
fn a_source_that_is_on_no_line_can_be_typed() {
    let fake = server(Role::Admin);
    fake.answer("GET /logs/", &page(Vec::<Value>::new(), 0));
    let mut screen = Screen::open(&fake, "/?tab=logs");
    screen.press_where("id", "filter-source");
    for key in ["r", "u", "x", "Backspace", "n"] {
        screen.key_in("id", "filter-source", key, false);
    }
    screen.key_in("id", "filter-source", "Enter", false);
    let asked = fake.calls("GET /logs/").last().cloned().unwrap();
    assert!(asked.contains("source=run"), "{asked}");
    assert!(screen.shows("Source run"), "it can be taken off again");
}

#[test]
fn an_address_without_a_scheme_reaches_our_own_sentence() {
    let fake = Fake::with(Session::Choose { profiles: Vec::new() });
    let mut screen = Screen::open(&fake, "/");
    screen.press("NetRaven server");
    let html = screen.html();
    let form = html.split("<form").nth(1).unwrap().split('>').next().unwrap();
    assert!(form.contains("novalidate"), "the web view's own bubble stands before it: {form}");
}
