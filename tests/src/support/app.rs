//! A backend in the test's own process, on a database of its own.

use std::path::Path;

use anyhow::Context as _;
use netraven_api::Secret;
use netraven_backend::{App, Config, External};
use netraven_client::Client;
use sqlx::postgres::PgPool;

use super::database::Database;
use super::http::Http;

/// A running backend with a data folder and a database of its own.
pub struct TestApp {
    app: App,
    /// Signed in as `admin`.
    pub client: Client,
    /// Its database, and the run's Redis.
    pub database: Database,
    data: tempfile::TempDir,
}

impl TestApp {
    /// Starts one with one worker.
    pub async fn start() -> anyhow::Result<TestApp> {
        TestApp::start_with(|_| {}).await
    }

    /// Starts one whose configuration was changed first.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> anyhow::Result<TestApp> {
        TestApp::on(Database::create().await?, change).await
    }

    /// Starts one on a database that others may use too.
    pub async fn on(database: Database, change: impl FnOnce(&mut Config)) -> anyhow::Result<TestApp> {
        let data = tempfile::Builder::new().prefix("netraven-test-").tempdir()?;
        let external = External {
            database_url: Secret::new(&database.urls.database),
            redis_url: Secret::new(&database.urls.redis),
        };
        let mut config = Config { external: Some(external), ..Config::embedded(data.path().to_owned()) };
        change(&mut config);
        let app = App::start(config, |_| {}).await.context("the backend did not start")?;
        let client = Client::new(app.url())?.with_token(app.local_token());
        Ok(TestApp { app, client, database, data })
    }

    /// Starts another server of the same installation: its database and its seal key, with a data folder of its own.
    pub async fn another(&self) -> anyhow::Result<TestApp> {
        let key = std::fs::read(self.data_dir().join("secrets/seal-key")).context("the first server has a seal key")?;
        let mut copied = Ok(());
        let copy = |config: &mut Config| {
            let file = config.seal_key_file();
            let made = file.parent().map_or(Ok(()), std::fs::create_dir_all);
            copied = made.and_then(|()| std::fs::write(file, key));
        };
        let app = TestApp::on(self.database.clone(), copy).await;
        copied.context("the seal key could not be copied")?;
        app
    }

    /// Address of its API.
    #[must_use]
    pub fn url(&self) -> &str {
        self.app.url()
    }

    /// Its data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Its tables.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    /// Raw requests with the token of `admin`.
    pub fn http(&self) -> anyhow::Result<Http> {
        Ok(Http::new(self.url())?.with_token(&self.app.local_token()))
    }

    /// Adds a user behind the API's back, inactive ones too; the password is [`super::ADMIN_PASSWORD`] for all of them.
    pub async fn add_user(&self, username: &str, role: &str, is_active: bool) -> anyhow::Result<()> {
        let add = "insert into users (username, role, is_active, password_hash)
            select $1, $2, $3, password_hash from users where username = 'admin'";
        sqlx::query(add).bind(username).bind(role).bind(is_active).execute(self.pool()).await?;
        Ok(())
    }

    /// The backend itself.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Stops it in order.
    pub async fn stop(self) {
        self.app.stop().await;
    }
}
