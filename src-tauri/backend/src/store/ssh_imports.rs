//! What an import of ssh hosts compares with: jump hosts, devices with their ways, and credentials by user name.

use netraven_api::{CredentialId, DeviceId, JumpHostId, TagId, Transport};
use serde::Deserialize;
use sqlx::types::Json;

use super::{Result, Store};

/// A jump host, as far as a file describes one.
#[derive(Clone, Debug, Deserialize)]
pub struct KnownJumpHost {
    /// Id.
    pub id: JumpHostId,
    /// Name.
    pub name: String,
    /// Address or name.
    pub address: String,
    /// TCP port.
    pub port: i64,
    /// User name of its credential.
    pub username: String,
    /// The jump host it is reached through.
    pub through: Option<JumpHostId>,
}

/// A credential, as far as a file asks for one.
#[derive(Clone, Debug, Deserialize)]
pub struct KnownLogin {
    /// Id.
    pub id: CredentialId,
    /// User name.
    pub username: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it has a private key.
    pub has_key: bool,
    /// Ids of its tags.
    pub tags: Vec<TagId>,
}

/// Where a device of a file is.
#[derive(Clone, Debug)]
pub struct WantedDevice<'a> {
    /// Name.
    pub hostname: &'a str,
    /// Address in the stored form.
    pub address: &'a str,
    /// TCP port.
    pub port: i64,
    /// The jump host it is to choose; none if it chooses none.
    pub jump_host_id: Option<JumpHostId>,
    /// Whether it is to be looked for by its place too: not if its jump host is yet to be added.
    pub by_place: bool,
}

/// An existing device with the name or the place of one of a file.
#[derive(Clone, Debug, Deserialize)]
pub struct FoundDevice {
    /// Id.
    pub id: DeviceId,
    /// Name.
    pub hostname: String,
    /// Address or name.
    pub ip_address: String,
    /// TCP port.
    pub port: i64,
    /// What carries a session with it.
    pub transport: Transport,
    /// The jump host it is reached through, whoever chose that.
    pub way: Option<JumpHostId>,
    /// Name of that jump host.
    pub way_name: Option<String>,
}

/// An answer of the database: the device, the place of the one it was found for, and by what.
#[derive(Deserialize)]
struct FoundRow {
    entry: usize,
    by_name: bool,
    device: FoundDevice,
}

impl Store {
    /// Every jump host.
    pub async fn known_jump_hosts(&self) -> Result<Vec<KnownJumpHost>> {
        let rows: Vec<Json<KnownJumpHost>> = sqlx::query_scalar(
            "select json_build_object('id', h.id, 'name', h.name, 'address', h.address, 'port', h.port,
                 'username', c.username, 'through', h.through_id)
             from jump_hosts h join credentials c on c.id = h.credential_id order by h.id",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The credentials with one of these user names, and the one with this id, in the order they are tried.
    pub async fn known_logins(&self, usernames: &[&str], id: Option<CredentialId>) -> Result<Vec<KnownLogin>> {
        let rows: Vec<Json<KnownLogin>> = sqlx::query_scalar(
            "select json_build_object('id', c.id, 'username', c.username, 'description', c.description,
                 'has_key', c.signing_key is not null,
                 'tags', coalesce((select json_agg(ct.tag_id) from credential_tags ct
                     where ct.credential_id = c.id), '[]'))
             from credentials c where c.username = any ($1) or c.id = $2 order by c.priority, c.id",
        )
        .bind(usernames)
        .bind(id.map(CredentialId::get))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// For each device of a file, the existing one with its name, and the one in its place.
    pub async fn found_devices(
        &self,
        wanted: &[WantedDevice<'_>],
    ) -> Result<Vec<(Option<FoundDevice>, Option<FoundDevice>)>> {
        let names: Vec<&str> = wanted.iter().map(|device| device.hostname).collect();
        let addresses: Vec<&str> = wanted.iter().map(|device| device.address).collect();
        let ports: Vec<i64> = wanted.iter().map(|device| device.port).collect();
        // No id of a jump host is negative, and 0 stands for none in the index of places.
        let jump = |device: &WantedDevice<'_>| match device.jump_host_id {
            _ if !device.by_place => -1,
            id => id.map_or(0, JumpHostId::get),
        };
        let jumps: Vec<i64> = wanted.iter().map(jump).collect();
        let rows: Vec<Json<FoundRow>> = sqlx::query_scalar(
            "with wanted as (select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
                 with ordinality w (hostname, ip_address, port, jump_host_id, place)),
             found as (
                 select w.place, true as by_name, d.id from wanted w
                     join devices d on lower(d.hostname) = lower(w.hostname)
                 union all
                 select w.place, false, d.id from wanted w join devices d on lower(d.ip_address) = lower(w.ip_address)
                     and d.port = w.port and coalesce(d.jump_host_id, 0) = w.jump_host_id)
             select json_build_object('entry', f.place - 1, 'by_name', f.by_name, 'device', json_build_object(
                 'id', d.id, 'hostname', d.hostname, 'ip_address', d.ip_address, 'port', d.port,
                 'transport', d.transport, 'way', y.jump_host_id, 'way_name', h.name))
             from found f join devices d on d.id = f.id join device_ways y on y.device_id = d.id
                 left join jump_hosts h on h.id = y.jump_host_id",
        )
        .bind(names)
        .bind(addresses)
        .bind(ports)
        .bind(jumps)
        .fetch_all(self.pool())
        .await?;
        let mut found = vec![(None, None); wanted.len()];
        for Json(FoundRow { entry, by_name, device }) in rows {
            let Some((name, place)) = found.get_mut(entry) else { continue };
            *(if by_name { name } else { place }) = Some(device);
        }
        Ok(found)
    }
}
