//! The source of truth, in Postgres: one file per table, one statement per function. Knows neither HTTP nor the queue.

mod absence;
pub mod approvals;
pub mod cancels;
pub mod clock;
pub mod configs;
pub mod credentials;
pub mod crypto_report;
pub mod devices;
pub mod host_keys;
pub mod imports;
pub mod jobs;
pub mod jump_hosts;
pub mod kept_files;
pub mod leases;
pub mod listing;
pub mod logs;
pub mod matrix;
pub mod outcomes;
pub mod platform_files;
pub mod queues;
pub mod recognised;
pub mod results;
pub mod retention;
pub mod run_filter;
pub mod runs;
pub mod session_policies;
pub mod settings;
pub mod ssh_imports;
pub mod starts;
pub mod startup;
pub mod system;
pub mod tags;
pub mod tallies;
pub mod trials;
pub mod turns;
pub mod users;
#[cfg(test)]
mod words;

use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

pub use absence::Absence;

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// A rule of the data forbids it; the text is for people.
    #[error("{0}")]
    Conflict(String),
    /// The database refused or did not answer.
    #[error("the database request failed: {0}")]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether the database was away or busy for a moment, so that the call may be repeated.
    #[must_use]
    pub fn is_absence(&self) -> bool {
        match self {
            StoreError::Database(error) => Absence::of(error).is_some(),
            StoreError::NotFound(_) | StoreError::Conflict(_) => false,
        }
    }
}

/// A JSON value without the one letter that Postgres cannot store.
fn without_nul(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace('\0', "")),
        Value::Array(items) => items.iter().map(without_nul).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.replace('\0', ""), without_nul(value))).collect()
        }
        other => other.clone(),
    }
}

/// Shorthand for the store's results.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// How long a connection may be idle before it is checked.
const IDLE: Duration = Duration::from_secs(1);

/// The database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: PgPool,
}

impl Store {
    /// Connects and brings the tables up to date.
    pub async fn connect(url: &str) -> anyhow::Result<Store> {
        let options =
            PgConnectOptions::from_str(url)?.application_name("netraven").statement_cache_capacity(256).options([
                ("timezone", "UTC"),
                ("statement_timeout", "60000"),
                ("lock_timeout", "15000"),
                // A process that stops between two statements of a transaction must not keep its locks.
                ("idle_in_transaction_session_timeout", "5000"),
            ]);
        let pool = PgPoolOptions::new()
            .max_connections(24)
            .acquire_timeout(Duration::from_secs(6))
            // A recently used connection is alive; checking each time would double the work of small requests.
            .test_before_acquire(false)
            .before_acquire(|connection, used| {
                Box::pin(async move {
                    if used.idle_for >= IDLE {
                        sqlx::Connection::ping(connection).await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options)
            .await?;
        sqlx::migrate!("../../migrations").run(&pool).await?;
        let store = Store { pool };
        store.ensure_log_partitions().await?;
        Ok(store)
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }

    /// A connection of its own, outside the pool: for the scheduler's lead, which is held by the connection. The database
    /// ends it after `silence_s` seconds without traffic, so that the lead of a process that hangs, or whose machine is gone,
    /// passes on.
    pub async fn own_connection(&self, silence_s: u32) -> Result<sqlx::PgConnection> {
        use sqlx::ConnectOptions as _;
        let options = self.pool.connect_options().as_ref().clone();
        let limit = format!("{silence_s}s");
        Ok(options.options([("idle_session_timeout", limit.as_str())]).connect().await?)
    }

    /// The database's clock, which all its servers and workers share.
    pub async fn now(&self) -> Result<jiff::Timestamp> {
        let now: jiff_sqlx::Timestamp = sqlx::query_scalar("select now()").fetch_one(&self.pool).await?;
        Ok(now.to_jiff())
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// The pattern of "contains this text" for `ilike`, with the text's own wildcards taken literally.
fn contains(text: &Option<String>) -> Option<String> {
    let text = text.as_deref().filter(|text| !text.is_empty())?;
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Some(pattern)
}

/// Ids as the database takes them.
fn numbers<I: Copy + Into<i64>>(ids: &[I]) -> Vec<i64> {
    ids.iter().map(|id| (*id).into()).collect()
}

/// Turns the violation of a named constraint into a sentence.
fn explain(error: sqlx::Error, constraints: &[(&str, &str)]) -> StoreError {
    let name = error.as_database_error().and_then(|error| error.constraint());
    match name.and_then(|name| constraints.iter().find(|(constraint, _)| *constraint == name)) {
        Some((_, sentence)) => StoreError::Conflict((*sentence).to_owned()),
        None => StoreError::Database(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_matches_itself_only() {
        assert_eq!(contains(&Some("50%_a\\".into())).as_deref(), Some("%50\\%\\_a\\\\%"));
        assert_eq!(contains(&Some(String::new())), None);
    }
}
