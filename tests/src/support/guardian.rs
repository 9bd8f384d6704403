//! The guardian of the run's servers: starts them, prepares a database to copy, and ends them when nobody uses them.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use netraven_backend::seal::password;
use netraven_backend::supervisor::{Options, Servers};
use secrecy::ExposeSecret as _;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Row as _};

use super::ADMIN_PASSWORD;
use super::database::{PREFIX, TEMPLATE, named};
use super::servers::{Meeting, READY, Urls};

/// How long the servers outlive their last user: tests follow each other within less.
const IDLE: Duration = Duration::from_secs(3);
const LOOK: Duration = Duration::from_millis(100);

/// Keeps the servers of the run that meets in this folder, until nobody uses them.
pub async fn keep(folder: &Path) -> anyhow::Result<()> {
    let meeting = Meeting::at(folder)?;
    let lives = meeting.guardian()?;
    ensure!(lives.try_lock().is_ok(), "another guardian keeps the servers in {}", folder.display());
    let servers = start(&meeting.data()).await?;
    let urls = Urls {
        database: servers.database_url().expose_secret().to_owned(),
        redis: servers.redis_url().expose_secret().to_owned(),
    };
    prepare(&urls.database).await.context("the database that tests copy could not be prepared")?;
    let fresh = folder.join("urls.new");
    fs::write(&fresh, serde_json::to_string(&urls)?)?;
    fs::set_permissions(&fresh, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    fs::rename(&fresh, meeting.urls())?;
    println!("{READY}");
    // Held to the very end, so that a test run that comes now starts servers of its own after these are gone.
    let _change = unused(&meeting).await?;
    fs::remove_file(meeting.urls())?;
    let stopped = servers.stop().await;
    fs::remove_dir_all(meeting.data())?;
    Ok(stopped?)
}

/// Starts the servers; what a killed run left is used again if it can be, else removed.
async fn start(data: &Path) -> anyhow::Result<Servers> {
    let options = Options { data_dir: data.to_owned(), ..Options::default() };
    let tell = |step: &str| eprintln!("{step}");
    if data.exists() {
        match Servers::start(&options, &tell).await {
            Ok(servers) => return Ok(servers),
            Err(error) => eprintln!("what an earlier run left is removed: {error}"),
        }
        fs::remove_dir_all(data)?;
    }
    Ok(Servers::start(&options, &tell).await?)
}

/// Removes the databases of a killed run, and makes the one that tests copy: tables, and the user `admin`.
async fn prepare(url: &str) -> anyhow::Result<()> {
    let mut owner = PgConnection::connect(url).await?;
    let left = sqlx::query("select datname from pg_database where starts_with(datname, $1) or datname = $2")
        .bind(PREFIX)
        .bind(TEMPLATE)
        .fetch_all(&mut owner)
        .await?;
    for row in left {
        let name: String = row.get(0);
        sqlx::query(sqlx::AssertSqlSafe(format!("drop database \"{name}\" with (force)"))).execute(&mut owner).await?;
    }
    sqlx::query(sqlx::AssertSqlSafe(format!("create database {TEMPLATE}"))).execute(&mut owner).await?;
    let mut template = PgConnection::connect(&named(url, TEMPLATE)).await?;
    sqlx::migrate!("../migrations").run(&mut template).await?;
    let hash = password::hash(ADMIN_PASSWORD, &password::production_params());
    sqlx::query("insert into users (username, password_hash, role) values ('admin', $1, 'admin')")
        .bind(hash)
        .execute(&mut template)
        .await?;
    template.close().await?;
    owner.close().await?;
    Ok(())
}

/// Waits until nobody has used the servers for a while, and keeps newcomers waiting.
async fn unused(meeting: &Meeting) -> anyhow::Result<fs::File> {
    let (users, change) = (meeting.users()?, meeting.change()?);
    let mut idle_since: Option<Instant> = None;
    loop {
        tokio::time::sleep(LOOK).await;
        if users.try_lock().is_err() {
            idle_since = None;
            continue;
        }
        users.unlock()?;
        if idle_since.get_or_insert_with(Instant::now).elapsed() < IDLE || change.try_lock().is_err() {
            continue;
        }
        // Another test run that came between the two locks has the first one now.
        if users.try_lock().is_ok() {
            users.unlock()?;
            return Ok(change);
        }
        change.unlock()?;
    }
}
