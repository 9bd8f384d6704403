//! The session: where the window's data comes from, who is signed in, and all transitions between sessions.

mod memory;
mod remote;
mod signed_in;
mod tickets;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use netraven_api::native::{LabState, Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::{Method, Problem, Request};
use netraven_client::{Client, token};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::arguments::Place;
use crate::embedded::Embedded;
use crate::host::Host;
use crate::lab::LabKeeper;
use crate::native::no_session;
use crate::seal_copy;
use crate::secrets::Secrets;
use signed_in::SignedIn;
use tickets::Tickets;

/// Longest wait for the answer to a request of the window, which itself gives up after a minute.
const CALL_LIMIT: Duration = Duration::from_secs(55);
/// Longest wait at shutdown for a start or sign-in in progress.
const GRACE: Duration = Duration::from_secs(8);
/// Name of the embedded backend for people.
const HERE: &str = "On this computer";

/// The connection of the window to its data.
pub struct Connection {
    host: Arc<dyn Host>,
    data_dir: PathBuf,
    secrets: Secrets,
    lab: LabKeeper,
    state: Mutex<State>,
    tickets: Tickets,
    /// The place of the last start.
    goal: Mutex<Option<Place>>,
    /// Held while the session changes in steps: one start, sign-in or sign-out at a time.
    change: tokio::sync::Mutex<()>,
    /// The application is ending: nothing new is started.
    ending: CancellationToken,
    /// The wait for that is over: starts in progress are dropped.
    abort: CancellationToken,
}

struct State {
    session: Session,
    client: Option<Client>,
    embedded: Option<Embedded>,
    /// The sign-in to a server.
    signed_in: Option<Arc<SignedIn>>,
    /// Incremented with each session, so that a late answer cannot end a newer one.
    generation: u64,
    /// Cancelled when the session ends.
    scope: CancellationToken,
}

/// A session in which requests can be sent.
pub struct Open {
    /// The server, with the token.
    pub client: Client,
    /// Cancelled when the session ends.
    pub scope: CancellationToken,
}

impl Connection {
    /// A connection that has not started.
    pub fn new(host: Arc<dyn Host>, data_dir: PathBuf, secrets: Secrets) -> Connection {
        let session = Session::Starting { step: "Opening the window.".to_owned() };
        let scope = CancellationToken::new();
        let state = State { session, client: None, embedded: None, signed_in: None, generation: 0, scope };
        Connection {
            lab: LabKeeper::new(&data_dir),
            host,
            data_dir,
            secrets,
            state: Mutex::new(state),
            tickets: Tickets::default(),
            goal: Mutex::default(),
            change: tokio::sync::Mutex::default(),
            ending: CancellationToken::new(),
            abort: CancellationToken::new(),
        }
    }

    /// The current session.
    pub fn session(&self) -> Session {
        self.state().session.clone()
    }

    /// The host, for settings.
    pub fn host(&self) -> &dyn Host {
        self.host.as_ref()
    }

    /// The sample lab.
    pub fn lab(&self) -> &LabKeeper {
        &self.lab
    }

    /// Opens the place from the command line, otherwise the last one, otherwise asks.
    pub async fn begin(self: &Arc<Self>, place: Option<Place>) {
        let place = place.or_else(|| memory::place(self.host()));
        self.goal.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&place);
        self.go(place).await;
    }

    /// Retries the place of the last start, if it failed.
    pub fn retry(self: &Arc<Self>) {
        let session = self.session();
        if !matches!(session, Session::Failed { .. }) {
            return self.host.announce(&session);
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

    /// Starts the embedded backend in the background.
    pub fn use_embedded(self: &Arc<Self>) {
        let connection = self.clone();
        tauri::async_runtime::spawn(async move { connection.start_embedded().await });
    }

    /// Forgets the token, stops the embedded backend, and returns to the choice.
    pub async fn sign_out(&self) {
        let _one_at_a_time = self.change.lock().await;
        if let Session::Ready(Ready { embedded: false, url, username, .. }) = self.session() {
            memory::forget_token(self.host(), &self.secrets, &url, &username).await;
        }
        self.leave_embedded().await;
        memory::keep_place(self.host(), None);
        self.ask_for_place();
    }

    /// Asks the person where the data is.
    fn ask_for_place(&self) {
        self.enter(Session::Choose { profiles: memory::profiles(self.host()) }, None, None);
    }

    /// The session to send requests in.
    pub fn open(&self) -> Result<Open, Problem> {
        let state = self.state();
        let client = state.client.clone().ok_or_else(no_session)?;
        Ok(Open { client, scope: state.scope.clone() })
    }

    /// Forwards a request. If its token is refused, it is held until the person has signed in again, within a time limit.
    pub async fn call(&self, request: Request) -> Result<Value, Problem> {
        let open = self.open()?;
        tokio::time::timeout(CALL_LIMIT, open.client.forward(request)).await.unwrap_or_else(|_| Err(self.too_long()))
    }

    /// [`Connection::call`] with a ticket by which it can be withdrawn.
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
        match self.session() {
            Session::Ready(Ready { renewal: Renewal::Now, .. }) => {
                Problem::new(Code::Unauthenticated, "The sign-in has ended. Enter the password to go on.")
            }
            _ => {
                let message = format!("No answer came within {} s. Try again.", CALL_LIMIT.as_secs());
                Problem::new(Code::Unreachable, message)
            }
        }
    }

    /// Starts the sample lab. Its devices listen on this computer only, so that only a backend here can reach them.
    pub async fn start_lab(&self, devices: u16) -> Result<LabState, Problem> {
        let open = self.open()?;
        if !open.client.is_here() {
            let message = "The sample lab runs on this computer, and the server on another one cannot reach it. Choose \
                           \"On this computer\" to try it.";
            return Err(Problem::new(Code::Conflict, message));
        }
        self.lab.start(&open.client, devices).await
    }

    /// Stops the sample lab and removes what it added.
    pub async fn remove_lab(&self) -> Result<LabState, Problem> {
        self.lab.remove(&self.open()?.client).await
    }

    /// Shuts down in order: subscriptions, lab, backend.
    pub async fn shut_down(&self) {
        self.ending.cancel();
        self.state().scope.cancel();
        self.tell_stop("Stopping.");
        if tokio::time::timeout(GRACE, self.change.lock()).await.is_err() {
            self.abort.cancel();
        }
        let embedded = self.state().embedded.take();
        let stop = async {
            if let Some(embedded) = embedded {
                embedded.stop().await;
            }
        };
        let _both = tokio::join!(tokio::time::timeout(GRACE, self.lab.halt()), stop);
    }

    /// Requests a restart of the application once it has ended.
    pub fn tell_restart(&self) {
        self.tell_stop("Stopping; NetRaven opens again right after.");
    }

    async fn start_embedded(self: &Arc<Self>) {
        let _one_at_a_time = self.change.lock().await;
        if self.ending.is_cancelled() {
            return;
        }
        if self.state().embedded.is_some() {
            return self.host.announce(&self.session());
        }
        let first = Session::Starting { step: "Starting the backend on this computer.".to_owned() };
        let generation = self.enter(first, None, None);
        let teller = Arc::downgrade(self);
        let step = move |text: &str| {
            if let Some(connection) = teller.upgrade() {
                connection.tell_step(generation, text);
            }
        };
        let start = async {
            seal_copy::restore(self.host(), &self.secrets, &self.data_dir).await?;
            Embedded::start(&self.data_dir, step).await
        };
        let started = tokio::select! {
            started = start => started,
            () = self.abort.cancelled() => return,
        };
        // The web view asks for the lab as soon as there is a session.
        if started.is_ok()
            && let Err(problem) = self.lab.wake().await
        {
            tracing::warn!(%problem, "the sample lab did not come back");
        }
        match started.and_then(|embedded| self.enter_embedded(embedded)) {
            Ok(client) => {
                memory::keep_place(self.host(), Some(&Place::Embedded));
                if let Err(problem) = self.lab.make_known(&client).await {
                    tracing::warn!(%problem, "the sample lab's devices are not known by their new ports");
                }
                self.note_secrets();
            }
            Err(problem) => {
                tracing::error!(%problem, "the embedded backend did not start");
                self.enter(Session::Failed { problem, embedded: true }, None, None);
            }
        }
    }

    /// Keeps a copy of the seal key, and shows in the session where the secrets are. The store may be slow: nothing waits for it.
    fn note_secrets(self: &Arc<Self>) {
        let (connection, generation) = (self.clone(), self.state().generation);
        tauri::async_runtime::spawn(async move {
            let note = seal_copy::keep(connection.host(), &connection.secrets, &connection.data_dir).await;
            let session = {
                let mut state = connection.state();
                let is_current = state.generation == generation;
                match &mut state.session {
                    Session::Ready(ready) if is_current => ready.secrets_note = Some(note),
                    _ => return,
                }
                state.session.clone()
            };
            connection.host.announce(&session);
        });
    }

    fn enter_embedded(&self, embedded: Embedded) -> Result<Client, Problem> {
        let source = embedded.clone();
        let client = Client::new(embedded.url())?.with_tokens(Arc::new(source));
        let claims = token::claims(&embedded.token())?;
        let ready = Ready {
            place: HERE.to_owned(),
            url: client.base_url().to_owned(),
            embedded: true,
            username: claims.sub.clone(),
            role: token::role(&claims),
            secrets_note: None,
            data_dir: Some(self.data_dir.display().to_string()),
            server: concat!("NetRaven Desktop ", env!("CARGO_PKG_VERSION")).to_owned(),
            missing: Vec::new(),
            open_to_users: Vec::new(),
            expires_at: None,
            renewal: Renewal::None,
            profile: None,
        };
        self.enter(Session::Ready(ready), Some(client.clone()), Some(embedded));
        Ok(client)
    }

    async fn leave_embedded(&self) {
        let Some(embedded) = self.state().embedded.take() else { return };
        let step = "Stopping the backend on this computer.".to_owned();
        self.enter(Session::Stopping { step }, None, None);
        self.lab.halt().await;
        embedded.stop().await;
    }

    /// Replaces the session: what belonged to the old one ends, and the web view is notified. Once the application ends, what
    /// was still being started only waits to be stopped.
    fn enter(&self, session: Session, client: Option<Client>, embedded: Option<Embedded>) -> u64 {
        let (ends, generation) = {
            let mut state = self.state();
            let ends = self.ending.is_cancelled();
            let session = if ends { state.session.clone() } else { session.clone() };
            state.scope.cancel();
            if let Some(signed_in) = state.signed_in.take() {
                signed_in.end();
            }
            let generation = state.generation + 1;
            let scope = self.ending.child_token();
            *state = State { session, client, embedded, signed_in: None, generation, scope };
            (ends, generation)
        };
        if !ends {
            self.host.announce(&session);
        }
        generation
    }

    fn tell_stop(&self, step: &str) {
        let session = Session::Stopping { step: step.to_owned() };
        self.state().session = session.clone();
        self.host.announce(&session);
    }

    fn tell_step(&self, generation: u64, step: &str) {
        let session = Session::Starting { step: step.to_owned() };
        {
            let mut state = self.state();
            if state.generation != generation || !matches!(state.session, Session::Starting { .. }) {
                return;
            }
            state.session = session.clone();
        }
        self.host.announce(&session);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_longer_wanted() -> Problem {
    Problem::new(Code::Internal, "The page that asked was left before the answer came.")
}

#[cfg(test)]
pub(crate) mod tests;
