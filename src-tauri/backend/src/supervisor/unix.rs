//! What differs on Unix: accounts, signals, folders that only we may enter, and who lives in a folder.

use std::{
    fs, io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    process::Command as Plain,
};

use rustix::process::{Gid, Pid, Uid, geteuid, kill_process, kill_process_group};
use tokio::process::Command;

use super::{error::ServerStartError, process::ProcessSignal};

/// An open file or folder that a child inherits.
pub(super) type Handle = OwnedFd;

/// The account that PostgreSQL runs as when we are root.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemAccount {
    uid: u32,
    gid: u32,
}

/// The account for the cluster at `cluster`: none unless we are root; its owner if it exists, else the one chosen.
pub(super) fn account_for(cluster: &Path) -> Result<Option<SystemAccount>, ServerStartError> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    if let Ok(owner) = fs::metadata(cluster)
        && owner.uid() != 0
    {
        return Ok(Some(SystemAccount { uid: owner.uid(), gid: owner.gid() }));
    }
    match std::env::var("NETRAVEN_POSTGRES_USER") {
        Ok(account) => find_account(&account).map(Some).ok_or(ServerStartError::NoAccount { account }),
        Err(_) => {
            let found = find_account("postgres").or_else(|| find_account("nobody"));
            found.map(Some).ok_or_else(|| ServerStartError::NoAccount { account: "nobody".to_owned() })
        }
    }
}

fn find_account(name: &str) -> Option<SystemAccount> {
    let id = |flag: &str| {
        let output =
            Plain::new("id").args([flag, "--", name]).output().ok().filter(|output| output.status.success())?;
        String::from_utf8_lossy(&output.stdout).trim().parse::<u32>().ok()
    };
    Some(SystemAccount { uid: id("-u").filter(|uid| *uid != 0)?, gid: id("-g")? })
}

/// Sets up `command` so that the child has its own group, the account and files it needs, and dies with us.
pub(super) fn prepare(
    command: &mut Command,
    account: Option<SystemAccount>,
    handed: Vec<Handle>,
    farewell: ProcessSignal,
) {
    if let Some(account) = account {
        // The standard library also drops all supplementary groups then.
        command.uid(account.uid).gid(account.gid);
    }
    // Ctrl-C in a terminal is for us; we end the servers in order.
    command.process_group(0).current_dir("/");
    let parent = rustix::process::getpid();
    // SAFETY: the closure runs in the child between fork and exec; it only makes system calls (no allocation, no locks)
    // on descriptors it owns.
    unsafe {
        command.pre_exec(move || {
            for handle in &handed {
                rustix::io::fcntl_setfd(handle, rustix::io::FdFlags::empty())?;
            }
            ask_to_die_with(parent, farewell)
        });
    }
}

#[cfg(target_os = "linux")]
fn ask_to_die_with(parent: Pid, farewell: ProcessSignal) -> io::Result<()> {
    // After the change of account, which would clear it; closures run last.
    rustix::process::set_parent_process_death_signal(Some(number(farewell)))?;
    if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
}

#[cfg(not(target_os = "linux"))]
fn ask_to_die_with(_: Pid, _: ProcessSignal) -> io::Result<()> {
    Ok(())
}

fn number(signal: ProcessSignal) -> rustix::process::Signal {
    match signal {
        ProcessSignal::Interrupt => rustix::process::Signal::INT,
        ProcessSignal::Terminate => rustix::process::Signal::TERM,
        ProcessSignal::Quit => rustix::process::Signal::QUIT,
        ProcessSignal::Kill => rustix::process::Signal::KILL,
    }
}

fn pid(number: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(number).ok()?)
}

/// Sends `signal`; a process that is gone is no error.
pub(super) fn send(process: u32, signal: ProcessSignal) {
    if let Some(pid) = pid(process) {
        let _ = kill_process(pid, number(signal));
    }
}

/// Sends `signal` to the whole group that `process` leads.
pub(super) fn send_group(process: u32, signal: ProcessSignal) {
    if let Some(pid) = pid(process) {
        let _ = kill_process_group(pid, number(signal));
    }
}

/// The processes called one of `names` whose working folder is `folder`: both servers live in their data folder, so
/// a number recycled by another program is never taken for one.
#[cfg(target_os = "linux")]
pub(super) fn living_in(folder: &Path, _main: Option<u32>, names: &[&str]) -> Vec<u32> {
    let Ok(home) = fs::metadata(folder) else { return Vec::new() };
    let lives_here = |process: &u32| {
        let about = PathBuf::from(format!("/proc/{process}"));
        let name = fs::read_to_string(about.join("comm")).unwrap_or_default();
        names.contains(&name.trim())
            && fs::metadata(about.join("cwd")).is_ok_and(|cwd| (cwd.dev(), cwd.ino()) == (home.dev(), home.ino()))
    };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(lives_here).collect()
}

/// The process `main` if it is alive and called one of `names`.
#[cfg(not(target_os = "linux"))]
pub(super) fn living_in(folder: &Path, main: Option<u32>, names: &[&str]) -> Vec<u32> {
    let Some(main) = main else { return Vec::new() };
    let output = Plain::new("ps").args(["-o", "command=", "-p", &main.to_string()]).output();
    let command = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let ours = names.iter().any(|name| command.contains(name)) && command.contains(&*folder.to_string_lossy());
    if ours { vec![main] } else { Vec::new() }
}

/// Makes a folder that only we may enter; one that exists keeps its mode.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes a new folder that only we may enter; it must not exist yet.
pub(super) fn make_new_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Shuts a folder to everybody but its owner.
pub(super) fn shut_folder(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// Shuts a file to everybody but its owner.
pub(super) fn shut_file(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// The mode of a file or folder that others than its owner can do anything with.
pub(super) fn open_to_others(path: &Path) -> io::Result<Option<u32>> {
    let mode = fs::metadata(path)?.permissions().mode() & 0o7777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Whether a folder is meant for everybody, as `/tmp` is.
pub(super) fn is_for_all(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o1000 != 0)
}

/// Whether a file, folder or link belongs to ourselves or to root.
pub(super) fn is_ours(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| [0, geteuid().as_raw()].contains(&about.uid()))
}

/// Options that create a file only its owner may read, and follow no link to get to it.
pub(super) fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.create(true).mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// Gives `path` to `account`.
pub(super) fn give_to(path: &Path, account: SystemAccount) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    Ok(rustix::fs::chown(path, Some(uid), Some(gid))?)
}

/// How a child under `account` names `path`. Folders above it may be shut to that account (`/root`, a 0700 data
/// folder), so on Linux it gets the thing itself, opened by us, and a name that leads through no folder.
pub(super) fn name_for(path: &Path, account: Option<SystemAccount>) -> io::Result<(PathBuf, Option<Handle>)> {
    if account.is_none() || !cfg!(target_os = "linux") {
        return Ok((path.to_path_buf(), None));
    }
    let handle = OwnedFd::from(fs::File::open(path)?);
    Ok((PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd())), Some(handle)))
}

/// Free bytes on the file system of `path`.
pub(super) fn free_bytes(path: &Path) -> Option<u64> {
    rustix::fs::statvfs(path).ok().map(|room| room.f_bavail.saturating_mul(room.f_frsize))
}

/// Whether `path` is a real folder of `account` or ourselves, not a link.
pub(super) fn is_own_folder(path: &Path, account: Option<SystemAccount>) -> bool {
    let owners = [geteuid().as_raw(), account.map_or(geteuid().as_raw(), |account| account.uid)];
    fs::symlink_metadata(path).is_ok_and(|about| about.is_dir() && owners.contains(&about.uid()))
}
