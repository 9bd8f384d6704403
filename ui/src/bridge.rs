//! The seam between the pages and the shell: everything the web view can ask of the world outside goes through here.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use netraven_api::event::FeedMessage;
use netraven_api::native::{FeedStart, Native, Session};
use netraven_api::{Problem, Request};
use serde_json::Value;

pub mod batch;
#[cfg(target_arch = "wasm32")]
mod frames;
pub mod pulse;
#[cfg(target_arch = "wasm32")]
mod tauri;
#[cfg(target_arch = "wasm32")]
pub use tauri::Tauri;

/// What comes back from the shell, later.
pub type Answer = LocalBoxFuture<'static, Result<Value, Problem>>;

/// What the shell does for the web view. Time limits are the caller's; see [`crate::data::Api`].
pub trait Bridge {
    /// Forwards a REST request to the server of the session.
    fn call(&self, request: Request) -> Answer;
    /// Asks the shell itself for something.
    fn native(&self, wish: Native) -> Answer;
    /// Opens a feed; it ends when the guard is dropped.
    fn feed(&self, start: FeedStart, on_batch: Rc<dyn Fn(Vec<FeedMessage>)>) -> Guard;
    /// Listens for a changed session until the guard is dropped. It is heard from the moment the guard is there.
    fn on_session(&self, on_change: Rc<dyn Fn(Session)>) -> LocalBoxFuture<'static, Guard>;
}

/// Ends a feed or a listener when dropped.
#[must_use = "dropping it ends what it guards"]
pub struct Guard(Option<Box<dyn FnOnce()>>);

impl Guard {
    /// A guard that runs `end` when dropped.
    pub fn new(end: impl FnOnce() + 'static) -> Guard {
        Guard(Some(Box::new(end)))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(end) = self.0.take() {
            end();
        }
    }
}
