//! Who calls: the login, tokens, and the gate before every route.

use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use netraven_api::auth::{Claims, TOKEN_PATH, Token};
use netraven_api::routes::Route;
use netraven_api::users::{Role, User};
use netraven_api::{Access, Method, Secret};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use super::{Connection, Shared};
use super::accounts::Accounts;
use super::describe::Operation;
use super::fault::Fault;
use super::guesses::Guesses;
use super::input::Form;
use super::mount::Mount;
use crate::seal::password::{self, Verdict};

/// How long a login lasts, as in NetRaven.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// Passwords worked on at once.
const HASHING: usize = 4;

/// Makes and reads tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    guesses: Guesses,
    users: Accounts,
    /// One password takes tens of megabytes and a core for tens of milliseconds.
    hashing: Semaphore,
}

impl Tokens {
    /// Tokens signed with this key.
    #[must_use]
    pub fn new(key: &[u8]) -> Tokens {
        Tokens {
            encoding: EncodingKey::from_secret(key),
            decoding: DecodingKey::from_secret(key),
            guesses: Guesses::default(),
            users: Accounts::default(),
            hashing: Semaphore::new(HASHING),
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

    /// Forgets what is remembered of users: one of them was changed.
    pub fn forget_users(&self) {
        self.users.forget();
    }

    /// Does work on a password on a thread of its own, a few at a time.
    pub async fn hash<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let _turn = self.hashing.acquire().await.map_err(|error| Fault::Broken(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Broken(error.to_string()))
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
        return Err(Fault::detail(StatusCode::FORBIDDEN, "Operation not permitted. Requires admin privileges."));
    }
    if let Some(connection) = request.extensions().get::<Connection>() {
        connection.is_signed_in();
    }
    request.extensions_mut().insert(Caller(user));
    Ok(next.run(request).await)
}

/// The user of this name. While the database is being restarted, whoever was known shortly before still is: then the state
/// of the system can be asked for, and everything else says by itself why it has to wait.
async fn user(shared: &Shared, username: &str) -> Result<Option<User>, Fault> {
    let users = &shared.tokens.users;
    if let Some(user) = users.fresh(username) {
        return Ok(Some(user));
    }
    if shared.servers.borrow().postgres.is_some()
        && let Some(user) = users.remembered(username)
    {
        return Ok(Some(user));
    }
    let generation = users.generation();
    match shared.store.account(username).await {
        Ok(account) => {
            let user = account.map(|account| account.user);
            users.remember(username, user.as_ref(), generation);
            Ok(user)
        }
        Err(error) => users.remembered(username).map(Some).ok_or_else(|| Fault::from(error)),
    }
}

/// The form of the login, as OAuth has it; what has no use here is taken and ignored.
#[derive(Deserialize, ToSchema)]
struct LoginForm {
    /// User name, case sensitive.
    username: String,
    /// Password.
    #[schema(value_type = String, format = Password)]
    password: Secret,
    /// `password`, if given.
    #[schema(pattern = "^password$")]
    #[serde(rename = "grant_type")]
    _grant_type: Option<String>,
    /// Not used.
    #[serde(rename = "scope")]
    _scope: Option<String>,
    /// Not used.
    #[serde(rename = "client_id")]
    _client_id: Option<String>,
    /// Not used.
    #[schema(value_type = Option<String>, format = Password)]
    #[serde(rename = "client_secret")]
    _client_secret: Option<Secret>,
}

/// Mounts the login.
pub fn mount(mount: &mut Mount) {
    let route = Route { method: Method::Post, path: TOKEN_PATH, access: Access::Open };
    let mut operation = Operation::new("Signs in. The token lasts half an hour.")
        .replies::<Token>(200)
        .refuses(400, "The user is inactive.")
        .refuses(401, "User name or password is wrong.")
        .refuses(429, "Too many failed logins.");
    operation.takes::<Form<LoginForm>>();
    mount.route(route, operation, post(login).layer(from_fn(super::mount::limit)));
}

async fn login(
    State(shared): State<Shared>,
    peer: Option<axum::Extension<ConnectInfo<std::net::SocketAddr>>>,
    Form(login): Form<LoginForm>,
) -> Result<Json<Token>, Fault> {
    let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.0.ip());
    let tokens = &shared.tokens;
    if tokens.guesses.too_many(&login.username, peer) {
        return Err(Fault::detail(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many failed logins for this user: wait a minute, then try again.",
        ));
    }
    let account = shared.store.account(&login.username).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let given = login.password.clone();
    let verdict = tokens
        .hash(move || match hash {
            Some(hash) => password::verify(given.expose(), &hash, &password::production_params()),
            None => {
                password::verify_dummy(given.expose(), &password::production_params());
                Verdict::Wrong
            }
        })
        .await?;
    let (Some(account), Verdict::Right { needs_rehash }) = (account, verdict) else {
        tokens.guesses.note(&login.username, peer);
        return Err(Fault::unauthenticated("Incorrect username or password"));
    };
    if !account.user.is_active {
        return Err(Fault::bad_request("Inactive user"));
    }
    if needs_rehash {
        let given = login.password.clone();
        let hash = tokens.hash(move || password::hash(given.expose(), &password::production_params())).await?;
        shared.store.set_password_hash(account.user.id, &hash).await?;
    }
    let access_token = tokens.issue(&account.user.username, account.user.role, LIFETIME);
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
}
