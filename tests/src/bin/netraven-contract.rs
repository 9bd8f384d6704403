//! Makes `tests/contract/exchanges.json` from the recordings in the folder that `NETRAVEN_RECORDINGS` names, and prints what
//! is different from the file there was.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use netraven_tests::contract::{self, recordings};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("netraven-contract: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    let folder =
        std::env::var_os("NETRAVEN_RECORDINGS").context("NETRAVEN_RECORDINGS names no folder of recordings")?;
    let fresh = recordings::read(&PathBuf::from(folder))?;
    let kept = contract::read().unwrap_or_default();
    for exchange in &fresh {
        match kept.iter().find(|old| old.name == exchange.name) {
            None => println!("new: {} {} {}", exchange.name, exchange.method, exchange.path),
            Some(old) if old != exchange => {
                println!("changed: {} {} {}", exchange.name, exchange.method, exchange.path)
            }
            Some(_) => {}
        }
    }
    for old in kept.iter().filter(|old| !fresh.iter().any(|exchange| exchange.name == old.name)) {
        println!("gone: {} {} {}", old.name, old.method, old.path);
    }
    let lines: Result<Vec<String>, _> = fresh.iter().map(serde_json::to_string).collect();
    std::fs::write(contract::folder().join("exchanges.json"), format!("[\n{}\n]\n", lines?.join(",\n")))?;
    println!("{} exchanges are written.", fresh.len());
    Ok(())
}
