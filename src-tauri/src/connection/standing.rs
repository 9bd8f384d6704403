//! The session as it stands: what it is, what belongs to it and ends with it, and what the web view is told of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use netraven_api::native::{Profile, Ready, Session};
use netraven_api::{Problem, Secret};
use netraven_client::{Client, Tokens as _};
use tokio_util::sync::CancellationToken;

use super::signed_in::SignedIn;
use crate::embedded::Embedded;
use crate::host::Host;
use crate::native::no_session;

/// The session, from one to the next.
pub struct Standing {
    host: Arc<dyn Host>,
    state: Mutex<State>,
    /// The application is ending: nothing new is started.
    ending: CancellationToken,
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

/// A session one can send requests in.
pub struct Open {
    /// The server, with the token.
    pub client: Client,
    /// Cancelled when the session ends.
    pub scope: CancellationToken,
}

impl Standing {
    /// The session before there is one.
    pub fn new(host: Arc<dyn Host>) -> Standing {
        let session = Session::Starting { step: "Opening the window.".to_owned() };
        let scope = CancellationToken::new();
        let state = State { session, client: None, embedded: None, signed_in: None, generation: 0, scope };
        Standing { host, state: Mutex::new(state), ending: CancellationToken::new() }
    }

    /// The session as it is now.
    pub fn session(&self) -> Session {
        self.state().session.clone()
    }

    /// Its number.
    pub fn generation(&self) -> u64 {
        self.state().generation
    }

    /// The session to send requests in.
    pub fn open(&self) -> Result<Open, Problem> {
        let state = self.state();
        let client = state.client.clone().ok_or_else(no_session)?;
        Ok(Open { client, scope: state.scope.clone() })
    }

    /// The sign-in to a server, with the server and the number of its session.
    pub fn signed_in(&self) -> Result<(Client, Arc<SignedIn>, u64), Problem> {
        let state = self.state();
        let client = state.client.clone().ok_or_else(no_session)?;
        Ok((client, state.signed_in.clone().ok_or_else(no_session)?, state.generation))
    }

    /// The token of this user's sign-in to this very server, if the session is that.
    pub fn token_of(&self, url: &str, username: &str) -> Option<Secret> {
        let state = self.state();
        match (&state.session, &state.signed_in) {
            (Session::Ready(ready), Some(signed_in)) if ready.url == url && ready.username == username => {
                Some(signed_in.token())
            }
            _ => None,
        }
    }

    /// Whether the backend on this computer belongs to it.
    pub fn has_embedded(&self) -> bool {
        self.state().embedded.is_some()
    }

    /// Gives the backend on this computer out of hand, to be stopped.
    pub fn take_embedded(&self) -> Option<Embedded> {
        self.state().embedded.take()
    }

    /// Replaces the session: what belonged to the old one ends, and the web view is notified. Once the application ends, what
    /// was still being started only waits to be stopped.
    pub fn enter(&self, session: Session, client: Option<Client>, embedded: Option<Embedded>) -> u64 {
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

    /// The sign-in that belongs to the session just entered.
    pub fn keep_signed_in(&self, signed_in: Arc<SignedIn>) {
        self.state().signed_in = Some(signed_in);
    }

    /// Changes the details of a session without starting another one.
    pub fn revise(&self, generation: u64, change: impl FnOnce(&mut Ready)) {
        let session = {
            let mut state = self.state();
            let is_current = state.generation == generation;
            let Session::Ready(ready) = &mut state.session else { return };
            let before = ready.clone();
            if is_current {
                change(ready);
            }
            if *ready == before {
                return;
            }
            Session::Ready(ready.clone())
        };
        self.host.announce(&session);
    }

    /// Changes the servers to choose from, while they are shown.
    pub fn offer(&self, known: Vec<Profile>) {
        let session = {
            let mut state = self.state();
            match &mut state.session {
                Session::Choose { profiles } => *profiles = known,
                _ => return,
            }
            state.session.clone()
        };
        self.host.announce(&session);
    }

    /// Tells the web view once more.
    pub fn announce(&self) {
        self.host.announce(&self.session());
    }

    /// Tells a step of a start, as long as it is this start.
    pub fn tell_step(&self, generation: u64, step: &str) {
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

    /// Tells a step of the end.
    pub fn tell_stop(&self, step: &str) {
        let session = Session::Stopping { step: step.to_owned() };
        self.state().session = session.clone();
        self.host.announce(&session);
    }

    /// The application ends, and with it whatever belongs to the session.
    pub fn end(&self) {
        self.ending.cancel();
        self.state().scope.cancel();
    }

    /// Whether the application ends.
    pub fn ends(&self) -> bool {
        self.ending.is_cancelled()
    }

    /// Waits until the application ends.
    pub async fn ended(&self) {
        self.ending.cancelled().await;
    }

    /// Whether another session began since, or the application is ending.
    pub fn is_over(&self, generation: u64) -> bool {
        self.ends() || self.generation() != generation
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
