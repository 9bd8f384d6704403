//! The first start with `initdb`, and a warm start, of the server to its ready line and of the window to its first rows.

use std::time::Instant;

use anyhow::Context as _;
use serde_json::json;

use super::server::Server;
use crate::desktop::{Screen, all_gone};

/// Measures and prints.
pub async fn run() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for name in ["first start", "warm start", "warm start"] {
        let server = Server::start(folder.path(), &[])?;
        let ready = server.ready_in;
        println!(
            "server, {name:<12} ready in {:5.2} s, stopped in {:5.2} s",
            ready.as_secs_f64(),
            server.stop()?.as_secs_f64()
        );
    }
    let folder = tempfile::tempdir()?;
    let data_dir = folder.path().to_str().context("the path is text")?;
    let screen = Screen::open().await?;
    for name in ["first start", "warm start", "warm start"] {
        let is_first = name == "first start";
        let began = Instant::now();
        let window = screen.window(&["--data-dir", data_dir, "--embedded"]).await?;
        // The driver starts the program, so its own time is in the figure. Frames and cards are drawn before anything was
        // read: what counts are the rows, or the sentence that there are none.
        if is_first {
            window.sees("Nothing ran in").await?;
        } else {
            window.until("return document.querySelector('tr[data-run]') !== null", json!([])).await?;
        }
        println!("window, {name:<12} runs on screen after {:5.2} s, driver included", began.elapsed().as_secs_f64());
        if is_first {
            window.press("Start the sample lab").await?;
            window.sees("Partly failed").await?;
        }
        window.close().await?;
        all_gone(folder.path()).await?;
    }
    Ok(())
}
