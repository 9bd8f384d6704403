//! `cargo xtask test`: everything the tests need, then every test of every member.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::project::{Build, Project};
use crate::system::{self, Purpose};
use crate::{process, tidy, ui};

/// Runs all tests, or those whose name contains one of the words, and ends in the test runner's own summary.
pub fn test(project: &Project, filter: &[String]) -> Result<ExitCode> {
    system::prepare(&[Purpose::Build, Purpose::Embedded, Purpose::Tests])?;
    system::wasm_target()?;
    tidy::command(&project.root)?;
    ui::build(project, &ui::Options::default())?;
    if filter.is_empty() {
        process::run(project.cargo("test").args(["--quiet", "--package", "xtask"]))?;
    }
    // The programs that tests start, and with the same selection the tests themselves.
    process::run(project.cargo("build").args(["--workspace", "--exclude", "xtask", "--all-targets"]))?;

    let has_nextest = process::succeeds(project.cargo("nextest").arg("--version"));
    let mut runner = project.cargo(if has_nextest { "nextest" } else { "test" });
    if has_nextest {
        runner.arg("run");
    }
    runner.args(["--workspace", "--exclude", "xtask", "--no-fail-fast"]);
    if !has_nextest {
        runner.arg("--");
    }
    runner.args(filter);
    runner.env("NETRAVEN_BIN_DIR", project.programs(Build::Debug));
    runner.env("NETRAVEN_XTASK", std::env::current_exe().context("could not find the path of xtask itself")?);
    process::replace(&mut runner)
}
