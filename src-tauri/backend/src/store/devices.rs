//! Devices and their tags.

use std::collections::BTreeMap;

use netraven_api::devices::{Device, DeviceInput, DeviceSource, ListDevices};
use netraven_api::sorting::DeviceColumn;
use netraven_api::{DeviceId, JumpHostId, Order, Transport};
use sqlx::types::Json;

use super::approvals::{self, Author, Named};
use super::listing::{List, Paging, RawPage, SortKey, any_of, like, tagged};
use super::{Result, Store, StoreError, explain, numbers};

const ROW: &str = concat!(
    "json_build_object(
    'id', d.id, 'hostname', d.hostname, 'ip_address', d.ip_address, 'device_type', d.device_type,
    'description', d.description, 'port', d.port, 'transport', d.transport,
    'recognised', case when d.recognised_platform is not null then json_build_object('platform', d.recognised_platform,
        'sure', d.recognised_how_sure, 'at', wire_time(d.recognised_at)) end, 'jump_host_id', d.jump_host_id,
    'direct', d.direct, 'way', (select json_build_object('chosen_by', y.chosen_by, 'disagreement', y.disagreement,
        'names', coalesce((select json_agg(h.name order by p.place desc) from jump_chain(y.jump_host_id) p
            join jump_hosts h on h.id = p.jump_host_id), '[]')) from device_ways y where y.device_id = d.id),
    'serial_number', d.serial_number,
    'model', d.model,
    'source', d.source, 'notes', d.notes, 'created_at', wire_time(d.created_at), 'last_seen', wire_time(d.last_seen),
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'type', t.type,
        'description', t.description) order by t.name)
        from device_tags dt join tags t on t.id = dt.tag_id where dt.device_id = d.id), '[]'),
    'matching_credentials_count', (select count(distinct ct.credential_id) from device_tags dt
        join credential_tags ct on ct.tag_id = dt.tag_id where dt.device_id = d.id),
    'last_updated', wire_time(d.last_updated), 'updated_by', d.updated_by,
    'last_result', r.status, 'last_cause', r.cause, 'last_result_at', wire_time(r.result_time),
    'last_snapshot_at', (select wire_time(c.retrieved_at) from device_configurations c
        where c.device_id = d.id order by c.id desc limit 1),
    'startup', (select json_build_object('state', s.state, 'checked_at', wire_time(s.checked_at),
        'unsaved_since', wire_time(s.unsaved_since), 'reason', s.reason)
        from device_startups s where s.device_id = d.id),
    'approval', ",
    approvals::approval!(),
    ")"
);
const AROUND: &str = concat!(
    " left join lateral (select status, cause, result_time from job_results
    where device_id = d.id order by result_time desc limit 1) r on true cross join lateral (select ",
    approvals::waits!(),
    " as waits) w "
);
/// Whether a device waits for an admin, as the filter spells it.
const APPROVAL: &str = concat!("(case when ", approvals::waits!(), " then 'waiting' else 'approved' end)");
/// A device's newest result, as the filter spells it.
const CAME: &str = "coalesce((select status from job_results where device_id = d.id order by result_time desc limit 1), \
                    'never')";

/// The order of last results: failures by cause, then successes; null for a device without one.
const LAST_RESULT: &str = "(select status || ' ' || coalesce(cause, '') from job_results \
                                      where device_id = d.id order by result_time desc limit 1)";
/// When the newest snapshot was read.
const LAST_SNAPSHOT: &str =
    "(select c.retrieved_at from device_configurations c where c.device_id = d.id order by c.id desc limit 1)";
/// Whether its changes are saved, as the filter spells it; null where its platform has no startup configuration.
const STARTUP: &str = "(select s.state from device_startups s where s.device_id = d.id)";
/// Since when it has unsaved changes.
const UNSAVED_SINCE: &str = "(select s.unsaved_since from device_startups s where s.device_id = d.id)";
/// The names of the tags, joined.
const TAGS: &str = "(select string_agg(lower(t.name), ',' order by lower(t.name)) from device_tags dt \
                               join tags t on t.id = dt.tag_id where dt.device_id = d.id)";
/// How many credentials share a tag with it.
const CREDENTIALS: &str = "(select count(distinct ct.credential_id) from device_tags dt \
                           join credential_tags ct on ct.tag_id = dt.tag_id where dt.device_id = d.id)";
/// Whether a credential shares a tag with it.
const HAS_CREDENTIAL: &str = "exists (select 1 from device_tags dt \
                              join credential_tags ct on ct.tag_id = dt.tag_id where dt.device_id = d.id)";

const LIST: List = List {
    from: "devices d",
    counted: "devices d",
    columns: "d.*",
    name: "d",
    around: AROUND,
    row: ROW,
    then: &[],
    id: "d.id",
    order: Order::Ascending,
    pages_of_none: 0,
};

/// The database's expression for a column.
fn key(column: DeviceColumn) -> SortKey {
    match column {
        DeviceColumn::Id => SortKey::of("d.id"),
        DeviceColumn::Hostname => SortKey::of("lower(d.hostname)"),
        DeviceColumn::Address => SortKey::of("address_order(d.ip_address)"),
        DeviceColumn::Platform => SortKey::of("d.device_type"),
        DeviceColumn::Model => SortKey::nullable("d.model"),
        DeviceColumn::SerialNumber => SortKey::nullable("d.serial_number"),
        DeviceColumn::Source => SortKey::of("d.source"),
        DeviceColumn::CreatedAt => SortKey::of("d.created_at"),
        DeviceColumn::LastSeen => SortKey::nullable("d.last_seen"),
        DeviceColumn::LastUpdated => SortKey::of("d.last_updated"),
        DeviceColumn::LastResult => SortKey::nullable(LAST_RESULT),
        DeviceColumn::LastSnapshotAt => SortKey::nullable(LAST_SNAPSHOT),
        DeviceColumn::UnsavedSince => SortKey::nullable(UNSAVED_SINCE),
        DeviceColumn::Tags => SortKey::nullable(TAGS),
        DeviceColumn::Credentials => SortKey::of(CREDENTIALS),
    }
}

impl Store {
    /// One page of devices.
    pub async fn list_devices(&self, query: &ListDevices) -> Result<RawPage> {
        let paging = Paging::of(query.page, query.size)
            .sorted(key(query.sort.unwrap_or_default()), query.order)
            .between(query.after, query.before);
        let results: Vec<&str> = query.last_result.iter().map(|result| result.as_str()).collect();
        let sources: Vec<&str> = query.source.iter().map(|source| source.as_str()).collect();
        let approvals: Vec<&str> = query.approval.iter().map(|approval| approval.as_str()).collect();
        let startups: Vec<&str> = query.startup.iter().map(|state| state.as_str()).collect();
        self.page(&LIST, &paging, |sql| {
            like(sql, "d.hostname", &query.hostname);
            like(sql, "d.ip_address", &query.ip_address);
            any_of(sql, "d.device_type", &query.device_type);
            like(sql, "d.serial_number", &query.serial_number);
            like(sql, "d.model", &query.model);
            any_of(sql, "d.source", &sources);
            like(sql, "d.notes", &query.notes);
            tagged(sql, "device_tags", "device_id", "d.id", &query.tag_id);
            any_of(sql, CAME, &results);
            if let Some(wanted) = query.has_credential {
                sql.push(format!(" and {}{HAS_CREDENTIAL}", if wanted { "" } else { "not " }));
            }
            any_of(sql, APPROVAL, &approvals);
            any_of(sql, STARTUP, &startups);
        })
        .await
    }

    /// One device.
    pub async fn device(&self, id: DeviceId) -> Result<Device> {
        let sql = format!("select {ROW} from devices d{AROUND}where d.id = $1");
        let row: Option<Json<Device>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Device"))
    }

    /// Several devices.
    pub async fn devices_named(&self, ids: &[DeviceId]) -> Result<Vec<Device>> {
        let sql = format!("select {ROW} from devices d{AROUND}where d.id = any ($1) order by lower(d.hostname), d.id");
        let rows: Vec<Json<Device>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(numbers(ids)).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// How many devices each platform has; those without a device are absent.
    pub async fn devices_by_platform(&self) -> Result<BTreeMap<String, i64>> {
        let counted = "select device_type, count(*) from devices group by device_type";
        let rows: Vec<(String, i64)> = sqlx::query_as(counted).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().collect())
    }

    /// Adds a device with its tags (and the tag `default`) and returns its id.
    pub async fn create_device(&self, input: &DeviceInput, author: &Author<'_>) -> Result<DeviceId> {
        let mut tx = self.pool().begin().await?;
        let id: i64 = sqlx::query_scalar(
            "insert into devices (hostname, ip_address, port, device_type, description, serial_number, model, source,
             notes, updated_by, transport, jump_host_id, direct)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
        )
        .bind(&input.hostname)
        .bind(&input.ip_address)
        .bind(port(input.port.unwrap_or(22)))
        .bind(&input.device_type)
        .bind(&input.description)
        .bind(&input.serial_number)
        .bind(&input.model)
        .bind(input.source.unwrap_or(DeviceSource::Local).as_str())
        .bind(&input.notes)
        .bind(author.name)
        .bind(input.transport.unwrap_or_default().as_str())
        .bind(input.jump_host_id.flatten().map(JumpHostId::get))
        .bind(input.direct.unwrap_or(false))
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| taken(error, input))?;
        sqlx::query(
            "insert into device_tags (device_id, tag_id)
             select $1, id from tags where id = any($2) or name = 'default' on conflict do nothing",
        )
        .bind(id)
        .bind(numbers(input.tags.as_deref().unwrap_or_default()))
        .execute(&mut *tx)
        .await?;
        approvals::added(&mut tx, &[id.into()], author).await?;
        tx.commit().await?;
        Ok(id.into())
    }

    /// Changes a device; absent fields stay, the `emptied` are cleared, given tags replace the old ones (`default` stays).
    pub async fn update_device(
        &self,
        id: DeviceId,
        input: &DeviceInput,
        emptied: &[&str],
        author: &Author<'_>,
    ) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let before = approvals::before(&mut tx, id).await?;
        let chooses_way = input.jump_host_id.is_some() || input.direct == Some(true);
        sqlx::query(
            "update devices set hostname = coalesce($2, hostname), ip_address = coalesce($3, ip_address),
             port = coalesce($4, port), device_type = coalesce($5, device_type),
             description = case when 'description' = any($11) then null else coalesce($6, description) end,
             serial_number = case when 'serial_number' = any($11) then null else coalesce($7, serial_number) end,
             model = case when 'model' = any($11) then null else coalesce($8, model) end,
             notes = case when 'notes' = any($11) then null else coalesce($9, notes) end,
             source = coalesce($12, source), transport = coalesce($13, transport),
             jump_host_id = case when $14 then $15 else jump_host_id end, direct = coalesce($16, direct),
             last_updated = now(), updated_by = $10 where id = $1",
        )
        .bind(id.get())
        .bind(&input.hostname)
        .bind(&input.ip_address)
        .bind(input.port.map(port))
        .bind(&input.device_type)
        .bind(&input.description)
        .bind(&input.serial_number)
        .bind(&input.model)
        .bind(&input.notes)
        .bind(author.name)
        .bind(emptied)
        .bind(input.source.map(DeviceSource::as_str))
        .bind(input.transport.map(Transport::as_str))
        .bind(chooses_way)
        .bind(input.jump_host_id.flatten().map(JumpHostId::get))
        // One choice takes the other away.
        .bind(input.direct.or(input.jump_host_id.flatten().map(|_| false)))
        .execute(&mut *tx)
        .await
        .map_err(|error| taken(error, input))?;
        if let Some(tags) = &input.tags {
            sqlx::query(
                "delete from device_tags where device_id = $1 and tag_id <> all($2)
                 and tag_id <> (select id from tags where name = 'default')",
            )
            .bind(id.get())
            .bind(numbers(tags))
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "insert into device_tags (device_id, tag_id) select $1, id from tags where id = any($2)
                 on conflict do nothing",
            )
            .bind(id.get())
            .bind(numbers(tags))
            .execute(&mut *tx)
            .await?;
        }
        let named = Named {
            address: input.ip_address.is_some(),
            port: input.port.is_some(),
            transport: input.transport.is_some(),
            way: input.jump_host_id.is_some() || input.direct.is_some(),
            platform: input.device_type.is_some(),
            tags: input.tags.is_some(),
        };
        approvals::changed(&mut tx, id, author, named, &before).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a device with its results and snapshots.
    pub async fn delete_device(&self, id: DeviceId) -> Result<()> {
        let done = sqlx::query("delete from devices where id = $1").bind(id.get()).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Device")) } else { Ok(()) }
    }

    /// Records that a device answered, and the facts it gave; absent facts stay.
    pub async fn device_seen(&self, id: DeviceId, model: Option<&str>, serial: Option<&str>) -> Result<()> {
        sqlx::query(
            "update devices set last_seen = now(), model = coalesce($2, model),
             serial_number = coalesce($3, serial_number) where id = $1",
        )
        .bind(id.get())
        .bind(model)
        .bind(serial)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

/// Names the existing device, in NetRaven's words.
fn taken(error: sqlx::Error, input: &DeviceInput) -> StoreError {
    let hostname = input.hostname.as_deref().unwrap_or_default();
    let address = input.ip_address.as_deref().unwrap_or_default();
    let hostname = format!("Hostname already registered: {hostname}");
    let address =
        format!("Ip_address already registered: {address}; one address serves several devices on different ports");
    let rules = [
        ("devices_hostname_key", hostname.as_str()),
        ("devices_address_key", address.as_str()),
        ("devices_jump_host", "Jump host not found"),
    ];
    explain(error, &rules)
}

fn port(port: i64) -> i32 {
    i32::try_from(port).expect("the server checked that a port is 1 to 65535")
}
