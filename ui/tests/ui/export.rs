//! Writing what is filtered to a file: what is asked of the shell, and what is said meanwhile and after.

use std::rc::Rc;

use netraven_api::Problem;
use netraven_api::logs::Level;
use netraven_api::native::{ExportFormat, ExportState, ExportWhat, Native};
use netraven_api::problem::Code;

use crate::samples::{histogram, job, line, page, runs, summary};
use crate::support::{Fake, Screen};

fn open() -> (Rc<Fake>, Screen) {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    fake.answer("GET /jobs/", &page(vec![job(1, "Edge routers backup")], 1));
    fake.answer("GET /logs/", &page(vec![line(12, "INFO", "Connected in 41 ms")], 1));
    fake.answer("GET /logs/histogram", &histogram());
    let screen = Screen::open(&fake, "/");
    (fake, screen)
}

fn export(screen: &mut Screen, format: &str) {
    screen.press("Export");
    screen.press(&format!("Format {format}"));
    screen.press("Choose a file");
}

fn exported(fake: &Fake) -> Vec<(ExportWhat, ExportFormat)> {
    let wishes = fake.wishes().into_iter();
    wishes
        .filter_map(|wish| if let Native::Export { what, format } = wish { Some((what, format)) } else { None })
        .collect()
}

#[test]
fn the_lines_the_filters_find_are_written_and_it_is_said_where() {
    let (fake, mut screen) = open();
    let done = ExportState { rows: 14_208, file: Some("/home/anna/lines.jsonl".into()), ..ExportState::default() };
    fake.export(Some(done));
    screen.press("Unified Logs");
    screen.press_where("id", "filter-level");
    screen.press_where("id", "filter-level-4");
    screen.type_into("filter-lines", "cut");
    export(&mut screen, "JSON Lines");
    let [(ExportWhat::Logs { query }, ExportFormat::JsonLines)] = &exported(&fake)[..] else {
        panic!("{:?}", fake.wishes())
    };
    assert_eq!(
        (query.filter.live.level.as_slice(), query.filter.search.as_deref()),
        ([Level::Error.into()].as_slice(), Some("cut"))
    );
    assert!(query.filter.start_time.is_some() && query.before.is_none());
    assert!(screen.shows("14,208 rows were written to /home/anna/lines.jsonl."));
}

#[test]
fn the_runs_the_filters_find_are_written_too() {
    let (fake, mut screen) = open();
    screen.type_into("filter-runs", "edge");
    export(&mut screen, "CSV");
    let [(ExportWhat::Runs { query }, ExportFormat::Csv)] = &exported(&fake)[..] else { panic!("{:?}", fake.wishes()) };
    assert_eq!(query.filter.search.as_deref(), Some("edge"));
    assert!(!screen.shows("rows were"), "no file was chosen");
}

#[test]
fn an_export_under_way_says_how_far_it_is_and_can_be_stopped() {
    let (fake, mut screen) = open();
    fake.export(Some(ExportState { active: true, rows: 12_300, total: Some(2_400_000), ..ExportState::default() }));
    export(&mut screen, "CSV");
    assert!(screen.shows("Exporting: 12,300 of about 2,400,000"));
    screen.press("Unified Logs");
    assert!(screen.shows("Exporting: 12,300"), "it goes on while other things are looked at");
    screen.press("Stop the export");
    assert_eq!(fake.wishes().last(), Some(&Native::ExportStop));
}

#[test]
fn an_export_that_fails_says_why() {
    let (fake, mut screen) = open();
    let problem = Some(Problem::new(Code::Unreachable, "The server does not respond."));
    fake.export(Some(ExportState { problem, ..ExportState::default() }));
    export(&mut screen, "CSV");
    assert!(screen.shows("Nothing was exported. The server does not respond."));
}
