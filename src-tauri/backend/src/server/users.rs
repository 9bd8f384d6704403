//! Users: who may sign in, and as what.

mod own;

use axum::Json;
use axum::extract::State;
use netraven_api::logs::{Level, LogType};
use netraven_api::users::{CreateUser, DeleteUser, GetMe, GetUser, ListUsers, UpdateUser, User, UserChange, UserInput};
use netraven_api::{Secret, UserId};
use serde_json::{Value, json};

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::http::tokens::SignIn;
use crate::journal::About;
use crate::seal::password;

/// Mounts the endpoints of users.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetMe, _>(me);
    own::mount(mount);
    mount.add::<ListUsers, _>(list);
    mount.add::<GetUser, _>(get);
    mount.add::<CreateUser, _>(create);
    mount.add::<UpdateUser, _>(update);
    mount.add::<DeleteUser, _>(delete);
}

impl Resource for UserInput {
    const NEW: &'static str = "UserCreate";
    const NEEDED: &'static [&'static str] = &["username", "password"];
    const EMPTIED: &'static [&'static str] = &[];
}

impl Resource for UserChange {
    const NEW: &'static str = "";
    const NEEDED: &'static [&'static str] = &[];
    const EMPTIED: &'static [&'static str] = &["email", "full_name"];
}

async fn me(caller: Caller) -> Json<User> {
    Json(caller.0)
}

async fn list(State(state): State<AppState>, Query(query): Query<ListUsers>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_users(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<UserId>) -> Result<Json<User>, ApiError> {
    Ok(Json(state.store.user(id).await?))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(input): New<UserInput>,
) -> Result<Json<User>, ApiError> {
    let about = [&input.username, &input.email, &input.full_name].into_iter().flatten().cloned().collect();
    let hash = hashed(&state, "password", input.password.clone().unwrap_or_default(), about).await?;
    let id = state.store.add_user(&input, &hash).await?;
    let user = state.store.user(id).await?;
    told(&state, &caller, &user, "added");
    Ok(Json(user))
}

async fn update(
    State(state): State<AppState>,
    (caller, sign_in): (Caller, SignIn),
    Id(id): Id<UserId>,
    Change(change, emptied): Change<UserChange>,
) -> Result<Json<User>, ApiError> {
    let hash = match &change.password {
        Some(password) => {
            let about = about(&state.store.user(id).await?);
            Some(hashed(&state, "password", password.clone(), about).await?)
        }
        None => None,
    };
    // The sign-in that changes its own user's password stays valid.
    let kept = (id == caller.0.id).then_some(sign_in.sid);
    let changed = state.store.update_user(id, &change, &emptied, hash.as_deref(), kept).await;
    state.tokens.forget_users();
    changed?;
    let user = state.store.user(id).await?;
    told(&state, &caller, &user, "changed");
    Ok(Json(user))
}

async fn delete(State(state): State<AppState>, caller: Caller, Id(id): Id<UserId>) -> Result<(), ApiError> {
    let user = state.store.user(id).await?;
    if user.id == caller.0.id {
        return Err(ApiError::bad_request("You cannot delete your own account: ask another admin to do it."));
    }
    let deleted = state.store.delete_user(id).await;
    state.tokens.forget_users();
    deleted?;
    told(&state, &caller, &user, "deleted");
    Ok(())
}

/// What others may know about a user, and try as a password first.
fn about(user: &User) -> Vec<String> {
    let others = [&user.email, &user.full_name].into_iter().flatten().cloned();
    std::iter::once(user.username.clone()).chain(others).collect()
}

/// The hash of a new password from this field, unless it is easily guessed.
async fn hashed(state: &AppState, field: &str, given: Secret, about: Vec<String>) -> Result<String, ApiError> {
    let work = move || {
        let is_common = password::is_common(given.expose(), &about);
        (!is_common).then(|| password::hash(given.expose(), &password::production_params()))
    };
    let hash = state.tokens.hash(work).await?;
    let sentence = format!("Value error, {}", password::COMMON);
    hash.ok_or_else(|| ApiError::body_field(field, "value_error", sentence, Value::Null))
}

fn told(state: &AppState, caller: &Caller, user: &User, what: &str) {
    let message = format!("User {} was {what} by {}.", user.username, caller.name());
    let meta = json!({ "user_id": user.id, "role": user.role, "is_active": user.is_active });
    state.journal.line(Level::Info, LogType::System, "server.users", About::default(), message, meta);
}
