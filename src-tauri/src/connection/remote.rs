//! Sessions with a remote server: signing in, resuming at the next start, and signing in again without leaving.

use std::sync::{Arc, Weak};
use std::time::Duration;

use jiff::Timestamp;
use netraven_api::auth::Claims;
use netraven_api::native::{Profile, Ready, Renewal, Session};
use netraven_api::problem::Code;
use netraven_api::{Problem, Secret};
use netraven_client::{Client, Pause, Tokens as _, token};

use super::Connection;
use super::signed_in::{SignedIn, ask_at, end_of};
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
            () = self.standing.ended() => {
                return Err(Problem::new(Code::Unavailable, "NetRaven is closing. Start it again to sign in."));
            }
        };
        let claims = token::claims(&token)?;
        self.leave_embedded().await;
        let note = self.remembered.keep_token(client.base_url(), username, &token, remember).await;
        self.remembered.keep_place(Some(&Place::Remote(client.base_url().to_owned())));
        self.enter_remote(client, token, &claims, note, remember);
        Ok(())
    }

    /// Signs in again as the same user: held requests are sent, feeds continue, and the screen stays.
    pub async fn sign_in_again(&self, password: &Secret) -> Result<(), Problem> {
        let _one_at_a_time = self.change.lock().await;
        let (client, signed_in, generation) = self.standing.signed_in()?;
        let Session::Ready(Ready { username, .. }) = self.session() else { return Err(no_session()) };
        let token = client.login(&username, password, Some(&signed_in.token())).await?.access_token;
        let claims = token::claims(&token)?;
        if claims.sub != username {
            let message = format!("The server signed in \"{}\" instead of \"{username}\". Sign out first.", claims.sub);
            return Err(Problem::new(Code::NotUnderstood, message));
        }
        let url = client.base_url().to_owned();
        let note = self.remembered.keep_token(&url, &username, &token, signed_in.remember()).await;
        let ends = end_of(&claims, Timestamp::now());
        signed_in.change(token, ends);
        self.standing.revise(generation, |ready| {
            ready.renewal = Renewal::None;
            ready.expires_at = ends;
            ready.role = token::role(&claims);
            ready.secrets_note = note;
        });
        Ok(())
    }

    /// The token of an earlier sign-in of this user to exactly this server, if there is one. It is never shown to another server.
    async fn earlier(&self, url: &str, username: &str) -> Option<Secret> {
        match self.standing.token_of(url, username) {
            Some(token) => Some(token),
            None => self.remembered.kept_token(url, username).await.ok().flatten(),
        }
    }

    /// Opens a server with the token kept from last time, or asks for the password.
    pub(super) async fn resume(self: &Arc<Self>, entered: &str) {
        let _one_at_a_time = self.change.lock().await;
        let client = match Client::new(entered) {
            Ok(client) => client,
            Err(problem) => {
                self.standing.enter(Session::Failed { problem, embedded: false }, None, None);
                return;
            }
        };
        let Some(profile) = self.remembered.profile_of(client.base_url()) else {
            let url = client.base_url().to_owned();
            self.standing.enter(Session::SignIn { url, username: None, reason: None }, None, None);
            return;
        };
        let kept = self.remembered.kept_token(&profile.url, &profile.username).await;
        if let Ok(Some(token)) = &kept
            && let Ok(claims) = token::claims(token)
            && token::lasts(&claims, Timestamp::now(), WORTH_S)
            && let Ok(client) = Client::new(&profile.url)
        {
            let step = format!("Connecting to {}.", client.place());
            self.standing.enter(Session::Starting { step }, None, None);
            match client.clone().learn().await {
                Ok(client) => self.enter_remote(client, token.clone(), &claims, None, true),
                Err(problem) => {
                    let again = problem.code == Code::Unreachable;
                    let generation = self.standing.enter(Session::Failed { problem, embedded: false }, None, None);
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
        self.standing.enter(Session::SignIn { url, username, reason: kept.err() }, None, None);
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
            profile: Some(self.remembered.keep_profile(client.base_url(), &claims.sub)),
        };
        let signed_in = Arc::new(SignedIn::new(token, ends, remember));
        let client = client.with_tokens(signed_in.clone());
        let generation = self.standing.enter(Session::Ready(ready), Some(client), None);
        self.standing.keep_signed_in(signed_in.clone());
        tauri::async_runtime::spawn(watch(Arc::downgrade(self), generation, signed_in));
    }

    /// Changes a server's name and marks.
    pub fn edit_profile(&self, changed: &Profile) -> Result<(), Problem> {
        if changed.name.chars().count() > NAME_LIMIT {
            return Err(Problem::field(
                "name",
                format!("The name is longer than {NAME_LIMIT} characters: shorten it."),
            ));
        }
        if !self.remembered.edit_profile(changed) {
            return Err(Problem::new(Code::NotFound, "This server has not been used before. Sign in to it first."));
        }
        let generation = self.standing.generation();
        let known = self.remembered.profile_of(&changed.url);
        self.standing.revise(generation, |ready| {
            if ready.url == changed.url {
                ready.profile = known;
            }
        });
        Ok(())
    }

    /// Forgets a server used before, and the token kept for it.
    pub async fn forget_profile(&self, url: &str, username: &str) {
        self.remembered.forget_token(url, username).await;
        self.remembered.forget_profile(url);
        self.standing.offer(self.remembered.profiles());
    }

    /// A token was refused or has expired: the password is needed now, and the token is no longer kept.
    async fn ask_now(&self, generation: u64) {
        let mut place = None;
        self.standing.revise(generation, |ready| {
            ready.renewal = Renewal::Now;
            place = Some((ready.url.clone(), ready.username.clone()));
        });
        if let Some((url, username)) = place {
            self.remembered.forget_token(&url, &username).await;
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
            if connection.standing.is_over(generation) {
                return;
            }
            let reached = self.client.clone().learn().await;
            let _one_at_a_time = connection.change.lock().await;
            if connection.standing.is_over(generation) {
                return;
            }
            match reached {
                Ok(client) => return connection.enter_remote(client, self.token, &self.claims, None, true),
                Err(problem) if problem.code == Code::Unreachable => {}
                Err(problem) => {
                    connection.standing.enter(Session::Failed { problem, embedded: false }, None, None);
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
            Some(end) if ask_at(end) <= now => {
                connection.standing.revise(generation, |ready| ready.renewal = Renewal::Soon);
            }
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
