//! `cargo xtask run`: from a clean clone to the open window.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::project::{Build, Project};
use crate::system::{self, Purpose};
use crate::{process, ui};

/// What `cargo xtask run` can be asked for.
#[derive(clap::Args)]
pub struct Options {
    /// Where the embedded backend keeps its data, instead of the platform's folder for application data.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Show the backend at this address (https://host/api) instead of starting one.
    #[arg(long, value_name = "URL", conflicts_with = "server")]
    remote: Option<String>,
    /// Run the backend without a window.
    #[arg(long)]
    server: bool,
    /// Optimised: slower to build, faster to run.
    #[arg(long)]
    release: bool,
    /// Passed on to the program.
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Installs what is missing, builds, and becomes the program.
pub fn run(project: &Project, options: &Options) -> Result<ExitCode> {
    if !options.server && !has_screen() {
        bail!(
            "there is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set); \
             run the backend alone with `cargo xtask run --server`"
        );
    }
    let embedded: &[Purpose] = if options.remote.is_some() { &[] } else { &[Purpose::Embedded] };
    system::prepare(&[&[Purpose::Build], embedded].concat())?;
    let build = Build::release(options.release);
    let mut program = if options.server {
        server(project, options, build)?
    } else {
        system::wasm_target()?;
        ui::build(project, &ui::Options { release: options.release, ..ui::Options::default() })?;
        window(project, options, build)?
    };
    process::replace(program.args(&options.arguments))
}

fn window(project: &Project, options: &Options, build: Build) -> Result<Command> {
    let mut program = Command::new(project.build_programs(&["netraven"], build)?.join("netraven"));
    if let Some(folder) = &options.data_dir {
        program.arg("--data-dir").arg(absolute(folder)?);
    }
    match &options.remote {
        Some(url) => program.args(["--remote", url]),
        None => program.arg("--embedded"),
    };
    Ok(program)
}

fn server(project: &Project, options: &Options, build: Build) -> Result<Command> {
    let mut program = Command::new(project.build_programs(&["netraven-server"], build)?.join("netraven-server"));
    program.arg("serve");
    if let Some(folder) = &options.data_dir {
        program.arg("--data-dir").arg(absolute(folder)?);
    }
    Ok(program)
}

/// Relative to where the person is.
fn absolute(folder: &PathBuf) -> Result<PathBuf> {
    std::path::absolute(folder).with_context(|| format!("{} is not a folder's name", folder.display()))
}

/// Whether a window can open at all.
fn has_screen() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}
