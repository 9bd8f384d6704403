//! What differs on Windows: no accounts to change to, no signals but the end, and no sockets in folders.

use std::{fs, io, path::Path, path::PathBuf, process::Command as Plain};

use tokio::process::Command;

use super::{error::ServerStartError, process::ProcessSignal};

/// Nothing is handed over here.
pub(super) type Handle = std::convert::Infallible;

/// Accounts are never changed here.
pub(super) type SystemAccount = std::convert::Infallible;

pub(super) fn account_for(_: &Path) -> Result<Option<SystemAccount>, ServerStartError> {
    Ok(None)
}

pub(super) fn prepare(command: &mut Command, _: Option<SystemAccount>, _: Vec<Handle>, _: ProcessSignal) {
    // CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP: no console appears, and Ctrl-C is for us.
    command.creation_flags(0x0800_0000 | 0x0000_0200);
}

pub(super) fn send(process: u32, signal: ProcessSignal) {
    // Orderly ends go through pg_ctl and SHUTDOWN; only force has a signal's shape here.
    if matches!(signal, ProcessSignal::Kill | ProcessSignal::Quit) {
        let _ = Plain::new("taskkill").args(["/F", "/T", "/PID", &process.to_string()]).output();
    }
}

pub(super) fn send_group(process: u32, signal: ProcessSignal) {
    send(process, signal);
}

pub(super) fn living_in(_: &Path, main: Option<u32>, names: &[&str]) -> Vec<u32> {
    let Some(main) = main else { return Vec::new() };
    let output = Plain::new("tasklist").args(["/FO", "CSV", "/NH", "/FI", &format!("PID eq {main}")]).output();
    let listed = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if names.iter().any(|name| listed.contains(&format!("{name}.exe"))) { vec![main] } else { Vec::new() }
}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

pub(super) fn make_new_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

pub(super) fn shut_folder(_: &Path) -> io::Result<()> {
    // The folders of a person's profile are shut to others already.
    Ok(())
}

pub(super) fn shut_file(_: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn open_to_others(_: &Path) -> io::Result<Option<u32>> {
    Ok(None)
}

pub(super) fn is_for_all(_: &Path) -> bool {
    false
}

pub(super) fn is_ours(_: &Path) -> bool {
    true
}

pub(super) fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.create(true);
    options
}

pub(super) fn give_to(_: &Path, account: SystemAccount) -> io::Result<()> {
    match account {}
}

pub(super) fn name_for(path: &Path, _: Option<SystemAccount>) -> io::Result<(PathBuf, Option<Handle>)> {
    Ok((path.to_path_buf(), None))
}

pub(super) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

pub(super) fn is_own_folder(path: &Path, _: Option<SystemAccount>) -> bool {
    path.is_dir()
}
