//! Devices and their tags.

use netraven_api::Page;
use netraven_api::devices::{Device, DeviceInput, ListDevices};
use sqlx::types::Json;

use super::{Result, Store, StoreError, contains, exact, explain, window};

const UNIQUE: &[(&str, &str)] = &[
    ("devices_hostname_key", "Hostname already registered"),
    ("devices_address_key", "Ip_address already registered with this port"),
];

const DEVICE: &str = "select json_build_object(
    'id', d.id, 'hostname', d.hostname, 'ip_address', d.ip_address, 'device_type', d.device_type,
    'description', d.description, 'port', d.port, 'serial_number', d.serial_number, 'model', d.model,
    'source', d.source, 'notes', d.notes, 'created_at', d.created_at, 'last_seen', d.last_seen,
    'tags', coalesce((select json_agg(json_build_object('id', t.id, 'name', t.name, 'type', t.type,
        'description', t.description) order by t.name)
        from device_tags dt join tags t on t.id = dt.tag_id where dt.device_id = d.id), '[]'),
    'matching_credentials_count', (select count(distinct ct.credential_id) from device_tags dt
        join credential_tags ct on ct.tag_id = dt.tag_id where dt.device_id = d.id),
    'last_updated', d.last_updated, 'updated_by', d.updated_by,
    'last_result', r.status, 'last_cause', r.cause, 'last_result_at', r.result_time,
    'last_snapshot_at', (select c.retrieved_at from device_configurations c
        where c.device_id = d.id order by c.id desc limit 1))
    from devices d left join lateral (select status, cause, result_time from job_results
        where device_id = d.id order by result_time desc limit 1) r on true ";

const FILTER: &str = "where ($1::text is null or d.hostname ilike $1) and ($2::text is null or d.ip_address ilike $2)
    and ($3::text is null or d.device_type = $3) and ($4::text is null or d.serial_number ilike $4)
    and ($5::text is null or d.model ilike $5) and ($6::text is null or d.source = $6)
    and ($7::text is null or d.notes ilike $7)
    and (cardinality($8::bigint[]) = 0 or exists (select 1 from device_tags dt
        where dt.device_id = d.id and dt.tag_id = any($8))) ";

impl Store {
    /// One page of devices by hostname.
    pub async fn list_devices(&self, query: &ListDevices) -> Result<Page<Device>> {
        let (page, size, offset) = window(query.page, query.size);
        let rows = format!("{DEVICE}{FILTER}order by lower(d.hostname), d.id limit $9 offset $10");
        let count = format!("select count(*) from devices d {FILTER}");
        let (hostname, address) = (contains(&query.hostname), contains(&query.ip_address));
        let (serial, model, notes) = (contains(&query.serial_number), contains(&query.model), contains(&query.notes));
        let items: Vec<Json<Device>> = sqlx::query_scalar(sqlx::AssertSqlSafe(rows))
            .bind(&hostname)
            .bind(&address)
            .bind(exact(&query.device_type))
            .bind(&serial)
            .bind(&model)
            .bind(exact(&query.source))
            .bind(&notes)
            .bind(&query.tag_id)
            .bind(size)
            .bind(offset)
            .fetch_all(self.pool())
            .await?;
        let total = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(&hostname)
            .bind(&address)
            .bind(exact(&query.device_type))
            .bind(&serial)
            .bind(&model)
            .bind(exact(&query.source))
            .bind(&notes)
            .bind(&query.tag_id)
            .fetch_one(self.pool())
            .await?;
        Ok(Page::new(items.into_iter().map(|row| row.0).collect(), total, page, size))
    }

    /// One device.
    pub async fn device(&self, id: i64) -> Result<Device> {
        let row: Option<Json<Device>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("{DEVICE}where d.id = $1")))
            .bind(id)
            .fetch_optional(self.pool())
            .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Device"))
    }

    /// Adds a device with its tags (and the tag `default`) and answers its id.
    pub async fn create_device(&self, input: &DeviceInput, by: &str) -> Result<i64> {
        let mut tx = self.pool().begin().await?;
        let id: i64 = sqlx::query_scalar(
            "insert into devices (hostname, ip_address, port, device_type, description, serial_number, model, source,
             notes, updated_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        )
        .bind(&input.hostname)
        .bind(&input.ip_address)
        .bind(port(input.port.unwrap_or(22)))
        .bind(&input.device_type)
        .bind(&input.description)
        .bind(&input.serial_number)
        .bind(&input.model)
        .bind(input.source.as_deref().unwrap_or("local"))
        .bind(&input.notes)
        .bind(by)
        .fetch_one(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        sqlx::query(
            "insert into device_tags (device_id, tag_id)
             select $1, id from tags where id = any($2) or name = 'default' on conflict do nothing",
        )
        .bind(id)
        .bind(input.tags.as_deref().unwrap_or_default())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes a device; absent fields stay, given tags replace the old ones (`default` stays).
    pub async fn update_device(&self, id: i64, input: &DeviceInput, by: &str) -> Result<()> {
        let mut tx = self.pool().begin().await?;
        let done = sqlx::query(
            "update devices set hostname = coalesce($2, hostname), ip_address = coalesce($3, ip_address),
             port = coalesce($4, port), device_type = coalesce($5, device_type),
             description = coalesce($6, description), serial_number = coalesce($7, serial_number),
             model = coalesce($8, model), notes = coalesce($9, notes), last_updated = now(), updated_by = $10
             where id = $1",
        )
        .bind(id)
        .bind(&input.hostname)
        .bind(&input.ip_address)
        .bind(input.port.map(port))
        .bind(&input.device_type)
        .bind(&input.description)
        .bind(&input.serial_number)
        .bind(&input.model)
        .bind(&input.notes)
        .bind(by)
        .execute(&mut *tx)
        .await
        .map_err(|error| explain(error, UNIQUE))?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound("Device"));
        }
        if let Some(tags) = &input.tags {
            sqlx::query(
                "delete from device_tags where device_id = $1 and tag_id <> all($2)
                 and tag_id <> (select id from tags where name = 'default')",
            )
            .bind(id)
            .bind(tags)
            .execute(&mut *tx)
            .await?;
            sqlx::query(
                "insert into device_tags (device_id, tag_id) select $1, id from tags where id = any($2)
                 on conflict do nothing",
            )
            .bind(id)
            .bind(tags)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Removes a device with its results and snapshots.
    pub async fn delete_device(&self, id: i64) -> Result<()> {
        let done = sqlx::query("delete from devices where id = $1").bind(id).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Device")) } else { Ok(()) }
    }

    /// Notes that a device answered, and what it said of itself; absent facts stay.
    pub async fn device_seen(&self, id: i64, model: Option<&str>, serial: Option<&str>) -> Result<()> {
        sqlx::query(
            "update devices set last_seen = now(), model = coalesce($2, model),
             serial_number = coalesce($3, serial_number) where id = $1",
        )
        .bind(id)
        .bind(model)
        .bind(serial)
        .execute(self.pool())
        .await?;
        Ok(())
    }
}

fn port(port: i64) -> i32 {
    i32::try_from(port).expect("the server checked that a port is 1 to 65535")
}
