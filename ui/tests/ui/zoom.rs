//! How large everything is drawn: chosen by key or press, and kept.

use std::rc::Rc;

use netraven_api::native::Native;
use netraven_ui::dom::Pressed;

use crate::samples::{page, runs, summary};
use crate::support::{Fake, Screen};

fn control(key: &str) -> Pressed {
    Pressed { key: key.to_owned(), control: true, ..Pressed::default() }
}

/// The sizes the shell was asked to draw in, in percent.
fn drawn(fake: &Rc<Fake>) -> Vec<u16> {
    let percent = |wish: Native| if let Native::Zoom { percent } = wish { Some(percent) } else { None };
    fake.wishes().into_iter().filter_map(percent).collect()
}

#[test]
fn everything_is_drawn_larger_or_smaller_and_so_it_is_at_the_next_start() {
    let fake = Fake::ready();
    fake.answer("GET /runs/", &page(runs(), 186));
    fake.answer("GET /runs/summary", &summary());
    let mut screen = Screen::open(&fake, "/");
    assert!(drawn(&fake).is_empty(), "nobody wished anything");
    assert!(screen.window_key(&control("+")) && screen.window_key(&control("=")));
    assert!(screen.window_key(&control("-")));
    assert_eq!(drawn(&fake), [110, 125, 110]);
    screen.press("Connection");
    assert!(screen.dialog().contains("\"110 %\""), "{}", screen.dialog());
    screen.press("Larger (Ctrl +)");
    assert!(screen.dialog().contains("\"125 %\""));

    let mut next = Screen::open(&fake, "/");
    assert_eq!(drawn(&fake), [110, 125, 110, 125, 125]);
    assert!(next.window_key(&Pressed { typing: true, dialog: true, ..control("0") }), "wherever the focus is");
    assert_eq!(drawn(&fake).last(), Some(&100));
    assert!(!next.window_key(&Pressed { control: false, ..control("0") }));
    for _ in 0..20 {
        next.window_key(&control("+"));
    }
    assert_eq!(drawn(&fake).last(), Some(&200), "beyond that too little fits");
}
