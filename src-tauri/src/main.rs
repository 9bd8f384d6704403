//! The desktop application `netraven`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

use clap::Parser;
use netraven_desktop::Arguments;

fn main() -> ExitCode {
    netraven_desktop::run(Arguments::parse())
}
