//! What stands for the document where there is none: tests press keys of the window and look at the clipboard.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::Pressed;

type Hear = dyn Fn(Pressed) -> bool;

thread_local! {
    static HEARING: RefCell<Vec<Weak<Hear>>> = const { RefCell::new(Vec::new()) };
    static CLIPBOARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Presses a key of the window; gives whether it was of use to anybody.
#[must_use]
pub fn press(pressed: &Pressed) -> bool {
    let hearing: Vec<Rc<Hear>> = HEARING.with_borrow(|hearing| hearing.iter().filter_map(Weak::upgrade).collect());
    // Everybody hears it, as with a document.
    hearing.iter().filter(|hear| hear(pressed.clone())).count() > 0
}

/// What was copied last.
#[must_use]
pub fn clipboard() -> Option<String> {
    CLIPBOARD.with_borrow(Clone::clone)
}

pub(super) fn listen(hear: impl Fn(Pressed) -> bool + 'static) -> Rc<Hear> {
    let hear: Rc<Hear> = Rc::new(hear);
    HEARING.with_borrow_mut(|hearing| hearing.push(Rc::downgrade(&hear)));
    hear
}

pub(super) fn copy(text: &str) {
    CLIPBOARD.set(Some(text.to_owned()));
}
