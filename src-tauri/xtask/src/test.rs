//! `cargo xtask test`: everything the tests need, then every test of every member.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::project::{Build, Project};
use crate::system::{self, Purpose};
use crate::{axe, process, tidy, ui};

/// Runs all tests, or those whose name contains one of the words, and ends in the test runner's own summary.
pub fn test(project: &Project, filter: &[String]) -> Result<ExitCode> {
    prepare(project)?;
    if filter.is_empty() {
        process::run(project.cargo("test").args(["--quiet", "--package", "xtask"]))?;
    }
    let mut runner = runner(project)?;
    if !has_nextest(project) {
        runner.arg("--");
    }
    process::replace(runner.args(filter))
}

/// Installs and builds what the tests need.
pub fn prepare(project: &Project) -> Result<()> {
    system::prepare(&[Purpose::Build, Purpose::Embedded, Purpose::Tests])?;
    system::wasm_target()?;
    tidy::command(&project.root)?;
    ui::build(project, &ui::Options::default())?;
    // One test needs it; without a network all the others can still be run, and that one says what it misses.
    if cfg!(target_os = "linux")
        && let Err(error) = axe::install(project)
    {
        eprintln!("axe-core could not be installed, so the test of accessibility will fail: {error:#}");
    }
    // The programs that tests start, and with the same selection the tests themselves.
    process::run(project.cargo("build").args(["--workspace", "--exclude", "xtask", "--all-targets"]))
}

/// The test runner over all members; the caller adds which tests.
pub fn runner(project: &Project) -> Result<Command> {
    let has_nextest = has_nextest(project);
    let mut runner = project.cargo(if has_nextest { "nextest" } else { "test" });
    if has_nextest {
        runner.arg("run");
    }
    runner.args(["--workspace", "--exclude", "xtask", "--no-fail-fast"]);
    runner.env("NETRAVEN_BIN_DIR", project.programs(Build::Debug));
    runner.env("NETRAVEN_XTASK", std::env::current_exe().context("could not find the path of xtask itself")?);
    runner.env("NETRAVEN_AXE", axe::file(project));
    runner.env("NETRAVEN_SCREENS", project.target.join("screens"));
    Ok(runner)
}

fn has_nextest(project: &Project) -> bool {
    process::succeeds(project.cargo("nextest").arg("--version"))
}
