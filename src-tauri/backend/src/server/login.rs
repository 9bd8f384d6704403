//! The login: a password becomes a token.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use jiff::Timestamp;
use netraven_api::auth::{TOKEN_PATH, Token};
use netraven_api::routes::Route;
use netraven_api::{Access, Method, Secret};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::AppState;
use super::http::auth::bearer;
use super::http::describe::Operation;
use super::http::error::ApiError;
use super::http::failed_logins::record;
use super::http::input::Form;
use super::http::login_throttle::TooMany;
use super::http::mount::{Mount, limit};
use super::http::peer::Peer;
use crate::seal::password::{self, Verdict};

/// How long a login lasts, as in NetRaven.
const LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long after its end a token still proves that its owner signed in before.
const EARLIER_S: i64 = 30 * 24 * 60 * 60;

/// The form of the login, as in OAuth; fields of no use here are accepted and ignored.
#[derive(Deserialize, ToSchema)]
struct LoginForm {
    /// User name, case sensitive.
    username: String,
    /// The user's password.
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
    let summary =
        "Signs in. The token lasts half an hour, unless the user's password changes or the user is removed before.";
    let mut operation = Operation::new(summary)
        .replies::<Token>(200)
        .refuses(400, "The user is inactive.")
        .refuses(401, "User name or password is wrong.")
        .refuses(429, "Too many attempts to sign in; `Retry-After` says for how long.");
    operation.takes::<Form<LoginForm>>();
    mount.route(route, operation, post(login).layer(from_fn(limit)));
}

async fn login(
    State(state): State<AppState>,
    Peer(peer): Peer,
    headers: HeaderMap,
    Form(login): Form<LoginForm>,
) -> Result<Json<Token>, Response> {
    let tokens = &state.tokens;
    let earlier = earlier(&state, &headers, &login.username);
    // Counted before the password is checked: simultaneous attempts count, too.
    let attempt = match tokens.throttle.attempt(&login.username, peer, earlier) {
        Ok(attempt) => attempt,
        Err(refused) => {
            record(&state, &login.username, peer, "too many attempts");
            return Err(too_many(&refused));
        }
    };
    tokio::time::sleep(attempt.turn).await;
    let signed_in = sign_in(&state, &login).await;
    match &signed_in {
        Ok(_) => tokens.throttle.succeeded(&attempt),
        Err(ApiError::Detail(StatusCode::UNAUTHORIZED, _)) => {
            record(&state, &login.username, peer, "wrong user name or password");
        }
        Err(ApiError::Detail(StatusCode::BAD_REQUEST, _)) => {
            tokens.throttle.succeeded(&attempt);
            record(&state, &login.username, peer, "the user is inactive");
        }
        // The answer does not reveal whether the password is right.
        Err(_) => tokens.throttle.unanswered(&attempt),
    }
    signed_in.map_err(ApiError::into_response)
}

/// An earlier sign-in of this user that came with the request: its holder is not slowed down by other people's guesses.
fn earlier(state: &AppState, headers: &HeaderMap, username: &str) -> Option<Uuid> {
    let sign_in = state.tokens.read_even_ended(bearer(headers)?)?;
    let is_recent = sign_in.claims.exp.saturating_add(EARLIER_S) > Timestamp::now().as_second();
    (sign_in.claims.sub == username && is_recent).then_some(sign_in.sid)
}

async fn sign_in(state: &AppState, login: &LoginForm) -> Result<Json<Token>, ApiError> {
    let tokens = &state.tokens;
    let account = state.store.account(&login.username).await?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let verdict = tokens.verify(login.password.clone(), hash).await?;
    let (Some(account), Verdict::Right { needs_rehash }) = (account, verdict) else {
        return Err(ApiError::unauthenticated("Incorrect username or password"));
    };
    if !account.standing.user.is_active {
        return Err(ApiError::bad_request("Inactive user"));
    }
    if needs_rehash {
        let given = login.password.clone();
        let hash = tokens.hash(move || password::hash(given.expose(), &password::production_params())).await?;
        state.store.set_password_hash(account.standing.user.id, &hash).await?;
    }
    Ok(Json(Token { access_token: tokens.issue(&account, LIFETIME), token_type: "bearer".to_owned() }))
}

/// The refusal of one attempt too many.
pub fn too_many(refused: &TooMany) -> Response {
    let seconds = refused.wait.as_secs().max(1);
    let sentence = format!("Too many attempts to sign in: wait {seconds} s, then try again.");
    let mut response = ApiError::detail(StatusCode::TOO_MANY_REQUESTS, sentence).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
