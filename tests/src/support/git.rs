//! The system's own git, run on the snapshots of a backend: what people use to look at them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, ensure};

/// What `git` prints on the snapshots in this data folder; an exit code other than 0 is an error.
pub fn git(data_dir: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let done = Command::new("git")
        .arg("-C")
        .arg(data_dir.join("snapshots"))
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_PAGER", "cat")
        .output()
        .context("git could not be started: install the package git")?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complained = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "git {arguments:?} ended with {}: {complained}{said}", done.status);
    Ok(said)
}

/// The commits' ids, the newest first; none while nothing was committed.
pub fn commits(data_dir: &Path) -> anyhow::Result<Vec<String>> {
    let ids = git(data_dir, &["rev-list", "--all"])?;
    Ok(ids.lines().map(str::to_owned).collect())
}
