//! Tags.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::event::Changed;
use netraven_api::tags::{CreateTag, DeleteTag, GetTag, ListTags, Tag, TagInput, UpdateTag};
use netraven_api::{JumpHostId, TagId};

use super::AppState;
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
pub async fn known(state: &AppState, ids: Option<&[TagId]>) -> Result<(), ApiError> {
    let unknown = state.store.unknown_tags(ids.unwrap_or_default()).await?;
    let numbers: Vec<i64> = unknown.into_iter().map(TagId::get).collect();
    if numbers.is_empty() { Ok(()) } else { Err(ApiError::not_found(format!("Tag(s) not found: {numbers:?}"))) }
}

async fn list(State(state): State<AppState>, Query(query): Query<ListTags>) -> Result<RawJson, ApiError> {
    Ok(state.store.list_tags(&query).await?.into())
}

async fn get(State(state): State<AppState>, Id(id): Id<TagId>) -> Result<Json<Tag>, ApiError> {
    Ok(Json(state.store.tag(id).await?))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    New(input): New<TagInput>,
) -> Result<Json<Tag>, ApiError> {
    may_choose_way(&caller, &input, None)?;
    let id = state.store.create_tag(&input).await?;
    state.journal.changed(Changed::Setup).await;
    Ok(Json(state.store.tag(id).await?))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<TagId>,
    Change(input, emptied): Change<TagInput>,
) -> Result<Json<Tag>, ApiError> {
    protect(&state, id, "renamed").await?;
    let (author, old) = (caller.author(), state.store.tag(id).await?);
    let renames = input.name.as_ref().is_some_and(|name| *name != old.name);
    if renames && !author.approves && state.store.tag_is_carried(id).await? {
        let sentence = format!(
            "You cannot rename the tag '{}': a credential uses it, and only admins decide where credentials are sent.",
            old.name
        );
        return Err(ApiError::detail(StatusCode::FORBIDDEN, sentence));
    }
    may_choose_way(&caller, &input, old.jump_host_id)?;
    state.store.update_tag(id, &input, &emptied, &author).await?;
    state.journal.changed(Changed::Setup).await;
    if input.jump_host_id.is_some() {
        // The way of devices is part of what is shown of them.
        state.journal.changed(Changed::Devices).await;
    }
    Ok(Json(state.store.tag(id).await?))
}

async fn delete(State(state): State<AppState>, Id(id): Id<TagId>) -> Result<(), ApiError> {
    protect(&state, id, "deleted").await?;
    state.store.delete_tag(id).await?;
    state.journal.changed(Changed::Setup).await;
    Ok(())
}

/// Refuses another jump host than the present one from users who are not admins: credentials go through it.
fn may_choose_way(caller: &Caller, input: &TagInput, now: Option<JumpHostId>) -> Result<(), ApiError> {
    if caller.author().approves || input.jump_host_id.is_none_or(|wanted| wanted == now) {
        return Ok(());
    }
    let sentence = "Only admins may choose the jump host of a tag: credentials are sent through it.";
    Err(ApiError::detail(StatusCode::FORBIDDEN, sentence))
}

/// The tag every device carries cannot be changed.
async fn protect(state: &AppState, id: TagId, what: &str) -> Result<(), ApiError> {
    let tag = state.store.tag(id).await?;
    if tag.name == "default" {
        return Err(ApiError::detail(
            StatusCode::FORBIDDEN,
            format!("The tag 'default' cannot be {what}: every device has it."),
        ));
    }
    Ok(())
}
