//! Tags.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use netraven_api::Page;
use netraven_api::event::Changed;
use netraven_api::tags::{CreateTag, DeleteTag, GetTag, ListTags, Tag, TagInput, UpdateTag};

use super::Shared;
use super::check::{Check, name_letter};
use super::fault::Fault;
use super::input::{Body, Id, Query};
use super::mount::Mount;

/// Mounts the endpoints of tags.
pub fn mount(mount: &mut Mount) {
    mount.add::<ListTags, _>(list);
    mount.add::<GetTag, _>(get);
    mount.add::<CreateTag, _>(create);
    mount.add::<UpdateTag, _>(update);
    mount.add::<DeleteTag, _>(delete);
}

/// Refuses ids that no tag has, with NetRaven's sentence.
pub async fn known(shared: &Shared, ids: Option<&[i64]>) -> Result<(), Fault> {
    let unknown = shared.store.unknown_tags(ids.unwrap_or_default()).await?;
    if unknown.is_empty() { Ok(()) } else { Err(Fault::not_found(format!("Tag(s) not found: {unknown:?}"))) }
}

async fn list(State(shared): State<Shared>, Query(query): Query<ListTags>) -> Result<Json<Page<Tag>>, Fault> {
    Ok(Json(shared.store.list_tags(&query).await?))
}

async fn get(State(shared): State<Shared>, Id(id): Id) -> Result<Json<Tag>, Fault> {
    Ok(Json(shared.store.tag(id).await?))
}

async fn create(State(shared): State<Shared>, Body(input): Body<TagInput>) -> Result<(StatusCode, Json<Tag>), Fault> {
    let mut check = Check::default();
    check.needed("name", &input.name);
    fields(&mut check, &input);
    check.done()?;
    let id = shared.store.create_tag(&input).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok((StatusCode::CREATED, Json(shared.store.tag(id).await?)))
}

async fn update(State(shared): State<Shared>, Id(id): Id, Body(input): Body<TagInput>) -> Result<Json<Tag>, Fault> {
    let mut check = Check::default();
    fields(&mut check, &input);
    check.done()?;
    protect(&shared, id, "renamed").await?;
    shared.store.update_tag(id, &input).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok(Json(shared.store.tag(id).await?))
}

async fn delete(State(shared): State<Shared>, Id(id): Id) -> Result<StatusCode, Fault> {
    protect(&shared, id, "deleted").await?;
    shared.store.delete_tag(id).await?;
    shared.journal.changed(Changed::Setup).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The tag every device carries stays as it is.
async fn protect(shared: &Shared, id: i64, what: &str) -> Result<(), Fault> {
    let tag = shared.store.tag(id).await?;
    if tag.name == "default" {
        return Err(Fault::detail(
            StatusCode::FORBIDDEN,
            format!("The tag 'default' cannot be {what}: every device carries it."),
        ));
    }
    Ok(())
}

fn fields(check: &mut Check, input: &TagInput) {
    check.length("name", input.name.as_deref(), 1, 50);
    check.letters("name", input.name.as_deref(), name_letter, "letters, digits, blanks, _ and -");
    check.length("type", input.kind.as_deref(), 0, 50);
    check.length("description", input.description.as_deref(), 0, 255);
}
