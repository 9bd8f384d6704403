//! Every page in every theme and size: looked at by the accessibility rules, and kept as a picture.
//!
//! Where it goes is data: the lists of [`walk`].

mod rules;
pub mod walk;

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use crate::desktop::{Screen, Window, pictures};
use rules::{Finding, Rules};
use walk::{Step, Stop};

/// The themes; `system` is always one of them.
const THEMES: [&str; 3] = ["dark", "light", "contrast"];
/// The sizes, the narrow one first: a walk goes on in the wide one.
const SIZES: [(u32, u32); 2] = [(900, 600), (1280, 800)];
/// A picture shows nothing that is about to change: rows being read, a notice, a button at work, a font on its way.
const QUIET: &str = "return document.querySelector('.skeleton, .toast, [aria-busy=\"true\"]') === null \
                     && document.fonts.status === 'loaded'";
/// Nothing may move: the window's system asked for that.
const STILL: &str =
    "return matchMedia('(prefers-reduced-motion: reduce)').matches && document.getAnimations().length === 0";
/// Stops the page's clock: "Updated 4 s ago" would be another picture a second later.
const STOP_CLOCK: &str = "const then = Date.now(); window.netravenDate = Date; \
    window.Date = class extends Date { \
        constructor(...when) { if (when.length) { super(...when); } else { super(then); } } \
        static now() { return then; } \
    };";
/// Lets it go on.
const START_CLOCK: &str = "window.Date = window.netravenDate";
/// Puts on a theme.
const DRESS: &str = "document.documentElement.dataset.theme = arguments[0]";
/// How long a page may move before it counts as restless: scrollbars that nobody uses fade for some seconds.
const RESTLESS: Duration = Duration::from_secs(15);

/// Looks at pages and keeps what it found.
pub struct Gallery {
    folder: PathBuf,
    rules: Rules,
    findings: Vec<Finding>,
}

/// Asks for less motion in the windows of this screen, as a person would in the system's settings.
pub fn hold_still(screen: &Screen) -> anyhow::Result<()> {
    let folder = screen.folder().join("config/gtk-3.0");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=false\n")?;
    Ok(())
}

impl Gallery {
    /// An empty gallery in a folder of its own.
    pub fn open() -> anyhow::Result<Gallery> {
        let folder = pictures().join("gallery");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("the pictures of the last walk are in the way")?;
        }
        fs::create_dir_all(&folder)?;
        Ok(Gallery { folder, rules: Rules::read()?, findings: Vec::new() })
    }

    /// Goes from stop to stop, and looks around at each.
    pub async fn walk(&mut self, window: &Window, stops: &[Stop]) -> anyhow::Result<()> {
        for stop in stops {
            for step in stop.steps {
                take(window, step).await.with_context(|| format!("on the way to {:?}", stop.name))?;
            }
            self.look(window, stop.name).await.with_context(|| format!("at {:?}", stop.name))?;
        }
        Ok(())
    }

    async fn look(&mut self, window: &Window, page: &str) -> anyhow::Result<()> {
        window.until(QUIET, json!([])).await.context("the page does not come to rest")?;
        window.until(STILL, json!([])).await.context("something moves although motion is reduced")?;
        window.client().execute(STOP_CLOCK, Vec::new()).await?;
        for (width, height) in SIZES {
            resize(window, width, height).await?;
            for theme in THEMES {
                window.client().execute(DRESS, vec![json!(theme)]).await?;
                let place = format!("{page}-{theme}-{width}");
                let picture = self.picture(window, &place).await?;
                fs::write(self.folder.join(format!("{place}.png")), picture)?;
                self.findings.extend(self.rules.check(window, &place).await?);
            }
        }
        window.client().execute(START_CLOCK, Vec::new()).await?;
        Ok(())
    }

    /// The window once it is drawn whole: two pictures with frames between them are the same.
    async fn picture(&self, window: &Window, place: &str) -> anyhow::Result<Vec<u8>> {
        let (mut last, began) = (Vec::new(), Instant::now());
        while began.elapsed() < RESTLESS {
            let picture = window.shot().await?;
            if picture == last {
                return Ok(picture);
            }
            last = picture;
        }
        let others = ["before", "after"].map(|name| self.folder.join(format!("{place}-{name}.png")));
        fs::write(&others[0], &last)?;
        fs::write(&others[1], window.shot().await?)?;
        bail!("{place} looks different each time: compare {} and {}", others[0].display(), others[1].display())
    }

    /// Fails with every finding, each listed once with all the places it was found at.
    pub fn verdict(&self) -> anyhow::Result<()> {
        ensure!(self.findings.is_empty(), "not everybody can use these pages:\n{}", rules::told(&self.findings));
        Ok(())
    }
}

async fn resize(window: &Window, width: u32, height: u32) -> anyhow::Result<()> {
    window.client().set_window_size(width, height).await?;
    let there = "return innerWidth === arguments[0] && innerHeight === arguments[1]";
    window.until(there, json!([width, height])).await.with_context(|| format!("the window is not {width}x{height}"))
}

async fn take(window: &Window, step: &Step) -> anyhow::Result<()> {
    match step {
        Step::Go(page) => window.go(page).await,
        Step::Press(action) => window.press(action).await,
        Step::Click(selector) => {
            let there = "return document.querySelector(arguments[0]) !== null";
            window.until(there, json!([selector])).await.with_context(|| format!("there is no {selector}"))?;
            window.client().execute("document.querySelector(arguments[0]).click()", vec![json!(selector)]).await?;
            Ok(())
        }
        Step::Keys(keys) => window.keys(keys).await,
        Step::Sees(text) => window.sees(text).await,
        Step::Until(script) => window.until(script, json!([])).await,
        Step::Do(script) => match window.ask(script).await? {
            Value::Null => Ok(()),
            answer => bail!("{script} answered {answer}"),
        },
    }
}
