//! The sample lab: started and removed from whatever page a person is on.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::Changed;
use netraven_api::logs::LogEntry;
use netraven_api::native::Native;
use netraven_api::problem::Code;
use serde_json::{Value, json};

use crate::samples::{detail, page};
use crate::support::{Fake, Screen, at};

fn devices(hostnames: &[&str]) -> Vec<Value> {
    let device = |(index, hostname): (usize, &&str)| {
        json!({
            "id": index, "hostname": hostname, "ip_address": "127.0.0.1", "device_type": "cisco_ios", "description": null,
            "port": 4022 + index, "serial_number": null, "model": null, "source": "local", "notes": null,
            "created_at": at(-1), "last_seen": null, "matching_credentials_count": 1, "last_updated": null,
            "updated_by": null, "last_result": null, "last_cause": null, "last_result_at": null, "last_snapshot_at": null,
            "tags": [{"id": 7, "name": "sample-lab", "type": null, "description": null}]
        })
    };
    hostnames.iter().enumerate().map(device).collect()
}

fn fresh() -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /devices/", &page(devices(&[]), 0));
    crate::run::answer(&fake, &detail());
    fake.answer("GET /logs/", &page(Vec::<LogEntry>::new(), 0));
    fake
}

#[test]
fn a_lab_whose_first_device_takes_its_button_away_still_shows_its_run() {
    let fake = fresh();
    fake.slow_lab();
    let mut screen = Screen::open(&fake, "/devices");
    screen.press("Start the sample lab");

    fake.answer("GET /devices/", &page(devices(&["lab-core-01"]), 1));
    fake.changed(Changed::Devices);
    screen.settle();
    assert!(screen.shows("lab-core-01") && !screen.shows("Start the sample lab"), "the button is gone");

    fake.finish_lab();
    screen.settle();
    assert!(screen.shows("Sample lab: 12 simulated devices on this computer"));
    assert!(screen.shows("edge-fra-09"), "the lab's run is on screen");
    assert!(!screen.shows("aria-busy"));
}

#[test]
fn a_lab_left_by_an_earlier_start_can_be_removed_though_nothing_runs() {
    let fake = fresh();
    fake.answer("GET /devices/", &page(devices(&["lab-core-01"]), 1));
    let tag = json!({"id": 7, "name": "sample-lab", "type": "lab", "description": null});
    fake.answer("GET /tags/", &page(vec![tag], 1));
    let mut screen = Screen::open(&fake, "/devices");
    insta::assert_snapshot!(screen.part("div role=\"note\"", "header"));

    fake.answer("GET /tags/", &page(Vec::<Value>::new(), 0));
    screen.press("Remove it");
    assert!(fake.wishes().contains(&Native::LabStop));
    assert!(!screen.shows("Sample lab"));
}

#[test]
fn removing_the_lab_leaves_the_page_of_a_run_that_went_with_it() {
    for path in ["/runs/4188", "/runs/4188/devices/9"] {
        let fake = fresh();
        fake.start_lab();
        let mut screen = Screen::open(&fake, path);
        screen.press("Remove it");
        assert!(!screen.shows("Job Status Dashboard"), "{path}: a run that is still there stays on screen");

        let fake = fresh();
        fake.start_lab();
        let mut screen = Screen::open(&fake, path);
        fake.refuse("GET /runs/4188", Problem::new(Code::NotFound, "There is no run 4188."));
        screen.press("Remove it");
        assert!(screen.shows("Job Status Dashboard") && screen.shows("The sample lab was removed."), "{path}");
    }
}
