//! A database that refuses is a reason to wait, never a defect.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::http::Http;
use netraven_tests::support::wait;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_refuses_every_request_is_told_to_wait() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let http = app.http()?;
    let name: String = sqlx::query_scalar("select current_database()").fetch_one(app.pool()).await?;
    let template = netraven_tests::support::database::named(&app.database.urls.database, "postgres");
    let mut owner = PgConnection::connect(&template).await?;
    let mut run = async |statement: &str| -> anyhow::Result<()> {
        sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut owner).await?;
        Ok(())
    };
    let close = format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'");
    let (shut, open) = (
        format!("alter database {name} allow_connections false"),
        format!("alter database {name} allow_connections true"),
    );
    run(&shut).await?;
    for path in ["/jobs/", "/tags/", "/logs/", "/users/", "/runs/summary"] {
        run(&close).await?;
        let answer = http.get(path).await?;
        assert_eq!(answer.status, 503, "{path}: {answer:?}");
        let after = answer.headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        assert!(after.is_some_and(|seconds| (1..=60).contains(&seconds)), "{path}: {answer:?}");
        assert!(answer.detail().contains("Try again"), "{path}: {answer:?}");
    }
    // More tries than anybody may guess: none of them was one.
    let login = [("username", "admin"), ("password", netraven_tests::support::ADMIN_PASSWORD)];
    let nobody = Http::new(app.url())?;
    run(&close).await?;
    for answer in futures::future::join_all((0..15).map(|_| nobody.form("/auth/token", &login))).await {
        assert!([429, 503].contains(&answer?.status));
    }
    assert_eq!(nobody.form("/auth/token", &login).await?.status, 503);
    run(&open).await?;
    wait::until("requests are answered again", async || Ok((http.get("/jobs/").await?.status == 200).then_some(())))
        .await?;
    assert_eq!(nobody.form("/auth/token", &login).await?.status, 200);
    app.stop().await;
    Ok(())
}
