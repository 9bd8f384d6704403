//! Tags.

use netraven_api::Page;
use netraven_api::tags::{ListTags, Tag, TagInput};
use sqlx::types::Json;

use super::{Result, Store, StoreError, contains, exact, explain, window};

const UNIQUE: &[(&str, &str)] = &[("tags_name_key", "Tag with this name already exists")];

impl Store {
    /// One page of tags by name.
    pub async fn list_tags(&self, query: &ListTags) -> Result<Page<Tag>> {
        let (page, size, offset) = window(query.page, query.size);
        let (name, kind) = (contains(&query.name), exact(&query.kind));
        let items: Vec<Json<Tag>> = sqlx::query_scalar(
            "select json_build_object('id', id, 'name', name, 'type', type, 'description', description)
             from tags where ($1::text is null or name ilike $1) and ($2::text is null or type = $2)
             order by lower(name), id limit $3 offset $4",
        )
        .bind(&name)
        .bind(kind)
        .bind(size)
        .bind(offset)
        .fetch_all(self.pool())
        .await?;
        let total = sqlx::query_scalar(
            "select count(*) from tags where ($1::text is null or name ilike $1) and ($2::text is null or type = $2)",
        )
        .bind(&name)
        .bind(kind)
        .fetch_one(self.pool())
        .await?;
        Ok(Page::new(items.into_iter().map(|row| row.0).collect(), total, page, size))
    }

    /// One tag.
    pub async fn tag(&self, id: i64) -> Result<Tag> {
        let row: Option<Json<Tag>> = sqlx::query_scalar(
            "select json_build_object('id', id, 'name', name, 'type', type, 'description', description)
             from tags where id = $1",
        )
        .bind(id)
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Tag"))
    }

    /// Adds a tag and answers its id.
    pub async fn create_tag(&self, input: &TagInput) -> Result<i64> {
        sqlx::query_scalar("insert into tags (name, type, description) values ($1, $2, $3) returning id")
            .bind(&input.name)
            .bind(&input.kind)
            .bind(&input.description)
            .fetch_one(self.pool())
            .await
            .map_err(|error| explain(error, UNIQUE))
    }

    /// The id of the tag of that name, made if there is none.
    pub async fn tag_named(&self, name: &str) -> Result<i64> {
        Ok(sqlx::query_scalar(
            "insert into tags (name) values ($1) on conflict (name) do update set name = excluded.name returning id",
        )
        .bind(name)
        .fetch_one(self.pool())
        .await?)
    }

    /// Changes a tag; absent fields stay.
    pub async fn update_tag(&self, id: i64, input: &TagInput) -> Result<()> {
        let done = sqlx::query(
            "update tags set name = coalesce($2, name), type = coalesce($3, type),
             description = coalesce($4, description) where id = $1",
        )
        .bind(id)
        .bind(&input.name)
        .bind(&input.kind)
        .bind(&input.description)
        .execute(self.pool())
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Tag")) } else { Ok(()) }
    }

    /// Removes a tag.
    pub async fn delete_tag(&self, id: i64) -> Result<()> {
        let done = sqlx::query("delete from tags where id = $1").bind(id).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Tag")) } else { Ok(()) }
    }

    /// Which of these tags do not exist.
    pub async fn unknown_tags(&self, ids: &[i64]) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar(
            "select wanted from unnest($1::bigint[]) as wanted
             where not exists (select 1 from tags where id = wanted) order by wanted",
        )
        .bind(ids)
        .fetch_all(self.pool())
        .await?)
    }
}
