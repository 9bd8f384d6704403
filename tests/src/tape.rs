//! The demo's tape, `ui/src/demo/tape.json`: what a real backend answers to everything that can be read, after its jobs ran on
//! the sample lab. The demo plays it (`ui/src/demo/tape.rs`).

mod network;
mod reading;

use std::path::Path;

use anyhow::{Context as _, ensure};
use netraven_api::Secret;
use netraven_lab::SAMPLE_PASSWORD;

use crate::support::app::TestApp;

/// A tape that is larger is too much for the repository.
const LARGEST_KB: usize = 600;

/// Starts a backend and a lab, lets the jobs run, and writes what can be read of them.
pub async fn record(file: &Path) -> anyhow::Result<()> {
    println!("A backend starts.");
    let app = TestApp::start_with(|config| config.sessions = network::SESSIONS).await?;
    // A line of the system's own that is worth a look.
    let mistyped = app.client.login("admin", &Secret::new("mistyped"), None).await;
    ensure!(mistyped.is_err(), "the backend takes any password");
    let lab = network::play(&app).await?;
    println!("Everything that can be read is read.");
    let tape = reading::read(&app.http()?).await?;
    // Workers are named after their computer, which is nobody's business.
    let computer = format!("\"{}:", rustix::system::uname().nodename().to_string_lossy());
    let tape = tape.replace(&computer, "\"worker:");
    ensure!(!tape.contains(SAMPLE_PASSWORD), "the lab's password stands in what the backend answers");
    std::fs::write(file, &tape).with_context(|| format!("could not write {}", file.display()))?;
    let size_kb = tape.len() / 1024;
    println!("{size_kb} KB are written to {}.", file.display());
    if size_kb > LARGEST_KB {
        println!("That is more than {LARGEST_KB} KB: record fewer devices or runs (tests/src/tape/network.rs).");
    }
    app.stop().await;
    lab.stop().await;
    Ok(())
}
