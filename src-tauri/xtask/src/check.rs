//! `cargo xtask check`: formatting, lints, documentation and tidiness, without running a test.

use anyhow::Result;

use crate::project::Project;
use crate::system::{self, Purpose};
use crate::{process, tidy, ui};

/// Stops at the first check that fails.
pub fn check(project: &Project) -> Result<()> {
    tidy::command(&project.root)?;
    process::run(project.cargo("fmt").args(["--all", "--check"]))?;
    system::prepare(&[Purpose::Build])?;
    system::wasm_target()?;
    // The desktop program embeds the web view, so it has to be there even for a check.
    ui::build(project, &ui::Options::default())?;
    process::run(project.cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let wasm = ["--package", "netraven-ui", "--bins", "--target", system::WASM];
    for features in [&[][..], &["--features", "demo"]] {
        process::run(project.cargo("clippy").args(wasm).args(features).args(["--", "-D", "warnings"]))?;
    }
    process::run(project.cargo("doc").args(["--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))?;
    eprintln!("All checks passed.");
    Ok(())
}
