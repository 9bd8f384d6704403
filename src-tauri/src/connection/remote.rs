//! Sessions with a remote server: signing in, resuming at the next start, and signing in again without leaving.

use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use netraven_api::auth::Claims;
use netraven_api::native::{Profile, Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};
use netraven_client::{Client, Pause, Tokens as _, token};

use super::signed_in::{SignedIn, ask_at, end_of};
use super::{Connection, memory};
use crate::arguments::Place;
use crate::native::no_session;

/// A kept token must last at least this long to be worth trying.
const WORTH_S: i64 = 30;
/// First and longest pause between two tries to reach a server that does not answer.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest name of a server, in characters.
const NAME_LIMIT: usize = 60;
/// Longest sleep of the sign-in watch: a computer that was suspended checks its clock soon afterwards.
const GLANCE: Duration = Duration::from_secs(15);

impl Connection {
    /// Connects to a server and signs in.
    pub async fn sign_in(
        self: &Arc<Self>,
        url: &str,
        username: &str,
        password: &Secret,
        remember: bool,
    ) -> Result<(), Problem> {
        if username.trim().is_empty() {
            return Err(Problem::field("username", "Enter a user name."));
        }
        let _one_at_a_time = self.change.lock().await;
        let reach = async {
            let client = Client::discover(url).await?;
            let earlier = self.earlier(client.base_url(), username).await;
            let token = client.login(username, password, earlier.as_ref()).await?.access_token;
            Ok::<_, Problem>((client, token))
        };
        // A host that does not answer must not keep the application from ending.
        let (client, token) = tokio::select! {
            reached = reach => reached?,
            () = self.ending.cancelled() => {
                return Err(Problem::new(Code::Unavailable, "NetRaven is being closed. Start it again to sign in."));
            }
        };
        let claims = token::claims(&token)?;
        self.leave_embedded().await;
        let note = memory::keep_token(self.host(), &self.secrets, client.base_url(), username, &token, remember).await;
        memory::keep_place(self.host(), Some(&Place::Remote(client.base_url().to_owned())));
        self.enter_remote(client, token, &claims, note, remember);
        Ok(())
    }

    /// Signs in again as the same user: held requests are sent, feeds continue, and the screen stays.
    pub async fn sign_in_again(&self, password: &Secret) -> Result<(), Problem> {
        let _one_at_a_time = self.change.lock().await;
        let (client, signed_in, generation) = {
            let state = self.state();
            let client = state.client.clone().ok_or_else(no_session)?;
            (client, state.signed_in.clone().ok_or_else(no_session)?, state.generation)
        };
        let Session::Ready(Ready { username, .. }) = self.session() else { return Err(no_session()) };
        let token = client.login(&username, password, Some(&signed_in.token())).await?.access_token;
        let claims = token::claims(&token)?;
        if claims.sub != username {
            let message = format!("The server signed in \"{}\" instead of \"{username}\". Sign out first.", claims.sub);
            return Err(Problem::new(Code::NotUnderstood, message));
        }
        let url = client.base_url().to_owned();
        let note = memory::keep_token(self.host(), &self.secrets, &url, &username, &token, signed_in.remember()).await;
        let ends = end_of(&claims, Timestamp::now());
        signed_in.change(token, ends);
        self.revise(generation, |ready| {
            ready.renewal = Renewal::None;
            ready.expires_at = ends;
            ready.role = token::role(&claims);
            ready.secrets_note = note;
        });
        Ok(())
    }

    /// The token of an earlier sign-in of this user to exactly this server, if there is one. It is never shown to another server.
    async fn earlier(&self, url: &str, username: &str) -> Option<Secret> {
        let open = {
            let state = self.state();
            match (&state.session, &state.signed_in) {
                (Session::Ready(ready), Some(signed_in)) if ready.url == url && ready.username == username => {
                    Some(signed_in.token())
                }
                _ => None,
            }
        };
        match open {
            Some(token) => Some(token),
            None => memory::kept_token(self.host(), &self.secrets, url, username).await.ok().flatten(),
        }
    }

    /// Opens a server with the token kept from last time, or asks for the password.
    pub(super) async fn resume(self: &Arc<Self>, entered: &str) {
        let _one_at_a_time = self.change.lock().await;
        let client = match Client::new(entered) {
            Ok(client) => client,
            Err(problem) => {
                self.enter(Session::Failed { problem, embedded: false }, None, None);
                return;
            }
        };
        let Some(profile) = memory::profile_of(self.host(), client.base_url()) else {
            let url = client.base_url().to_owned();
            self.enter(Session::SignIn { url, username: None, reason: None }, None, None);
            return;
        };
        let kept = memory::kept_token(self.host(), &self.secrets, &profile.url, &profile.username).await;
        if let Ok(Some(token)) = &kept
            && let Ok(claims) = token::claims(token)
            && token::lasts(&claims, Timestamp::now(), WORTH_S)
            && let Ok(client) = Client::new(&profile.url)
        {
            let step = format!("Reaching {}.", client.place());
            self.enter(Session::Starting { step }, None, None);
            match client.clone().learn().await {
                Ok(client) => self.enter_remote(client, token.clone(), &claims, None, true),
                Err(problem) => {
                    let again = problem.code == Code::Unreachable;
                    let generation = self.enter(Session::Failed { problem, embedded: false }, None, None);
                    if again {
                        let kept = Kept { client, token: token.clone(), claims };
                        let pause = Pause::new(FIRST_PAUSE, LONGEST_PAUSE);
                        tauri::async_runtime::spawn(kept.reach(Arc::downgrade(self), generation, pause));
                    }
                }
            }
            return;
        }
        let (url, username) = (profile.url, Some(profile.username));
        self.enter(Session::SignIn { url, username, reason: kept.err() }, None, None);
    }

    fn enter_remote(
        self: &Arc<Self>,
        client: Client,
        token: Secret,
        claims: &Claims,
        note: Option<String>,
        remember: bool,
    ) {
        let ends = end_of(claims, Timestamp::now());
        let ready = Ready {
            place: client.place(),
            url: client.base_url().to_owned(),
            embedded: false,
            username: claims.sub.clone(),
            role: token::role(claims),
            secrets_note: note,
            data_dir: None,
            server: client.server().to_owned(),
            missing: client.missing(),
            open_to_users: client.open_to_users(),
            expires_at: ends,
            renewal: Renewal::None,
            profile: Some(memory::keep_profile(self.host(), client.base_url(), &claims.sub)),
        };
        let signed_in = Arc::new(SignedIn::new(token, ends, remember));
        let client = client.with_tokens(signed_in.clone());
        let generation = self.enter(Session::Ready(ready), Some(client), None);
        self.state().signed_in = Some(signed_in.clone());
        tauri::async_runtime::spawn(watch(Arc::downgrade(self), generation, signed_in));
    }

    /// Changes a server's name and marks.
    pub fn edit_profile(&self, changed: &Profile) -> Result<(), Problem> {
        if changed.name.chars().count() > NAME_LIMIT {
            return Err(Problem::field("name", format!("The name is longer than {NAME_LIMIT} letters: shorten it.")));
        }
        if !memory::edit_profile(self.host(), changed) {
            return Err(Problem::new(
                Code::NotFound,
                "This server is not among those used before. Sign in to it first.",
            ));
        }
        let generation = self.state().generation;
        let known = memory::profile_of(self.host(), &changed.url);
        self.revise(generation, |ready| {
            if ready.url == changed.url {
                ready.profile = known;
            }
        });
        Ok(())
    }

    /// Forgets a server used before, and the token kept for it.
    pub async fn forget_profile(&self, url: &str, username: &str) {
        memory::forget_token(self.host(), &self.secrets, url, username).await;
        memory::forget_profile(self.host(), url);
        let session = {
            let mut state = self.state();
            match &mut state.session {
                Session::Choose { profiles } => *profiles = memory::profiles(self.host()),
                _ => return,
            }
            state.session.clone()
        };
        self.host().announce(&session);
    }

    /// Whether another session began since, or the application is ending.
    fn is_over(&self, generation: u64) -> bool {
        self.ending.is_cancelled() || self.state().generation != generation
    }

    /// Changes the details of a session without starting another one.
    fn revise(&self, generation: u64, change: impl FnOnce(&mut Ready)) {
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
        self.host().announce(&session);
    }

    /// A token was refused or has expired: the password is needed now, and the token is no longer kept.
    async fn ask_now(&self, generation: u64) {
        let mut place = None;
        self.revise(generation, |ready| {
            ready.renewal = Renewal::Now;
            place = Some((ready.url.clone(), ready.username.clone()));
        });
        if let Some((url, username)) = place {
            memory::forget_token(self.host(), &self.secrets, &url, &username).await;
        }
    }
}

/// A sign-in kept from an earlier start, for a server not yet reached.
pub(super) struct Kept {
    pub(super) client: Client,
    pub(super) token: Secret,
    pub(super) claims: Claims,
}

impl Kept {
    /// Retries by itself, less and less often, for as long as the failure is on screen: a server that comes back is
    /// shown without a press.
    pub(super) async fn reach(self, connection: Weak<Connection>, generation: u64, mut pause: Pause) {
        loop {
            tokio::time::sleep(pause.next(Duration::ZERO)).await;
            let Some(connection) = connection.upgrade() else { return };
            if connection.is_over(generation) {
                return;
            }
            let reached = self.client.clone().learn().await;
            let _one_at_a_time = connection.change.lock().await;
            if connection.is_over(generation) {
                return;
            }
            match reached {
                Ok(client) => return connection.enter_remote(client, self.token, &self.claims, None, true),
                Err(problem) if problem.code == Code::Unreachable => {}
                Err(problem) => {
                    connection.enter(Session::Failed { problem, embedded: false }, None, None);
                }
            }
        }
    }
}

/// Watches a sign-in until its session is over: asks for the password shortly before it ends, and when it was refused.
async fn watch(connection: Weak<Connection>, generation: u64, signed_in: Arc<SignedIn>) {
    loop {
        let refused = tokio::select! {
            () = signed_in.over() => return,
            () = signed_in.refused() => true,
            () = tokio::time::sleep(until_next(&signed_in)) => false,
        };
        let Some(connection) = connection.upgrade() else { return };
        let now = Timestamp::now();
        match signed_in.ends() {
            _ if refused => connection.ask_now(generation).await,
            Some(end) if end <= now => connection.ask_now(generation).await,
            Some(end) if ask_at(end) <= now => connection.revise(generation, |ready| ready.renewal = Renewal::Soon),
            _ => {}
        }
    }
}

/// Time until the watch has to act, at most [`GLANCE`].
fn until_next(signed_in: &SignedIn) -> Duration {
    let now = Timestamp::now();
    let Some(end) = signed_in.ends() else { return GLANCE };
    let next = if ask_at(end) > now { ask_at(end) } else { end };
    Duration::try_from(next.duration_since(now)).unwrap_or(GLANCE).clamp(Duration::from_millis(200), GLANCE)
}
