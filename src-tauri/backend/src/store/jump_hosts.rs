//! Jump hosts, with their host keys.

mod chain;

use netraven_api::devices::TrustedKey;
use netraven_api::evidence::ShownKey;
use netraven_api::jump_hosts::{JumpHost, JumpHostInput, ListJumpHosts};
use netraven_api::sorting::JumpHostColumn;
use netraven_api::{CredentialId, JumpHostId, Order};
use sqlx::PgTransaction;
use sqlx::types::Json;

use self::chain::ChainLink;
use super::listing::{List, Paging, RawPage, SortKey, like};
use super::{Result, Store, StoreError, explain};

/// What a new or changed jump host breaks.
const CHANGED: &[(&str, &str)] = &[
    ("jump_hosts_name_key", "Jump host name already exists"),
    ("jump_hosts_credential", "Credential not found"),
    ("jump_hosts_through", "The jump host it is to be reached through was not found"),
];

/// What stands against removing one.
const REMOVED: &[(&str, &str)] = &[
    ("jump_hosts_through", "Another jump host is reached through this one: change that one first."),
    ("devices_jump_host", "Devices are reached through this jump host: choose another way for them first."),
    ("tags_jump_host", "A tag says that its devices are reached through this jump host: change the tag first."),
];

/// How many devices are reached through a jump host, the last one before them.
macro_rules! devices {
    () => {
        "(select count(*) from device_ways y where y.jump_host_id = h.id)"
    };
}

const ROW: &str = concat!(
    "json_build_object('id', h.id, 'name', h.name, 'address', h.address, 'port', h.port,
    'credential_id', h.credential_id, 'username', (select c.username from credentials c where c.id = h.credential_id),
    'through', h.through_id, 'through_name', (select o.name from jump_hosts o where o.id = h.through_id),
    'is_default', h.is_default, 'note', h.note,
    'host_key', case when h.key_sha256 is not null then json_build_object('first_seen', wire_time(h.key_first_seen),
        'key', json_build_object('key_type', h.key_type, 'sha256', h.key_sha256), 'trusted_by', h.key_trusted_by) end,
    'offered_key', case when h.offered_sha256 is not null then json_build_object('seen_at', wire_time(h.offered_at),
        'key', json_build_object('key_type', h.offered_type, 'sha256', h.offered_sha256)) end,
    'devices', ",
    devices!(),
    ")"
);

const LIST: List = List {
    from: "jump_hosts h",
    counted: "jump_hosts h",
    columns: "h.*",
    name: "h",
    around: "",
    row: ROW,
    then: &[],
    id: "h.id",
    order: Order::Ascending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: JumpHostColumn) -> SortKey {
    match column {
        JumpHostColumn::Id => SortKey::of("h.id"),
        JumpHostColumn::Name => SortKey::of("lower(h.name)"),
        JumpHostColumn::Address => SortKey::of("address_order(h.address)"),
        JumpHostColumn::Through => {
            SortKey::nullable("(select lower(o.name) from jump_hosts o where o.id = h.through_id)")
        }
        JumpHostColumn::Username => {
            SortKey::of("(select lower(c.username) from credentials c where c.id = h.credential_id)")
        }
        JumpHostColumn::Devices => SortKey::of(devices!()),
    }
}

impl Store {
    /// One page of jump hosts.
    pub async fn list_jump_hosts(&self, query: &ListJumpHosts) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size).sorted(key(query.sort.unwrap_or_default()), query.order);
        self.page(&LIST, &paging, |sql| like(sql, "h.name", &query.name)).await
    }

    /// One jump host.
    pub async fn jump_host(&self, id: JumpHostId) -> Result<JumpHost> {
        let sql = format!("select {ROW} from jump_hosts h where h.id = $1");
        let row: Option<Json<JumpHost>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Jump host"))
    }

    /// Adds a jump host and returns its id.
    pub async fn create_jump_host(&self, input: &JumpHostInput) -> Result<JumpHostId> {
        let mut tx = self.pool().begin().await?;
        make_room_for_default(&mut tx, input).await?;
        let id = insert(&mut tx, input).await?;
        check_chains(&mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Adds jump hosts in one transaction and returns their ids. One may be behind an earlier one, given by its place.
    pub async fn create_jump_hosts(&self, new: &[(JumpHostInput, Option<usize>)]) -> Result<Vec<JumpHostId>> {
        let mut tx = self.pool().begin().await?;
        let mut ids: Vec<JumpHostId> = Vec::new();
        for (input, behind) in new {
            make_room_for_default(&mut tx, input).await?;
            let through = behind.and_then(|place| ids.get(place).copied()).map(Some).or(input.through);
            ids.push(insert(&mut tx, &JumpHostInput { through, ..input.clone() }).await?);
        }
        check_chains(&mut tx).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Changes a jump host; absent fields stay, the `emptied` are cleared.
    pub async fn update_jump_host(&self, id: JumpHostId, input: &JumpHostInput, emptied: &[&str]) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        make_room_for_default(&mut tx, input).await?;
        let done = sqlx::query(
            "update jump_hosts set name = coalesce($2, name), address = coalesce($3, address), port = coalesce($4, port),
             credential_id = coalesce($5, credential_id), through_id = case when $6 then $7 else through_id end,
             is_default = coalesce($8, is_default),
             note = case when 'note' = any($10) then null else coalesce($9, note) end where id = $1",
        )
        .bind(id.get())
        .bind(&input.name)
        .bind(&input.address)
        .bind(input.port.map(port))
        .bind(input.credential_id.map(CredentialId::get))
        .bind(input.through.is_some())
        .bind(input.through.flatten().map(JumpHostId::get))
        .bind(input.is_default)
        .bind(&input.note)
        .bind(emptied)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, CHANGED))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("Jump host"));
        }
        check_chains(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a jump host that nothing is reached through.
    pub async fn delete_jump_host(&self, id: JumpHostId) -> Result<()> {
        let done = sqlx::query("delete from jump_hosts where id = $1")
            .bind(id.get())
            .execute(self.pool())
            .await
            .map_err(|error| explain(error, REMOVED))?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Jump host")) } else { Ok(()) }
    }

    /// Stores the first host key a jump host showed; an existing one stays.
    pub async fn trust_jump_host(&self, id: JumpHostId, key: &ShownKey) -> Result<()> {
        sqlx::query(
            "update jump_hosts set key_type = $2, key_sha256 = $3, key_first_seen = now() where id = $1
             and key_sha256 is null",
        )
        .bind(id.get())
        .bind(&key.key_type)
        .bind(&key.sha256)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Remembers a key that a jump host showed instead of the stored one.
    pub async fn jump_host_offered(&self, id: JumpHostId, key: &ShownKey) -> Result<()> {
        sqlx::query(
            "update jump_hosts set offered_type = $2, offered_sha256 = $3, offered_at = now() where id = $1
             and key_sha256 <> $3",
        )
        .bind(id.get())
        .bind(&key.key_type)
        .bind(&key.sha256)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Replaces the stored key by the one that was offered; returns whether both are still what they were.
    pub async fn replace_jump_host_key(&self, id: JumpHostId, key: &TrustedKey, by: &str) -> Result<bool> {
        let done = sqlx::query(
            "update jump_hosts set key_type = $2, key_sha256 = $3, key_first_seen = now(), key_trusted_by = $5,
             offered_type = null, offered_sha256 = null, offered_at = null
             where id = $1 and key_sha256 = $4 and offered_type = $2 and offered_sha256 = $3",
        )
        .bind(id.get())
        .bind(&key.key_type)
        .bind(&key.sha256)
        .bind(&key.replaces)
        .bind(by)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets the stored host key.
    pub async fn forget_jump_host_key(&self, id: JumpHostId) -> Result<()> {
        let done = sqlx::query(
            "update jump_hosts set key_type = null, key_sha256 = null, key_first_seen = null, key_trusted_by = null,
             offered_type = null, offered_sha256 = null, offered_at = null where id = $1 and key_sha256 is not null",
        )
        .bind(id.get())
        .execute(self.pool())
        .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Host key")) } else { Ok(()) }
    }
}

async fn insert(tx: &mut PgTransaction<'_>, input: &JumpHostInput) -> Result<JumpHostId> {
    let id: i64 = sqlx::query_scalar(
        "insert into jump_hosts (name, address, port, credential_id, through_id, is_default, note)
         values ($1, $2, $3, $4, $5, $6, $7) returning id",
    )
    .bind(&input.name)
    .bind(&input.address)
    .bind(input.port.map_or(22, port))
    .bind(input.credential_id.map(CredentialId::get))
    .bind(input.through.flatten().map(JumpHostId::get))
    .bind(input.is_default.unwrap_or(false))
    .bind(&input.note)
    .fetch_one(&mut **tx)
    .await
    .map_err(|error| explain(error, CHANGED))?;
    Ok(id.into())
}

/// Takes the default from the jump host that has it, if another one is to have it. Changes come one after the other.
async fn make_room_for_default(tx: &mut PgTransaction<'_>, input: &JumpHostInput) -> Result<()> {
    sqlx::query("lock table jump_hosts in share row exclusive mode").execute(&mut **tx).await?;
    if input.is_default == Some(true) {
        sqlx::query("update jump_hosts set is_default = false where is_default").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Refuses circles, and chains that are too long.
async fn check_chains(tx: &mut PgTransaction<'_>) -> Result<()> {
    let rows: Vec<(i64, String, Option<i64>)> =
        sqlx::query_as("select id, name, through_id from jump_hosts order by id").fetch_all(&mut **tx).await?;
    let links: Vec<ChainLink> = rows.into_iter().map(|(id, name, through)| ChainLink { id, name, through }).collect();
    chain::fault(&links).map_or(Ok(()), |sentence| Err(StoreError::Conflict(sentence)))
}

fn port(port: i64) -> i32 {
    i32::try_from(port).expect("the server checked that a port is 1 to 65535")
}
