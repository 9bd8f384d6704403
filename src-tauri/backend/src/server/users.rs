//! Users: who may sign in, and as what.

use axum::Json;
use axum::extract::State;
use netraven_api::Secret;
use netraven_api::users::{CreateUser, DeleteUser, GetMe, GetUser, ListUsers, UpdateUser, User, UserChange, UserInput};
use serde_json::json;

use super::Shared;
use super::auth::Caller;
use super::fault::Fault;
use super::input::{Change, Id, New, Query, Resource};
use super::mount::Mount;
use super::raw::RawJson;
use crate::journal::About;
use crate::seal::password;

/// Mounts the endpoints of users.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetMe, _>(me);
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

async fn list(State(shared): State<Shared>, Query(query): Query<ListUsers>) -> Result<RawJson, Fault> {
    Ok(shared.store.list_users(&query).await?.into())
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<User>, Fault> {
    Ok(Json(shared.store.user(id).await?))
}

async fn create(State(shared): State<Shared>, caller: Caller, New(input): New<UserInput>) -> Result<Json<User>, Fault> {
    let hash = hashed(&shared, input.password.clone().unwrap_or_default()).await?;
    let id = shared.store.add_user(&input, &hash).await?;
    let user = shared.store.user(id).await?;
    told(&shared, &caller, &user, "added");
    Ok(Json(user))
}

async fn update(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id,
    Change(change, emptied): Change<UserChange>,
) -> Result<Json<User>, Fault> {
    let hash = match &change.password {
        Some(password) => Some(hashed(&shared, password.clone()).await?),
        None => None,
    };
    let changed = shared.store.update_user(id, &change, &emptied, hash.as_deref()).await;
    shared.tokens.forget_users();
    changed?;
    let user = shared.store.user(id).await?;
    told(&shared, &caller, &user, "changed");
    Ok(Json(user))
}

async fn delete(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<(), Fault> {
    let user = shared.store.user(id).await?;
    if user.id == caller.0.id {
        return Err(Fault::bad_request("Your own account cannot be deleted: ask another admin to do it."));
    }
    let deleted = shared.store.delete_user(id).await;
    shared.tokens.forget_users();
    deleted?;
    told(&shared, &caller, &user, "deleted");
    Ok(())
}

async fn hashed(shared: &Shared, given: Secret) -> Result<String, Fault> {
    shared.tokens.hash(move || password::hash(given.expose(), &password::production_params())).await
}

fn told(shared: &Shared, caller: &Caller, user: &User, what: &str) {
    let message = format!("User {} was {what} by {}.", user.username, caller.name());
    let meta = json!({ "user_id": user.id, "role": user.role, "is_active": user.is_active });
    shared.journal.line("INFO", "system", "server.users", About::default(), message, meta);
}
