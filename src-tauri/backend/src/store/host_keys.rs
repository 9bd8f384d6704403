//! Host keys, stored on first use or because an admin trusts them.

use netraven_api::DeviceId;
use netraven_api::devices::{HostKey, TrustedKey};
use netraven_api::evidence::ShownKey;
use sqlx::types::Json;

use super::{Result, Store, StoreError};

impl Store {
    /// The stored host key of a device, if it has one.
    pub async fn host_key(&self, device_id: DeviceId) -> Result<Option<HostKey>> {
        let row: Option<Json<HostKey>> = sqlx::query_scalar(
            "select json_build_object('device_id', device_id, 'key_type', key_type, 'sha256', sha256,
             'first_seen', first_seen, 'trusted_by', trusted_by) from host_keys where device_id = $1",
        )
        .bind(device_id.get())
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.0))
    }

    /// Stores the first host key a device showed; an existing one stays.
    pub async fn trust_host_key(&self, device_id: DeviceId, key_type: &str, sha256: &str) -> Result<()> {
        sqlx::query(
            "insert into host_keys (device_id, key_type, sha256)
             select id, $2, $3 from devices where id = $1 on conflict (device_id) do nothing",
        )
        .bind(device_id.get())
        .bind(key_type)
        .bind(sha256)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The last key a device showed, stored or not.
    pub async fn shown_host_key(&self, device_id: DeviceId) -> Result<Option<ShownKey>> {
        let row: Option<(String, String)> = sqlx::query_as(
            "select key ->> 'key_type', key ->> 'sha256' from (select result_time, id,
                 coalesce(nullif(details #> '{host_keys,offered}', 'null'), details -> 'host_key') as key
                 from job_results where device_id = $1 and (cause = 'host-key-changed' or status = 'success')) shown
             where key ->> 'key_type' is not null and key ->> 'sha256' is not null
             order by result_time desc, id desc limit 1",
        )
        .bind(device_id.get())
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|(key_type, sha256)| ShownKey { key_type, sha256 }))
    }

    /// Replaces a stored key; returns whether the replaced one was still there, or none at all.
    pub async fn replace_host_key(&self, device_id: DeviceId, key: &TrustedKey, by: &str) -> Result<bool> {
        let done = sqlx::query(
            "insert into host_keys as kept (device_id, key_type, sha256, trusted_by) select id, $2, $3, $5 from devices
             where id = $1 on conflict (device_id) do update set key_type = excluded.key_type, sha256 = excluded.sha256,
             trusted_by = excluded.trusted_by, first_seen = now() where kept.sha256 = $4",
        )
        .bind(device_id.get())
        .bind(&key.key_type)
        .bind(&key.sha256)
        .bind(&key.replaces)
        .bind(by)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets the stored host key of a device.
    pub async fn forget_host_key(&self, device_id: DeviceId) -> Result<()> {
        let done = sqlx::query("delete from host_keys where device_id = $1")
            .bind(device_id.get())
            .execute(self.pool())
            .await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Host key")) } else { Ok(()) }
    }
}
