//! A value within a line's `meta` as a filter of the log.

use serde_json::json;

use crate::samples::{line, page};
use crate::support::{Fake, Screen};

#[test]
fn any_value_of_a_line_is_clicked_into_a_filter_and_taken_away_again() {
    let fake = Fake::ready();
    let with = |id: i64, port: i64| {
        let mut said = line(id, "INFO", &format!("Connected to port {port}"));
        said.meta = Some(json!({ "peer": { "port": port }, "answers": ["a", "b=c"], "note": null }));
        said
    };
    fake.answer("GET /logs/", &page(vec![with(11, 22)], 1));
    let mut screen = Screen::open(&fake, "/?tab=logs");
    let asked = || fake.calls("GET /logs/").into_iter().rfind(|call| call.contains("size=100")).unwrap();

    screen.press("Line 11");
    screen.press("Only port 22");
    assert!(asked().contains("meta=%2Fpeer%2Fport%3D22"), "{}", asked());
    assert!(screen.address().contains("meta=/peer/port~3d22"), "{}", screen.address());
    screen.press("Only 2 b=c");
    assert!(asked().contains("meta=%2Fanswers%2F1%3Db%3Dc"), "{}", asked());
    assert!(asked().contains("meta=%2Fpeer%2Fport%3D22"), "one more value narrows further: {}", asked());
    screen.press("Only note none");
    assert!(asked().ends_with("meta=%2Fnote"), "{}", asked());

    fake.lines(&[with(12, 22), with(13, 2222)]);
    screen.settle();
    assert!(!screen.shows("Connected to port 2222"), "the stream does not know it, so it is looked at here");

    screen.press("Remove peer.port 22");
    assert!(!asked().contains("port"), "{}", asked());
    screen.back();
    assert!(asked().contains("meta=%2Fpeer%2Fport%3D22"), "{}", asked());
}
