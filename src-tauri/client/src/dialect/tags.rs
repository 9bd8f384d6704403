//! Tags.

use netraven_api::tags::Tag;
use netraven_api::{Method, Problem};
use serde_json::Value;

use super::Talk;
use super::asked::{Asked, id};
use super::lists::{MOST_ROWS, finish, note};
use super::row::{Row, reply};

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

async fn list(talk: Talk<'_>, asked: &Asked) -> Result<Value, Problem> {
    let loaded = talk.all("/tags/", &asked.given(&["name"]), MOST_ROWS).await?;
    let kinds = asked.many("type");
    let mut tags: Vec<Tag> = loaded.rows.iter().map(|row| tag(Row(row))).collect();
    tags.retain(|tag| kinds.is_empty() || tag.kind.as_ref().is_some_and(|kind| kinds.contains(kind)));
    tags.sort_by_key(|tag| (tag.name.to_lowercase(), tag.id));
    finish(&tags, asked, note(&loaded, "tags"))
}
