//! Tasks that only build one of our programs and hand over to it.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::project::{Build, Project};
use crate::system::{self, Purpose};
use crate::{process, ui};

const SERVER: &str = "netraven-server";

/// Starts simulated devices and becomes the program that runs them.
pub fn lab(project: &Project, devices: u16, arguments: &[String]) -> Result<ExitCode> {
    system::prepare(&[Purpose::Build])?;
    let programs = project.build_programs(&[SERVER], Build::Debug)?;
    process::replace(Command::new(programs.join(SERVER)).arg("lab").arg(devices.to_string()).args(arguments))
}

/// Builds for release and becomes the measurement.
pub fn bench(project: &Project, name: &str, arguments: &[String]) -> Result<ExitCode> {
    // The start is measured in the real window, which needs the interface inside and the tests' screen.
    system::prepare(&[Purpose::Build, Purpose::Embedded, Purpose::Tests])?;
    system::wasm_target()?;
    ui::build(project, &ui::Options { release: true, ..ui::Options::default() })?;
    let programs = project.build_programs(&["netraven-bench", SERVER, "netraven"], Build::Release)?;
    process::replace(
        Command::new(programs.join("netraven-bench")).arg(name).args(arguments).env("NETRAVEN_BIN_DIR", &programs),
    )
}

/// Writes the documents that are made from data.
pub fn docs(project: &Project) -> Result<()> {
    system::prepare(&[Purpose::Build])?;
    let programs = project.build_programs(&[SERVER], Build::Debug)?;
    let docs = project.root.join("docs");
    let list = || {
        let mut command = Command::new(programs.join(SERVER));
        command.arg("platforms");
        command
    };
    let recordings = project.root.join("tests").join("devices");
    let table = process::output(list().args(["--markdown", "--recordings"]).arg(recordings))?;
    write(&docs.join("platforms.md"), &table)?;
    write(&docs.join("platform.schema.json"), &process::output(list().arg("--schema"))?)
}

fn write(file: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(file).is_ok_and(|old| old == text) {
        eprintln!("{} is up to date.", file.display());
        return Ok(());
    }
    fs::write(file, text).with_context(|| format!("could not write {}", file.display()))?;
    eprintln!("{} is written.", file.display());
    Ok(())
}
