//! The requests of the web view: sent in the session as it stands, for a bounded time, until nobody waits for them any more.

use std::sync::Arc;
use std::time::Duration;

use netraven_api::native::{Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::{Method, Problem, Request};
use serde_json::Value;

use super::standing::Standing;
use super::tickets::{self, Tickets};

/// Longest wait for the answer to a request of the window, which itself gives up after a minute.
const CALL_LIMIT: Duration = Duration::from_secs(55);

/// The requests under way.
pub struct Calls {
    standing: Arc<Standing>,
    tickets: Tickets,
}

impl Calls {
    /// Nothing is asked yet.
    pub fn new(standing: Arc<Standing>) -> Calls {
        Calls { standing, tickets: Tickets::default() }
    }

    /// Forwards a request. If its token is refused, it is held until the person has signed in again, within a time limit.
    pub async fn call(&self, request: Request) -> Result<Value, Problem> {
        let open = self.standing.open()?;
        tokio::time::timeout(CALL_LIMIT, open.client.forward(request)).await.unwrap_or_else(|_| Err(self.too_long()))
    }

    /// [`Calls::call`] under a number by which it can be taken back.
    pub async fn call_by(&self, ticket: u64, request: Request) -> Result<Value, Problem> {
        let reads = request.method == Method::Get;
        let work = async {
            tokio::select! {
                answer = self.call(request) => answer,
                // A read whose answer is no longer wanted is dropped at any point; a change is not interrupted half way.
                () = tickets::withdrawn(), if reads => Err(no_longer_wanted()),
            }
        };
        self.tickets.keep(ticket, work).await
    }

    /// Withdraws a call: one that waits for a new sign-in is never sent.
    pub fn withdraw(&self, ticket: u64) {
        self.tickets.withdraw(ticket);
    }

    fn too_long(&self) -> Problem {
        match self.standing.session() {
            Session::Ready(Ready { renewal: Renewal::Now, .. }) => {
                Problem::new(Code::Unauthenticated, "The sign-in has expired. Enter the password to continue.")
            }
            _ => {
                let message = format!("No reply within {} s. Try again.", CALL_LIMIT.as_secs());
                Problem::new(Code::Unreachable, message)
            }
        }
    }
}

fn no_longer_wanted() -> Problem {
    Problem::new(Code::Internal, "The page was left before the reply arrived.")
}
