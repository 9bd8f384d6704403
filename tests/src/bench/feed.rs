//! Log lines a second from the publisher to the window's document, none lost.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use netraven_backend::{App, Config};

use crate::desktop::Screen;

const LINES: usize = 50_000;
const BATCH: usize = 500;
const PASSWORD: &str = "bench-password";

/// Measures and prints.
pub async fn run() -> anyhow::Result<()> {
    let (data, window_data) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let config = Config {
        admin_password: Some(netraven_api::Secret::new(PASSWORD)),
        workers: 0,
        ..Config::embedded(data.path().to_owned())
    };
    let app = App::start(config, |_| {}).await?;
    let screen = Screen::open().await?;
    let folder = window_data.path().to_str().context("the path is text")?;
    let window = screen.window(&["--data-dir", folder, "--remote", app.url()]).await?;
    window.fill("server-user", "admin").await?;
    window.fill("server-password", PASSWORD).await?;
    window.press("Sign in").await?;
    window.press("Unified Logs").await?;
    window.sees("NetRaven 0.1.0 started.").await?;
    let before = window.lines().await?;
    let began = Instant::now();
    for batch in 0..LINES / BATCH {
        app.say((0..BATCH).map(|line| format!("bench line {} said at {}", batch * BATCH + line, Timestamp::now())))
            .await;
    }
    let published = began.elapsed();
    window.has_lines(before + u64::try_from(LINES)?).await?;
    window.sees(&format!("bench line {}", LINES - 1)).await?;
    let took = began.elapsed();
    let received = window.lines().await? - before;
    let rate = |took: Duration| f64::from(u32::try_from(LINES).unwrap_or(u32::MAX)) / took.as_secs_f64();
    println!(
        "{LINES} lines: written at {:.0}/s, in the document at {:.0}/s, {received} received",
        rate(published),
        rate(took)
    );
    ensure!(
        received == u64::try_from(LINES)?,
        "{} lines were lost or doubled",
        LINES.abs_diff(usize::try_from(received)?)
    );
    window.close().await?;
    app.stop().await;
    Ok(())
}
