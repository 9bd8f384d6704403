//! The repository as a folder on disk: making and opening it, lock files of the dead, and the checked-out copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use git2::build::CheckoutBuilder;
use git2::{ConfigLevel, ErrorClass, ErrorCode, RepositoryInitOptions, RepositoryOpenFlags, Tree};

use super::{BRANCH, SnapshotError};

/// The name under which commits are made.
pub(super) const AUTHOR: &str = "NetRaven";
/// The address under which commits are made.
pub(super) const EMAIL: &str = "netraven@localhost";

/// Settings for our own library alone, read from a file that git does not read: git would answer the first of them with a
/// deprecation warning at every command. The user's name is for the reflog.
const SETTINGS: &str = "[core]\n\tfsyncObjectFiles = true\n\tautocrlf = false\n\tsafecrlf = false\n\
                        [user]\n\tname = NetRaven\n\temail = netraven@localhost\n";
const SETTINGS_FILE: &str = "netraven.config";
/// There while the checked-out files may differ from the branch.
const BEHIND_FILE: &str = "netraven-checkout-pending";
const LOCKS: [&str; 5] = ["index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock"];

/// Opens the repository in `folder`, or makes one when there is none (or one whose making was cut short).
pub(super) fn open_or_init(folder: &Path) -> Result<git2::Repository, SnapshotError> {
    let git = folder.join(".git");
    let unusable = |reason: String| SnapshotError::Folder { folder: folder.to_path_buf(), reason };
    let begun = has_entries(&git.join("objects")).map_err(|error| unusable(error.to_string()))?
        || git.join("packed-refs").exists()
        || git.join(BRANCH).exists();
    if !begun {
        let mut options = RepositoryInitOptions::new();
        options.initial_head("main").mkpath(true).external_template(false);
        let repo =
            git2::Repository::init_opts(folder, &options).map_err(|error| unusable(error.message().to_owned()))?;
        let mut config = repo.config().map_err(|error| explain(folder, &error))?;
        config.set_bool("core.autocrlf", false).map_err(|error| explain(folder, &error))?;
    }
    // A power cut can leave it empty. What it says is known, and the branch itself does not need it.
    if fs::read_to_string(git.join("HEAD")).map_or(true, |head| head.trim().is_empty()) {
        write_once(&git.join("HEAD"), &format!("ref: {BRANCH}\n")).map_err(|error| unusable(error.to_string()))?;
    }
    write_once(&git.join(SETTINGS_FILE), SETTINGS).map_err(|error| unusable(error.to_string()))?;
    // Texts are kept byte for byte, whatever a user's own settings say about line ends.
    write_once(&git.join("info/attributes"), "* -text\n").map_err(|error| unusable(error.to_string()))?;
    open(folder)
}

/// Opens the repository exactly in `folder`, never one above it.
pub(super) fn open(folder: &Path) -> Result<git2::Repository, SnapshotError> {
    let none: [&Path; 0] = [];
    let repo = git2::Repository::open_ext(folder, RepositoryOpenFlags::NO_SEARCH, none).map_err(|error| {
        let reason = error.message().to_owned();
        match error.code() {
            ErrorCode::Owner => SnapshotError::Folder { folder: folder.to_path_buf(), reason },
            _ => SnapshotError::Damaged { folder: folder.to_path_buf(), reason },
        }
    })?;
    let settings = repo.path().join(SETTINGS_FILE);
    let prepare = || -> Result<(), git2::Error> {
        if settings.exists() {
            repo.config()?.add_file(&settings, ConfigLevel::App, true)?;
        }
        Ok(())
    };
    prepare().map_err(|error| explain(folder, &error))?;
    Ok(repo)
}

fn has_entries(folder: &Path) -> std::io::Result<bool> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let name = entry?.file_name();
        if name != "info" && name != "pack" {
            return Ok(true);
        }
    }
    Ok(fs::read_dir(folder.join("pack")).is_ok_and(|mut packs| packs.next().is_some()))
}

fn write_once(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}

/// Removes lock files that nobody touched for `patience`. A folder belongs to one running backend, and git commands of a
/// person hold these files for moments.
pub(super) fn remove_dead_locks(repo: &git2::Repository, patience: Duration) {
    for lock in locks(repo) {
        let Ok(touched) = fs::metadata(&lock).and_then(|data| data.modified()) else { continue };
        // A time in the future (the clock was set back) says nothing about life: treated as dead.
        let dead = SystemTime::now().duration_since(touched).map_or(true, |age| age >= patience);
        if dead && fs::remove_file(&lock).is_ok() {
            tracing::warn!(lock = %lock.display(), "removed a lock file left by a process that has ended");
        }
    }
}

/// Waits until the lock files are gone or old enough to be removed.
pub(super) fn wait_for_locks(repo: &git2::Repository, patience: Duration) {
    let started = Instant::now();
    loop {
        remove_dead_locks(repo, patience);
        if locks(repo).is_empty() || started.elapsed() > patience + Duration::from_secs(1) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn locks(repo: &git2::Repository) -> Vec<PathBuf> {
    LOCKS.iter().map(|name| repo.path().join(name)).filter(|lock| lock.exists()).collect()
}

/// Notes, before the branch moves, that the checked-out files are about to be old.
pub(super) fn mark_work_tree_behind(repo: &git2::Repository) {
    if let Err(error) = fs::write(repo.path().join(BEHIND_FILE), b"") {
        tracing::warn!(%error, "could not record that the checked-out snapshots need an update");
    }
}

/// Brings the changed files into the folder. Never fails a commit: what could not be written is mended later.
pub(super) fn update_work_tree(repo: &git2::Repository, tree: &Tree<'_>, changed: &[&str], patience: Duration) {
    let mut checkout = CheckoutBuilder::new();
    checkout.force().disable_pathspec_match(true);
    for path in changed {
        checkout.path(*path);
    }
    let mut done = check_out(repo, tree, &mut checkout);
    if done.as_ref().is_err_and(|error| error.code() == ErrorCode::Locked) {
        wait_for_locks(repo, patience);
        done = check_out(repo, tree, &mut checkout);
    }
    finish_checkout(repo, done);
}

/// Brings the whole folder in step with the branch if it was left behind.
pub(super) fn mend_work_tree(repo: &git2::Repository) {
    if !repo.path().join(BEHIND_FILE).exists() {
        return;
    }
    let mend = || -> Result<(), git2::Error> {
        let Some(head) = super::head_commit(repo)? else { return Ok(()) };
        check_out(repo, &head.tree()?, CheckoutBuilder::new().force())
    };
    finish_checkout(repo, mend());
}

fn check_out(repo: &git2::Repository, tree: &Tree<'_>, how: &mut CheckoutBuilder<'_>) -> Result<(), git2::Error> {
    // Somebody looks at another branch or an old commit in this folder: their files stay as they are.
    let on_branch =
        repo.find_reference("HEAD").is_ok_and(|head| head.symbolic_target().is_ok_and(|name| name == Some(BRANCH)));
    if on_branch { repo.checkout_tree(tree.as_object(), Some(how)) } else { Ok(()) }
}

fn finish_checkout(repo: &git2::Repository, done: Result<(), git2::Error>) {
    match done {
        Ok(()) => {
            if let Err(error) = fs::remove_file(repo.path().join(BEHIND_FILE)) {
                tracing::debug!(%error, "no record about the checked-out snapshots to remove");
            }
        }
        Err(error) => {
            tracing::warn!(
                reason = error.message(),
                "the snapshots are committed, but their checked-out files are out of date"
            );
        }
    }
}

/// Forces the moved branch to disk: the library does that for objects only.
pub(super) fn sync_branch(repo: &git2::Repository) {
    let branch = repo.path().join(BRANCH);
    let folder = branch.parent().map(Path::to_path_buf).unwrap_or_default();
    let synced = fs::File::open(&branch).and_then(|file| file.sync_all());
    #[cfg(unix)]
    let synced = synced.and_then(|()| fs::File::open(&folder)).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
    if let Err(error) = synced {
        tracing::warn!(%error, "the newest snapshot may not have reached the disk yet");
    }
}

/// Turns git's own words into what a person can act on.
pub(super) fn explain(folder: &Path, error: &git2::Error) -> SnapshotError {
    let folder = folder.to_path_buf();
    let reason = error.message().to_owned();
    match (error.code(), error.class()) {
        (ErrorCode::Locked, _) => SnapshotError::Locked { folder },
        (_, ErrorClass::Odb | ErrorClass::Object | ErrorClass::Zlib | ErrorClass::Indexer) => {
            SnapshotError::Damaged { folder, reason }
        }
        (ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::GenericError, ErrorClass::Reference) => {
            SnapshotError::Damaged { folder, reason }
        }
        (_, ErrorClass::Os) => SnapshotError::Folder { folder, reason },
        _ => SnapshotError::Git { folder, reason },
    }
}
