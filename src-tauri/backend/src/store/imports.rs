//! Many devices at once: finds those that exist, and adds the rest.

use std::collections::{HashMap, HashSet};

use netraven_api::devices::DeviceInput;
use netraven_api::sheet::{Entry, There};
use netraven_api::{DeviceId, TagId, Transport};
use serde::Deserialize;
use sqlx::types::Json;

use super::approvals::{self, Author};
use super::{Result, Store, explain, numbers};

/// What is said where a jump host of new devices is gone.
const GONE: &[(&str, &str)] =
    &[("devices_jump_host", "A jump host of these devices was deleted at the same moment. Import the file again.")];

/// A device that has an entry's name or its address and port.
#[derive(Deserialize)]
struct Twin {
    entry: usize,
    by_name: bool,
    hostname: String,
    ip_address: String,
    port: i64,
    device_type: String,
    transport: Transport,
}

/// For each entry, the device with its name and the one with its address and port.
pub type Twins = Vec<(Option<There>, Option<There>)>;

impl Store {
    /// Looks for devices that have the name, or the address and port, of an entry.
    pub async fn twins(&self, entries: &[Entry]) -> Result<Twins> {
        let names: Vec<&str> = entries.iter().map(Entry::hostname).collect();
        let addresses: Vec<&str> = entries.iter().map(Entry::address).collect();
        let ports: Vec<i64> = entries.iter().map(Entry::port).collect();
        let rows: Vec<Json<Twin>> = sqlx::query_scalar(
            "with wanted as (select * from unnest($1::text[], $2::text[], $3::bigint[])
                 with ordinality w (hostname, ip_address, port, place)),
             found as (
                 select w.place, true as by_name, d.* from wanted w join devices d on lower(d.hostname) = lower(w.hostname)
                 union all
                 select w.place, false, d.* from wanted w
                     join devices d on lower(d.ip_address) = lower(w.ip_address) and d.port = w.port)
             select json_build_object('entry', place - 1, 'by_name', by_name, 'hostname', hostname, 'ip_address', ip_address,
                 'port', port, 'device_type', device_type, 'transport', transport) from found",
        )
        .bind(names)
        .bind(addresses)
        .bind(ports)
        .fetch_all(self.pool())
        .await?;
        let mut twins: Twins = vec![(None, None); entries.len()];
        for Json(Twin { entry, by_name, hostname, ip_address, port, device_type, transport }) in rows {
            let Some((name, place)) = twins.get_mut(entry) else { continue };
            let there = There { hostname, ip_address, port, device_type, transport };
            *(if by_name { name } else { place }) = Some(there);
        }
        Ok(twins)
    }

    /// The ids of tags given by name or number. A number is an id or, failing that, a name.
    pub async fn tags_called(&self, called: &HashSet<&str>) -> Result<HashMap<String, TagId>> {
        let called: Vec<&str> = called.iter().copied().collect();
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select distinct on (w.called) w.called, t.id from unnest($1::text[]) w (called)
             join tags t on t.name = w.called or t.id::text = w.called order by w.called, (t.name = w.called)",
        )
        .bind(called)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|(called, id)| (called, id.into())).collect())
    }

    /// Creates tags with these names, where there are none.
    pub async fn make_tags(&self, names: &[&str]) -> Result<()> {
        sqlx::query(
            "insert into tags (name) select name from unnest($1::text[]) w (name) order by name on conflict do nothing",
        )
        .bind(names)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Adds devices with their tags (and the tag `default`) in one transaction, except those whose name or address has been
    /// taken meanwhile; returns the hostnames of those it added.
    pub async fn add_devices(&self, inputs: &[DeviceInput], author: &Author<'_>) -> Result<HashSet<String>> {
        let inputs = Json(inputs);
        let mut tx = self.pool().begin().await?;
        // In the order of their names, so that two imports of the same file do not deadlock.
        let added: Vec<(i64, String)> = sqlx::query_as(
            "insert into devices (hostname, ip_address, port, transport, device_type, description, serial_number, model,
                 source, notes, jump_host_id, direct, updated_by)
             select hostname, ip_address, coalesce(port, 22), coalesce(transport, 'ssh'), device_type, description,
                 serial_number, model, coalesce(source, 'imported'), notes, jump_host_id,
                 coalesce(direct, false), $2
             from jsonb_to_recordset($1) r (hostname text, ip_address text, port integer, transport text,
                 device_type text, description text, serial_number text, model text, source text, notes text,
                 jump_host_id bigint, direct boolean)
             order by lower(hostname) on conflict do nothing returning id, hostname",
        )
        .bind(inputs)
        .bind(author.name)
        .fetch_all(&mut *tx)
        .await
        .map_err(|error| explain(error, GONE))?;
        let (ids, names): (Vec<DeviceId>, Vec<String>) =
            added.into_iter().map(|(id, name)| (DeviceId::new(id), name)).unzip();
        sqlx::query(
            "insert into device_tags (device_id, tag_id)
             select d.id, t.id from unnest($1::bigint[], $2::text[]) d (id, hostname)
             join jsonb_to_recordset($3) r (hostname text, tags bigint[]) on r.hostname = d.hostname
             join tags t on t.id = any (r.tags) or t.name = 'default' on conflict do nothing",
        )
        .bind(numbers(&ids))
        .bind(&names)
        .bind(inputs)
        .execute(&mut *tx)
        .await?;
        approvals::added(&mut tx, &ids, author).await?;
        tx.commit().await?;
        Ok(names.into_iter().collect())
    }
}
