//! The filters of the runs: what is chosen, its chip, its place in the address, and the way back.

use anyhow::ensure;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;

use netraven_tests::support::network;

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_the_runs_and_the_address_brings_them_back() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        all_are(&window, network::RUNS, "Job", |job| !job.is_empty()).await?;
        window.address_is("/").await?;

        // Each filter narrows what the one before has left.
        choose(&window, "Status", "failed").await?;
        all_are(&window, 12, "Status", |status| status == "Failed").await?;
        window.find("button", "Remove the filter Status failed").await?;
        window.address_is("/?status=failed").await?;

        choose(&window, "Job", "Core backup").await?;
        all_are(&window, 4, "Job", |job| job == "Core backup").await?;
        window.address_is("/?job=81&status=failed").await?;

        window.enter("searchbox", "Device", "core-2").await?;
        window.key("Enter").await?;
        window.find("button", "Remove the filter Device core-2").await?;
        all_are(&window, 4, "Job", |job| job == "Core backup").await?;
        window.address_is("/?job=81&device=2&status=failed").await?;

        window.choose("button", "7 d").await?;
        all_are(&window, 5, "Status", |status| status == "Failed").await?;
        window.address_is("/?period=7d&job=81&device=2&status=failed").await?;
        window.picture("filters").await?;

        // A text is no step of its own: back leads to before it.
        window.enter("searchbox", "Find job or device", "nothing of that name").await?;
        window.find("heading", "No run matches").await?;
        window.find("button", "Remove the filter Name \"nothing of that name\"").await?;
        window.enter("searchbox", "Find job or device", "core").await?;
        all_are(&window, 5, "Job", |job| job == "Core backup").await?;
        window.address_is("/?period=7d&job=81&device=2&status=failed&find=core").await?;

        // Back and forward, by the page's buttons and by the window's own keys.
        for (address, runs) in [
            ("/?job=81&device=2&status=failed", 4),
            ("/?job=81&status=failed", 4),
            ("/?status=failed", 12),
            ("/", network::RUNS),
        ] {
            window.choose("button", "Back").await?;
            window.address_is(address).await?;
            all_are(&window, runs, "Job", |job| !job.is_empty()).await?;
        }
        window.lacks("button", "Remove the filter").await?;
        for (address, runs) in [("/?status=failed", 12), ("/?job=81&status=failed", 4)] {
            window.choose("button", "Forward").await?;
            window.address_is(address).await?;
            all_are(&window, runs, "Status", |status| status == "Failed").await?;
        }

        // A chip takes its filter away and leaves the others.
        window.choose("button", "Remove the filter Status failed").await?;
        all_are(&window, 20, "Job", |job| job == "Core backup").await?;
        window.address_is("/?job=81").await?;
        // A card is a filter, too; clearing takes all of them.
        window.choose("button", "Failed").await?;
        all_are(&window, 4, "Status", |status| status == "Failed").await?;
        window.choose("button", "Clear").await?;
        all_are(&window, network::RUNS, "Job", |job| !job.is_empty()).await?;
        window.lacks("button", "Remove the filter").await?;
        window.address_is("/").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "filters", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Chooses one line of a filter's list and closes the list again.
async fn choose(window: &Window, filter: &str, line: &str) -> anyhow::Result<()> {
    window.choose("combobox", filter).await?;
    window.choose("option", line).await?;
    if window.glance("listbox", filter).await?.is_some() {
        window.key("Escape").await?;
    }
    window.lacks("listbox", filter).await
}

/// Waits until the page counts this many runs, and every row on screen is one that is wanted.
async fn all_are(window: &Window, runs: usize, head: &str, wanted: impl Fn(&str) -> bool) -> anyhow::Result<()> {
    let shown = window.column_is("Job runs", head, "as many rows as runs, all of them wanted", |cells| {
        cells.len() == runs.min(50) && cells.iter().all(|cell| wanted(cell))
    });
    let shown = shown.await?;
    window.sees(&format!("1–{} of {runs}", shown.len())).await?;
    ensure!(!shown.is_empty(), "there is no row");
    Ok(())
}
