//! Tags.

use netraven_api::sorting::TagColumn;
use netraven_api::tags::{ListTags, Tag, TagInput};
use netraven_api::{JumpHostId, Order, TagId};
use sqlx::types::Json;

use super::approvals::{self, Author};
use super::listing::{List, Paging, RawPage, SortKey, any_id, any_of, like};
use super::{Result, Store, StoreError, explain, numbers};

const RULES: &[(&str, &str)] =
    &[("tags_name_key", "Tag name already exists"), ("tags_jump_host", "Jump host not found")];

/// How many devices carry a tag.
macro_rules! devices {
    () => {
        "(select count(*) from device_tags dt where dt.tag_id = t.id)"
    };
}

/// A tag as an object; one without a jump host has no field of it.
const ROW: &str = concat!(
    "(json_build_object('id', t.id, 'name', t.name, 'type', t.type, 'description', t.description, 'devices', ",
    devices!(),
    ")::jsonb || case when t.jump_host_id is null then '{}'::jsonb
         else jsonb_build_object('jump_host_id', t.jump_host_id) end)::json"
);

const LIST: List = List {
    from: "tags t",
    counted: "tags t",
    columns: "t.*",
    name: "t",
    around: "",
    row: ROW,
    then: &[],
    id: "t.id",
    order: Order::Ascending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: TagColumn) -> SortKey {
    match column {
        TagColumn::Id => SortKey::of("t.id"),
        TagColumn::Name => SortKey::of("lower(t.name)"),
        TagColumn::Kind => SortKey::nullable("t.type"),
        TagColumn::Devices => SortKey::of(devices!()),
        TagColumn::Description => SortKey::nullable("lower(t.description)"),
    }
}

impl Store {
    /// One page of tags.
    pub async fn list_tags(&self, query: &ListTags) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size).sorted(key(query.sort.unwrap_or_default()), query.order);
        self.page(&LIST, &paging, |sql| {
            like(sql, "t.name", &query.name);
            any_of(sql, "t.type", &query.kind);
            any_id(sql, "t.id", &query.id);
        })
        .await
    }

    /// One tag.
    pub async fn tag(&self, id: TagId) -> Result<Tag> {
        let sql = format!("select {ROW} from tags t where t.id = $1");
        let row: Option<Json<Tag>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Tag"))
    }

    /// Adds a tag and returns its id.
    pub async fn create_tag(&self, input: &TagInput) -> Result<TagId> {
        let sql = "insert into tags (name, type, description, jump_host_id) values ($1, $2, $3, $4) returning id";
        let id: i64 = sqlx::query_scalar(sql)
            .bind(&input.name)
            .bind(&input.kind)
            .bind(&input.description)
            .bind(input.jump_host_id.flatten().map(JumpHostId::get))
            .fetch_one(self.pool())
            .await
            .map_err(|error| explain(error, RULES))?;
        Ok(id.into())
    }

    /// Changes a tag; absent fields stay, the `emptied` are cleared. A new name makes it another tag for approvals, which were
    /// given by name, unless an admin renames it.
    pub async fn update_tag(&self, id: TagId, input: &TagInput, emptied: &[&str], author: &Author<'_>) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let old: Option<String> = sqlx::query_scalar("select name from tags where id = $1 for update")
            .bind(id.get())
            .fetch_optional(&mut *tx)
            .await?;
        let old = old.ok_or(StoreError::NotFound("Tag"))?;
        sqlx::query(
            "update tags set name = coalesce($2, name),
             type = case when 'type' = any($5) then null else coalesce($3, type) end,
             description = case when 'description' = any($5) then null else coalesce($4, description) end,
             jump_host_id = case when $6 then $7 else jump_host_id end where id = $1",
        )
        .bind(id.get())
        .bind(&input.name)
        .bind(&input.kind)
        .bind(&input.description)
        .bind(emptied)
        .bind(input.jump_host_id.is_some())
        .bind(input.jump_host_id.flatten().map(JumpHostId::get))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, RULES))?;
        if !author.approves && input.name.as_ref().is_some_and(|name| *name != old) {
            approvals::renamed(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether a credential carries a tag.
    pub async fn tag_is_carried(&self, id: TagId) -> Result<bool> {
        Ok(sqlx::query_scalar("select exists (select 1 from credential_tags where tag_id = $1)")
            .bind(id.get())
            .fetch_one(self.pool())
            .await?)
    }

    /// Removes a tag.
    pub async fn delete_tag(&self, id: TagId) -> Result<()> {
        let done = sqlx::query("delete from tags where id = $1").bind(id.get()).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Tag")) } else { Ok(()) }
    }

    /// Which of these tags do not exist.
    pub async fn unknown_tags(&self, ids: &[TagId]) -> Result<Vec<TagId>> {
        let unknown: Vec<i64> = sqlx::query_scalar(
            "select wanted from unnest($1::bigint[]) as wanted
             where not exists (select 1 from tags where id = wanted) order by wanted",
        )
        .bind(numbers(ids))
        .fetch_all(self.pool())
        .await?;
        Ok(unknown.into_iter().map(TagId::new).collect())
    }
}
