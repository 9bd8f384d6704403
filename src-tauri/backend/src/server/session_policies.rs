//! Session policies: everybody may read them, admins set them. They decide how much a site is asked at once and which
//! algorithms protect a password on its way.

use axum::Json;
use axum::extract::State;
use netraven_api::crypto_report::CryptoPart;
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::session_policy::{
    AlgorithmLists, CryptoPolicy, DevicePolicy, GetDevicePolicy, GetJumpHostPolicy, GetServerPolicy, GetTagPolicy,
    HeldPolicy, ServerPolicy, SessionPolicy, SetDevicePolicy, SetJumpHostPolicy, SetPolicy, SetServerPolicy,
    SetTagPolicy,
};
use netraven_api::{DeviceId, JumpHostId, TagId};
use serde_json::json;

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Body, Id};
use super::http::mount::Mount;
use crate::journal::About;
use crate::store::session_policies::PolicyOf;

/// Most algorithms that a refusal names.
const NAMED: usize = 40;

/// Mounts the endpoints of session policies.
pub fn mount(mount: &mut Mount) {
    mount.add::<GetServerPolicy, _>(of_server);
    mount.add::<SetServerPolicy, _>(set_of_server);
    mount.add::<GetTagPolicy, _>(of_tag);
    mount.add::<SetTagPolicy, _>(set_of_tag);
    mount.add::<GetDevicePolicy, _>(of_device);
    mount.add::<SetDevicePolicy, _>(set_of_device);
    mount.add::<GetJumpHostPolicy, _>(of_jump_host);
    mount.add::<SetJumpHostPolicy, _>(set_of_jump_host);
}

async fn of_server(State(state): State<AppState>) -> Result<Json<ServerPolicy>, ApiError> {
    let policy = state.store.session_policy(PolicyOf::Server).await?;
    Ok(Json(ServerPolicy { policy, supported: AlgorithmLists::clone(&state.algorithms) }))
}

async fn set_of_server(
    State(state): State<AppState>,
    caller: Caller,
    Body(policy): Body<SessionPolicy>,
) -> Result<Json<ServerPolicy>, ApiError> {
    set(&state, &caller, PolicyOf::Server, &policy, "of the server").await?;
    of_server(State(state)).await
}

async fn of_tag(State(state): State<AppState>, Id(id): Id<TagId>) -> Result<Json<SessionPolicy>, ApiError> {
    state.store.tag(id).await?;
    Ok(Json(state.store.session_policy(PolicyOf::Tag(id)).await?))
}

async fn set_of_tag(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<TagId>,
    Body(policy): Body<SessionPolicy>,
) -> Result<Json<SessionPolicy>, ApiError> {
    let tag = state.store.tag(id).await?;
    set(&state, &caller, PolicyOf::Tag(id), &policy, &format!("of the tag {}", tag.name)).await?;
    of_tag(State(state), Id(id)).await
}

async fn of_device(State(state): State<AppState>, Id(id): Id<DeviceId>) -> Result<Json<DevicePolicy>, ApiError> {
    state.store.device(id).await?;
    let own = state.store.session_policy(PolicyOf::Device(id)).await?;
    let set = state.store.policies_of_device(id).await?;
    let HeldPolicy { policy: holds, chosen } = HeldPolicy::of_device(&set);
    Ok(Json(DevicePolicy { own, holds, chosen, limits: set.iter().filter_map(SetPolicy::limit).collect() }))
}

async fn set_of_device(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DeviceId>,
    Body(policy): Body<SessionPolicy>,
) -> Result<Json<DevicePolicy>, ApiError> {
    let device = state.store.device(id).await?;
    set(&state, &caller, PolicyOf::Device(id), &policy, &format!("of the device {}", device.hostname)).await?;
    of_device(State(state), Id(id)).await
}

async fn of_jump_host(State(state): State<AppState>, Id(id): Id<JumpHostId>) -> Result<Json<SessionPolicy>, ApiError> {
    state.store.jump_host(id).await?;
    Ok(Json(state.store.session_policy(PolicyOf::JumpHost(id)).await?))
}

async fn set_of_jump_host(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<JumpHostId>,
    Body(policy): Body<SessionPolicy>,
) -> Result<Json<SessionPolicy>, ApiError> {
    let host = state.store.jump_host(id).await?;
    applies_to_jump_host(&policy)?;
    set(&state, &caller, PolicyOf::JumpHost(id), &policy, &format!("of the jump host {}", host.name)).await?;
    of_jump_host(State(state), Id(id)).await
}

/// Checks and stores a policy, and says so in the log.
async fn set(
    state: &AppState,
    caller: &Caller,
    of: PolicyOf,
    policy: &SessionPolicy,
    whose: &str,
) -> Result<(), ApiError> {
    check_crypto(policy, &state.algorithms)?;
    state.store.set_session_policy(of, policy).await?;
    let message = format!("The session policy {whose} was changed by {}.", caller.name());
    let meta = json!({ "policy": policy });
    state.journal.line(Level::Info, LogType::System, "server.session_policies", About::default(), message, meta);
    state.journal.changed(Changed::Setup).await;
    Ok(())
}

/// Refuses what a connection to a jump host does not have.
fn applies_to_jump_host(policy: &SessionPolicy) -> Result<(), ApiError> {
    let SessionPolicy { connect_seconds, command_seconds, width, height, newline, .. } = policy;
    let foreign = [
        ("connect_seconds", connect_seconds.is_some()),
        ("command_seconds", command_seconds.is_some()),
        ("width", width.is_some()),
        ("height", height.is_some()),
        ("newline", newline.is_some()),
    ];
    let Some((field, _)) = foreign.into_iter().find(|(_, is_set)| *is_set) else { return Ok(()) };
    let sentence =
        "A jump host has limits of sessions and a crypto policy alone: set this for its devices or their tags.";
    Err(ApiError::body_field(field, "value_error", sentence, json!(policy)))
}

/// Refuses lists of algorithms that are incomplete, unknown to this server, or not asked for.
fn check_crypto(policy: &SessionPolicy, supported: &AlgorithmLists) -> Result<(), ApiError> {
    for part in CryptoPart::ALL {
        let listed = policy.listed(part);
        let title = part.title().to_lowercase();
        let wrong = if policy.crypto != Some(CryptoPolicy::Exactly) {
            (!listed.is_empty()).then(|| "Algorithms are listed for the crypto policy `exactly` alone.".to_owned())
        } else if listed.is_empty() {
            Some(format!("Name at least one algorithm ({title}): without one no session can begin."))
        } else {
            let unknown = listed.iter().find(|name| !supported.of(part).contains(name));
            unknown.map(|name| {
                let known: Vec<&str> = supported.of(part).iter().take(NAMED).map(String::as_str).collect();
                format!("`{name}` is no algorithm ({title}) of this server's SSH library. It has {}.", known.join(", "))
            })
        };
        if let Some(sentence) = wrong {
            return Err(ApiError::body_field(part.as_str(), "value_error", sentence, json!(listed)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(name: &str) -> AlgorithmLists {
        let one = || vec![name.to_owned()];
        AlgorithmLists { kex: one(), host_key: one(), cipher: one(), mac: one() }
    }

    fn exactly(names: &AlgorithmLists) -> SessionPolicy {
        let AlgorithmLists { kex, host_key, cipher, mac } = names.clone();
        let crypto = Some(CryptoPolicy::Exactly);
        SessionPolicy { crypto, kex, host_key, cipher, mac, ..SessionPolicy::default() }
    }

    #[test]
    fn lists_name_what_the_library_has_and_only_where_they_count() {
        let supported = lists("good");
        assert!(check_crypto(&SessionPolicy::default(), &supported).is_ok());
        assert!(check_crypto(&exactly(&supported), &supported).is_ok());
        assert!(check_crypto(&exactly(&lists("odd")), &supported).is_err());
        let none = SessionPolicy { mac: Vec::new(), ..exactly(&supported) };
        assert!(check_crypto(&none, &supported).is_err());
        let unasked = SessionPolicy { crypto: Some(CryptoPolicy::Modern), ..exactly(&supported) };
        assert!(check_crypto(&unasked, &supported).is_err());
    }

    #[test]
    fn a_jump_host_has_no_terminal() {
        let limit = SessionPolicy { at_once: Some(4), crypto: Some(CryptoPolicy::Modern), ..SessionPolicy::default() };
        assert!(applies_to_jump_host(&limit).is_ok());
        assert!(applies_to_jump_host(&SessionPolicy { width: Some(80), ..limit }).is_err());
    }
}
