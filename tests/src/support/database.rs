//! A database of a test's own, copied from one that has the tables already.

use anyhow::{Context as _, ensure};
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection as _, Row as _};

use super::servers::{Urls, servers};

/// What the names of tests' databases begin with.
pub const PREFIX: &str = "test_";
/// The database they are copied from.
pub const TEMPLATE: &str = "template_netraven";

/// A test's database, and the run's Redis; installations do not meet in Redis, because each has its own name there.
#[derive(Clone, Debug)]
pub struct Database {
    /// How both are reached.
    pub urls: Urls,
    pool: PgPool,
}

impl Database {
    /// A new one; it is removed with the run's servers.
    pub async fn create() -> anyhow::Result<Database> {
        let shared = tokio::task::spawn_blocking(servers).await??;
        let name = format!("{PREFIX}{}", uuid::Uuid::new_v4().simple());
        let mut owner = PgConnection::connect(&shared.database).await?;
        let create = format!("create database {name} template {TEMPLATE}");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut owner).await.context("no database for this test")?;
        // Tests lose nothing by a power cut, so they need not wait for the disk.
        let hurry = format!("alter database {name} set synchronous_commit = off");
        sqlx::query(sqlx::AssertSqlSafe(hurry)).execute(&mut owner).await?;
        owner.close().await?;
        let urls = Urls { database: named(&shared.database, &name), redis: shared.redis };
        let pool = PgPoolOptions::new().max_connections(2).connect_lazy(&urls.database)?;
        Ok(Database { urls, pool })
    }

    /// A few connections for looking at tables, or for doing to them what no endpoint does.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Every row of every table as text: what a thief of the database would read.
    pub async fn dump(&self) -> anyhow::Result<String> {
        let tables = sqlx::query("select tablename from pg_tables where schemaname = 'public' order by tablename");
        let mut dump = String::new();
        for row in tables.fetch_all(&self.pool).await? {
            let table: String = row.get(0);
            let rows = format!("select coalesce(string_agg(t::text, E'\\n'), '') from \"{table}\" t");
            let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&self.pool).await?;
            dump.push_str(&format!("-- {table}\n{text}\n"));
        }
        ensure!(dump.contains("-- device_configurations"), "the tables have other names than this test knows");
        Ok(dump)
    }
}

/// The same server's address with another database.
#[must_use]
pub fn named(url: &str, database: &str) -> String {
    let (address, options) = url.split_once('?').unwrap_or((url, ""));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    format!("{server}/{database}?{options}")
}
