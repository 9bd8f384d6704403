//! Who calls: the login, tokens, and the gate before every route.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::post;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use netraven_api::auth::{Claims, Login, TOKEN_PATH, Token};
use netraven_api::users::{Role, User};
use netraven_api::{Access, Secret};

use super::Shared;
use super::fault::Fault;
use super::input::Form;
use super::mount::Mount;
use crate::seal::password::{self, Verdict};

/// How long a login lasts, as in NetRaven.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Failed logins of one user name from one peer that are let through within [`FAILURE_WINDOW`].
const FAILURES: usize = 10;
const FAILURE_WINDOW: Duration = Duration::from_secs(60);
/// How long a user is remembered for the time the database is away.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// Makes and reads tokens, and counts failed logins.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    failures: Mutex<HashMap<(String, IpAddr), Vec<Instant>>>,
    users: Mutex<HashMap<String, (User, Instant)>>,
}

impl Tokens {
    /// Tokens signed with this key.
    #[must_use]
    pub fn new(key: &[u8]) -> Tokens {
        Tokens {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            failures: Mutex::default(),
            users: Mutex::default(),
        }
    }

    /// A token for a user that lasts this long.
    pub fn issue(&self, username: &str, role: Role, lifetime: Duration) -> Secret {
        let ends = Timestamp::now().as_second().saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX));
        let claims = Claims { sub: username.to_owned(), role: role.as_str().to_owned(), exp: ends };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding);
        Secret::new(token.expect("plain claims and an HMAC key always make a token"))
    }

    /// The claims of a token that is ours and has not ended. Only HS256 is read, whatever the token says of itself.
    fn read(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "sub"]);
        validation.validate_aud = false;
        validation.leeway = 0;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        // The library lets a token live through the second it ends in.
        (claims.exp > Timestamp::now().as_second()).then_some(claims)
    }

    fn remember(&self, username: &str, user: Option<&User>) {
        let mut users = self.users.lock().expect("no holder of this lock panics");
        match user {
            Some(user) => users.insert(username.to_owned(), (user.clone(), Instant::now())),
            None => users.remove(username),
        };
    }

    fn remembered(&self, username: &str) -> Option<User> {
        let users = self.users.lock().expect("no holder of this lock panics");
        users.get(username).filter(|(_, at)| at.elapsed() < MEMORY).map(|(user, _)| user.clone())
    }

    fn too_many_failures(&self, username: &str, peer: IpAddr) -> bool {
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        failures.retain(|_, times| {
            times.retain(|time| time.elapsed() < FAILURE_WINDOW);
            !times.is_empty()
        });
        failures.get(&(username.to_lowercase(), peer)).is_some_and(|times| times.len() >= FAILURES)
    }

    fn note_failure(&self, username: &str, peer: IpAddr) {
        let mut failures = self.failures.lock().expect("no holder of this lock panics");
        failures.entry((username.to_lowercase(), peer)).or_default().push(Instant::now());
    }
}

/// Who calls; there once a route's gate has let the request in.
#[derive(Clone, Debug)]
pub struct Caller(pub User);

impl Caller {
    /// User name.
    pub fn name(&self) -> &str {
        &self.0.username
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Caller, Fault> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| Fault::unauthenticated("Not authenticated"))
    }
}

/// The gate: lets in who may call, and tells the handler who it is.
pub async fn require(
    State((shared, access)): State<(Shared, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Fault> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|text| text.split_once(' ')).unwrap_or(("", ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Fault::unauthenticated("Not authenticated"));
    }
    let refused = || Fault::unauthenticated("Could not validate credentials");
    let claims = shared.tokens.read(token.trim()).ok_or_else(refused)?;
    let user = user(&shared, &claims.sub).await?.ok_or_else(refused)?;
    if !user.is_active {
        return Err(Fault::detail(StatusCode::FORBIDDEN, "Inactive user"));
    }
    if access == Access::Admin && user.role != Role::Admin {
        return Err(Fault::detail(StatusCode::FORBIDDEN, "Admin privileges required: ask an admin to do this."));
    }
    request.extensions_mut().insert(Caller(user));
    Ok(next.run(request).await)
}

/// The user of this name. While the database is being restarted, whoever was known shortly before still is: then the state
/// of the system can be asked for, and everything else says by itself why it has to wait.
async fn user(shared: &Shared, username: &str) -> Result<Option<User>, Fault> {
    let remembered = || shared.tokens.remembered(username);
    if shared.servers.borrow().postgres.is_some()
        && let Some(user) = remembered()
    {
        return Ok(Some(user));
    }
    match shared.store.account(username).await {
        Ok(account) => {
            shared.tokens.remember(username, account.as_ref().map(|account| &account.user));
            Ok(account.map(|account| account.user))
        }
        Err(error) => remembered().map(Some).ok_or_else(|| Fault::from(error)),
    }
}

/// Mounts the login.
pub fn mount(mount: &mut Mount) {
    mount.route(TOKEN_PATH, Access::Open, post(login));
}

async fn login(
    State(shared): State<Shared>,
    peer: Option<axum::Extension<ConnectInfo<std::net::SocketAddr>>>,
    Form(login): Form<Login>,
) -> Result<Json<Token>, Fault> {
    if login.grant_type.as_deref().is_some_and(|kind| kind != "password") {
        return Err(Fault::body_field(
            "grant_type",
            "string_pattern_mismatch",
            "String should match pattern '^password$'",
            login.grant_type.into(),
        ));
    }
    let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.0.ip());
    if shared.tokens.too_many_failures(&login.username, peer) {
        return Err(Fault::detail(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many failed logins for this user: wait a minute, then try again.",
        ));
    }
    let account = shared.store.account(&login.username).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let given = login.password.clone();
    // Hashing takes tens of milliseconds of a core: never on the async threads.
    let verdict = tokio::task::spawn_blocking(move || match hash {
        Some(hash) => password::verify(given.expose(), &hash, &password::production_params()),
        None => {
            password::verify_dummy(given.expose(), &password::production_params());
            Verdict::Wrong
        }
    })
    .await
    .map_err(|error| Fault::Broken(error.to_string()))?;
    let (Some(account), Verdict::Right { needs_rehash }) = (account, verdict) else {
        shared.tokens.note_failure(&login.username, peer);
        return Err(Fault::unauthenticated("Incorrect username or password"));
    };
    if !account.user.is_active {
        return Err(Fault::bad_request("Inactive user"));
    }
    if needs_rehash {
        let given = login.password.clone();
        let params = password::production_params();
        let hashed = tokio::task::spawn_blocking(move || password::hash(given.expose(), &params)).await;
        if let Ok(hash) = hashed {
            shared.store.set_password_hash(account.user.id, &hash).await?;
        }
    }
    let access_token = shared.tokens.issue(&account.user.username, account.user.role, LIFETIME);
    Ok(Json(Token { access_token, token_type: "bearer".to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_unexpired_tokens_are_read() {
        let tokens = Tokens::new(b"a key of this test that is long enough");
        let good = tokens.issue("admin", Role::Admin, LIFETIME);
        assert_eq!(tokens.read(good.expose()).unwrap().sub, "admin");
        assert!(Tokens::new(b"another key of this test, long enough").read(good.expose()).is_none());
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiIsImV4cCI6OTk5OTk5OTk5OX0.";
        assert!(tokens.read(unsigned).is_none());
        assert!(tokens.read(tokens.issue("admin", Role::Admin, Duration::ZERO).expose()).is_none());
    }

    #[test]
    fn failed_logins_are_counted_by_user_and_peer() {
        let tokens = Tokens::new(b"a key of this test that is long enough");
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        for _ in 0..FAILURES {
            assert!(!tokens.too_many_failures("Admin", here));
            tokens.note_failure("admin", here);
        }
        assert!(tokens.too_many_failures("admin", here));
        assert!(!tokens.too_many_failures("admin", there));
        assert!(!tokens.too_many_failures("other", here));
    }
}
