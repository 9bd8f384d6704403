//! Every request of the window against a server of our own, as against the replayed Python server.

use netraven_api::problem::Code;
use netraven_client::Client;
use netraven_tests::support::app::TestApp;

use super::requests::walk;

#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_the_window_is_answered_untranslated() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    let client = Client::discover(app.url()).await?.with_token(app.app().local_token());
    assert_eq!(client.missing(), [], "a server of our own offers everything");
    let refused = walk(&client).await;
    // Without a worker nothing was read from the device.
    let names: Vec<(&str, Code)> = refused.iter().map(|(name, code, _)| (name.as_str(), *code)).collect();
    let expected = [
        ("PUT /jump-hosts/{jump_host_id}/host-key", Code::Invalid),
        ("DELETE /jump-hosts/{jump_host_id}/host-key", Code::NotFound),
        ("GET /devices/{device_id}/host-key", Code::NotFound),
        ("PUT /devices/{device_id}/host-key", Code::Invalid),
        ("DELETE /devices/{device_id}/host-key", Code::NotFound),
        ("GET /devices/{device_id}/startup/diff", Code::NotFound),
        ("POST /files/{file_id}/parts/{part}/download", Code::NotFound),
        ("GET /configs/{config_id}", Code::NotFound),
        ("POST /configs/{config_id}/export", Code::NotFound),
    ];
    assert_eq!(names, expected, "{refused:?}");
    app.stop().await;
    Ok(())
}
