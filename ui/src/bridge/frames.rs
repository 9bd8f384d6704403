//! Hands on what arrives once for each frame on screen: however many batches come, the page is drawn once between two frames,
//! and what a person does in between is not kept waiting.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::select;
use netraven_api::event::FeedMessage;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// A window out of sight has no frames: its page is drawn so often.
const OUT_OF_SIGHT: Duration = Duration::from_millis(250);

/// What waits for the next frame; copies are the same.
#[derive(Clone)]
pub struct Frames {
    waiting: Rc<RefCell<Vec<FeedMessage>>>,
    asked: Rc<Cell<bool>>,
    hand_on: Rc<dyn Fn(Vec<FeedMessage>)>,
}

impl Frames {
    /// Hands on to this.
    pub fn new(hand_on: Rc<dyn Fn(Vec<FeedMessage>)>) -> Frames {
        Frames { waiting: Rc::default(), asked: Rc::default(), hand_on }
    }

    /// Adds a batch.
    pub fn push(&self, messages: Vec<FeedMessage>) {
        self.waiting.borrow_mut().extend(messages);
        if self.asked.replace(true) {
            return;
        }
        let this = self.clone();
        spawn_local(async move {
            select(next_frame(), gloo_timers::future::sleep(OUT_OF_SIGHT)).await;
            this.asked.set(false);
            (this.hand_on)(this.waiting.take());
        });
    }
}

/// Just before the next frame is drawn.
fn next_frame() -> oneshot::Receiver<()> {
    let (due, frame) = oneshot::channel();
    let callback = Closure::once_into_js(move || {
        let _ = due.send(());
    });
    if let Some(window) = web_sys::window() {
        let _ = window.request_animation_frame(callback.unchecked_ref());
    }
    frame
}
