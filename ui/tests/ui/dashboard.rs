//! The Job Status Dashboard in each of its states.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::event::{Changed, Link};
use netraven_api::native::Native;
use netraven_api::problem::Code;
use netraven_api::runs::{Run, RunOutcomes, RunSummary, RunTimeline};
use netraven_api::system::SystemStatus;

use crate::samples::{job, outcomes, page, run, runs, summary, system, tag, timeline};
use crate::support::{Fake, Screen};

fn filled() -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /runs/outcomes", &outcomes());
    fake.answer("GET /runs/timeline", &timeline());
    fake.answer("GET /tags/", &page(vec![tag(71, "core"), tag(72, "edge")], 2));
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup"), job(4, "Nightly core backup")], 2));
    fake
}

#[test]
fn shows_cards_and_runs() {
    let screen = Screen::open(&filled(), "/");
    insta::assert_snapshot!(screen.outline());
}

#[test]
fn shows_that_it_is_reading() {
    let fake = filled();
    fake.hang("GET /runs/");
    fake.hang("GET /runs/summary");
    fake.hang("GET /runs/outcomes");
    fake.hang("GET /runs/timeline");
    let screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.part("section aria-label=\"Totals\"", "section aria-label=\"Notices\""));
}

#[test]
fn an_empty_dashboard_offers_the_sample_lab() {
    let fake = filled();
    fake.answer("GET /runs/", &page(Vec::<Run>::new(), 0));
    fake.answer("GET /runs/summary", &RunSummary::default());
    fake.answer("GET /runs/outcomes", &RunOutcomes::default());
    fake.answer("GET /runs/timeline", &RunTimeline::default());
    crate::run::answer(&fake, &crate::samples::detail());
    fake.answer("GET /logs/", &page(Vec::<Run>::new(), 0));
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.part("section aria-label=\"Totals\"", "section aria-label=\"Notices\""));

    screen.press("Start the sample lab");
    assert!(fake.wishes().contains(&Native::LabStart { devices: 12 }));
    assert!(screen.shows("Sample lab: 12 simulated devices on this computer"));
    assert!(screen.shows("edge-fra-09"), "the lab's run is on screen");

    screen.press("Remove it");
    assert!(fake.wishes().contains(&Native::LabStop));
    assert!(!screen.shows("Sample lab: 12"));
}

#[test]
fn a_failed_reading_says_why_and_can_be_tried_again() {
    let fake = filled();
    fake.refuse("GET /runs/", Problem::new(Code::Unreachable, "The server did not answer. Check that it is running."));
    let mut screen = Screen::open(&fake, "/");
    insta::assert_snapshot!(screen.part("div role=\"tabpanel\"", "section aria-label=\"Notices\""));

    fake.answer("GET /runs/", &page(runs(), 186));
    screen.press("Try again");
    assert!(screen.shows("Nightly core backup"));
}

#[test]
fn rows_stay_on_screen_when_reading_them_again_fails() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    fake.refuse("GET /runs/", Problem::new(Code::Unreachable, "The server did not answer."));
    screen.press("Refresh");
    assert!(screen.shows("Last updated") && screen.shows("0 s ago"), "{}", screen.outline());
    assert!(
        screen.shows("this data may be out of date.") && screen.shows("The server did not answer."),
        "{}",
        screen.outline()
    );
    assert!(screen.shows("Nightly core backup"));
}

#[test]
fn a_pressed_card_filters_the_runs() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press("Card Failed");
    let calls = fake.calls("GET /runs/");
    assert!(calls.last().unwrap().contains("status=partly_failed&status=failed"), "{calls:?}");
    assert_eq!(
        screen.part("section aria-label=\"Totals\"", "div role=\"tablist\"").matches("aria-pressed=\"true\"").count(),
        1
    );

    screen.press("Card Failed");
    assert!(!fake.calls("GET /runs/").last().unwrap().contains("status="));
}

#[test]
fn each_filter_is_a_parameter_of_the_request() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let expect = |screen: &mut Screen, act: &dyn Fn(&mut Screen), parameter: &str| {
        act(screen);
        let last = screen.fake().calls("GET /runs/").last().cloned().unwrap();
        assert!(last.contains(parameter), "{last} has no {parameter}");
    };
    expect(&mut screen, &|_| {}, "start_time=2026-11-22T14%3A05%3A00Z");
    expect(&mut screen, &|screen| screen.press("Period 1 h"), "start_time=2026-11-23T13%3A05%3A00Z");
    expect(&mut screen, &|screen| screen.type_into("filter-runs", "edge"), "search=edge");
    expect(&mut screen, &|screen| screen.press("Next page"), "page=2");
    let pick = |screen: &mut Screen, picker: &str, line: &str| {
        screen.press_where("id", picker);
        screen.press_where("id", line);
    };
    expect(&mut screen, &|screen| pick(screen, "filter-kind", "filter-kind-2"), "job_type=reachability");
    expect(&mut screen, &|screen| pick(screen, "filter-job", "filter-job-2"), "job_id=4");
    expect(&mut screen, &|screen| pick(screen, "filter-status", "filter-status-6"), "status=cancelled");
    expect(&mut screen, &|screen| pick(screen, "filter-trigger", "filter-trigger-2"), "trigger=schedule");
    expect(&mut screen, &|screen| pick(screen, "filter-tag", "filter-tag-1"), "tag_id=71");
    expect(&mut screen, &|screen| screen.press_where("id", "filter-tag-2"), "tag_id=71&tag_id=72");
    let cards = fake.calls("GET /runs/summary").last().cloned().unwrap();
    for parameter in ["job_id=4", "job_type=reachability", "trigger=schedule", "tag_id=71&tag_id=72", "search=edge"] {
        assert!(cards.contains(parameter), "the cards count what the table lists: {cards} has no {parameter}");
    }
    expect(&mut screen, &|screen| screen.press("Clear"), "?page=1&size=50&start_time");
}

#[test]
fn a_failed_run_opens_in_place_into_its_causes() {
    let mut screen = Screen::open(&filled(), "/");
    screen.press("Causes of run 4188");
    insta::assert_snapshot!(screen.part("td colspan=\"8\"", "time title"));
    screen.press("Causes of run 4188");
    assert!(!screen.shows("Authentication refused"));
}

#[test]
fn all_that_a_retry_may_fix_is_run_again_at_once() {
    let fake = filled();
    fake.answer(
        "POST /runs/4188/again",
        &serde_json::json!({"message": "ok", "job_id": 1, "job_name": "Edge routers backup", "queue_job_id": "4191", "run_id": 4191}),
    );
    let mut new = crate::samples::detail();
    new.run.id = 4191.into();
    crate::run::answer(&fake, &new);
    fake.answer("GET /logs/", &page(Vec::<Run>::new(), 0));
    let mut screen = Screen::open(&fake, "/");
    screen.press("Causes of run 4188");
    screen.press("Retry 4 retryable");
    assert_eq!(fake.bodies("POST /runs/4188/again"), [serde_json::json!({"causes": ["timeout-connect"]})]);
    assert!(screen.shows("Devices of this run"), "the new run is on screen");
}

#[test]
fn what_changed_is_read_again() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    fake.answer("GET /runs/", &page(vec![run(4191, "A run of just now")], 187));
    fake.changed(Changed::Run { run_id: 4191.into(), job_id: 1.into(), ended: false });
    screen.settle();
    assert!(screen.shows("A run of just now"));
}

#[test]
fn the_status_box_says_when_news_do_not_arrive() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    assert!(screen.shows("embedded · live"));
    fake.link(&Link::Reconnecting { reason: "The connection was closed.".into(), retry_in_s: 4 });
    screen.settle();
    assert!(screen.shows("embedded · reconnecting"));
    let before = fake.calls("GET /runs/").len();
    fake.link(&Link::Live);
    screen.settle();
    assert!(fake.calls("GET /runs/").len() > before, "what was missed is read again");
}

#[test]
fn nothing_is_called_live_before_it_is() {
    let fake = filled();
    fake.hold_feeds();
    fake.answer("GET /logs/", &page(Vec::<Run>::new(), 0));
    let mut screen = Screen::open(&fake, "/");
    assert!(screen.shows("embedded · connecting"));
    screen.press("Unified Logs");
    assert!(screen.shows("\"Connecting\"") && !screen.shows("\"Live\""));
    fake.link(&Link::Live);
    screen.settle();
    assert!(screen.shows("embedded · live") && screen.shows("\"Live\""));
}

#[test]
fn a_server_that_is_away_is_told_for_as_long_as_it_is() {
    let fake = filled();
    fake.answer("GET /system/status", &system());
    let mut screen = Screen::open(&fake, "/");
    assert!(!screen.shows("role=\"alert\""), "nothing is said while all is well");

    let reason = "Redis stopped and is being restarted since 2026-11-23T14:04:58Z: the process was killed.";
    let away = SystemStatus { redis: "restarting".into(), notes: vec![reason.into()], ..system() };
    fake.answer("GET /system/status", &away);
    fake.changed(Changed::System);
    screen.settle();
    insta::assert_snapshot!(screen.part("div role=\"alert\"", "header"));

    let message = "The database is not responding; it is being restarted. Try again in a few seconds.";
    fake.refuse("GET /system/status", Problem::new(Code::Unavailable, message));
    fake.changed(Changed::System);
    screen.settle();
    assert!(screen.shows(message) && !screen.shows(reason));

    fake.answer("GET /system/status", &system());
    fake.changed(Changed::System);
    screen.settle();
    assert!(!screen.shows("role=\"alert\""));
}

#[test]
fn a_job_is_chosen_and_run() {
    let fake = filled();
    fake.answer(
        "POST /jobs/run/4",
        &serde_json::json!({"message": "ok", "job_id": 4, "job_name": "Nightly core backup", "queue_job_id": "4188", "run_id": 4188}),
    );
    crate::run::answer(&fake, &crate::samples::detail());
    fake.answer("GET /logs/", &page(Vec::<Run>::new(), 0));
    let mut screen = Screen::open(&fake, "/");
    screen.press("Run a job");
    insta::assert_snapshot!(screen.part("div role=\"dialog\"", "section aria-label=\"Notices\""));
    screen.type_into("find-job", "nightly");
    assert!(!screen.part("div role=\"dialog\"", "section aria-label=\"Notices\"").contains("Edge routers"));
    screen.press("Run Nightly core backup");
    assert_eq!(fake.calls("POST /jobs/run/4").len(), 1);
    assert!(screen.shows("Nightly core backup was started."));
    assert!(screen.shows("Devices of this run"), "the run is on screen");
}

#[test]
fn a_column_sorts_and_a_page_has_as_many_rows_as_wanted() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let last = |fake: &Fake| fake.calls("GET /runs/").last().cloned().unwrap();
    screen.press("Sort by Duration / usual");
    assert!(last(&fake).contains("sort=duration&order=desc"), "{}", last(&fake));
    assert!(screen.shows("aria-sort=\"descending\""));
    screen.press("Sort by Duration / usual");
    assert!(last(&fake).contains("sort=duration&order=asc"), "{}", last(&fake));
    screen.press("Sort by Job");
    assert!(last(&fake).contains("sort=job_name&order=asc"), "{}", last(&fake));
    screen.change("run-rows", "100");
    assert!(last(&fake).contains("page=1&size=100"), "{}", last(&fake));
}

#[test]
fn the_address_restores_the_view_and_back_takes_one_choice_back() {
    let fake = filled();
    let mut screen =
        Screen::open(&fake, "/?status=partly_failed,failed&trigger=schedule&sort=devices&period=7d&page=2");
    let first = fake.calls("GET /runs/").last().cloned().unwrap();
    for parameter in
        ["page=2", "status=partly_failed&status=failed", "trigger=schedule", "sort=devices", "start_time=2026-11-16T14"]
    {
        assert!(first.contains(parameter), "{first} has no {parameter}");
    }
    screen.type_into("filter-runs", "ed");
    screen.type_into("filter-runs", "edge");
    screen.press("Remove Trigger schedule");
    assert!(screen.address().contains("find=edge") && !screen.address().contains("trigger"), "{}", screen.address());
    screen.back();
    assert!(screen.address().contains("trigger=schedule&find=edge"), "typing was no step: {}", screen.address());
    let now = fake.calls("GET /runs/").last().cloned().unwrap();
    assert!(now.contains("trigger=schedule") && now.contains("search=edge"), "{now}");
    screen.forward();
    assert!(!fake.calls("GET /runs/").last().unwrap().contains("trigger="));
}

#[test]
fn the_filters_of_runs_are_chips() {
    let fake = filled();
    let mut screen = Screen::open(
        &fake,
        "/?from=2026-11-23T13:28:00Z&until=2026-11-23T13:34:00Z&job=4&status=failed&kind=reachability&trigger=manual&tag=71&find=core",
    );
    let chips = screen.part("aria-label=\"Filters that are set\"", "role=\"tabpanel\"");
    for chip in
        ["2026-11-23 14:28–14:34", "Job ", "Status failed", "Kind reachability", "Trigger manual", "Tag core", "Name "]
    {
        assert!(chips.contains(chip), "{chip} is no chip in\n{chips}");
    }
    let calls = fake.calls("GET /runs/summary");
    assert!(
        calls.last().unwrap().contains("end_time=2026-11-23T13%3A33%3A59.999999Z"),
        "the cards are of the time chosen: {calls:?}"
    );
    screen.press("Remove 2026-11-23 14:28–14:34");
    assert!(!fake.calls("GET /runs/").last().unwrap().contains("end_time"));
}

#[test]
fn a_view_is_saved_by_name_chosen_again_and_forgotten() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/?status=failed&page=3");
    screen.press("Views");
    screen.press("Save this view…");
    screen.type_into("view-name", " Night shift ");
    screen.press("Save the view");
    let kept = serde_json::json!([{"name": "Night shift", "view": "status=failed"}]);
    assert!(fake.wishes().contains(&Native::SetSetting { name: "views".into(), value: kept }), "{:?}", fake.wishes());

    let mut screen = Screen::open(&fake, "/");
    screen.press("Views");
    screen.press("Night shift");
    assert!(fake.calls("GET /runs/").last().unwrap().contains("status=failed"));
    screen.press("Views");
    screen.press("Delete a view…");
    screen.press("Delete the view Night shift");
    assert!(screen.shows("No saved views"));
}
