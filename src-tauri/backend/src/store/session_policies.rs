//! Session policies: of the server, a tag, a device or a jump host.

use netraven_api::session_policy::{CryptoPolicy, Newline, SessionPolicy, SetPolicy};
use netraven_api::{DeviceId, JumpHostId, TagId};
use sqlx::types::Json;

use super::{Result, Store, explain};

/// What a new policy breaks.
const RULES: &[(&str, &str)] = &[
    ("session_policies_device_id_fkey", "Device not found"),
    ("session_policies_tag_id_fkey", "Tag not found"),
    ("session_policies_jump_host_id_fkey", "Jump host not found"),
];

/// What a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyOf {
    /// The whole server.
    Server,
    /// The devices of a tag.
    Tag(TagId),
    /// One device.
    Device(DeviceId),
    /// What is reached through a jump host.
    JumpHost(JumpHostId),
}

impl PolicyOf {
    /// The ids of the device, the tag and the jump host, of which there is at most one.
    fn ids(self) -> [Option<i64>; 3] {
        match self {
            PolicyOf::Server => [None; 3],
            PolicyOf::Device(id) => [Some(id.get()), None, None],
            PolicyOf::Tag(id) => [None, Some(id.get()), None],
            PolicyOf::JumpHost(id) => [None, None, Some(id.get())],
        }
    }
}

/// The policy of the row `p`, as JSON.
macro_rules! policy {
    () => {
        "json_build_object('connect_seconds', p.connect_seconds, 'command_seconds', p.command_seconds,
             'width', p.width, 'height', p.height, 'newline', p.newline, 'at_once', p.at_once,
             'per_second', p.per_second, 'crypto', p.crypto, 'kex', p.kex, 'host_key', p.host_key,
             'cipher', p.cipher, 'mac', p.mac)"
    };
}

/// The name of what the policy `p` is for, which `t` and `h` join.
macro_rules! named {
    () => {
        "left join tags t on t.id = p.tag_id left join jump_hosts h on h.id = p.jump_host_id"
    };
}

/// The limit of sessions that a run device `d` waits for, as JSON; null if it waits for none.
macro_rules! waits_for {
    () => {
        concat!(
            "case when d.state = 'queued' and d.waits_since is not null then
                 (select json_build_object('scope', p.scope, 'name', coalesce(t.name, h.name, ''),
                      'at_once', p.at_once, 'per_second', p.per_second)
                  from session_policies p ",
            $crate::store::session_policies::named!(),
            " where p.id = d.waits_for and (p.at_once is not null or p.per_second is not null)) end"
        )
    };
}

pub(super) use {named, waits_for};

impl Store {
    /// The policy that is set for something; an empty one if none is.
    pub async fn session_policy(&self, of: PolicyOf) -> Result<SessionPolicy> {
        let [device, tag, jump_host] = of.ids();
        let row: Option<Json<SessionPolicy>> = sqlx::query_scalar(concat!(
            "select ",
            policy!(),
            " from session_policies p where p.device_id is not distinct from $1
                 and p.tag_id is not distinct from $2 and p.jump_host_id is not distinct from $3"
        ))
        .bind(device)
        .bind(tag)
        .bind(jump_host)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.0).unwrap_or_default())
    }

    /// Replaces the policy of something. Its row stays: devices may be waiting for its limit.
    pub async fn set_session_policy(&self, of: PolicyOf, policy: &SessionPolicy) -> Result<()> {
        let [device, tag, jump_host] = of.ids();
        let mut tx = self.pool().begin().await?;
        // Changes come one after the other: there is one row for each of the places.
        sqlx::query("lock table session_policies in share row exclusive mode").execute(&mut *tx).await?;
        sqlx::query(
            "insert into session_policies (device_id, tag_id, jump_host_id) select $1, $2, $3
             where not exists (select 1 from session_policies p where p.device_id is not distinct from $1
                 and p.tag_id is not distinct from $2 and p.jump_host_id is not distinct from $3)",
        )
        .bind(device)
        .bind(tag)
        .bind(jump_host)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, RULES))?;
        sqlx::query(
            "update session_policies set connect_seconds = $4, command_seconds = $5, width = $6, height = $7,
                 newline = $8, at_once = $9, per_second = $10, crypto = $11, kex = $12, host_key = $13, cipher = $14,
                 mac = $15
             where device_id is not distinct from $1 and tag_id is not distinct from $2
                 and jump_host_id is not distinct from $3",
        )
        .bind(device)
        .bind(tag)
        .bind(jump_host)
        .bind(policy.connect_seconds)
        .bind(policy.command_seconds)
        .bind(policy.width)
        .bind(policy.height)
        .bind(policy.newline.map(Newline::as_str))
        .bind(policy.at_once)
        .bind(policy.per_second)
        .bind(policy.crypto.map(CryptoPolicy::as_str))
        .bind(&policy.kex)
        .bind(&policy.host_key)
        .bind(&policy.cipher)
        .bind(&policy.mac)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// All policies that are set for a device: its own, those of its tags by name, of the jump hosts before it, and the
    /// server's.
    pub async fn policies_of_device(&self, device_id: DeviceId) -> Result<Vec<SetPolicy>> {
        let rows: Vec<Json<SetPolicy>> = sqlx::query_scalar(concat!(
            "select json_build_object('scope', p.scope, 'name', coalesce(t.name, h.name, ''),
                 'jump_host_id', p.jump_host_id, 'policy', ",
            policy!(),
            ") from session_policies p ",
            named!(),
            " where p.device_id = $1 or p.scope = 'server'
                 or p.tag_id in (select tag_id from device_tags where device_id = $1)
                 or p.jump_host_id in (select c.jump_host_id from device_ways y
                     cross join lateral jump_chain(y.jump_host_id) c where y.device_id = $1)
             order by p.scope, t.name, p.id"
        ))
        .bind(device_id.get())
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }
}
