//! Where credentials may go: what an admin approved about a device, and whether that still holds. Knows no roles: the
//! caller says whether its changes to a device count as approved.

use netraven_api::devices::SeenDevice;
use netraven_api::evidence::ShownKey;
use netraven_api::{CredentialId, DeviceId, JumpHostId, TagId, Transport};
use serde::Deserialize;
use sqlx::PgTransaction;
use sqlx::types::Json;

use super::credentials::SealedAnswer;
use super::leases::Lease;
use super::recognised::{self, PlatformMemory};
use super::{Result, Store, StoreError, numbers};

/// Whether a device `d` has another way through jump hosts than the approved one: it chose another itself, or, where the
/// choice is that of its tags, it has gained or lost a tag with a jump host.
macro_rules! new_way {
    () => {
        "((d.approved_jump_host_id, d.approved_direct) is distinct from (d.jump_host_id, d.direct)
         or (d.jump_host_id is null and not d.direct and exists (select 1 from tags t where t.jump_host_id is not null
             and (t.id = any (d.approved_tags)) <> exists (select 1 from device_tags dt
                 where dt.device_id = d.id and dt.tag_id = t.id))))"
    };
}

/// Whether a device `d` waits for an admin: its address, port, transport, platform or way is not the approved one, or it
/// has a tag that brings a credential the approved tags do not bring. A tag that neither a credential nor a jump host
/// carries makes no difference.
macro_rules! waits {
    () => {
        concat!(
            "((d.approved_address, d.approved_port, d.approved_transport, d.approved_type)
             is distinct from (d.ip_address, d.port, d.transport, d.device_type)
         or ",
            $crate::store::approvals::new_way!(),
            "
         or exists (select 1 from device_tags dt join credential_tags ct on ct.tag_id = dt.tag_id
             where dt.device_id = d.id and dt.tag_id <> all (d.approved_tags) and not exists (select 1 from credential_tags a
                 where a.credential_id = ct.credential_id and a.tag_id = any (d.approved_tags))))"
        )
    };
}

/// A fingerprint of all that decides which credentials go to a device `d` and where: an approval quotes the one that was seen.
macro_rules! revision {
    () => {
        "md5(row(d.ip_address, d.port, d.transport, d.jump_host_id, d.direct, d.device_type,
             array(select tag_id from device_tags where device_id = d.id order by tag_id))::text)"
    };
}

/// Whether the credential `c` and the device `d` share a tag.
macro_rules! shared {
    () => {
        "exists (select 1 from credential_tags ct join device_tags dt on dt.tag_id = ct.tag_id
             where ct.credential_id = c.id and dt.device_id = d.id)"
    };
}

/// A device's approval as JSON, from the row `d`, where `w.waits` is whether it waits.
macro_rules! approval {
    () => {
        concat!(
            "json_build_object('waiting', w.waits, 'changed_by', d.aimed_by, 'changed_at', wire_time(d.aimed_at),
                'approved_by', d.approved_by, 'approved_at', wire_time(d.approved_at),
                'approved_address', d.approved_address, 'approved_port', d.approved_port, 'approved_type', d.approved_type,
                'approved_transport', d.approved_transport, 'new_way', ",
            $crate::store::approvals::new_way!(),
            ", 'new_tags', coalesce((select json_agg(t.name order by t.name) from device_tags dt
                    join tags t on t.id = dt.tag_id where dt.device_id = d.id and dt.tag_id <> all (d.approved_tags)), '[]'),
                'credentials', coalesce((select json_agg(c.username order by c.priority, c.id) from credentials c
                    where w.waits and ",
            $crate::store::approvals::shared!(),
            "), '[]'), 'revision', ",
            $crate::store::approvals::revision!(),
            ")"
        )
    };
}

pub(super) use {approval, new_way, revision, shared, waits};

/// The author of a device's address and tags.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// User name.
    pub name: &'a str,
    /// Whether the author's changes are approved by themselves: an admin's are.
    pub approves: bool,
}

/// A credential as a worker needs it, its secrets still sealed.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedLogin {
    /// Id, part of what the seal authenticates.
    pub id: CredentialId,
    /// User name.
    pub username: String,
    /// Sealed password.
    pub password: Option<String>,
    /// Sealed private key, as sessions use it.
    pub signing_key: Option<String>,
    /// Whether it signs in with the SSH agent of the worker's machine.
    pub uses_agent: bool,
    /// Fingerprint of the one key of the agent that is used, if it names one.
    pub agent_key: Option<String>,
    /// Sealed answers to questions, in the order their patterns are tried.
    pub answers: Vec<SealedAnswer>,
    /// Sealed enable password.
    pub enable_password: Option<String>,
    /// The only networks it may be sent to, if there are any.
    pub allowed_networks: Vec<String>,
}

/// A jump host as a worker needs it.
#[derive(Clone, Debug, Deserialize)]
pub struct SealedHop {
    /// Id.
    pub id: JumpHostId,
    /// Name.
    pub name: String,
    /// Address or name.
    pub address: String,
    /// TCP port.
    pub port: u16,
    /// The host key it is expected to show.
    pub host_key: Option<ShownKey>,
    /// The credential it is signed in to with.
    pub login: SealedLogin,
}

/// A credential `c` as a worker needs it, as JSON.
macro_rules! login {
    () => {
        "json_build_object('id', c.id, 'username', c.username, 'password', c.password, 'signing_key', c.signing_key,
             'uses_agent', c.uses_agent, 'agent_key', c.agent_key, 'answers', c.answers,
             'enable_password', c.enable_password, 'allowed_networks', c.allowed_networks)"
    };
}

/// Where credentials may be sent, and which ones: read together, so that none goes where it was not approved for.
#[derive(Clone, Debug, Deserialize)]
pub struct Aim {
    /// Address or name.
    pub ip_address: String,
    /// TCP port.
    pub port: u16,
    /// What carries the session.
    pub transport: Transport,
    /// Name of the platform.
    pub device_type: String,
    /// What is remembered of the platform, where it is to be recognised.
    pub memory: PlatformMemory,
    /// Whether an admin has to approve the device first; there are no logins then, and no jump hosts.
    pub waits: bool,
    /// Whether it is reached through a jump host.
    pub jumps: bool,
    /// The jump hosts it is reached through, the one nearest to the worker first.
    pub hops: Vec<SealedHop>,
    /// Which jump host each of its tags says, where they disagree.
    pub disagreement: Option<String>,
    /// The credentials that share a tag with the device, in the order they are tried.
    pub logins: Vec<SealedLogin>,
}

/// The outcome of a request to approve devices.
#[derive(Clone, Debug, Default)]
pub struct Approvals {
    /// Ids of the devices that are approved now.
    pub approved: Vec<DeviceId>,
    /// Ids of those that have changed since they were seen.
    pub changed: Vec<DeviceId>,
}

impl Store {
    /// Where a device's credentials may be sent; none if the device is gone.
    pub async fn aim(&self, device_id: DeviceId) -> Result<Option<Aim>> {
        let row: Option<Json<Aim>> = sqlx::query_scalar(concat!(
            "select json_build_object('ip_address', d.ip_address, 'port', d.port, 'transport', d.transport,
                 'device_type', d.device_type, 'memory', ",
            recognised::memory!(),
            ", 'waits', w.waits, 'jumps', y.jump_host_id is not null,
                 'disagreement', y.disagreement,
                 'hops', coalesce((select json_agg(json_build_object('id', h.id, 'name', h.name, 'address', h.address,
                         'port', h.port, 'host_key', case when h.key_sha256 is not null then
                             json_build_object('key_type', h.key_type, 'sha256', h.key_sha256) end,
                         'login', ",
            login!(),
            ") order by p.place desc) from jump_chain(y.jump_host_id) p join jump_hosts h on h.id = p.jump_host_id
                     join credentials c on c.id = h.credential_id where not w.waits), '[]'),
                 'logins', coalesce((select json_agg(",
            login!(),
            " order by c.priority, c.id) from credentials c where not w.waits and ",
            shared!(),
            "), '[]')) from devices d join device_ways y on y.device_id = d.id cross join lateral (select ",
            waits!(),
            " as waits) w where d.id = $1"
        ))
        .bind(device_id.get())
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.0))
    }

    /// Records a device's actual address in its run, if it was moved after the run began.
    pub async fn moved(&self, lease: &Lease) -> Result<()> {
        sqlx::query(
            "update run_devices set ip_address = $4, port = $5, device_type = $6, transport = $7
             where run_id = $1 and device_id = $2 and attempt = $3 and state = 'running'",
        )
        .bind(lease.run_id.get())
        .bind(lease.device_id.get())
        .bind(lease.attempt)
        .bind(&lease.ip_address)
        .bind(i32::from(lease.port))
        .bind(&lease.device_type)
        .bind(lease.transport.as_str())
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Approves devices as they are, unless they have changed since they were seen. Unknown ids are in neither list.
    pub async fn approve_devices(&self, seen: &[SeenDevice], by: &str) -> Result<Approvals> {
        let ids: Vec<i64> = seen.iter().map(|device| device.id.get()).collect();
        let revisions: Vec<Option<&str>> = seen.iter().map(|device| device.revision.as_deref()).collect();
        let mut tx = self.pool().begin().await?;
        let there: Vec<i64> = sqlx::query_scalar("select id from devices where id = any ($1) order by id for update")
            .bind(&ids)
            .fetch_all(&mut *tx)
            .await?;
        let approved: Vec<i64> = sqlx::query_scalar(concat!(
            "update devices d set approved_by = $3, approved_at = now(), approved_address = d.ip_address,
                 approved_port = d.port, approved_transport = d.transport, approved_type = d.device_type,
                 approved_jump_host_id = d.jump_host_id, approved_direct = d.direct,
                 approved_tags = array(select tag_id from device_tags where device_id = d.id)
             where d.id = any ($1) and not exists (select 1 from unnest($1::bigint[], $2::text[]) s (id, revision)
                 where s.id = d.id and s.revision is not null and s.revision <> ",
            revision!(),
            ") returning d.id"
        ))
        .bind(&ids)
        .bind(&revisions)
        .bind(by)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let changed = there.into_iter().filter(|id| !approved.contains(id)).map(DeviceId::new).collect();
        Ok(Approvals { approved: approved.into_iter().map(DeviceId::new).collect(), changed })
    }
}

/// Records the author of new devices' addresses and tags, and whether that approves them.
pub(super) async fn added(tx: &mut PgTransaction<'_>, ids: &[DeviceId], author: &Author<'_>) -> Result<()> {
    sqlx::query("update devices set aimed_by = $2, aimed_at = now() where id = any ($1)")
        .bind(numbers(ids))
        .bind(author.name)
        .execute(&mut **tx)
        .await?;
    let all = Named { address: true, ..Named::default() };
    if author.approves { approve(tx, ids, author, all).await } else { Ok(()) }
}

/// The parts of a device's aim that a change names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Named {
    pub address: bool,
    pub port: bool,
    pub transport: bool,
    pub way: bool,
    pub platform: bool,
    pub tags: bool,
}

/// Locks a device for a change and returns its revision; none if there is no such device.
pub(super) async fn before(tx: &mut PgTransaction<'_>, id: DeviceId) -> Result<String> {
    let locked: Option<i64> = sqlx::query_scalar("select id from devices where id = $1 for update")
        .bind(id.get())
        .fetch_optional(&mut **tx)
        .await?;
    locked.ok_or(StoreError::NotFound("Device"))?;
    let revision = sqlx::query_scalar(concat!("select ", revision!(), " from devices d where d.id = $1"));
    Ok(revision.bind(id.get()).fetch_one(&mut **tx).await?)
}

/// Records the author of a change to a device's address or tags, and approves what an admin named. Naming an address
/// vouches for the device as a whole; otherwise only for the named parts, and an address that waits goes on waiting.
pub(super) async fn changed(
    tx: &mut PgTransaction<'_>,
    id: DeviceId,
    author: &Author<'_>,
    named: Named,
    before: &str,
) -> Result<()> {
    sqlx::query(concat!(
        "update devices d set aimed_by = $2, aimed_at = now() where d.id = $1 and $3 <> ",
        revision!()
    ))
    .bind(id.get())
    .bind(author.name)
    .bind(before)
    .execute(&mut **tx)
    .await?;
    let names_any = named.address || named.port || named.transport || named.way || named.platform || named.tags;
    if author.approves && names_any { approve(tx, &[id], author, named).await } else { Ok(()) }
}

async fn approve(tx: &mut PgTransaction<'_>, ids: &[DeviceId], author: &Author<'_>, named: Named) -> Result<()> {
    sqlx::query(
        "update devices d set approved_by = $2, approved_at = now(),
             approved_address = case when $3 then d.ip_address else approved_address end,
             approved_port = case when $3 or $4 then d.port else approved_port end,
             approved_type = case when $3 or $5 then d.device_type else approved_type end,
             approved_tags = case when $3 or $6 then array(select tag_id from device_tags where device_id = d.id)
                 else approved_tags end,
             approved_transport = case when $3 or $7 then d.transport else approved_transport end,
             approved_jump_host_id = case when $3 or $8 then d.jump_host_id else approved_jump_host_id end,
             approved_direct = case when $3 or $8 then d.direct else approved_direct end
         where d.id = any ($1)",
    )
    .bind(numbers(ids))
    .bind(author.name)
    .bind(named.address)
    .bind(named.port)
    .bind(named.platform)
    .bind(named.tags)
    .bind(named.transport)
    .bind(named.way)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A tag that a user renames is no longer the approved one: an admin who reads the new name would otherwise send a
/// credential to the devices of the old one.
pub(super) async fn renamed(tx: &mut PgTransaction<'_>, tag_id: TagId) -> Result<()> {
    sqlx::query(
        "with carried as (select id from devices where $1 = any (approved_tags) order by id for update)
         update devices d set approved_tags = array_remove(d.approved_tags, $1) from carried where d.id = carried.id",
    )
    .bind(tag_id.get())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
