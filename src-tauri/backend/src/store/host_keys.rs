//! Host keys, stored on first use.

use netraven_api::devices::HostKey;
use sqlx::types::Json;

use super::{Result, Store, StoreError};

impl Store {
    /// The stored host key of a device, if it has one.
    pub async fn host_key(&self, device_id: i64) -> Result<Option<HostKey>> {
        let row: Option<Json<HostKey>> = sqlx::query_scalar(
            "select json_build_object('device_id', device_id, 'key_type', key_type, 'sha256', sha256,
             'first_seen', first_seen) from host_keys where device_id = $1",
        )
        .bind(device_id)
        .fetch_optional(self.pool())
        .await?;
        Ok(row.map(|row| row.0))
    }

    /// Stores the host key a device showed first; one that is there already stays.
    pub async fn trust_host_key(&self, device_id: i64, key_type: &str, sha256: &str) -> Result<()> {
        sqlx::query(
            "insert into host_keys (device_id, key_type, sha256)
             select id, $2, $3 from devices where id = $1 on conflict (device_id) do nothing",
        )
        .bind(device_id)
        .bind(key_type)
        .bind(sha256)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Forgets the stored host key of a device.
    pub async fn forget_host_key(&self, device_id: i64) -> Result<()> {
        let done =
            sqlx::query("delete from host_keys where device_id = $1").bind(device_id).execute(self.pool()).await?;
        if done.rows_affected() == 0 { Err(StoreError::NotFound("Host key")) } else { Ok(()) }
    }
}
