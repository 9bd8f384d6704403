//! Files fetched from devices: sealed, one row for each content a file had, the newest few of them.

use std::fmt;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use netraven_api::kept_files::KeptFile;
use netraven_api::{DeviceId, KeptFileId};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::leases::Lease;
use super::{Result, Store, StoreError};

/// How many contents are kept of each file.
const KEPT: i64 = 20;
/// Most rows of a device that are listed.
const LISTED: i64 = 1000;

const ROW: &str = "json_build_object('id', f.id, 'device_id', f.device_id, 'run_id', f.run_id, 'path', f.path,
    'sha256', f.sha256, 'bytes', f.bytes, 'parts', (select count(*) from kept_file_parts p where p.file_id = f.id),
    'fetched_at', wire_time(f.fetched_at), 'seen_at', wire_time(f.seen_at))";

/// A file to keep.
#[derive(Clone)]
pub struct NewFile {
    /// Its path on the device.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// Its bytes in pieces, each sealed by itself.
    pub parts: Vec<Vec<u8>>,
}

impl fmt::Debug for NewFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("NewFile").field("path", &self.path).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Store {
    /// The files kept of a device, by path, the newest content of each first.
    pub async fn kept_files(&self, device_id: DeviceId) -> Result<Vec<KeptFile>> {
        let sql =
            format!("select {ROW} from kept_files f where f.device_id = $1 order by f.path, f.id desc limit {LISTED}");
        let rows: Vec<Json<KeptFile>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(device_id.get()).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// One content of a kept file.
    pub async fn kept_file(&self, id: KeptFileId) -> Result<KeptFile> {
        let sql = format!("select {ROW} from kept_files f where f.id = $1");
        let row: Option<Json<KeptFile>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(id.get()).fetch_optional(self.pool()).await?;
        row.map(|row| row.0).ok_or(StoreError::NotFound("Kept file"))
    }

    /// A sealed part of a kept file, `place` counted from zero.
    pub async fn kept_file_part(&self, id: KeptFileId, place: i32) -> Result<Vec<u8>> {
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar("select sealed from kept_file_parts where file_id = $1 and place = $2")
                .bind(id.get())
                .bind(place)
                .fetch_optional(self.pool())
                .await?;
        sealed.ok_or(StoreError::NotFound("Part of the file"))
    }
}

/// Keeps a file, unless its newest content is the same; then only that it was seen again.
pub(super) async fn write(tx: &mut PgConnection, lease: &Lease, file: &NewFile) -> Result<()> {
    if seen_again(tx, lease, file).await? {
        return Ok(());
    }
    let Some(id) = insert(tx, lease, file).await? else { return Ok(()) };
    for (place, sealed) in (0_i32..).zip(&file.parts) {
        insert_part(tx, id, place, sealed).await?;
    }
    remove_old(tx, lease.device_id, &file.path).await
}

async fn seen_again(tx: &mut PgConnection, lease: &Lease, file: &NewFile) -> Result<bool> {
    let done = sqlx::query(
        "update kept_files set seen_at = greatest(seen_at, $4) where sha256 = $3
         and id = (select max(id) from kept_files where device_id = $1 and path = $2)",
    )
    .bind(lease.device_id.get())
    .bind(&file.path)
    .bind(&file.sha256)
    .bind(file.fetched_at.to_sqlx())
    .execute(tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The id of the new row; none if the device was deleted meanwhile.
async fn insert(tx: &mut PgConnection, lease: &Lease, file: &NewFile) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "insert into kept_files (device_id, run_id, path, sha256, bytes, fetched_at, seen_at)
         select id, $2, $3, $4, $5, $6, $6 from devices where id = $1 returning id",
    )
    .bind(lease.device_id.get())
    .bind(lease.run_id.get())
    .bind(&file.path)
    .bind(&file.sha256)
    .bind(file.bytes)
    .bind(file.fetched_at.to_sqlx())
    .fetch_optional(tx)
    .await?)
}

async fn insert_part(tx: &mut PgConnection, file_id: i64, place: i32, sealed: &[u8]) -> Result<()> {
    sqlx::query("insert into kept_file_parts (file_id, place, sealed) values ($1, $2, $3)")
        .bind(file_id)
        .bind(place)
        .bind(sealed)
        .execute(tx)
        .await?;
    Ok(())
}

async fn remove_old(tx: &mut PgConnection, device_id: DeviceId, path: &str) -> Result<()> {
    sqlx::query(
        "delete from kept_files where device_id = $1 and path = $2 and id not in
             (select id from kept_files where device_id = $1 and path = $2 order by id desc limit $3)",
    )
    .bind(device_id.get())
    .bind(path)
    .bind(KEPT)
    .execute(tx)
    .await?;
    Ok(())
}
