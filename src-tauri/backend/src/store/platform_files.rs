//! Platforms that admins saved, sealed: the store does not know what is in them.

use netraven_api::platforms::SavedPlatform;
use serde::Deserialize;
use sqlx::types::Json;

use super::{Result, Store};

/// What a head is read from, the row being `p`.
const HEAD: &str = "json_build_object('name', p.name, 'version', p.version, 'changed_by', p.changed_by,
    'changed_at', wire_time(p.changed_at), 'recordings', p.recordings)";

/// The sealed text of a platform's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedText {
    /// Name of the platform.
    pub name: String,
    /// The text, sealed for [`text_place`].
    pub sealed: String,
}

/// A saved platform with its recordings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SealedPlatform {
    /// Its version, and who changed it.
    pub saved: SavedPlatform,
    /// The text of its file, sealed for [`text_place`].
    pub text: String,
    /// Its recordings as JSON, sealed for [`recordings_place`].
    pub recordings: String,
}

/// A platform as it is to be saved.
#[derive(Clone, Copy, Debug)]
pub struct NewPlatformFile<'a> {
    /// Its name.
    pub name: &'a str,
    /// The text of its file, sealed for [`text_place`].
    pub text: &'a str,
    /// Its recordings as JSON, sealed for [`recordings_place`].
    pub recordings: &'a str,
    /// How many recordings there are.
    pub count: usize,
    /// Name of the user who saves it.
    pub by: &'a str,
}

/// What the text of a platform's file is sealed for.
pub fn text_place(name: &str) -> String {
    format!("platform_files.text:{name}")
}

/// What the recordings of a platform are sealed for.
pub fn recordings_place(name: &str) -> String {
    format!("platform_files.recordings:{name}")
}

impl Store {
    /// Names and versions of all saved platforms in one short text: it changes whenever one of them does.
    pub async fn platform_files_mark(&self) -> Result<String> {
        let mark =
            "select coalesce(md5(string_agg(name || ' ' || version, ',' order by name)), '') from platform_files";
        Ok(sqlx::query_scalar(mark).fetch_one(self.pool()).await?)
    }

    /// The texts of all saved platforms, by name.
    pub async fn platform_texts(&self) -> Result<Vec<SealedText>> {
        let texts = "select name, text_sealed from platform_files order by name";
        let rows: Vec<(String, String)> = sqlx::query_as(texts).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|(name, sealed)| SealedText { name, sealed }).collect())
    }

    /// What is known of all saved platforms beside their texts, by name.
    pub async fn saved_platforms(&self) -> Result<Vec<SavedPlatform>> {
        let sql = format!("select {HEAD} from platform_files p order by p.name");
        let rows: Vec<Json<SavedPlatform>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(self.pool()).await?;
        Ok(rows.into_iter().map(|row| row.0).collect())
    }

    /// A saved platform, if there is one of this name.
    pub async fn platform_file(&self, name: &str) -> Result<Option<SealedPlatform>> {
        let sql = format!(
            "select json_build_object('saved', {HEAD}, 'text', p.text_sealed, 'recordings', p.recordings_sealed)
             from platform_files p where p.name = $1"
        );
        let row: Option<Json<SealedPlatform>> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(name).fetch_optional(self.pool()).await?;
        Ok(row.map(|row| row.0))
    }

    /// Saves a platform that is not saved yet; nothing is returned, and nothing changed, if there is one of its name.
    pub async fn add_platform_file(&self, file: &NewPlatformFile<'_>) -> Result<Option<SavedPlatform>> {
        let sql = format!(
            "insert into platform_files as p (name, text_sealed, recordings_sealed, recordings, changed_by)
             values ($1, $2, $3, $4, $5) on conflict (name) do nothing returning {HEAD}"
        );
        let row: Option<Json<SavedPlatform>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(file.name)
            .bind(file.text)
            .bind(file.recordings)
            .bind(count(file))
            .bind(file.by)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.0))
    }

    /// Replaces a version of a saved platform; nothing is returned, and nothing changed, if it is no longer the one.
    pub async fn replace_platform_file(
        &self,
        file: &NewPlatformFile<'_>,
        version: i64,
    ) -> Result<Option<SavedPlatform>> {
        let sql = format!(
            "update platform_files as p set text_sealed = $2, recordings_sealed = $3, recordings = $4, changed_by = $5,
                 changed_at = now(), version = nextval('platform_file_versions')
             where p.name = $1 and p.version = $6 returning {HEAD}"
        );
        let row: Option<Json<SavedPlatform>> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(file.name)
            .bind(file.text)
            .bind(file.recordings)
            .bind(count(file))
            .bind(file.by)
            .bind(version)
            .fetch_optional(self.pool())
            .await?;
        Ok(row.map(|row| row.0))
    }

    /// Deletes a version of a saved platform; whether it was deleted. Without another definition of its name it is kept
    /// as long as devices have it.
    pub async fn delete_platform_file(&self, name: &str, version: i64, has_another: bool) -> Result<bool> {
        let done = sqlx::query(
            "delete from platform_files where name = $1 and version = $2
             and ($3 or not exists (select 1 from devices where device_type = $1))",
        )
        .bind(name)
        .bind(version)
        .bind(has_another)
        .execute(self.pool())
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn count(file: &NewPlatformFile<'_>) -> i32 {
    i32::try_from(file.count).unwrap_or(i32::MAX)
}
