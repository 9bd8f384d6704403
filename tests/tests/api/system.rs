//! What the server reports about itself.

use netraven_api::system::SystemStatus;
use netraven_tests::support::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn the_state_of_the_system_tells_what_it_works_with_and_how_full_that_is() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| (config.workers, config.keep_logs_days) = (0, 0)).await?;
    sqlx::query(
        "insert into logs (timestamp, log_type, level, message) values (timestamptz '2026-01-01 00:00Z', 'system', 'INFO', 'old')",
    )
    .execute(app.pool())
    .await?;
    let bytes: i64 = sqlx::query_scalar("select pg_database_size(current_database())").fetch_one(app.pool()).await?;
    let status: SystemStatus = serde_json::from_value(app.http()?.get("/system/status").await?.body)?;
    let details = status.details;
    assert_eq!(details.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    let is_version = |text: &Option<String>| {
        text.as_deref().is_some_and(|text| text.split('.').next().is_some_and(|major| major.parse::<u32>().is_ok()))
    };
    assert!(is_version(&details.postgres_version) && is_version(&details.redis_version), "{details:?}");
    // It grows while it is asked.
    let told = details.database_bytes.unwrap_or_default();
    assert!(told > bytes / 2 && told < bytes * 2, "{told} beside {bytes}");
    let (free, whole) = (details.disk_free_bytes.unwrap_or_default(), details.disk_bytes.unwrap_or_default());
    assert!(free > 0 && whole >= free, "{free} of {whole}");
    assert_eq!((details.waiting, details.leased, details.waiting_since), (Some(0), Some(0), None));
    assert_eq!(details.oldest_log, "2026-01-01T00:00:00Z".parse().ok());
    assert_eq!(details.keep_logs_days, Some(0), "for ever");
    app.stop().await;
    Ok(())
}
