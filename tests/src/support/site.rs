//! `netraven-server` in a process and on a database of its own: a server elsewhere, that can go away and come back.

use netraven_client::Client;

use super::database::Database;
use super::process::{ServerProcess, Start};

/// A server elsewhere.
pub struct Site {
    server: ServerProcess,
    /// Signed in as `admin`.
    pub client: Client,
    /// Its database, and the run's Redis.
    pub database: Database,
    data: tempfile::TempDir,
}

impl Site {
    /// Starts one at a free port, with one worker.
    pub async fn start() -> anyhow::Result<Site> {
        let (data, database) = (tempfile::tempdir()?, Database::create().await?);
        let server = serve(&data, &database, "127.0.0.1:0").await?;
        let client = server.client().await?;
        Ok(Site { server, client, database, data })
    }

    /// Address of its API.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// It is gone from one moment to the next; its database stays.
    pub fn go_away(&mut self) -> anyhow::Result<()> {
        self.server.kill()
    }

    /// It starts again at the same address.
    pub async fn come_back(&mut self) -> anyhow::Result<()> {
        let address = self.server.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        self.server = serve(&self.data, &self.database, &address).await?;
        Ok(())
    }
}

async fn serve(data: &tempfile::TempDir, database: &Database, address: &str) -> anyhow::Result<ServerProcess> {
    let urls = &database.urls;
    let start = Start::serve(data.path())?.args(&["--database-url", &urls.database, "--redis-url", &urls.redis]);
    start.args(&["--listen", address]).ready().await
}
