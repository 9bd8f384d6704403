//! Stopping: what was asked is answered, and streams end as streams do.

use netraven_tests::support::app::TestApp;
use netraven_tests::support::stream::Stream;
use netraven_tests::support::wait;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_hand_is_answered_and_a_stream_ends_in_order() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let (http, pool) = (app.http()?, app.pool().clone());
    let token = app.app().local_token();
    let mut stream = Stream::open(app.url(), token.expose(), "", None).await?;
    assert_eq!(http.get("/tags/").await?.status, 200);

    // The request waits for a table that is held.
    let mut lock = pool.begin().await?;
    sqlx::query("lock table tags in access exclusive mode").execute(&mut *lock).await?;
    let asked = tokio::spawn(async move { http.get("/tags/").await });
    wait::until("the request waits for the table", async || {
        let waiting = "select exists (select 1 from pg_locks where relation = 'tags'::regclass and not granted)";
        Ok(sqlx::query_scalar::<_, bool>(waiting).fetch_one(&pool).await?.then_some(()))
    })
    .await?;
    let stopped = tokio::spawn(app.stop());
    let ended = async {
        loop {
            if let Err(error) = stream.next().await {
                return error;
            }
        }
    };
    let ended = tokio::time::timeout(wait::PATIENCE, ended).await?;
    assert!(ended.to_string().contains("the server ended the stream"), "not torn off: {ended:#}");
    assert!(!asked.is_finished(), "the request still waits");
    lock.rollback().await?;
    let answer = asked.await??;
    assert_eq!((answer.status, &answer.body["total"]), (200, &serde_json::json!(1)), "{answer:?}");
    stopped.await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_open_streams_end_in_order() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let token = app.app().local_token();
    let mut streams = Vec::new();
    for _ in 0..50 {
        streams.push(Stream::open(app.url(), token.expose(), "", None).await?);
    }
    let stopped = tokio::spawn(app.stop());
    for mut stream in streams {
        let ended = async {
            loop {
                if let Err(error) = stream.next().await {
                    return error;
                }
            }
        };
        let ended = tokio::time::timeout(wait::PATIENCE, ended).await?;
        assert!(ended.to_string().contains("the server ended the stream"), "not torn off: {ended:#}");
    }
    stopped.await?;
    Ok(())
}
