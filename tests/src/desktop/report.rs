//! What is kept of a window for people to look at: pictures, and what was on screen when a journey failed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::{Screen, Window};

/// Where pictures are kept: beside the build, unless `NETRAVEN_SCREENS` says otherwise.
#[must_use]
pub fn pictures() -> PathBuf {
    std::env::var_os("NETRAVEN_SCREENS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screens"), PathBuf::from)
}

/// Longest wait for a picture of the window.
const LIMIT: Duration = Duration::from_secs(20);
/// Waits for two frames.
const DRAWN: &str = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
/// Has the page drawn again and again: the driver waits for its next drawing, which does not come by itself where the page is
/// still and the window is drawn without a graphics card. What changes cannot be seen.
const STIR: &str = "const dot = document.createElement('i');
    Object.assign(dot.style, { position: 'fixed', top: '0', left: '0', width: '1px', height: '1px' });
    document.documentElement.append(dot);
    let faint = false;
    const timer = setInterval(() => {
        faint = !faint;
        dot.style.backgroundColor = faint ? 'rgba(0, 0, 0, 0.004)' : 'rgba(1, 1, 1, 0.004)';
    }, 20);
    window.netravenStill = () => { clearInterval(timer); dot.remove(); };";
/// Lets it be again.
const STILL: &str = "window.netravenStill()";

impl Window {
    /// The window as it is seen once two frames were drawn, as PNG.
    pub async fn shot(&self) -> anyhow::Result<Vec<u8>> {
        let drawn = self.client.execute_async(DRAWN, Vec::new());
        tokio::time::timeout(LIMIT, drawn).await.context("nothing is drawn any more")??;
        self.client.execute(STIR, Vec::new()).await?;
        let shot = tokio::time::timeout(LIMIT, self.client.screenshot()).await.context("no picture comes")?;
        self.client.execute(STILL, Vec::new()).await?;
        Ok(shot?)
    }

    /// Keeps a picture of the window, for people to look at.
    pub async fn picture(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = pictures();
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        fs::write(&path, self.shot().await?)?;
        Ok(path)
    }
}

impl Screen {
    /// Walks a journey. One that fails prints the application's output, and leaves a picture of where it ended.
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
