//! What is kept of a window for people to look at: pictures, and what was on screen when a journey failed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Screen, Window};

/// Where pictures are kept: beside the build, unless `NETRAVEN_SCREENS` says otherwise.
#[must_use]
pub fn pictures() -> PathBuf {
    std::env::var_os("NETRAVEN_SCREENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens"), PathBuf::from)
}

impl Window {
    /// Keeps a picture of the window, for people to look at.
    pub async fn picture(&self, name: &str) -> anyhow::Result<PathBuf> {
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.client.execute_async(frames, Vec::new()).await?;
        let folder = pictures();
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, self.client.screenshot().await?)?;
        Ok(path)
    }
}

impl Screen {
    /// Walks a journey. One that fails tells what the application printed, and leaves a picture of where it ended.
    pub async fn walk<T>(
        &self,
        window: &Window,
        name: &str,
        journey: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let error = match journey.await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let picture = match window.picture(&format!("failed-{name}")).await {
            Ok(path) => format!("its picture is {}", path.display()),
            Err(reason) => format!("no picture could be taken of it: {reason:#}"),
        };
        Err(error).with_context(|| format!("{picture}\nthe application printed:\n{}", self.log()))
    }
}
