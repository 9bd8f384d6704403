//! The connection of the window to its data: every way from one session to the next.
//!
//! What the session is stands in [`Standing`], what is remembered of it in [`Remembered`]; requests go through [`Calls`].

mod calls;
mod here;
mod remembered;
mod remote;
mod signed_in;
mod standing;
mod tickets;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use netraven_api::Problem;
use netraven_api::native::{Ready, Session};
use tokio_util::sync::CancellationToken;

use crate::arguments::Place;
use crate::host::Host;
use crate::lab::LabKeeper;
use crate::secrets::Secrets;
use calls::Calls;
use remembered::Remembered;
use standing::Standing;

pub use standing::Open;

/// Longest wait at shutdown for a start or sign-in in progress.
const GRACE: Duration = Duration::from_secs(8);

/// The connection of the window to its data.
pub struct Connection {
    host: Arc<dyn Host>,
    data_dir: PathBuf,
    secrets: Secrets,
    remembered: Remembered,
    lab: LabKeeper,
    standing: Arc<Standing>,
    calls: Calls,
    /// The place of the last start.
    goal: Mutex<Option<Place>>,
    /// Held while the session changes in steps: one start, sign-in or sign-out at a time.
    change: tokio::sync::Mutex<()>,
    /// The application ends now: what is being started is dropped.
    abort: CancellationToken,
}

impl Connection {
    /// A connection that has not started.
    pub fn new(host: Arc<dyn Host>, data_dir: PathBuf, secrets: Secrets) -> Connection {
        let standing = Arc::new(Standing::new(host.clone()));
        Connection {
            lab: LabKeeper::new(&data_dir),
            remembered: Remembered::new(host.clone(), secrets.clone()),
            calls: Calls::new(standing.clone()),
            host,
            data_dir,
            secrets,
            standing,
            goal: Mutex::default(),
            change: tokio::sync::Mutex::default(),
            abort: CancellationToken::new(),
        }
    }

    /// The current session.
    pub fn session(&self) -> Session {
        self.standing.session()
    }

    /// The session to send requests in.
    pub fn open(&self) -> Result<Open, Problem> {
        self.standing.open()
    }

    /// The requests of the web view.
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The sample lab.
    pub fn lab(&self) -> &LabKeeper {
        &self.lab
    }

    /// Opens the place from the command line, otherwise the last one, otherwise asks.
    pub async fn begin(self: &Arc<Self>, place: Option<Place>) {
        let place = place.or_else(|| self.remembered.place());
        self.goal.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&place);
        self.go(place).await;
    }

    /// Retries the place of the last start, if it failed.
    pub fn retry(self: &Arc<Self>) {
        if !matches!(self.session(), Session::Failed { .. }) {
            return self.standing.announce();
        }
        let (connection, place) = (self.clone(), self.goal.lock().unwrap_or_else(PoisonError::into_inner).clone());
        tauri::async_runtime::spawn(async move { connection.go(place).await });
    }

    async fn go(self: &Arc<Self>, place: Option<Place>) {
        match place {
            Some(Place::Embedded) => self.start_embedded().await,
            Some(Place::Remote(url)) => self.resume(&url).await,
            None => self.ask_for_place(),
        }
    }

    /// Forgets the token, stops the embedded backend, and returns to the choice.
    pub async fn sign_out(&self) {
        let _one_at_a_time = self.change.lock().await;
        if let Session::Ready(Ready { embedded: false, url, username, .. }) = self.session() {
            self.remembered.forget_token(&url, &username).await;
        }
        self.leave_embedded().await;
        self.remembered.keep_place(None);
        self.ask_for_place();
    }

    /// Asks the person where the data is.
    fn ask_for_place(&self) {
        self.standing.enter(Session::Choose { profiles: self.remembered.profiles() }, None, None);
    }

    /// Shuts down in order: subscriptions, lab, backend.
    pub async fn shut_down(&self) {
        self.standing.end();
        self.standing.tell_stop("Stopping.");
        if tokio::time::timeout(GRACE, self.change.lock()).await.is_err() {
            self.abort.cancel();
        }
        let embedded = self.standing.take_embedded();
        let stop = async {
            if let Some(embedded) = embedded {
                embedded.stop().await;
            }
        };
        let _both = tokio::join!(tokio::time::timeout(GRACE, self.lab.halt()), stop);
    }

    /// Requests a restart of the application once it has ended.
    pub fn tell_restart(&self) {
        self.standing.tell_stop("Stopping; NetRaven then opens again.");
    }
}

#[cfg(test)]
pub(crate) mod tests;
