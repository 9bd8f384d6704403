//! Tags.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::TagId;
use netraven_api::event::Changed;
use netraven_api::tags::{CreateTag, DeleteTag, GetTag, ListTags, Tag, TagInput, UpdateTag};

use super::Shared;
use super::http::auth::Caller;
use super::http::error::ApiError;
use super::http::input::{Change, Id, New, Query, Resource};
use super::http::mount::Mount;
use super::http::raw_json::RawJson;

/// Mounts the endpoints of tags.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListTags, _>(list);
    mount.add::<GetTag, _>(get);
    mount.add::<CreateTag, _>(create);
    mount.add::<UpdateTag, _>(update);
    mount.add::<DeleteTag, _>(delete);
}

impl Resource for TagInput {
    const NEW: &'static str = "TagCreate";
    const NEEDED: &'static [&'static str] = &["name"];
    const EMPTIED: &'static [&'static str] = &["type", "description"];
}

/// Refuses unknown tag ids, with NetRaven's sentence.
pub async fn known(shared: &Shared, ids: Option<&[TagId]>) -> Result<(), ApiError> {
    let unknown = shared.store.unknown_tags(ids.unwrap_or_default()).await?;
    let numbers: Vec<i64> = unknown.into_iter().map(TagId::get).collect();
    if numbers.is_empty() { Ok(()) } else { Err(ApiError::not_found(format!("Tag(s) not found: {numbers:?}"))) }
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListTags>) -> Result<RawJson, ApiError> {
    Ok(shared.store.list_tags(&query).await?.into())
}

async fn get(State(shared): State<Shared>, Id(id): Id<TagId>) -> Result<Json<Tag>, ApiError> {
    Ok(Json(shared.store.tag(id).await?))
}

async fn create(State(shared): State<Shared>, New(input): New<TagInput>) -> Result<Json<Tag>, ApiError> {
    let id = shared.store.create_tag(&input).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok(Json(shared.store.tag(id).await?))
}

async fn update(
    State(shared): State<Shared>,
    caller: Caller,
    Id(id): Id<TagId>,
    Change(input, emptied): Change<TagInput>,
) -> Result<Json<Tag>, ApiError> {
    protect(&shared, id, "renamed").await?;
    let (author, old) = (caller.author(), shared.store.tag(id).await?);
    let renames = input.name.as_ref().is_some_and(|name| *name != old.name);
    if renames && !author.approves && shared.store.tag_is_carried(id).await? {
        let sentence = format!(
            "You cannot rename the tag '{}': a credential uses it, and only admins decide where credentials are sent.",
            old.name
        );
        return Err(ApiError::detail(StatusCode::FORBIDDEN, sentence));
    }
    shared.store.update_tag(id, &input, &emptied, &author).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok(Json(shared.store.tag(id).await?))
}

async fn delete(State(shared): State<Shared>, Id(id): Id<TagId>) -> Result<(), ApiError> {
    protect(&shared, id, "deleted").await?;
    shared.store.delete_tag(id).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok(())
}

/// The tag every device carries cannot be changed.
async fn protect(shared: &Shared, id: TagId, what: &str) -> Result<(), ApiError> {
    let tag = shared.store.tag(id).await?;
    if tag.name == "default" {
        return Err(ApiError::detail(
            StatusCode::FORBIDDEN,
            format!("The tag 'default' cannot be {what}: every device has it."),
        ));
    }
    Ok(())
}
