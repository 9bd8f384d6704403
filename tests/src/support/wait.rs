//! Waiting for a condition: asked again and again until it holds or the patience ends, never a fixed pause.

use std::time::{Duration, Instant};

use anyhow::bail;

/// Longest wait for anything that should happen soon.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(40);

/// Asks until there is an answer, for [`PATIENCE`] at most.
pub async fn until<T>(what: &str, ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    within(PATIENCE, what, ask).await
}

/// Asks until there is an answer, for this long at most.
pub async fn within<T>(
    limit: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let began = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if began.elapsed() > limit {
            bail!("within {limit:?} it did not come to this: {what}");
        }
        tokio::time::sleep(LOOK).await;
    }
}
