//! The Jobs page: the list in each of its states, and what a person does to it.

use std::rc::Rc;

use netraven_api::problem::Code;
use netraven_api::{Page, Problem};
use serde_json::{Value, json};

use crate::samples::{detail, job, page};
use crate::support::{Fake, Screen, at};

fn varied(id: i64, name: &str, changes: &Value) -> Value {
    let mut job = serde_json::to_value(job(id, name)).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        job[name] = value.clone();
    }
    job
}

fn jobs() -> Vec<Value> {
    vec![
        varied(
            1,
            "Edge routers backup",
            &json!({"last_run_id": 4182, "completed_at": at(-3500), "schedule_type": "interval", "interval_seconds": 14_400, "next_run": at(10_800)}),
        ),
        varied(
            4,
            "Nightly core backup",
            &json!({"last_run_id": 4190, "status": "RUNNING", "started_at": at(-41), "schedule_type": "cron", "cron_string": "30 2 * * *", "time_zone": "Europe/Berlin", "next_run": at(41_100)}),
        ),
        varied(5, "One firewall", &json!({"status": "pending", "tags": [], "device_id": 31})),
        varied(
            6,
            "Move of the site",
            &json!({"status": "pending", "job_type": "reachability", "schedule_type": "onetime", "scheduled_for": at(86_400), "is_enabled": false}),
        ),
        varied(
            7,
            "Retention",
            &json!({"is_system_job": true, "schedule_type": "cron", "cron_string": "0 0 1 1 1", "status": "COMPLETED_NO_DEVICES", "last_run_id": 4000}),
        ),
    ]
}

fn answers(fake: &Rc<Fake>) {
    fake.answer("GET /jobs/", &page(jobs(), 5));
    fake.answer("GET /tags/", &page(vec![json!({"id": 2, "name": "edge", "type": "site", "description": null})], 1));
    let device = json!({
        "id": 31, "hostname": "fw-berlin-02", "ip_address": "10.20.0.31", "device_type": "linux", "description": null, "port": 22,
        "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": null, "last_seen": null, "tags": [],
        "matching_credentials_count": 1, "last_updated": null, "updated_by": null
    });
    fake.answer("GET /devices/31", &device);
    fake.answer("GET /devices/", &page(vec![device], 1));
}

fn filled() -> Rc<Fake> {
    Fake::filled(answers)
}

#[test]
fn shows_the_jobs() {
    let screen = Screen::open(&filled(), "/jobs");
    insta::assert_snapshot!(screen.part("nav aria-label=\"Breadcrumbs\"", "section aria-label=\"Notices\""));
}

#[test]
fn reading_nothing_and_failure_have_their_own_faces() {
    let fake = filled();
    fake.hang("GET /jobs/");
    assert!(Screen::open(&fake, "/jobs").shows("Loading the jobs"));
    fake.answer("GET /jobs/", &Page::<Value>::new(Vec::new(), 0, 1, 50));
    let screen = Screen::open(&fake, "/jobs");
    insta::assert_snapshot!(screen.part("No jobs yet", "footer"));
    fake.refuse("GET /jobs/", Problem::new(Code::Unreachable, "The server did not answer."));
    let mut screen = Screen::open(&fake, "/jobs");
    assert!(screen.shows("The jobs could not be loaded"));
    answers(&fake);
    screen.press("Try again");
    assert!(screen.shows("Nightly core backup"));
}

#[test]
fn a_job_is_run_and_its_run_opened() {
    let fake = filled();
    let started = json!({"message": "ok", "job_id": 1, "job_name": "Edge routers backup", "queue_job_id": "4188", "run_id": 4188});
    fake.answer("POST /jobs/run/1", &started);
    crate::run::answer(&fake, &detail());
    fake.answer("GET /logs/", &Page::<Value>::new(Vec::new(), 0, 1, 50));
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press_where("aria-label", "Run Edge routers backup");
    assert_eq!(fake.calls("POST /jobs/run/1").len(), 1);
    assert!(screen.shows("Devices of this run"), "the run is on screen");
}

#[test]
fn a_refused_run_says_why() {
    let fake = filled();
    fake.refuse("POST /jobs/run/1", Problem::new(Code::Conflict, "A run of this job has not ended yet."));
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press_where("aria-label", "Run Edge routers backup");
    assert!(screen.shows("A run of this job has not ended yet."));
    assert!(screen.shows("Nightly core backup"), "the list stays");
}

#[test]
fn an_active_run_is_cancelled_after_being_asked() {
    let fake = filled();
    fake.answer("POST /runs/4190/cancel", &crate::samples::run(4190, "Nightly core backup"));
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press_where("aria-label", "Cancel the run of Nightly core backup");
    screen.press("Cancel the run");
    assert_eq!(fake.calls("POST /runs/4190/cancel").len(), 1);
    assert!(screen.shows("Cancelling the run: waiting devices do not start"));
}

#[test]
fn a_schedule_is_switched_off_and_on() {
    let fake = filled();
    fake.answer("PUT /jobs/1", &jobs()[0]);
    fake.answer("PUT /jobs/6", &jobs()[3]);
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press("Disable the schedule of Edge routers backup");
    screen.press("Enable the schedule of Move of the site");
    screen.press("Disable the schedule of Retention");
    assert_eq!(fake.bodies("PUT /jobs/1"), [json!({"is_enabled": false})]);
    assert_eq!(fake.bodies("PUT /jobs/6"), [json!({"is_enabled": true})]);
    assert!(fake.calls("PUT /jobs/7").is_empty(), "the product's own job stays as it is");
}

#[test]
fn only_an_admin_deletes_a_job() {
    let fake = filled();
    fake.answer("DELETE /jobs/1", &Value::Null);
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press("Delete Edge routers backup");
    assert!(screen.dialog().contains("Edge routers backup is deleted with its schedule and all its runs."));
    screen.press("Delete the job");
    assert_eq!(fake.calls("DELETE /jobs/1").len(), 1);

    let fake = Fake::user(answers);
    let mut screen = Screen::open(&fake, "/jobs");
    assert_eq!(screen.outline().matches("title=\"Only admins may delete jobs.\"").count(), 5);
    screen.press("Delete Edge routers backup");
    assert!(!screen.shows("role=\"dialog\""));
}

#[test]
fn a_refused_job_says_why_at_its_fields() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press("Add job");
    screen.submit();
    insta::assert_snapshot!(screen.dialog());
    screen.type_into("job-name", "Nightly");
    screen.change("job-tags-2", "true");
    screen.press("Schedule cron");
    screen.type_into("job-cron", "0 0 30 2 *");
    fake.refuse("POST /jobs/", Problem::field("body.cron_string", "There is no such day."));
    screen.submit();
    let shown = screen.dialog();
    assert!(shown.contains("There is no such day.") && !shown.contains("role=\"alert\""), "{shown}");
}

#[test]
fn a_job_of_one_device_is_added() {
    let fake = filled();
    fake.answer("POST /jobs/", &jobs()[2]);
    let mut screen = Screen::open(&fake, "/jobs");
    screen.press("Add job");
    screen.type_into("job-name", "One firewall");
    screen.change("job-kind", "reachability");
    screen.press("Target one device");
    screen.change("job-device", "31");
    screen.press("Schedule interval");
    screen.type_into("job-every", "15");
    screen.change("job-unit", "60");
    screen.submit();
    let body = json!({
        "name": "One firewall", "job_type": "reachability", "is_enabled": true, "schedule_type": "interval",
        "interval_seconds": 900, "device_id": 31
    });
    assert_eq!(fake.bodies("POST /jobs/"), [body]);
    assert!(screen.shows("One firewall was added."));
}
