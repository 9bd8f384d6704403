//! Credentials; their secrets are sealed before they reach this module.

use netraven_api::credentials::{Credential, ListCredentials};
use netraven_api::evidence::ShownKey;
use netraven_api::sorting::CredentialColumn;
use netraven_api::{CredentialId, DeviceId, Order, TagId};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::approvals::shared;
use super::listing::{List, Paging, RawPage, SortKey, is, like, tagged};
use super::{Result, Store, StoreError, explain, numbers};

/// How many devices share a tag with it.
macro_rules! devices {
    () => {
        "(select count(distinct dt.device_id) from credential_tags ct \
          join device_tags dt on dt.tag_id = ct.tag_id where ct.credential_id = c.id)"
    };
}

const ROW: &str = concat!(
    "json_build_object(
    'id', c.id, 'username', c.username, 'priority', c.priority, 'description', c.description,
    'is_system', c.is_system, 'has_password', c.password is not null, 'has_private_key', c.signing_key is not null,
    'key', case when c.key_type is not null then json_build_object('key_type', c.key_type, 'sha256', c.key_sha256) end,
    'uses_agent', c.uses_agent, 'agent_key', c.agent_key,
    'questions', coalesce((select json_agg(a.value ->> 'pattern' order by a.ordinality)
        from jsonb_array_elements(c.answers) with ordinality a), '[]'),
    'has_enable_password', c.enable_password is not null,
    'allowed_networks', c.allowed_networks,
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'type', t.type,
        'description', t.description) order by t.name)
        from credential_tags ct join tags t on t.id = ct.tag_id where ct.credential_id = c.id), '[]'),
    'devices', ",
    devices!(),
    ")"
);

/// The names of the tags, joined.
const TAGS: &str = "(select string_agg(lower(t.name), ',' order by lower(t.name)) from credential_tags ct \
                               join tags t on t.id = ct.tag_id where ct.credential_id = c.id)";

const LIST: List = List {
    from: "credentials c",
    counted: "credentials c",
    columns: "c.*",
    name: "c",
    around: "",
    row: ROW,
    then: &[],
    id: "c.id",
    order: Order::Ascending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: CredentialColumn) -> SortKey {
    match column {
        CredentialColumn::Id => SortKey::of("c.id"),
        CredentialColumn::Username => SortKey::of("lower(c.username)"),
        CredentialColumn::Priority => SortKey::of("c.priority"),
        CredentialColumn::Tags => SortKey::nullable(TAGS),
        CredentialColumn::HasEnablePassword => SortKey::of("c.enable_password is not null"),
        CredentialColumn::Devices => SortKey::of(devices!()),
        CredentialColumn::Description => SortKey::nullable("lower(c.description)"),
    }
}

/// What is said of a credential that could not sign in.
pub const NO_SECRET: &str = "A credential needs a password or a private key, or has to use the SSH agent.";
/// What is said of a credential that would sign in with the agent and with something else.
pub const AGENT_ALONE: &str = "A credential that uses the SSH agent has neither a password nor a private key.";

const RULES: [(&str, &str); 3] = [
    ("credentials_secret", NO_SECRET),
    ("credentials_agent", AGENT_ALONE),
    ("jump_hosts_credential", "A jump host is signed in to with this credential: choose another one there first."),
];

/// A private key, its secret parts sealed.
#[derive(Debug)]
pub struct SealedKey {
    /// The key as it was entered.
    pub private_key: String,
    /// The passphrase it was entered with.
    pub passphrase: Option<String>,
    /// The key as sessions use it.
    pub signing_key: String,
    /// Its public half.
    pub shown: ShownKey,
}

/// The answer to a question of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedAnswer {
    /// The pattern that the question has; part of what the seal authenticates.
    pub pattern: String,
    /// The sealed answer.
    pub answer: String,
}

/// The sealed secrets of one credential.
#[derive(Debug, sqlx::FromRow)]
pub struct SealedSecrets {
    /// Id of the credential, part of what the seals authenticate.
    pub id: i64,
    /// Password.
    pub password: Option<String>,
    /// Enable password.
    pub enable_password: Option<String>,
    /// Private key as it was entered.
    pub private_key: Option<String>,
    /// Passphrase of the private key.
    pub passphrase: Option<String>,
    /// Private key as sessions use it.
    pub signing_key: Option<String>,
    /// Answers to questions.
    pub answers: Json<Vec<SealedAnswer>>,
}

/// A change of a credential; absent fields stay.
#[derive(Debug, Default)]
pub struct CredentialChange<'a> {
    /// User name.
    pub username: Option<&'a str>,
    /// Sealed password; `Some(None)` removes it.
    pub password: Option<Option<String>>,
    /// Private key; `Some(None)` removes it.
    pub key: Option<Option<SealedKey>>,
    /// Whether it uses the SSH agent.
    pub uses_agent: Option<bool>,
    /// Fingerprint of the key of the agent; `Some(None)` removes it.
    pub agent_key: Option<Option<String>>,
    /// Answers to questions; an empty list removes them.
    pub answers: Option<Vec<SealedAnswer>>,
    /// Sealed enable password; `Some(None)` removes it.
    pub enable_password: Option<Option<String>>,
    /// New priority; unchanged if absent.
    pub priority: Option<i64>,
    /// Description; `Some(None)` removes it.
    pub description: Option<Option<&'a str>>,
    /// Ids of the tags.
    pub tags: Option<&'a [TagId]>,
    /// The only networks it may be sent to; an empty list lifts the limit.
    pub allowed_networks: Option<Vec<String>>,
}

impl Store {
    /// One page of credentials.
    pub async fn list_credentials(&self, query: &ListCredentials) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size).sorted(key(query.sort.unwrap_or_default()), query.order);
        self.page(&LIST, &paging, |sql| {
            like(sql, "c.username", &query.username);
            is(sql, "c.priority", query.priority);
            tagged(sql, "credential_tags", "credential_id", "c.id", &query.tag_id);
        })
        .await
    }

    /// One credential.
    pub async fn credential(&self, id: CredentialId) -> Result<Credential> {
        let sql = format!("select {ROW} from credentials c where c.id = $1");
        let row: Option<Json<Credential>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Credential"))
    }

    /// The credentials that share a tag with a device, in the order they are tried.
    pub async fn credentials_of_device(&self, device_id: DeviceId) -> Result<Vec<Credential>> {
        let sql = format!(
            "select {ROW} from devices d join credentials c on {} where d.id = $1 order by c.priority, c.id",
            shared!()
        );
        let rows: Vec<Json<Credential>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(device_id.get()).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The id the next credential gets, so that its secrets can be sealed to it.
    pub async fn next_credential_id(&self) -> Result<CredentialId> {
        let id: i64 = sqlx::query_scalar("select nextval(pg_get_serial_sequence('credentials', 'id'))")
            .fetch_one(self.pool())
            .await?;
        Ok(id.into())
    }

    /// Adds a credential under an id from [`Store::next_credential_id`].
    pub async fn create_credential(&self, id: CredentialId, new: &CredentialChange<'_>) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let key = new.key.as_ref().and_then(Option::as_ref);
        sqlx::query(
            "insert into credentials (id, username, password, enable_password, priority, description, allowed_networks,
                 private_key, passphrase, signing_key, key_type, key_sha256, uses_agent, agent_key, answers)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        )
        .bind(id.get())
        .bind(new.username)
        .bind(new.password.clone().flatten())
        .bind(new.enable_password.clone().flatten())
        .bind(i32::try_from(new.priority.unwrap_or(100)).unwrap_or(100))
        .bind(new.description.flatten())
        .bind(new.allowed_networks.as_deref().unwrap_or_default())
        .bind(key.map(|key| &key.private_key))
        .bind(key.and_then(|key| key.passphrase.as_ref()))
        .bind(key.map(|key| &key.signing_key))
        .bind(key.map(|key| &key.shown.key_type))
        .bind(key.map(|key| &key.shown.sha256))
        .bind(new.uses_agent.unwrap_or_default())
        .bind(new.agent_key.clone().flatten())
        .bind(Json(new.answers.as_deref().unwrap_or_default()))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, &RULES))?;
        replace_tags(&mut tx, id, new.tags.unwrap_or_default()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes a credential.
    pub async fn update_credential(&self, id: CredentialId, change: &CredentialChange<'_>) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let key = change.key.as_ref().and_then(Option::as_ref);
        let done = sqlx::query(
            "update credentials set username = coalesce($2, username),
             password = case when $10 then $3 else password end,
             enable_password = case when $4 then $5 else enable_password end,
             priority = coalesce($6, priority), allowed_networks = coalesce($9, allowed_networks),
             description = case when $7 then $8 else description end,
             private_key = case when $11 then $12 else private_key end,
             passphrase = case when $11 then $13 else passphrase end,
             signing_key = case when $11 then $14 else signing_key end,
             key_type = case when $11 then $15 else key_type end,
             key_sha256 = case when $11 then $16 else key_sha256 end,
             uses_agent = coalesce($17, uses_agent),
             agent_key = case when $18 then $19 else agent_key end,
             answers = coalesce($20, answers)
             where id = $1",
        )
        .bind(id.get())
        .bind(change.username)
        .bind(change.password.clone().flatten())
        .bind(change.enable_password.is_some())
        .bind(change.enable_password.clone().flatten())
        .bind(change.priority.and_then(|priority| i32::try_from(priority).ok()))
        .bind(change.description.is_some())
        .bind(change.description.flatten())
        .bind(change.allowed_networks.as_deref())
        .bind(change.password.is_some())
        .bind(change.key.is_some())
        .bind(key.map(|key| &key.private_key))
        .bind(key.and_then(|key| key.passphrase.as_ref()))
        .bind(key.map(|key| &key.signing_key))
        .bind(key.map(|key| &key.shown.key_type))
        .bind(key.map(|key| &key.shown.sha256))
        .bind(change.uses_agent)
        .bind(change.agent_key.is_some())
        .bind(change.agent_key.clone().flatten())
        .bind(change.answers.as_deref().map(Json))
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, &RULES))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("Credential"));
        }
        if let Some(tags) = change.tags {
            replace_tags(&mut tx, id, tags).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Removes a credential.
    pub async fn delete_credential(&self, id: CredentialId) -> Result<()> {
        let done = sqlx::query("delete from credentials where id = $1")
            .bind(id.get())
            .execute(self.pool())
            .await
            .map_err(|error| explain(error, &RULES))?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Credential")) } else { Ok(()) }
    }

    /// A text that changes whenever a credential's secret does: sealing the same secret twice gives different texts.
    pub async fn credentials_mark(&self) -> Result<String> {
        let (mark,): (String,) = sqlx::query_as(
            "select coalesce(md5(string_agg(
                 concat_ws(':', id, password, '-', enable_password, '-', signing_key, '-', passphrase, '-', answers),
                 ',' order by id)), '')
             from credentials",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(mark)
    }

    /// The answers of a credential, sealed.
    pub async fn sealed_answers(&self, id: CredentialId) -> Result<Vec<SealedAnswer>> {
        let row: Option<Json<Vec<SealedAnswer>>> = sqlx::query_scalar("select answers from credentials where id = $1")
            .bind(id.get())
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Credential"))
    }

    /// The sealed secrets of every credential.
    pub async fn sealed_secrets(&self) -> Result<Vec<SealedSecrets>> {
        let sql = "select id, password, enable_password, private_key, passphrase, signing_key, answers
             from credentials order by id";
        Ok(sqlx::query_as(sql).fetch_all(self.pool()).await?)
    }
}

async fn replace_tags(tx: &mut sqlx::PgTransaction<'_>, id: CredentialId, tags: &[TagId]) -> Result<()> {
    sqlx::query("delete from credential_tags where credential_id = $1").bind(id.get()).execute(&mut **tx).await?;
    sqlx::query("insert into credential_tags (credential_id, tag_id) select $1, id from tags where id = any($2)")
        .bind(id.get())
        .bind(numbers(tags))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
