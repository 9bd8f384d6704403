//! Short notices in the corner: what was done, and what went wrong outside of a page.

use dioxus::prelude::*;
use netraven_api::Problem;

/// Most notices shown at once.
const SHOWN: usize = 4;

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something was done; it goes by itself.
    Done,
    /// Something went wrong; it stays until it is closed.
    Wrong,
}

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Number, ascending.
    pub id: u64,
    /// How it is meant.
    pub weight: Weight,
    /// A sentence.
    pub text: String,
}

/// The notices of the window.
#[derive(Clone, Copy, PartialEq)]
pub struct Notices {
    list: Signal<Vec<Notice>>,
    next: Signal<u64>,
}

impl Notices {
    /// The notices on screen, the oldest first.
    #[must_use]
    pub fn list(&self) -> Vec<Notice> {
        self.list.read().clone()
    }

    /// Says that something was done.
    pub fn done(&self, text: impl Into<String>) {
        self.add(Weight::Done, text.into());
    }

    /// Says that something went wrong.
    pub fn wrong(&self, text: impl Into<String>) {
        self.add(Weight::Wrong, text.into());
    }

    /// Says what a request was refused for.
    pub fn problem(&self, problem: &Problem) {
        self.wrong(problem.message.clone());
    }

    /// Takes a notice away.
    pub fn close(mut self, id: u64) {
        self.list.write().retain(|notice| notice.id != id);
    }

    /// Takes them all away.
    pub fn clear(mut self) {
        self.list.write().clear();
    }

    fn add(mut self, weight: Weight, text: String) {
        let id = *self.next.peek();
        self.next.set(id + 1);
        let mut list = self.list.write();
        list.retain(|notice| notice.text != text);
        list.push(Notice { id, weight, text });
        let surplus = list.len().saturating_sub(SHOWN);
        list.drain(..surplus);
    }
}

/// Provides the notices to the window.
pub fn use_notices_provider() -> Notices {
    use_context_provider(|| Notices { list: Signal::new(Vec::new()), next: Signal::new(0) })
}

/// The notices of the window.
pub fn use_notices() -> Notices {
    use_context()
}
