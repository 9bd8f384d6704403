//! A data folder that was there before: shut to others, and looked through for links that somebody may have planted while it
//! was open.

use std::{fs, io, path::Path};

use super::{error::ServerStartError, os};

/// Names under which a link is never followed, no matter who made it.
const NO_LINKS: [&str; 9] = [
    "netraven.lock",
    "netraven.lock.info",
    "initial-admin-password",
    ".write-test",
    "run-folder",
    "secrets",
    "redis",
    "log",
    "run",
];
/// Folders that their owner may have moved to another disk.
const MAY_BE_LINKS: [&str; 3] = ["postgres", "snapshots", "platforms"];

/// Shuts the data folder to everybody but its owner, if it was open. Refused where others use it, too.
pub(super) fn shut(data_dir: &Path) -> Result<(), ServerStartError> {
    let io = |error: io::Error| ServerStartError::writing(data_dir, &error);
    let Some(mode) = os::open_to_others(data_dir).map_err(io)? else { return Ok(()) };
    if is_shared(data_dir) || os::shut_folder(data_dir).is_err() {
        return Err(ServerStartError::Open { path: data_dir.to_path_buf(), mode });
    }
    tracing::warn!(
        folder = %data_dir.display(),
        mode = format!("{mode:04o}"),
        "the data folder was accessible to other users of this computer and is now restricted; they may know its contents"
    );
    Ok(())
}

/// Whether a folder is meant for more than our data: `/tmp`, or somebody's home.
fn is_shared(folder: &Path) -> bool {
    let is_home = std::env::home_dir().is_some_and(|home| home.canonicalize().ok() == folder.canonicalize().ok());
    is_home || os::is_for_all(folder)
}

/// Refuses a data folder in which links stand in the place of its own files, and shuts secrets that were open.
pub(super) fn look_through(data_dir: &Path) -> Result<(), ServerStartError> {
    let link = |path: &Path| fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
    let refuse = |path: &Path| Err(ServerStartError::Link { path: path.to_path_buf() });
    for name in NO_LINKS {
        let path = data_dir.join(name);
        if link(&path) {
            return refuse(&path);
        }
    }
    for name in MAY_BE_LINKS {
        let path = data_dir.join(name);
        if link(&path) && !os::is_ours(&path) {
            return refuse(&path);
        }
    }
    let secrets = data_dir.join("secrets");
    let mut files = vec![data_dir.join("initial-admin-password")];
    match fs::read_dir(&secrets) {
        Ok(entries) => {
            if os::open_to_others(&secrets).is_ok_and(|mode| mode.is_some()) {
                os::shut_folder(&secrets).map_err(|error| ServerStartError::writing(&secrets, &error))?;
            }
            files.extend(entries.flatten().map(|entry| entry.path()));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(ServerStartError::writing(&secrets, &error)),
    }
    for file in files.iter().filter(|file| file.symlink_metadata().is_ok()) {
        if link(file) {
            return refuse(file);
        }
        if os::open_to_others(file).is_ok_and(|mode| mode.is_some()) {
            os::shut_file(file).map_err(|error| ServerStartError::writing(file, &error))?;
            tracing::warn!(file = %file.display(), "a secret was readable by other users of this computer; the file \
                                                    is now restricted");
        }
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn folder(mode: u32) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        set(root.path(), mode);
        root
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_folder_that_was_open_is_shut() {
        for before in [0o755, 0o770, 0o711, 0o701] {
            let root = folder(before);
            shut(root.path()).unwrap();
            assert_eq!(mode(root.path()), 0o700, "{before:o}");
        }
    }

    #[test]
    fn a_folder_that_others_use_is_refused_and_left_as_it_is() {
        let shared = folder(0o1777);
        let refused = shut(shared.path()).unwrap_err().to_string();
        assert!(refused.contains("other users") && refused.contains("chmod 700"), "{refused}");
        assert_eq!(mode(shared.path()), 0o1777);
    }

    #[test]
    fn planted_links_are_not_followed() {
        let target = folder(0o700);
        let file = target.path().join("precious");
        fs::write(&file, "precious").unwrap();
        for name in NO_LINKS {
            let root = folder(0o700);
            symlink(&file, root.path().join(name)).unwrap();
            let refused = look_through(root.path()).unwrap_err().to_string();
            assert!(refused.contains(name) && refused.contains("is a link"), "{refused}");
        }
        let root = folder(0o700);
        fs::create_dir(root.path().join("secrets")).unwrap();
        symlink(&file, root.path().join("secrets/seal-key")).unwrap();
        assert!(look_through(root.path()).unwrap_err().to_string().contains("seal-key"));
        let moved = folder(0o700);
        symlink(target.path(), moved.path().join("postgres")).unwrap();
        look_through(moved.path()).unwrap();
    }

    #[test]
    fn secrets_that_were_open_are_shut() {
        let root = folder(0o700);
        fs::create_dir(root.path().join("secrets")).unwrap();
        let files = ["initial-admin-password", "secrets/redis-password"].map(|name| root.path().join(name));
        for file in &files {
            fs::write(file, "secret").unwrap();
            set(file, 0o644);
        }
        set(&root.path().join("secrets"), 0o755);
        look_through(root.path()).unwrap();
        assert_eq!(files.map(|file| mode(&file)), [0o600, 0o600]);
        assert_eq!(mode(&root.path().join("secrets")), 0o700);
    }
}
