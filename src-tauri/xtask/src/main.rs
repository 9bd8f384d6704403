//! `cargo xtask`: everything a person or CI does with this repository, one subcommand each.

mod axe;
mod check;
mod process;
mod project;
mod run;
mod screens;
mod serve;
mod system;
mod test;
mod tidy;
mod tools;
mod ui;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::project::Project;

/// The tasks of NetRaven Desktop.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing, build everything and open the window.
    Run(run::Options),
    /// Run all tests of every member, the window's included; words given filter by test name.
    Test {
        /// Only tests whose name contains one of these.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        filter: Vec<String>,
    },
    /// Build the web view into ui/dist; with --demo, with recorded data for a browser.
    Ui(ui::Options),
    /// Formatting, clippy, rustdoc and tidy: what a reviewer should not have to say.
    Check,
    /// Check module docs, file sizes, names of types, imports between modules, and files that documents name.
    Tidy,
    /// Start simulated devices on loopback and print how to reach them.
    Lab {
        /// How many devices.
        #[arg(default_value_t = 12)]
        devices: u16,
        /// Passed on to the program.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Measure and print figures.
    Bench {
        /// What to measure: api, backup, crypto, redact, start, feed or ui.
        #[arg(value_parser = ["api", "backup", "crypto", "redact", "start", "feed", "ui"])]
        name: String,
        /// Passed on to the measurement.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Picture every page in every theme and size, and renew those kept in docs/screens.
    Screens,
    /// Write the generated documents: docs/platforms.md and docs/platform.schema.json.
    Docs,
}

fn main() -> ExitCode {
    let task = Arguments::parse().task;
    match Project::find().and_then(|project| perform(&project, task)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(project: &Project, task: Task) -> Result<ExitCode> {
    match task {
        Task::Run(options) => run::run(project, &options),
        Task::Test { filter } => test::test(project, &filter),
        Task::Ui(options) => ui::command(project, &options).map(|()| ExitCode::SUCCESS),
        Task::Check => check::check(project).map(|()| ExitCode::SUCCESS),
        Task::Tidy => tidy::command(&project.root).map(|()| ExitCode::SUCCESS),
        Task::Lab { devices, arguments } => tools::lab(project, devices, &arguments),
        Task::Bench { name, arguments } => tools::bench(project, &name, &arguments),
        Task::Screens => screens::screens(project).map(|()| ExitCode::SUCCESS),
        Task::Docs => tools::docs(project).map(|()| ExitCode::SUCCESS),
    }
}
