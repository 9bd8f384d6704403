//! The data folder: its private subfolders, the generated passwords, and a folder short enough for sockets.

use std::{
    fs, io,
    io::{Read, Write},
    path::{Path, PathBuf},
};

use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};

use super::{error::ServerStartError, os};

/// The longest name of a socket's folder: the system allows about 104 bytes with `/.s.PGSQL.5432`.
const LONGEST_SOCKET_FOLDER: usize = 86;
const PASSWORD_LENGTH: usize = 32;

/// A prepared data folder.
#[derive(Debug)]
pub(super) struct Folder {
    pub root: PathBuf,
    /// The account that runs PostgreSQL, if not our own.
    pub account: Option<os::SystemAccount>,
}

/// Makes `path` and what is above it, so that only we may enter, and proves that it can be written.
pub(super) fn make_private(path: &Path) -> Result<(), ServerStartError> {
    let written = || {
        os::make_folder(path)?;
        let probe = path.join(".write-test");
        // Whatever had the name before is no file of anybody's; a link is removed, not followed.
        let _ = fs::remove_file(&probe);
        let result = os::private_file().write(true).create_new(true).open(&probe);
        let result = result.and_then(|mut file| file.write_all(b"NetRaven checks that this folder can be written\n"));
        let _ = fs::remove_file(&probe);
        result
    };
    written().map_err(|error| ServerStartError::writing(path, &error))
}

impl Folder {
    /// Prepares `data_dir` and its subfolders.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, ServerStartError> {
        make_private(data_dir)?;
        let root = std::path::absolute(data_dir).map_err(|error| ServerStartError::writing(data_dir, &error))?;
        let folder = Self { account: os::account_for(&root.join("postgres"))?, root };
        for name in ["secrets", "log", "redis"] {
            let path = folder.root.join(name);
            make_private(&path)?;
            os::shut_folder(&path).map_err(|error| ServerStartError::writing(&path, &error))?;
        }
        Ok(folder)
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.root.join("postgres")
    }

    pub(super) fn redis(&self) -> PathBuf {
        self.root.join("redis")
    }

    pub(super) fn log(&self, name: &str) -> PathBuf {
        self.root.join("log").join(name)
    }

    /// The password kept in `secrets/<name>`, if there is a whole one.
    pub(super) fn password(&self, name: &str) -> Option<SecretString> {
        let text = fs::read_to_string(self.root.join("secrets").join(name)).ok()?;
        let text = text.trim();
        (text.len() >= PASSWORD_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| text.into())
    }

    /// The password kept in `secrets/<name>`, made and kept now if there is none.
    pub(super) fn password_or_new(&self, name: &str) -> Result<SecretString, ServerStartError> {
        if let Some(password) = self.password(name) {
            return Ok(password);
        }
        let password = SecretString::from(random_name(PASSWORD_LENGTH));
        write_private(&self.root.join("secrets").join(name), password.expose_secret())?;
        Ok(password)
    }

    /// A fresh private folder for sockets: `run` in the data folder or, where that name is too long for a socket or
    /// not text, a short one elsewhere that `run-folder` remembers.
    pub(super) fn socket_folder(&self) -> Result<PathBuf, ServerStartError> {
        self.remove_socket_folder();
        let near = self.root.join("run");
        let path = if near.to_str().is_some_and(|text| text.len() <= LONGEST_SOCKET_FOLDER) {
            os::make_folder(&near)
                .and_then(|()| os::shut_folder(&near))
                .map_err(|error| ServerStartError::writing(&near, &error))?;
            near
        } else {
            self.short_folder()?
        };
        if let Some(account) = self.account {
            os::give_to(&path, account).map_err(|error| ServerStartError::writing(&path, &error))?;
        }
        Ok(path)
    }

    fn short_folder(&self) -> Result<PathBuf, ServerStartError> {
        let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let session = session.filter(|path| path.to_str().is_some_and(|text| text.starts_with('/') && text.len() < 60));
        let mut refused = None;
        for parent in session.into_iter().chain([PathBuf::from("/tmp")]) {
            let path = parent.join(format!("netraven-{}", random_name(12)));
            // Remembered before it is made: a crash between the two leaves nothing unknown behind.
            write_private(&self.root.join("run-folder"), path.to_str().unwrap_or_default())?;
            match os::make_new_folder(&path) {
                Ok(()) => return Ok(path),
                Err(error) => refused = Some(ServerStartError::writing(&path, &error)),
            }
        }
        Err(refused.unwrap_or_else(|| ServerStartError::writing(Path::new("/tmp"), &io::ErrorKind::NotFound.into())))
    }

    /// Removes the socket folder of this or an earlier run; only call while no server of this data folder lives.
    pub(super) fn remove_socket_folder(&self) {
        let memory = self.root.join("run-folder");
        let far = fs::read_to_string(&memory).ok().map(|text| PathBuf::from(text.trim())).filter(|path| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("netraven-"))
        });
        for path in far.into_iter().chain([self.root.join("run")]) {
            if os::is_own_folder(&path, self.account) {
                let _ = fs::remove_dir_all(&path);
            }
        }
        let _ = fs::remove_file(&memory);
    }
}

/// Writes a file that only we may read, whole or not at all. A link of its name is replaced, not followed.
pub fn write_private(path: &Path, text: &str) -> Result<(), ServerStartError> {
    let fresh = path.with_extension("new");
    let written = || {
        let _ = fs::remove_file(&fresh);
        let mut file = os::private_file().write(true).create_new(true).open(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    written().map_err(|error| {
        let _ = fs::remove_file(&fresh);
        ServerStartError::writing(path, &error)
    })
}

/// Makes a rename in `folder` durable, where the system knows such a thing.
pub(super) fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}

pub(super) fn random_name(length: usize) -> String {
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

/// A log file that servers append to and that never grows beyond two times [`Log::LARGEST`].
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub path: PathBuf,
}

impl Log {
    pub(super) const LARGEST: u64 = 8 << 20;

    /// Opens it for a server; also returns where the new lines will begin.
    pub(super) fn open(&self) -> Result<(fs::File, u64), ServerStartError> {
        self.bound(Self::LARGEST);
        let opened = os::private_file().append(true).open(&self.path);
        let opened = opened.and_then(|file| file.metadata().map(|about| (file, about.len())));
        opened.map_err(|error| ServerStartError::writing(&self.path, &error))
    }

    /// The last lines written after `start`.
    pub(super) fn tail(&self, start: u64) -> String {
        use std::io::{Seek, SeekFrom};
        let mut bytes = Vec::new();
        if let Ok(mut file) = fs::File::open(&self.path) {
            let end = file.metadata().map_or(0, |about| about.len());
            let _ = file.seek(SeekFrom::Start(start.max(end.saturating_sub(8192))));
            let _ = file.read_to_end(&mut bytes);
        }
        last_lines(&String::from_utf8_lossy(&bytes))
    }

    /// Moves the text aside once there is more than `largest` of it. Writers append, so they go on at the new start.
    pub(super) fn bound(&self, largest: u64) {
        if fs::metadata(&self.path).is_ok_and(|about| about.len() > largest) {
            let mut old = self.path.clone().into_os_string();
            old.push(".1");
            let _ = fs::remove_file(&old);
            let _ = fs::copy(&self.path, old);
            let _ = os::private_file().write(true).open(&self.path).and_then(|file| file.set_len(0));
        }
    }
}

/// The last dozen lines, as one piece of a sentence.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// The error for a full disk, if that is what it was; a full disk may also have swallowed the log.
pub(super) fn disk_full(folder: &Path, said: &str) -> Option<ServerStartError> {
    let needed_bytes = 16 << 20;
    let full = said.contains("No space left on device") || os::free_bytes(folder).is_some_and(|free| free < 1 << 20);
    full.then(|| ServerStartError::DiskFull { path: folder.to_path_buf(), needed_bytes })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn passwords_are_made_once_and_only_we_may_read_them() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(&root.path().join("data")).unwrap();
        let password = folder.password_or_new("redis-password").unwrap();
        assert_eq!(password.expose_secret().len(), 32);
        let again = folder.password_or_new("redis-password").unwrap();
        assert_eq!(password.expose_secret(), again.expose_secret());
        assert_eq!(mode(&folder.root.join("secrets/redis-password")), 0o600);
        assert_eq!(mode(&folder.root.join("secrets")), 0o700);
        assert_eq!(mode(&folder.root), 0o700);
        fs::write(folder.root.join("secrets/redis-password"), "").unwrap();
        assert!(folder.password("redis-password").is_none(), "an empty file is no password");
    }

    #[test]
    fn a_path_too_long_for_a_socket_gets_a_short_folder_that_is_cleaned_up() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(&root.path().join("long".repeat(30))).unwrap();
        let first = folder.socket_folder().unwrap();
        assert!(first.to_str().unwrap().len() <= LONGEST_SOCKET_FOLDER && mode(&first) == 0o700, "{first:?}");
        let second = folder.socket_folder().unwrap();
        assert!(!first.exists() && second.exists(), "the folder of a killed run is removed");
        folder.remove_socket_folder();
        assert!(!second.exists() && !folder.root.join("run-folder").exists());
    }

    #[test]
    fn a_remembered_folder_that_is_not_ours_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::prepare(&root.path().join("data")).unwrap();
        let (other, link) = (root.path().join("precious"), root.path().join("netraven-link"));
        fs::create_dir(&other).unwrap();
        std::os::unix::fs::symlink(&other, &link).unwrap();
        for remembered in [&other, &link] {
            fs::write(folder.root.join("run-folder"), remembered.to_str().unwrap()).unwrap();
            folder.remove_socket_folder();
            assert!(other.exists() && link.symlink_metadata().is_ok());
        }
    }

    #[test]
    fn a_log_stays_bounded_while_its_writer_goes_on() {
        let root = tempfile::tempdir().unwrap();
        let log = Log { path: root.path().join("server.log") };
        let (mut writer, start) = log.open().unwrap();
        writer.write_all(b"one\ntwo\n").unwrap();
        assert_eq!(log.tail(start), "one\ntwo");
        log.bound(4);
        writer.write_all(b"three\n").unwrap();
        assert_eq!(fs::read_to_string(&log.path).unwrap(), "three\n");
        assert_eq!(fs::read_to_string(root.path().join("server.log.1")).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("data"), "").unwrap();
        let refused = Folder::prepare(&root.path().join("data")).unwrap_err().to_string();
        assert!(refused.contains("a file is in the way"), "{refused}");
    }
}
