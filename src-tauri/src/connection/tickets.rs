//! Calls that the web view withdraws: a page was left, a dialog was closed, an answer is no longer wanted.
//!
//! A change already sent to the server is not recalled. A call that still waits here for a new sign-in is never sent.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static WITHDRAWN: CancellationToken;
}

/// Number of remembered tickets of calls that were withdrawn before they began or after they ended.
const MOST_LEFT: usize = 1_000;

/// Calls in progress, by the web view's numbers.
#[derive(Default)]
pub struct Tickets(Mutex<HashMap<u64, CancellationToken>>);

impl Tickets {
    /// Does the work of a call, which can check from within whether it was withdrawn.
    pub async fn keep<T>(&self, ticket: u64, work: impl Future<Output = T>) -> T {
        // It may already have been withdrawn: the web view's two messages are handled concurrently.
        let withdrawn = self.open().entry(ticket).or_default().clone();
        let _given_back = GivenBack { tickets: self, ticket };
        WITHDRAWN.scope(withdrawn, work).await
    }

    /// Withdraws a call.
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

/// Waits until the surrounding call is withdrawn; for ever outside of a call.
pub async fn withdrawn() {
    match WITHDRAWN.try_with(Clone::clone) {
        Ok(withdrawn) => withdrawn.cancelled().await,
        Err(_) => std::future::pending().await,
    }
}

/// Whether the surrounding call was withdrawn.
pub fn is_withdrawn() -> bool {
    WITHDRAWN.try_with(CancellationToken::is_cancelled).unwrap_or(false)
}
