//! Calls that the web view takes back: a page that was left, a dialog that was closed, an answer nobody waits for any more.
//!
//! A change that is on its way to the server stays on its way. What still waits here for a new sign-in is never sent.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static WITHDRAWN: CancellationToken;
}

/// Tickets kept of calls that were taken back before they began or after they ended.
const MOST_LEFT: usize = 1_000;

/// The calls under way, by the numbers the web view gave them.
#[derive(Default)]
pub struct Tickets(Mutex<HashMap<u64, CancellationToken>>);

impl Tickets {
    /// Does the work of a call, which can check from within whether it was withdrawn.
    pub async fn keep<T>(&self, ticket: u64, work: impl Future<Output = T>) -> T {
        // It may have been taken back already: the two messages of the web view are handled side by side.
        let withdrawn = self.open().entry(ticket).or_default().clone();
        let _given_back = GivenBack { tickets: self, ticket };
        WITHDRAWN.scope(withdrawn, work).await
    }

    /// Takes a call back.
    pub fn withdraw(&self, ticket: u64) {
        let mut open = self.open();
        if open.len() > MOST_LEFT {
            open.retain(|_, withdrawn| !withdrawn.is_cancelled());
        }
        open.entry(ticket).or_default().cancel();
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct GivenBack<'a> {
    tickets: &'a Tickets,
    ticket: u64,
}

impl Drop for GivenBack<'_> {
    fn drop(&mut self) {
        self.tickets.open().remove(&self.ticket);
    }
}

/// Waits until the call this is part of was taken back; for ever outside of one.
pub async fn withdrawn() {
    match WITHDRAWN.try_with(Clone::clone) {
        Ok(withdrawn) => withdrawn.cancelled().await,
        Err(_) => std::future::pending().await,
    }
}

/// Whether the call this is part of was taken back.
pub fn is_withdrawn() -> bool {
    WITHDRAWN.try_with(CancellationToken::is_cancelled).unwrap_or(false)
}
