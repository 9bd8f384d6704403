//! Credentials: their secrets are sealed on arrival and never leave. Each signs in with a password, a private key or
//! both, or with the SSH agent alone.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::credentials::{
    CreateCredential, Credential, CredentialInput, DeleteCredential, GetCredential, ListCredentials, UpdateCredential,
};
use netraven_api::event::Changed;
use netraven_api::logs::{Level, LogType};
use netraven_api::{CredentialId, Secret};

use super::AppState;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;
use super::networks;
use super::private_key::{self, ReadKey};
use super::{agent_key, answers, tags};
use crate::journal::About;
use crate::places::{ENABLE_PASSWORD, PASSPHRASE, PASSWORD, PRIVATE_KEY, SIGNING_KEY, context};
use crate::store::credentials::{AGENT_ALONE, CredentialChange, NO_SECRET, SealedAnswer, SealedKey};

/// Mounts the endpoints of credentials.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListCredentials, _>(list);
    mount.add::<GetCredential, _>(get);
    mount.add::<CreateCredential, _>(create);
    mount.add::<UpdateCredential, _>(update);
    mount.add::<DeleteCredential, _>(delete);
}

impl Resource for CredentialInput {
    const NEW: &'static str = "CredentialCreate";
    const NEEDED: &'static [&'static str] = &["username", "password"];
    const INSTEAD: &'static [(&'static str, &'static str)] = &[("password", "private_key"), ("password", "uses_agent")];
    const EMPTIED: &'static [&'static str] = &["description", "allowed_networks"];
}

async fn list(State(state): State<AppState>, Query(query): Query<ListCredentials>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_credentials(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<CredentialId>) -> Result<Json<Credential>, ApiError> {
    Ok(Json(state.store.credential(id).await?))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(mut input): New<CredentialInput>,
) -> Result<Json<Credential>, ApiError> {
    not_blank(&input)?;
    networks::canonical(&mut input)?;
    let checked = checked(&input, Means::default(), Vec::new()).await?;
    tags::known(&state, input.tags.as_deref()).await?;
    let id = state.store.next_credential_id().await?;
    state.store.create_credential(id, &sealed(&state, id, &input, checked, &[])).await?;
    told(&state, &caller, id, "added").await;
    Ok(Json(state.store.credential(id).await?))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<CredentialId>,
    Change(mut input, emptied): Change<CredentialInput>,
) -> Result<Json<Credential>, ApiError> {
    not_blank(&input)?;
    networks::canonical(&mut input)?;
    let stored = state.store.sealed_answers(id).await?;
    let checked = checked(&input, Means::of(&state.store.credential(id).await?), stored).await?;
    tags::known(&state, input.tags.as_deref()).await?;
    state.store.update_credential(id, &sealed(&state, id, &input, checked, &emptied)).await?;
    told(&state, &caller, id, "changed").await;
    Ok(Json(state.store.credential(id).await?))
}

async fn delete(State(state): State<AppState>, caller: Caller, Id(id): Id<CredentialId>) -> Result<(), ApiError> {
    if state.store.credential(id).await?.is_system {
        return Err(ApiError::detail(StatusCode::FORBIDDEN, "System credentials cannot be deleted"));
    }
    state.store.delete_credential(id).await?;
    told(&state, &caller, id, "deleted").await;
    Ok(())
}

fn not_blank(input: &CredentialInput) -> Result<(), ApiError> {
    match &input.username {
        Some(username) if username.trim().is_empty() => {
            let sentence = "Value error, Username cannot be empty";
            Err(ApiError::body_field("username", "value_error", sentence, username.as_str().into()))
        }
        _ => Ok(()),
    }
}

/// What a credential signs in with.
#[derive(Clone, Copy, Default)]
struct Means {
    password: bool,
    private_key: bool,
    agent: bool,
}

impl Means {
    fn of(credential: &Credential) -> Means {
        Means {
            password: credential.has_password,
            private_key: credential.has_private_key,
            agent: credential.uses_agent,
        }
    }

    /// What it signs in with after a change.
    fn after(self, input: &CredentialInput, key: &Option<Option<ReadKey>>) -> Means {
        Means {
            password: input.password.as_ref().map_or(self.password, |secret| !secret.expose().is_empty()),
            private_key: key.as_ref().map_or(self.private_key, Option::is_some),
            agent: input.uses_agent.unwrap_or(self.agent),
        }
    }
}

/// What a request says of the ways to sign in, read and found usable.
struct CheckedMeans {
    key: Option<Option<ReadKey>>,
    agent_key: Option<Option<String>>,
    /// The answers it had before.
    stored: Vec<SealedAnswer>,
}

/// Refuses what would leave a credential without anything to sign in with, or with an agent and something else;
/// `before` is what it has, `stored` its answers.
async fn checked(input: &CredentialInput, before: Means, stored: Vec<SealedAnswer>) -> Result<CheckedMeans, ApiError> {
    answers::check(input, &stored)?;
    let key = private_key::given(input).await?;
    let means = before.after(input, &key);
    let refused = |field: &str, sentence: &str| {
        Err(ApiError::body_field(field, "value_error", sentence, serde_json::Value::Null))
    };
    match means {
        Means { agent: true, password: true, .. } | Means { agent: true, private_key: true, .. } => {
            return refused("uses_agent", AGENT_ALONE);
        }
        Means { agent: false, password: false, private_key: false } => {
            let field = if input.password.is_some() || key.is_none() { "password" } else { "private_key" };
            return refused(field, NO_SECRET);
        }
        _ => {}
    }
    let agent_key = agent_key::given(input, means.agent)?;
    Ok(CheckedMeans { key, agent_key, stored })
}

/// The change as it is stored; an empty password removes the stored one.
fn sealed<'a>(
    state: &AppState,
    id: CredentialId,
    input: &'a CredentialInput,
    checked: CheckedMeans,
    emptied: &[&str],
) -> CredentialChange<'a> {
    let seal = |place: &str, text: &str| state.seal.seal_text(&context(place, id), text);
    let unless_empty = |place: &str, secret: &Secret| {
        Some(secret.expose()).filter(|text| !text.is_empty()).map(|text| seal(place, text))
    };
    CredentialChange {
        username: input.username.as_deref(),
        password: input.password.as_ref().map(|secret| unless_empty(PASSWORD, secret)),
        key: checked.key.map(|key| {
            key.map(|key| SealedKey {
                private_key: seal(PRIVATE_KEY, &key.entered),
                passphrase: key.passphrase.as_ref().map(|text| seal(PASSPHRASE, text)),
                signing_key: seal(SIGNING_KEY, &key.plain),
                shown: key.shown,
            })
        }),
        uses_agent: input.uses_agent,
        agent_key: checked.agent_key,
        answers: answers::sealed(&state.seal, id, input, &checked.stored),
        enable_password: input.enable_password.as_ref().map(|secret| unless_empty(ENABLE_PASSWORD, secret)),
        priority: input.priority,
        description: match input.description.as_deref() {
            None => emptied.contains(&"description").then_some(None),
            description => Some(description),
        },
        tags: input.tags.as_deref(),
        allowed_networks: match &input.allowed_networks {
            None => emptied.contains(&"allowed_networks").then(Vec::new),
            networks => networks.clone(),
        },
    }
}

async fn told(state: &AppState, caller: &Caller, id: CredentialId, what: &str) {
    let message = format!("Credential {id} was {what} by {}.", caller.name());
    state.journal.line(
        Level::Info,
        LogType::System,
        "server.credentials",
        About::default(),
        message,
        serde_json::json!({ "credential_id": id }),
    );
    state.journal.changed(Changed::Setup).await;
}
