//! Credentials: their secrets are sealed as they come in and never leave.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::credentials::{
    CreateCredential, Credential, CredentialInput, DeleteCredential, GetCredential, ListCredentials, UpdateCredential,
};
use netraven_api::event::Changed;
use netraven_api::{Page, Secret};

use super::Shared;
use super::auth::Caller;
use super::check::Check;
use super::fault::Fault;
use super::input::{Body, Id, Query};
use super::mount::Mount;
use super::tags;
use crate::journal::About;
use crate::places::{ENABLE_PASSWORD, PASSWORD, context};
use crate::store::credentials::CredentialChange;

/// Mounts the endpoints of credentials.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListCredentials, _>(list);
    mount.add::<GetCredential, _>(get);
    mount.add::<CreateCredential, _>(create);
    mount.add::<UpdateCredential, _>(update);
    mount.add::<DeleteCredential, _>(delete);
}

async fn list(
    State(shared): State<Shared>,
    Query(query): Query<ListCredentials>,
) -> Result<Json<Page<Credential>>, Fault> {
    Ok(Json(shared.store.list_credentials(&query).await?))
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Credential>, Fault> {
    Ok(Json(shared.store.credential(id).await?))
}

async fn create(
    State(shared): State<Shared>,
    caller: Caller,
    Body(input): Body<CredentialInput>,
) -> Result<(StatusCode, Json<Credential>), Fault> {
    let mut check = Check::default();
    check.needed("username", &input.username);
    check.needed("password", &input.password);
    fields(&mut check, &input);
    check.done()?;
    tags::known(&shared, input.tags.as_deref()).await?;
    let id = shared.store.next_credential_id().await?;
    shared.store.create_credential(id, &sealed(&shared, id, &input)).await?;
    told(&shared, &caller, id, "added").await;
    Ok((StatusCode::CREATED, Json(shared.store.credential(id).await?)))
}

async fn update(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id,
    Body(input): Body<CredentialInput>,
) -> Result<Json<Credential>, Fault> {
    let mut check = Check::default();
    fields(&mut check, &input);
    check.done()?;
    tags::known(&shared, input.tags.as_deref()).await?;
    shared.store.update_credential(id, &sealed(&shared, id, &input)).await?;
    told(&shared, &caller, id, "changed").await;
    Ok(Json(shared.store.credential(id).await?))
}

async fn delete(State(shared): State<Shared>, caller: Caller, Id(id): Id) -> Result<StatusCode, Fault> {
    if shared.store.credential(id).await?.is_system {
        return Err(Fault::detail(StatusCode::FORBIDDEN, "System credentials cannot be deleted."));
    }
    shared.store.delete_credential(id).await?;
    told(&shared, &caller, id, "deleted").await;
    Ok(StatusCode::NO_CONTENT)
}

fn fields(check: &mut Check, input: &CredentialInput) {
    check.length("username", input.username.as_deref(), 1, 255);
    check.secret_length("password", input.password.as_ref().map(Secret::expose), 1, 255);
    check.secret_length("enable_password", input.enable_password.as_ref().map(Secret::expose), 0, 255);
    check.range("priority", input.priority, 1, 1000);
    check.length("description", input.description.as_deref(), 0, 500);
}

fn sealed<'a>(shared: &Shared, id: i64, input: &'a CredentialInput) -> CredentialChange<'a> {
    let seal = |place: &str, secret: &Secret| shared.seal.seal_text(&context(place, id), secret.expose());
    CredentialChange {
        username: input.username.as_deref(),
        password: input.password.as_ref().map(|secret| seal(PASSWORD, secret)),
        enable_password: input
            .enable_password
            .as_ref()
            .map(|secret| (!secret.expose().is_empty()).then(|| seal(ENABLE_PASSWORD, secret))),
        priority: input.priority,
        description: input.description.as_deref(),
        tags: input.tags.as_deref(),
    }
}

async fn told(shared: &Shared, caller: &Caller, id: i64, what: &str) {
    let message = format!("Credential {id} was {what} by {}.", caller.name());
    shared.journal.line(
        "INFO",
        "system",
        "server.credentials",
        About::default(),
        message,
        serde_json::json!({ "credential_id": id }),
    );
    shared.journal.changed(Changed::Setup).await;
}
