//! The charts above the runs: what they show, what is chosen in them by mouse and by key, and when there are none.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::native::Native;
use netraven_api::problem::Code;
use netraven_api::runs::{Run, RunOutcomes, RunSummary, RunTimeline, TimelineRun};
use serde_json::json;

use crate::samples::{detail, job, on_timeline, outcomes, page, partly_failed, run, runs, summary, timeline};
use crate::support::{Fake, Screen};

const OUTCOMES: &str = "GET /runs/outcomes";
const TIMELINE: &str = "GET /runs/timeline";
const AREA: &str = "section aria-label=\"Runs over time\"";

fn filled() -> Rc<Fake> {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup"), job(4, "Nightly core backup")], 2));
    crate::run::answer(&fake, &detail());
    fake.answer("GET /logs/", &page(Vec::<Run>::new(), 0));
    fake.answer(OUTCOMES, &outcomes());
    fake.answer(TIMELINE, &timeline());
    fake
}

fn last(fake: &Fake, route: &str) -> String {
    fake.calls(route).last().cloned().unwrap()
}

/// The newest request of the chart, which is not the one about what is under way.
fn drawn(fake: &Fake) -> String {
    fake.calls(TIMELINE).into_iter().rfind(|call| !call.contains("status=running")).unwrap()
}

#[test]
fn both_are_told_in_words_and_each_mark_has_a_name() {
    let screen = Screen::open(&filled(), "/");
    insta::assert_snapshot!(screen.part(AREA, "div role=\"tabpanel\""));
}

#[test]
fn they_are_asked_for_the_period_with_the_filters_of_the_table() {
    let fake = filled();
    Screen::open(&fake, "/?period=7d&job=4&kind=reachability&trigger=schedule&tag=71&device=9&status=failed&find=core");
    let (bars, runs) = (last(&fake, OUTCOMES), drawn(&fake));
    for parameter in [
        "start_time=2026-11-16T14%3A05%3A00Z",
        "job_id=4",
        "job_type=reachability",
        "trigger=schedule",
        "tag_id=71",
        "device_id=9",
        "search=core",
    ] {
        assert!(bars.contains(parameter) && runs.contains(parameter), "{parameter} is not in {bars} and {runs}");
    }
    assert_eq!(bars.matches("edge=").count(), 9, "eight days: {bars}");
    assert!(bars.contains("edge=2026-11-15T23%3A00%3A00Z"), "a day begins at the person's midnight: {bars}");
    assert!(!bars.contains("status=") && runs.contains("status=failed"), "{bars}, {runs}");
}

#[test]
fn a_bar_chooses_its_time_and_pressed_again_gives_it_back() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let bars = last(&fake, OUTCOMES);
    assert_eq!(bars.matches("edge=").count(), 26, "{bars}");
    screen.press_where("data-bar", "2");
    let span = "start_time=2026-11-23T13%3A00%3A00Z&end_time=2026-11-23T13%3A59%3A59.999999Z";
    assert!(last(&fake, "GET /runs/").contains(span), "{}", last(&fake, "GET /runs/"));
    assert!(last(&fake, "GET /runs/summary").contains(span));
    assert!(drawn(&fake).contains(span), "the timeline shows the chosen time");
    assert_eq!(last(&fake, OUTCOMES), bars, "the bars stay the period's");
    assert!(screen.shows("Remove the filter 2026-11-23 14:00–15:00"));
    screen.press_where("data-bar", "2");
    assert!(!last(&fake, "GET /runs/").contains("end_time"));
}

#[test]
fn a_part_of_a_bar_chooses_its_outcome_too() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press_where("data-part", "2-failed");
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("status=failed") && now.contains("start_time=2026-11-23T13%3A00%3A00Z"), "{now}");
    screen.press_where("data-part", "2-succeeded");
    assert!(last(&fake, "GET /runs/").contains("status=succeeded"));
    screen.press_where("data-part", "2-succeeded");
    let now = last(&fake, "GET /runs/");
    assert!(!now.contains("status=") && !now.contains("end_time"), "{now}");
}

#[test]
fn a_drag_over_bars_chooses_the_time_of_all_of_them() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.mouse("mousedown", "data-bar", "2");
    screen.mouse("mouseover", "data-bar", "1");
    screen.mouse("mouseover", "data-part", "0-succeeded");
    assert!(
        screen.shows("12:00–15:00: 19 runs") && !last(&fake, "GET /runs/").contains("end_time"),
        "nothing is chosen yet"
    );
    screen.mouse("mouseup", "id", "run-outcomes");
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("start_time=2026-11-23T11%3A00%3A00Z&end_time=2026-11-23T13%3A59%3A59.999999Z"), "{now}");
}

#[test]
fn the_bars_are_walked_widened_chosen_and_cleared_by_key() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let key = |screen: &mut Screen, name: &str, shift| screen.key_in("id", "run-outcomes", name, shift);
    assert_eq!(screen.in_tab_order("outcome-"), ["outcome-3"], "one bar is in the tab order");
    key(&mut screen, "ArrowLeft", false);
    assert_eq!(screen.in_tab_order("outcome-"), ["outcome-2"]);
    key(&mut screen, "ArrowUp", false);
    key(&mut screen, "ArrowUp", false);
    assert_eq!(screen.in_tab_order("outcome-"), ["outcome-2-partly"]);
    key(&mut screen, "Enter", false);
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("status=partly_failed") && now.contains("start_time=2026-11-23T13%3A00"), "{now}");
    key(&mut screen, "Enter", false);
    assert!(!last(&fake, "GET /runs/").contains("status="), "once more takes it back");
    key(&mut screen, "ArrowLeft", true);
    key(&mut screen, "ArrowLeft", true);
    assert_eq!(screen.in_tab_order("outcome-"), ["outcome-0"]);
    key(&mut screen, "Enter", false);
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("start_time=2026-11-23T11%3A00%3A00Z&end_time=2026-11-23T13%3A59"), "{now}");
    key(&mut screen, "Escape", false);
    assert!(!last(&fake, "GET /runs/").contains("end_time"));
}

#[test]
fn a_run_pressed_is_shown_alone_and_pressed_again_opened() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    screen.press_where("data-mark", "timeline-run-4188");
    let now = last(&fake, "GET /runs/");
    let span = "start_time=2026-11-23T13%3A05%3A00Z&end_time=2026-11-23T13%3A06%3A59.999999Z";
    assert!(now.contains("job_id=1") && now.contains(span), "{now}");
    assert!(screen.address().contains("open=4188"), "its causes are in sight: {}", screen.address());
    screen.back();
    assert!(!last(&fake, "GET /runs/").contains("job_id"), "one step back takes all of it back");

    fake.answer(TIMELINE, &RunTimeline { runs: vec![on_timeline(&partly_failed())], total: 1, ..timeline() });
    screen.press_where("data-mark", "timeline-run-4188");
    screen.press_where("data-mark", "timeline-run-4188");
    assert!(screen.address().starts_with("/runs/4188"), "{}", screen.address());
}

#[test]
fn the_timeline_is_walked_by_key_and_enter_presses() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let key = |screen: &mut Screen, name: &str| screen.key_in("id", "run-timeline", name, false);
    let expect = |screen: &Screen, id: &str| assert_eq!(screen.in_tab_order("timeline-"), [id]);
    expect(&screen, "timeline-run-4190");
    key(&mut screen, "Home");
    expect(&screen, "timeline-run-4182");
    key(&mut screen, "ArrowDown");
    expect(&screen, "timeline-run-4188");
    key(&mut screen, "ArrowRight");
    expect(&screen, "timeline-run-4190");
    key(&mut screen, "ArrowLeft");
    key(&mut screen, "Enter");
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("job_id=1") && now.contains("end_time=2026-11-23T13%3A06"), "{now}");
    key(&mut screen, "Escape");
    assert!(!last(&fake, "GET /runs/").contains("end_time"));
}

#[test]
fn a_period_with_one_run_shows_it_and_opens_it_at_once() {
    let fake = filled();
    fake.answer("GET /runs/", &page(vec![run(4188, "Edge routers backup")], 1));
    fake.answer(TIMELINE, &RunTimeline { runs: vec![on_timeline(&run(4188, "Edge"))], total: 1, ..timeline() });
    let mut screen = Screen::open(&fake, "/");
    let area = screen.part("Timeline of the runs", "div role=\"tabpanel\"");
    assert!(
        area.contains("1 run. Each") && area.contains("Edge, succeeded, 2026-11-23 14:05:00, 1:40, 312 ok, 0 failed"),
        "{area}"
    );
    screen.key_in("id", "run-timeline", "Enter", false);
    assert!(screen.address().starts_with("/runs/4188"), "{}", screen.address());
}

#[test]
fn five_hundred_runs_at_once_fill_the_lanes_and_the_rest_is_counted() {
    let fake = filled();
    let crowd = |id: i64| TimelineRun { id: id.into(), ..on_timeline(&run(id, "Reachability")) };
    let runs: Vec<TimelineRun> = (1..=500).map(crowd).collect();
    fake.answer(TIMELINE, &RunTimeline { runs, total: 12_408, total_is_estimate: true, note: None });
    let mut screen = Screen::open(&fake, "/");
    let area = screen.part("Timeline of the runs", "div role=\"tabpanel\"");
    assert!(area.contains("+494 more · newest 500 of about 12,408"), "{area}");
    assert!(area.contains("About 12,408 runs, up to 500 at the same time. 494 do not fit."), "{area}");
    assert_eq!(area.matches("button").count(), 7, "six lanes and what is beyond them: {area}");
    assert!(area.contains("494 more runs at the same time"), "{area}");
    screen.key_in("id", "run-timeline", "End", false);
    screen.key_in("id", "run-timeline", "Enter", false);
    let now = last(&fake, "GET /runs/");
    assert!(now.contains("start_time=2026-11-23T13%3A05") || now.contains("start_time=2026-11-23T13%3A04"), "{now}");
    assert!(now.contains("end_time=2026-11-23T13%3A"), "{now}");
}

#[test]
fn a_period_without_a_run_has_no_charts() {
    let fake = filled();
    fake.answer("GET /runs/", &page(Vec::<Run>::new(), 0));
    fake.answer(OUTCOMES, &RunOutcomes { buckets: outcomes().buckets[1..2].to_vec(), note: None });
    fake.answer(TIMELINE, &RunTimeline::default());
    let screen = Screen::open(&fake, "/");
    assert!(!screen.shows("Runs over time") && screen.shows("Nothing ran in the last 24 hours"));
}

#[test]
fn the_first_row_comes_with_the_room_of_the_charts_above_it() {
    let fake = filled();
    fake.answer(OUTCOMES, &RunOutcomes { buckets: outcomes().buckets[1..2].to_vec(), note: None });
    fake.answer(TIMELINE, &RunTimeline::default());
    let screen = Screen::open(&fake, "/");
    assert!(screen.shows("Nightly core backup") && screen.shows("Runs over time"), "{}", screen.outline());
}

#[test]
fn charts_that_cannot_be_drawn_say_why_and_the_rows_stay() {
    let fake = filled();
    fake.refuse(OUTCOMES, Problem::new(Code::Internal, "The database is restarting."));
    let mut screen = Screen::open(&fake, "/");
    assert!(
        screen.shows("The charts could not be drawn. The database is restarting.") && !screen.shows("Runs over time")
    );
    assert!(screen.shows("Nightly core backup"));
    fake.answer(OUTCOMES, &outcomes());
    screen.press("Draw again");
    assert!(screen.shows("Runs over time"));

    let fake = filled();
    fake.refuse(TIMELINE, Problem::new(Code::NotOffered, "This server does not support GET /runs/timeline."));
    let screen = Screen::open(&fake, "/");
    assert!(screen.shows("This server does not support GET /runs/timeline."), "{}", screen.outline());
    assert!(!screen.shows("Draw again") && screen.shows("Nightly core backup"));
}

#[test]
fn folded_charts_ask_for_nothing_and_stay_folded() {
    let fake = filled();
    fake.answer("GET /runs/summary", &RunSummary { running: 0, ..summary() });
    let mut screen = Screen::open(&fake, "/");
    screen.press("Charts");
    assert!(!screen.shows("Runs over time"));
    assert!(fake.wishes().contains(&Native::SetSetting { name: "charts".into(), value: json!(false) }));
    let asked = fake.calls(TIMELINE).len();
    screen.press("Period 7 d");
    assert_eq!(fake.calls(TIMELINE).len(), asked);

    let mut screen = Screen::open(&fake, "/");
    assert!(!screen.shows("Runs over time"), "{}", screen.outline());
    screen.press("Charts");
    assert!(screen.shows("Runs over time"));
}

#[test]
fn the_cards_compare_with_the_usual_and_say_what_is_left() {
    let fake = filled();
    let mut screen = Screen::open(&fake, "/");
    let cards = screen.part("section aria-label=\"Totals\"", "div role=\"tablist\"");
    assert!(cards.contains("\"92.4 %, usually 95.2 %\""), "{cards}");
    assert!(cards.contains("\"403 of 640 devices · 60 s left\""), "{cards}");
    let under_way = fake.calls(TIMELINE).into_iter().find(|call| call.contains("status=running")).unwrap();
    assert!(under_way.contains("status=queued") && under_way.contains("start_time=2026-11-22T14"), "{under_way}");

    screen.press("Unified Logs");
    let asked = (fake.calls(OUTCOMES).len(), fake.calls(TIMELINE).len());
    let cards = screen.part("section aria-label=\"Totals\"", "div role=\"tablist\"");
    assert!(cards.contains("403 of 640") && !cards.contains("left") && !cards.contains("usually"), "{cards}");
    screen.press("Refresh");
    assert_eq!((fake.calls(OUTCOMES).len(), fake.calls(TIMELINE).len()), asked, "the log asks for no charts");

    let few = RunSummary { running: 0, usual_ended: 9, usual_succeeded: 9, ..summary() };
    let fake = filled();
    fake.answer("GET /runs/summary", &few);
    let screen = Screen::open(&fake, "/");
    assert!(screen.shows("91.9 % of finished"), "{}", screen.outline());
    assert!(fake.calls(TIMELINE).iter().all(|call| !call.contains("status=")), "nothing is under way");
}
