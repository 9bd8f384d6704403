//! Authentication: the gate before every route.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use netraven_api::Access;
use netraven_api::users::{Role, User};

use super::connections::Connection;
use super::error::ApiError;
use super::tokens::SignIn;
use crate::server::AppState;
use crate::store::approvals::Author;
use crate::store::users::Standing;

/// The caller; present once a route's gate has admitted the request.
#[derive(Clone, Debug)]
pub struct Caller(pub User);

impl Caller {
    /// User name.
    pub fn name(&self) -> &str {
        &self.0.username
    }

    /// The author of devices' addresses and tags: an admin's are approved by that.
    pub fn author(&self) -> Author<'_> {
        Author { name: self.name(), approves: self.0.role == Role::Admin }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Caller, ApiError> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(|| ApiError::unauthenticated("Not authenticated"))
    }
}

impl FromRequestParts<AppState> for SignIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<SignIn, ApiError> {
        parts.extensions.get::<SignIn>().cloned().ok_or_else(|| ApiError::unauthenticated("Not authenticated"))
    }
}

/// The bearer token of a request, if it has one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The gate: admits permitted callers, and hands the caller to the handler.
pub async fn require(
    State((state, access)): State<(AppState, Access)>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let token = bearer(request.headers()).ok_or_else(|| ApiError::unauthenticated("Not authenticated"))?;
    let sign_in = state.tokens.read(token).ok_or_else(refused)?;
    let user = holder(&state, &sign_in).await?;
    if access == Access::Admin && user.role != Role::Admin {
        return Err(ApiError::detail(StatusCode::FORBIDDEN, "Operation not permitted. Requires admin privileges."));
    }
    if let Some(connection) = request.extensions().get::<Connection>() {
        connection.is_signed_in();
    }
    request.extensions_mut().insert(Caller(user));
    request.extensions_mut().insert(sign_in);
    Ok(next.run(request).await)
}

fn refused() -> ApiError {
    ApiError::unauthenticated("Could not validate credentials")
}

/// The current user of a sign-in. Refused once the sign-in has ended, for whatever reason.
pub async fn holder(state: &AppState, sign_in: &SignIn) -> Result<User, ApiError> {
    if sign_in.is_over() {
        return Err(refused());
    }
    let standing = standing(state, &sign_in.claims.sub).await?.ok_or_else(refused)?;
    let holds = state.tokens.holds(sign_in, &standing);
    if !standing.user.is_active && (holds || sign_in.is_of(&standing.user)) {
        return Err(ApiError::detail(StatusCode::FORBIDDEN, "Inactive user"));
    }
    if holds { Ok(standing.user) } else { Err(refused()) }
}

/// The user of this name. While the database is being restarted, users known shortly before are still accepted: so the state
/// of the system can be read, and every other request explains by itself why it has to wait.
async fn standing(state: &AppState, username: &str) -> Result<Option<Standing>, ApiError> {
    let users = &state.tokens.users;
    if let Some(standing) = users.fresh(username) {
        return Ok(Some(standing));
    }
    if state.servers.borrow().postgres.is_some()
        && let Some(standing) = users.remembered(username)
    {
        return Ok(Some(standing));
    }
    let generation = users.generation();
    match state.store.account(username).await {
        Ok(account) => {
            let standing = account.map(|account| account.standing);
            users.remember(username, standing.as_ref(), generation);
            Ok(standing)
        }
        Err(error) => users.remembered(username).map(Some).ok_or_else(|| ApiError::from(error)),
    }
}
