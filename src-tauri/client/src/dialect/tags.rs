//! Tags.

use netraven_api::devices::Device;
use netraven_api::sorting::TagColumn;
use netraven_api::tags::Tag;
use netraven_api::{Method, Problem};
use serde::Serialize;
use serde_json::Value;

use super::asked::{Asked, id};
use super::lists::{MOST_ROWS, finish, note};
use super::row::{Row, reply};
use super::{Talk, devices};

/// A tag of the server.
pub fn tag(row: Row) -> Tag {
    Tag { id: row.id(), name: row.word("name"), kind: row.text("type"), description: row.text("description") }
}

/// The tags of a row.
pub fn tags(row: Row) -> Vec<Tag> {
    row.rows("tags").map(tag).collect()
}

/// Answers what is asked of tags.
pub async fn answer(talk: Talk<'_>, asked: &Asked, rest: &[&str]) -> Result<Value, Problem> {
    match (asked.method, rest) {
        (Method::Get, []) => list(talk, asked).await,
        (Method::Get, [text]) => Ok(reply(&tag(Row(&talk.get(&format!("/tags/{}", id(text)?), &[]).await?)))),
        (Method::Post, []) | (Method::Put, [_]) => Ok(reply(&tag(Row(&talk.plain(asked).await?)))),
        _ => talk.plain(asked).await,
    }
}

/// Whether a list is to be sorted by how many devices its rows reach.
pub fn by_devices(asked: &Asked) -> bool {
    asked.word("sort") == Some(TagColumn::Devices)
}

/// A row with how many devices carry one of its tags, to be sorted by.
pub fn with_devices(row: &impl Serialize, tags: &[Tag], hosts: &[Device]) -> Value {
    let is_reached = |device: &&Device| device.tags.iter().any(|tag| tags.iter().any(|own| own.id == tag.id));
    let mut row = reply(row);
    row["devices"] = Value::from(hosts.iter().filter(is_reached).count());
    row
}

async fn list(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let loaded = talk.all("/tags/", &asked.given(&["name"]), MOST_ROWS).await?;
    let kinds = asked.many("type");
    let mut tags: Vec<Tag> = loaded.rows.iter().map(|row| tag(Row(row))).collect();
    tags.retain(|tag| kinds.is_empty() || tag.kind.as_ref().is_some_and(|kind| kinds.contains(kind)));
    tags.sort_by_key(|tag| (tag.name.to_lowercase(), tag.id));
    let hosts = if by_devices(asked) { devices::all(talk).await? } else { Vec::new() };
    let rows: Vec<Value> = tags.iter().map(|tag| with_devices(tag, std::slice::from_ref(tag), &hosts)).collect();
    finish(&rows, asked, note(&loaded, "tags"))
}
