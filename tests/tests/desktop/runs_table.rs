//! The table of runs: paged and sorted by the server, and read again when asked.

use anyhow::{Context as _, ensure};
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::app::TestApp;
use serde_json::json;

use netraven_tests::support::network;

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_paged_sorted_and_read_again() -> anyhow::Result<()> {
    let app = TestApp::start_with(|config| config.workers = 0).await?;
    network::fill(app.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(app.url(), "admin").await?;
    let journey = async {
        let newest = durations(&window, "1–50 of 60").await?;
        window.refusal("button", "Previous page").await?;
        window.choose("button", "Next page").await?;
        window.address_is("/?page=2").await?;
        let oldest = durations(&window, "51–60 of 60").await?;
        window.refusal("button", "Next page").await?;
        // No two runs took the same time: what is on one page is not on the other.
        let mut all = [newest.clone(), oldest].concat();
        all.sort_unstable();
        ensure!(
            all.len() == network::RUNS && all.is_sorted_by(|one, next| one < next),
            "a run is missing or twice: {all:?}"
        );

        window.choose("button", "Previous page").await?;
        ensure!(durations(&window, "1–50 of 60").await? == newest, "the first page is another than before");
        window.pick("combobox", "Rows", "25").await?;
        ensure!(durations(&window, "1–25 of 60").await? == newest[..25], "a smaller page begins elsewhere");
        window.choose("button", "Next page").await?;
        // As many rows as before: that they are others is waited for.
        let goes_on =
            |cells: &[String]| cells.iter().map(|cell| seconds(cell).ok()).eq(newest[25..].iter().copied().map(Some));
        window.column_is("Job runs", "Duration / usual", "26–50 of 60, which go on where they should", goes_on).await?;
        window.address_is("/?page=2&size=25").await?;

        // All runs are sorted, not those of the page; another order begins at the first page.
        window.choose("button", "Duration / usual").await?;
        window.address_is("/?sort=duration&size=25").await?;
        sorted(&window, "descending").await?;
        all.reverse();
        ensure!(durations(&window, "1–25 of 60").await? == all[..25], "the longest runs are not the first");
        window.choose("button", "Duration / usual").await?;
        sorted(&window, "ascending").await?;
        all.reverse();
        ensure!(durations(&window, "1–25 of 60").await? == all[..25], "the shortest runs are not the first");
        window.picture("runs-sorted").await?;
        window.choose("button", "Back").await?;
        sorted(&window, "descending").await?;

        // A change without an event appears once it is asked for.
        sqlx::query("update jobs set name = 'Renamed backup' where id = 81").execute(app.pool()).await?;
        window.choose("button", "Refresh").await?;
        window.find("link", "Renamed backup").await?;
        window.lacks("link", "Core backup").await?;
        window.sees("Updated").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "runs-table", journey).await?;
    window.close().await?;
    app.stop().await;
    Ok(())
}

/// Waits until these rows are on screen, and gives how long each run took, in seconds.
async fn durations(window: &Window, range: &str) -> anyhow::Result<Vec<u32>> {
    let (first, last) =
        range.split_once(" of ").and_then(|(rows, _)| rows.split_once('–')).context("a range has two ends")?;
    let rows = last.parse::<usize>()? + 1 - first.parse::<usize>()?;
    window.sees(range).await?;
    let shown = window.column_is("Job runs", "Duration / usual", range, |cells| cells.len() == rows).await?;
    shown.iter().map(|cell| seconds(cell)).collect()
}

/// The seconds of `1:23`, or of `1:23 / 1:20`.
fn seconds(cell: &str) -> anyhow::Result<u32> {
    let (minutes, rest) = cell.split_once(':').with_context(|| format!("{cell:?} is no duration"))?;
    let rest = rest.split_whitespace().next().unwrap_or_default();
    Ok(minutes.parse::<u32>()? * 60 + rest.parse::<u32>()?)
}

/// Waits until the head of the durations says that the rows are in this order, and they have come.
async fn sorted(window: &Window, order: &str) -> anyhow::Result<()> {
    let script = "return page.find('columnheader', 'Duration / usual')?.ariaSort === arguments[0]";
    let what = format!("the durations are {order}");
    window.wait(&what, async || Ok((window.look(script, json!([order])).await? == json!(true)).then_some(()))).await?;
    let is_in_order = |cells: &[String]| {
        let taken: Vec<u32> = cells.iter().filter_map(|cell| seconds(cell).ok()).collect();
        taken.is_sorted_by(|one, next| if order == "ascending" { one < next } else { one > next })
    };
    window.column_is("Job runs", "Duration / usual", order, is_in_order).await?;
    Ok(())
}
