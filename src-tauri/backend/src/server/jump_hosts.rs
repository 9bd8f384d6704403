//! Jump hosts: only admins say where their credentials go.

use axum::Json;
use axum::extract::State;
use netraven_api::JumpHostId;
use netraven_api::address::Address;
use netraven_api::devices::TrustedKey;
use netraven_api::event::Changed;
use netraven_api::jump_hosts::{
    CreateJumpHost, DeleteJumpHost, ForgetJumpHostKey, GetJumpHost, JumpHost, JumpHostInput, ListJumpHosts,
    TrustJumpHostKey, UpdateJumpHost,
};
use netraven_api::logs::{Level, LogType};
use serde_json::{Value, json};

use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::{AppState, host_keys};
use crate::journal::About;

/// Mounts the endpoints of jump hosts.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListJumpHosts, _>(list);
    mount.add::<GetJumpHost, _>(get);
    mount.add::<CreateJumpHost, _>(create);
    mount.add::<UpdateJumpHost, _>(update);
    mount.add::<DeleteJumpHost, _>(delete);
    mount.add::<TrustJumpHostKey, _>(trust);
    mount.add::<ForgetJumpHostKey, _>(forget);
}

impl Resource for JumpHostInput {
    const NEW: &'static str = "JumpHostCreate";
    const NEEDED: &'static [&'static str] = &["name", "address", "credential_id"];
    const EMPTIED: &'static [&'static str] = &["note"];
}

async fn list(State(state): State<AppState>, Query(query): Query<ListJumpHosts>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_jump_hosts(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<JumpHostId>) -> Result<Json<JumpHost>, ApiError> {
    Ok(Json(state.store.jump_host(id).await?))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(mut input): New<JumpHostInput>,
) -> Result<Json<JumpHost>, ApiError> {
    canonical(&mut input)?;
    let id = state.store.create_jump_host(&input).await?;
    let made = state.store.jump_host(id).await?;
    told(&state, &caller, &made, "added").await;
    Ok(Json(made))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<JumpHostId>,
    Change(mut input, emptied): Change<JumpHostInput>,
) -> Result<Json<JumpHost>, ApiError> {
    canonical(&mut input)?;
    state.store.update_jump_host(id, &input, &emptied).await?;
    let changed = state.store.jump_host(id).await?;
    told(&state, &caller, &changed, "changed").await;
    Ok(Json(changed))
}

async fn delete(State(state): State<AppState>, caller: Caller, Id(id): Id<JumpHostId>) -> Result<(), ApiError> {
    let doomed = state.store.jump_host(id).await?;
    state.store.delete_jump_host(id).await?;
    told(&state, &caller, &doomed, "deleted").await;
    Ok(())
}

async fn trust(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<JumpHostId>,
    Body(key): Body<TrustedKey>,
) -> Result<Json<JumpHost>, ApiError> {
    let before = state.store.jump_host(id).await?;
    host_keys::check("jump host", before.offered_key.as_ref().map(|offered| &offered.key), &key)?;
    if !state.store.replace_jump_host_key(id, &key, caller.name()).await? {
        return Err(host_keys::overtaken());
    }
    let message = format!(
        "{} trusted the key {} of the jump host {}, replacing {}.",
        caller.name(),
        key.sha256,
        before.name,
        key.replaces
    );
    log_key(&state, id, message).await;
    get(State(state), Id(id)).await
}

async fn forget(State(state): State<AppState>, caller: Caller, Id(id): Id<JumpHostId>) -> Result<(), ApiError> {
    let before = state.store.jump_host(id).await?;
    state.store.forget_jump_host_key(id).await?;
    let message = format!(
        "The stored host key of the jump host {} was forgotten by {}; the next sign-in trusts the key it shows.",
        before.name,
        caller.name()
    );
    log_key(&state, id, message).await;
    Ok(())
}

async fn log_key(state: &AppState, id: JumpHostId, message: String) {
    let meta = json!({ "jump_host_id": id });
    state.journal.line(Level::Warning, LogType::Connection, "server.jump_hosts", About::default(), message, meta);
    state.journal.changed(Changed::Setup).await;
}

/// Logs that a jump host was added, changed or deleted, and by whom.
pub async fn told(state: &AppState, caller: &Caller, host: &JumpHost, what: &str) {
    let message = format!("The jump host {} was {what} by {}.", host.name, caller.name());
    let meta = json!({ "jump_host_id": host.id, "address": host.address, "port": host.port,
        "credential_id": host.credential_id, "through": host.through, "is_default": host.is_default });
    state.journal.line(Level::Info, LogType::System, "server.jump_hosts", About::default(), message, meta);
    state.journal.changed(Changed::Setup).await;
    // The way of devices is part of what is shown of them.
    state.journal.changed(Changed::Devices).await;
}

/// Writes an address in its canonical form, or refuses it.
fn canonical(input: &mut JumpHostInput) -> Result<(), ApiError> {
    let Some(address) = &mut input.address else { return Ok(()) };
    match address.parse::<Address>() {
        Ok(read) => *address = read.to_string(),
        Err(why) => {
            let input: Value = address.as_str().into();
            return Err(ApiError::body_field("address", "ip_any_address", format!("{why}."), input));
        }
    }
    Ok(())
}
