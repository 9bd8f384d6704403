//! Configurations read from devices; each is also in the snapshot repository.

use jiff::Timestamp;
use netraven_api::configs::{Config, ConfigHead, ListConfigs};
use netraven_api::{DeviceId, RunId, SnapshotId};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::listing::{Sql, is};
use super::{Result, Store, StoreError, contains, numbers};

/// Most snapshots with their texts at once.
const MOST: i64 = 500;

const HEAD: &str = "'id', c.id, 'device_id', c.device_id, 'retrieved_at', wire_time(c.retrieved_at),
    'config_metadata', c.config_metadata || jsonb_build_object('commit', c.commit_id)
        || jsonb_strip_nulls(jsonb_build_object('hostname', c.hostname))";

/// A snapshot that has no commit yet.
#[derive(Clone, Debug, Deserialize)]
pub struct Uncommitted {
    /// Id of the snapshot.
    pub id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// The device's hostname.
    pub hostname: String,
    /// Text, secrets hidden.
    pub text: String,
    /// When it was read.
    pub retrieved_at: Timestamp,
}

impl Store {
    /// The newest snapshot of a device: its id and its fingerprint. None if it is stored under another name than the device has now: a
    /// renamed device is stored again, since its file has another name.
    pub async fn newest_config(&self, device_id: DeviceId) -> Result<Option<(SnapshotId, String)>> {
        newest(&mut *self.pool().acquire().await?, device_id).await
    }

    /// The text of a snapshot, secrets hidden; none if it was removed.
    pub async fn config_text(&self, id: SnapshotId) -> Result<Option<String>> {
        let sql = "select config_data from device_configurations where id = $1";
        Ok(sqlx::query_scalar(sql).bind(id.get()).fetch_optional(self.pool()).await?)
    }

    /// Snapshots with their texts, the newest first, as a JSON array.
    pub async fn list_configs(&self, query: &ListConfigs) -> Result<String> {
        let mut sql = Sql::new(format!(
            "select coalesce(string_agg(c.row::text, ',' order by c.place), '') from (
             select json_build_object({HEAD}, 'config_data', c.config_data) as row, row_number() over () as place
             from (select * from device_configurations c where true"
        ));
        is(&mut sql, "c.device_id", query.device_id);
        sql.push(" order by c.retrieved_at desc, c.id desc limit ").push_bind(query.limit.unwrap_or(50).clamp(0, MOST));
        sql.push(" offset ").push_bind(query.start.unwrap_or(0).max(0)).push(") c) c");
        let items: String = sql.build_query_scalar().fetch_one(self.pool()).await?;
        Ok(format!("[{items}]"))
    }

    /// Snapshots whose texts contain this in any case, the newest first.
    pub async fn search_configs(&self, text: &str, limit: i64) -> Result<Vec<Config>> {
        let Some(pattern) = contains(&Some(text.to_owned())) else { return Ok(Vec::new()) };
        let rows: Vec<Json<Config>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select json_build_object({HEAD}, 'config_data', c.config_data) from device_configurations c
             where c.config_data ilike $1 order by c.retrieved_at desc, c.id desc limit $2"
        )))
        .bind(pattern)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Removes a snapshot; returns the id of its device.
    pub async fn delete_config(&self, id: SnapshotId) -> Result<DeviceId> {
        let device: Option<i64> =
            sqlx::query_scalar("delete from device_configurations where id = $1 returning device_id")
                .bind(id.get())
                .fetch_optional(self.pool())
                .await?;
        device.map(DeviceId::new).ok_or(StoreError::NotFound("Config snapshot"))
    }

    /// How many snapshots there are.
    pub async fn count_configs(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from device_configurations").fetch_one(self.pool()).await?)
    }

    /// One snapshot.
    pub async fn config(&self, id: SnapshotId) -> Result<Config> {
        let row: Option<Json<Config>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select json_build_object({HEAD}, 'config_data', c.config_data) from device_configurations c where c.id = $1"
        )))
        .bind(id.get())
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Config snapshot"))
    }

    /// The snapshots of a device without their texts, the newest first.
    pub async fn config_history(&self, device_id: DeviceId) -> Result<Vec<ConfigHead>> {
        let rows: Vec<Json<ConfigHead>> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select json_build_object({HEAD}) from device_configurations c where c.device_id = $1
             order by c.retrieved_at desc, c.id desc limit 1000"
        )))
        .bind(device_id.get())
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// The sealed raw text of a snapshot, with device and hostname.
    pub async fn sealed_config(&self, id: SnapshotId) -> Result<(DeviceId, String, String)> {
        let row: Option<(i64, String, Option<String>)> = sqlx::query_as(
            "select d.id, d.hostname, c.raw_sealed from device_configurations c join devices d on d.id = c.device_id
             where c.id = $1",
        )
        .bind(id.get())
        .fetch_optional(self.pool())
        .await?;
        match row {
            None => Err(StoreError::NotFound("Config snapshot")),
            Some((_, _, None)) => Err(StoreError::Conflict("This snapshot has no raw text.".to_owned())),
            Some((device, hostname, Some(sealed))) => Ok((device.into(), hostname, sealed)),
        }
    }

    /// Runs that ended, or were removed, and left snapshots without a commit, because of a crash.
    pub async fn runs_with_uncommitted(&self) -> Result<Vec<Option<RunId>>> {
        let ids: Vec<Option<i64>> = sqlx::query_scalar(
            "select distinct c.run_id from device_configurations c left join job_runs r on r.id = c.run_id
             where c.commit_id is null and (r.id is null or r.status not in ('queued', 'running')) order by 1",
        )
        .fetch_all(self.pool())
        .await?;
        Ok(ids.into_iter().map(|id| id.map(RunId::new)).collect())
    }

    /// The snapshots of a run that have no commit yet, in the order they were read.
    pub async fn uncommitted(&self, run_id: Option<RunId>) -> Result<Vec<Uncommitted>> {
        let rows: Vec<Json<Uncommitted>> = sqlx::query_scalar(
            "select json_build_object('id', c.id, 'device_id', c.device_id, 'hostname', d.hostname,
             'text', c.config_data, 'retrieved_at', c.retrieved_at)
             from device_configurations c join devices d on d.id = c.device_id
             where c.commit_id is null and c.run_id is not distinct from $1 order by c.id",
        )
        .bind(run_id.map(RunId::get))
        .fetch_all(self.pool())
        .await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// Records the commit that holds these snapshots.
    pub async fn set_commit(&self, ids: &[SnapshotId], commit: &str) -> Result<()> {
        sqlx::query("update device_configurations set commit_id = $2 where id = any($1)")
            .bind(numbers(ids))
            .bind(commit)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}

pub(super) async fn newest(connection: &mut PgConnection, device_id: DeviceId) -> Result<Option<(SnapshotId, String)>> {
    let newest: Option<(i64, String)> = sqlx::query_as(
        "select c.id, c.fingerprint from devices d cross join lateral
             (select id, fingerprint, hostname from device_configurations
              where device_id = d.id order by id desc limit 1) c
         where d.id = $1 and coalesce(c.hostname, d.hostname) = d.hostname",
    )
    .bind(device_id.get())
    .fetch_optional(connection)
    .await?;
    Ok(newest.map(|(id, fingerprint)| (id.into(), fingerprint)))
}
