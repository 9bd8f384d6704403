//! axe-core, the accessibility rules of the tests: fetched by npm as the lock file says, into the target folder.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::project::Project;

/// What npm reads.
const FILES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
/// Longest wait for one small package.
const LIMIT: Duration = Duration::from_secs(180);

/// Where the rules are once they are installed.
pub fn file(project: &Project) -> PathBuf {
    project.target.join("axe/node_modules/axe-core/axe.min.js")
}

/// Makes sure the rules are there. They are fetched once, and again when the lock file changes.
pub fn install(project: &Project) -> Result<()> {
    let (from, folder, rules) = (project.root.join("tests/axe"), project.target.join("axe"), file(project));
    let same = |name: &&str| fs::read(from.join(name)).ok() == fs::read(folder.join(name)).ok();
    if rules.exists() && FILES.iter().all(same) {
        return Ok(());
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not create {}", folder.display()))?;
    for name in FILES {
        fs::copy(from.join(name), folder.join(name)).with_context(|| format!("could not copy {name} for npm"))?;
    }
    let npm = process::find(&["npm"]).context("npm was not found")?;
    let mut command = std::process::Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=2", "--fetch-timeout=30000"]);
    let fetched = process::run_within(command.current_dir(&folder), LIMIT);
    if let Err(error) = fetched {
        // The copied lock file would say that all is well.
        let _ = fs::remove_dir_all(&folder);
        return Err(error);
    }
    if !rules.exists() {
        bail!("npm reported success, but {} is not there", rules.display());
    }
    Ok(())
}
