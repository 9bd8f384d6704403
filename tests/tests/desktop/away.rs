//! A server that goes away and comes back.

use anyhow::ensure;
use netraven_tests::desktop::{Screen, Window};
use netraven_tests::support::site::Site;
use serde_json::json;

use netraven_tests::support::network;

/// Lines that are written while nobody can read them.
const MISSED: &str = "insert into logs (timestamp, log_type, level, source, message, meta)
    select clock_timestamp(), 'system', 'INFO', 'app', 'missed line ' || n, '{}' from generate_series(1, 20) n order by n";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_is_shown_without_a_press_and_nothing_is_missed() -> anyhow::Result<()> {
    let mut site = Site::start().await?;
    network::fill(site.database.pool()).await?;
    let screen = Screen::open().await?;
    let window = screen.signed_in(site.url(), "admin").await?;
    let journey = async {
        window.sees("1–50 of 60").await?;
        connection_is(&window, "live").await?;

        site.go_away()?;
        connection_is(&window, "reconnecting").await?;
        // What was read stays on screen, and says that it is old once it could not be read again.
        window.choose("button", "Refresh").await?;
        window.find("alert", "Try again Last updated").await?;
        ensure!(window.column("Job runs", "Job").await?.is_some_and(|rows| rows.len() == 50), "rows are gone");
        window.picture("server-away").await?;
        window.choose("tab", "Unified Logs").await?;
        window.find("alert", "The log could not be loaded").await?;
        window.choose("tab", "Job Runs").await?;
        window.column_is("Job runs", "Job", "the rows of before", |rows| rows.len() == 50).await?;

        site.come_back().await?;
        connection_is(&window, "live").await?;
        window.lacks("alert", "Try again Last updated").await?;
        window.choose("tab", "Unified Logs").await?;
        window.find("status", "Live").await?;
        window.has_lines(1).await?;

        // Once more, with the log open: what is written meanwhile comes after the return, once and in its order.
        let before = window.lines().await?;
        site.go_away()?;
        window.find("status", "Reconnecting").await?;
        ensure!(window.lines().await? == before, "lines are gone");
        sqlx::query(MISSED).execute(site.database.pool()).await?;
        site.come_back().await?;
        window.find("status", "Live").await?;
        window.sees("missed line 20").await?;
        let shown = window.look(MESSAGES, json!([])).await?;
        let expected: Vec<String> = (1..=20).rev().map(|line| format!("missed line {line}")).collect();
        ensure!(shown == json!(expected), "{shown}");
        connection_is(&window, "live").await?;
        window.picture("server-back").await?;
        anyhow::Ok(())
    };
    screen.walk(&window, "away", journey).await?;
    window.close().await
}

/// The missed lines on screen, from top to bottom.
const MESSAGES: &str = "return [...document.querySelectorAll('.log-message')].map(cell => cell.innerText)
    .filter(message => message.startsWith('missed line'))";

/// Waits until the box at the foot of the sidebar says this of the connection.
async fn connection_is(window: &Window, word: &str) -> anyhow::Result<()> {
    let script = "return document.querySelector('[data-action=Connection]')?.innerText.includes(arguments[0])";
    window.until(script, json!([format!("· {word}")])).await
}
