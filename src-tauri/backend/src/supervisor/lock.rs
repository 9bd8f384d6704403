//! One process per data folder: a lock that the system releases when its holder dies, and what the holder says of itself.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::{Path, PathBuf},
};

use super::{closed, error::ServerStartError, folder, os};

const FILE: &str = "netraven.lock";

/// The right to use a data folder, held until dropped.
#[derive(Debug)]
pub struct DataDirLock {
    lock: File,
    note: PathBuf,
}

/// Why a data folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another living process has it.
    #[error(
        "NetRaven is already running on {}{}. Use that one, stop it, or choose another data folder.",
        data_dir.display(), holder(*pid, info.as_deref())
    )]
    Locked {
        /// The folder.
        data_dir: PathBuf,
        /// The holder's process, unless it had no time to say.
        pid: Option<u32>,
        /// What the holder wrote with [`DataDirLock::write_info`].
        info: Option<String>,
    },
    /// The folder or the lock file cannot be made.
    #[error(transparent)]
    Unusable(#[from] ServerStartError),
}

fn holder(pid: Option<u32>, info: Option<&str>) -> String {
    let pid = pid.map(|pid| format!("process {pid}"));
    let parts: Vec<&str> = pid.as_deref().into_iter().chain(info).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

impl DataDirLock {
    /// Takes the lock of `data_dir`, making the folder if needed; never waits.
    pub fn acquire(data_dir: &Path) -> Result<Self, LockError> {
        // A folder that was there before is shut before anything is looked at in it.
        if data_dir.is_dir() {
            closed::shut(data_dir)?;
        }
        folder::make_private(data_dir)?;
        closed::look_through(data_dir)?;
        let path = data_dir.join(FILE);
        let unusable = |error: &std::io::Error| LockError::Unusable(ServerStartError::writing(&path, error));
        let file = os::private_file().read(true).write(true).open(&path).map_err(|error| unusable(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let (pid, info) = read(&note_file(data_dir));
                return Err(LockError::Locked { data_dir: data_dir.to_path_buf(), pid, info });
            }
            Err(TryLockError::Error(error)) => return Err(unusable(&error)),
        }
        let lock = Self { lock: file, note: note_file(data_dir) };
        lock.write("").map_err(|error| unusable(&error))?;
        Ok(lock)
    }

    /// Leaves one line for the next program that finds the folder taken, such as the address of the API.
    pub fn write_info(&self, info: &str) -> std::io::Result<()> {
        self.write(info.lines().next().unwrap_or_default())
    }

    fn write(&self, info: &str) -> std::io::Result<()> {
        let mut file = os::private_file().write(true).open(&self.note)?;
        let text = format!("{}\n{info}\n", std::process::id());
        file.rewind()?;
        file.write_all(text.as_bytes())?;
        file.set_len(text.len() as u64)
    }
}

impl Drop for DataDirLock {
    fn drop(&mut self) {
        // The file stays: removing it would let two processes lock two different files of the same name.
        if let Ok(file) = os::private_file().write(true).open(&self.note) {
            let _ = file.set_len(0);
        }
        // Not left to the closing: a child being started at this moment still holds a copy of the file.
        let _ = self.lock.unlock();
    }
}

/// Windows lets nobody read a locked file, so there the note lies beside it.
fn note_file(data_dir: &Path) -> PathBuf {
    data_dir.join(if cfg!(windows) { "netraven.lock.info" } else { FILE })
}

fn read(note: &Path) -> (Option<u32>, Option<String>) {
    let mut text = String::new();
    let _ = File::open(note).and_then(|mut file| file.read_to_string(&mut text));
    let mut lines = text.lines();
    let pid = lines.next().and_then(|line| line.parse().ok());
    (pid, lines.next().filter(|line| !line.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_has_the_folder_and_where_to_find_it() {
        let root = tempfile::tempdir().unwrap();
        let data_dir = root.path().join("new folder");
        let first = DataDirLock::acquire(&data_dir).unwrap();
        first.write_info("http://127.0.0.1:40123/a/longer/address").unwrap();
        first.write_info("http://127.0.0.1:1").unwrap();
        let refused = DataDirLock::acquire(&data_dir).unwrap_err();
        let sentence = refused.to_string();
        let LockError::Locked { pid, info, .. } = refused else { panic!("{sentence}") };
        assert_eq!((pid, info.as_deref()), (Some(std::process::id()), Some("http://127.0.0.1:1")));
        assert!(sentence.contains("already running on") && sentence.contains("http://127.0.0.1:1"), "{sentence}");
    }

    #[test]
    fn a_released_lock_is_free_and_says_nothing() {
        let root = tempfile::tempdir().unwrap();
        let first = DataDirLock::acquire(root.path()).unwrap();
        first.write_info("something").unwrap();
        drop(first);
        assert_eq!(read(&note_file(root.path())), (None, None));
        DataDirLock::acquire(root.path()).unwrap();
    }

    #[test]
    fn text_left_by_a_dead_holder_does_not_lock() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(FILE), "1\nhttp://127.0.0.1:9\n").unwrap();
        let lock = DataDirLock::acquire(root.path()).unwrap();
        assert_eq!(read(&lock.note), (Some(std::process::id()), None));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_made_is_told_as_such() {
        let refused = DataDirLock::acquire(Path::new("/sys/netraven-test")).unwrap_err();
        assert!(matches!(refused, LockError::Unusable(ServerStartError::Unwritable { .. })), "{refused}");
    }
}
