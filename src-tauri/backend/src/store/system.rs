//! The database's own version, size and state.

use jiff::Timestamp;

use super::{Result, Store};

/// Facts about the database, as it reports them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// Its version, as its server writes it: `15.18`.
    pub version: String,
    /// Bytes on disk.
    pub bytes: i64,
    /// Time of the oldest log line.
    pub oldest_log: Option<Timestamp>,
}

impl Store {
    /// Asks the database for them now.
    pub async fn facts(&self) -> Result<DatabaseFacts> {
        let (version, bytes, oldest): (String, i64, Option<jiff_sqlx::Timestamp>) = sqlx::query_as(
            "select split_part(current_setting('server_version'), ' ', 1), pg_database_size(current_database()),
             (select min(timestamp) from logs)",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(DatabaseFacts { version, bytes, oldest_log: oldest.map(jiff_sqlx::Timestamp::to_jiff) })
    }
}
