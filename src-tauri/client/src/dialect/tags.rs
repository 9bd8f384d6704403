//! Tags.

use std::sync::Arc;

use netraven_api::devices::Device;
use netraven_api::native::Feature;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::Tag;
use netraven_api::{Method, Problem, TagId};
use serde_json::{Map, Value};

use super::lists::{MOST_ROWS, finish, note};
use super::parsed_request::{ParsedRequest, id};
use super::row::{Row, reply};
use super::{Context, offered};

/// A tag of the server.
pub fn tag(row: Row) -> Tag {
    Tag {
        id: row.id(),
        name: row.word("name"),
        kind: row.text("type"),
        description: row.text("description"),
        devices: None,
        jump_host_id: None,
    }
}

/// The tags of a row.
pub fn tags(row: Row) -> Vec<Tag> {
    row.rows("tags").map(tag).collect()
}

/// Answers requests for tags.
pub async fn answer(context: Context<'_>, request: &ParsedRequest, rest: &[&str]) -> Result<Value, Problem> {
    match (request.method, rest) {
        (Method::Get, []) => list(context, request).await,
        (Method::Get, [text]) => {
            Ok(reply(&tag(Row(&context.get(&format!("/tags/{}", id::<TagId>(text)?), &[]).await?))))
        }
        (Method::Post, []) | (Method::Put, [_]) => {
            without_jump_host(context, request)?;
            Ok(reply(&tag(Row(&context.plain(request).await?))))
        }
        _ => context.plain(request).await,
    }
}

/// Refuses a jump host where the server has none.
fn without_jump_host(context: Context<'_>, request: &ParsedRequest) -> Result<(), Problem> {
    let is_named = request.fields().is_ok_and(|fields| fields.get("jump_host_id").is_some_and(|id| !id.is_null()));
    if is_named && !context.server.description.takes("TagCreate", "jump_host_id") {
        return Err(Problem::field("body.jump_host_id", offered::reason(Feature::JumpHosts)));
    }
    Ok(())
}

/// The devices by which the rows of a list are counted: those already read, because one request per row would cost the server
/// more. If they cannot be read completely, there are no numbers; and a list sorted by them says why.
pub async fn counted_in(context: Context<'_>, request: &ParsedRequest) -> Result<Option<Arc<Vec<Device>>>, Problem> {
    match context.known_devices().await {
        Err(problem) if request.word("sort") == Some(TagColumn::Devices) => Err(problem),
        known => Ok(known.ok().filter(|devices| devices.len() < MOST_ROWS)),
    }
}

/// How many of these devices carry one of these tags.
pub fn reached(devices: &[Device], tags: &[Tag]) -> i64 {
    let carries = |device: &&Device| device.tags.iter().any(|tag| tags.iter().any(|wanted| wanted.id == tag.id));
    i64::try_from(devices.iter().filter(carries).count()).unwrap_or(i64::MAX)
}

/// The server expects as many tags as ids were sent, so it does not find an id sent twice.
pub fn unique_tags(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(ids)) = fields.get_mut("tags") {
        let mut seen = Vec::new();
        ids.retain(|id| {
            let is_new = !seen.contains(id);
            seen.push(id.clone());
            is_new
        });
    }
}

async fn list(context: Context<'_>, request: &ParsedRequest) -> Result<Value, Problem> {
    let loaded = context.all("/tags/", &request.given(&["name"]), MOST_ROWS).await?;
    let (kinds, ids) = (request.many("type"), request.many("id"));
    let mut tags: Vec<Tag> = loaded.rows.iter().map(|row| tag(Row(row))).collect();
    tags.retain(|tag| {
        (kinds.is_empty() || tag.kind.as_ref().is_some_and(|kind| kinds.contains(kind)))
            && (ids.is_empty() || ids.contains(&tag.id.to_string()))
    });
    tags.sort_by_key(|tag| (tag.name.to_lowercase(), tag.id));
    if let Some(devices) = counted_in(context, request).await? {
        for tag in &mut tags {
            tag.devices = Some(reached(&devices, std::slice::from_ref(tag)));
        }
    }
    finish(&tags, request, note(&loaded, "tags"))
}
