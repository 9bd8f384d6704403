//! What users do with their own sign-ins: a new password, and ending all of them. Both require the current password, so
//! that a token left behind is not enough.

use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{post, put};
use netraven_api::routes::Route;
use netraven_api::users::{ChangeOwnPassword, PasswordChange, PasswordCheck, SignOutEverywhere, User};
use netraven_api::{Endpoint, Secret};
use serde_json::Value;
use utoipa::ToSchema;

use super::{AppState, Mount, about, hashed, told};
use crate::seal::password::Verdict;
use crate::server::http::auth::Caller;
use crate::server::http::describe::{Operation, Takes};
use crate::server::http::error::ApiError;
use crate::server::http::failed_logins::record;
use crate::server::http::input::Body;
use crate::server::http::mount::limit;
use crate::server::http::peer::Peer;
use crate::server::http::tokens::SignIn;
use crate::server::login;

/// Mounts both.
pub fn mount(mount: &mut Mount) {
    let change = describe::<ChangeOwnPassword, Body<PasswordChange>>();
    mount.route(Route::of::<ChangeOwnPassword>(), change, put(change_password).layer(from_fn(limit)));
    let end = describe::<SignOutEverywhere, Body<PasswordCheck>>();
    mount.route(Route::of::<SignOutEverywhere>(), end, post(sign_out).layer(from_fn(limit)));
}

fn describe<E: Endpoint<Reply: ToSchema + 'static> + ToSchema, B: Takes>() -> Operation {
    let mut operation = Operation::of::<E>().refuses(429, "Too many wrong passwords; `Retry-After` says for how long.");
    operation.takes::<B>();
    operation
}

async fn change_password(
    State(state): State<AppState>,
    Caller(user): Caller,
    (sign_in, Peer(peer)): (SignIn, Peer),
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode, Response> {
    prove(&state, &user, &sign_in, peer, change.current_password).await?;
    let hash =
        hashed(&state, "new_password", change.new_password, about(&user)).await.map_err(ApiError::into_response)?;
    let changed = state.store.change_password(user.id, &hash, sign_in.sid).await;
    state.tokens.forget_users();
    changed.map_err(|error| ApiError::from(error).into_response())?;
    told(&state, &Caller(user.clone()), &user, "given a new password");
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out(
    State(state): State<AppState>,
    Caller(user): Caller,
    (sign_in, Peer(peer)): (SignIn, Peer),
    Body(check): Body<PasswordCheck>,
) -> Result<StatusCode, Response> {
    prove(&state, &user, &sign_in, peer, check.current_password).await?;
    let ended = state.store.end_sign_ins(user.id).await;
    state.tokens.forget_users();
    ended.map_err(|error| ApiError::from(error).into_response())?;
    told(&state, &Caller(user.clone()), &user, "signed out everywhere");
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a wrong current password. Tries are counted as those of a login are.
async fn prove(
    state: &AppState,
    user: &User,
    sign_in: &SignIn,
    peer: std::net::IpAddr,
    given: Secret,
) -> Result<(), Response> {
    let attempt = state.tokens.throttle.attempt(&user.username, peer, Some(sign_in.sid));
    let attempt = attempt.map_err(|refused| login::too_many(&refused))?;
    let account = state.store.account_of(user.id).await.map_err(|error| ApiError::from(error).into_response())?;
    let verdict = state.tokens.verify(given, Some(account.password_hash)).await.map_err(ApiError::into_response)?;
    if let Verdict::Right { .. } = verdict {
        state.tokens.throttle.succeeded(&attempt);
        return Ok(());
    }
    record(state, &user.username, peer, "a wrong password for a change of the own account");
    let sentence = "Value error, this is not your current password";
    Err(ApiError::body_field("current_password", "value_error", sentence, Value::Null).into_response())
}
