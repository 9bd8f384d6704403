//! Text files in a plain git repository: committed many at a time, read back, compared. Knows no devices and no SQL.
//!
//! The branch `main` is the truth: a commit writes its objects first (each forced to disk) and moves the branch last, so a
//! crash leaves the commit before it. The checked-out files are a copy for people; they follow the branch and are mended at
//! the next opening or commit when something came between. Everything here blocks: call it off the async threads.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use git2::build::TreeUpdateBuilder;
use git2::{ErrorCode, FileMode, ObjectType, Oid, Signature, Time, Tree};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

mod folder;
mod history;
mod pack;
mod path;
#[cfg(test)]
mod tests;

pub use history::CommitInfo;
pub use path::path_of;

/// The branch that is written.
const BRANCH: &str = "refs/heads/main";
/// How often a commit starts again when another process moved the branch meanwhile, or holds its lock.
const ATTEMPTS: usize = 20;
/// A lock file that nobody touched for this long was left by a process that is dead.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What can go wrong with the snapshot repository.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The folder cannot be made, read or written.
    #[error(
        "The snapshot folder {} cannot be used: {reason}. Check that the disk has space and that this user can write there.",
        .folder.display()
    )]
    Folder {
        /// The folder of the repository.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// Something that must be in the repository is missing or broken.
    #[error(
        "The snapshot repository in {} is damaged ({reason}). Run \"git fsck\" there to see what is missing, then \
         restore the folder from a backup; or move it aside and start again, which starts a new history with the \
         current configurations.",
        .folder.display()
    )]
    Damaged {
        /// The folder of the repository.
        folder: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Another process keeps a lock file.
    #[error(
        "The snapshot repository in {} is in use by another process. Close other git programs working there and try again.",
        .folder.display()
    )]
    Locked {
        /// The folder of the repository.
        folder: PathBuf,
    },
    /// The path is not one that [`path_of`] makes.
    #[error("\"{path}\" is not a path inside the snapshot repository. Use a relative path without \"..\".")]
    BadPath {
        /// The path as it was given.
        path: String,
    },
    /// There is no such commit.
    #[error("The snapshot repository has no commit \"{commit}\". Reload the history to see its commits.")]
    UnknownCommit {
        /// The commit as it was given.
        commit: String,
    },
    /// Git refused for another reason.
    #[error("The snapshot repository in {} could not be used: {reason}. Try again; if it persists, run \"git fsck\" \
             there.", .folder.display())]
    Git {
        /// The folder of the repository.
        folder: PathBuf,
        /// What git said.
        reason: String,
    },
}

/// One text to keep.
#[derive(Clone, Debug)]
pub struct SnapshotFile<'a> {
    /// Where, from [`path_of`].
    pub path: String,
    /// The whole text.
    pub text: &'a str,
}

/// A repository of snapshots. Writers take turns; readers do not wait for them.
pub struct Repository {
    folder: PathBuf,
    writer: Mutex<git2::Repository>,
    lock_patience: Duration,
}

impl Repository {
    /// Opens the repository in `folder`, making it first when there is none, and mends what a crash left behind.
    pub fn open_or_create(folder: &Path) -> Result<Self, SnapshotError> {
        Self::open_with_patience(folder, LOCK_PATIENCE)
    }

    fn open_with_patience(folder: &Path, lock_patience: Duration) -> Result<Self, SnapshotError> {
        let writer = folder::open_or_init(folder)?;
        let repository = Self { folder: folder.to_path_buf(), writer: Mutex::new(writer), lock_patience };
        {
            let writer = repository.writer();
            folder::remove_dead_locks(&writer, lock_patience);
            repository.check(&writer)?;
            folder::mend_work_tree(&writer);
        }
        Ok(repository)
    }

    /// The folder of the repository.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Keeps all `files` in one commit and gives its id; `None` when no text differs from what is kept already.
    pub fn commit(
        &self,
        files: &[SnapshotFile<'_>],
        message: &str,
        when: Timestamp,
    ) -> Result<Option<String>, SnapshotError> {
        let mut wanted = BTreeMap::new();
        for file in files {
            path::check(&file.path)?;
            wanted.insert(file.path.as_str(), file.text);
        }
        let writer = self.writer();
        for _ in 0..ATTEMPTS {
            match self.try_commit(&writer, &wanted, message, when) {
                Ok(done) => return Ok(done.map(|id| id.to_string())),
                // The branch moved meanwhile: the tree must be rebuilt on top of the new commit.
                Err(error) if matches!(error.code(), ErrorCode::Modified | ErrorCode::Exists) => {}
                Err(error) if error.code() == ErrorCode::Locked => folder::wait_for_locks(&writer, self.lock_patience),
                Err(error) => return Err(self.explain(&error)),
            }
        }
        Err(SnapshotError::Locked { folder: self.folder.clone() })
    }

    fn try_commit(
        &self,
        repo: &git2::Repository,
        wanted: &BTreeMap<&str, &str>,
        message: &str,
        when: Timestamp,
    ) -> Result<Option<Oid>, git2::Error> {
        let parent = head_commit(repo)?;
        let base = match &parent {
            Some(commit) => commit.tree()?,
            None => repo.find_tree(repo.treebuilder(None)?.write()?)?,
        };
        let mut update = TreeUpdateBuilder::new();
        let mut changed = Vec::new();
        for (&path, &text) in wanted {
            let blob = Oid::hash_object(ObjectType::Blob, text.as_bytes())?;
            if blob_at(&base, path)? == Some(blob) {
                continue;
            }
            update.upsert(path, repo.blob(text.as_bytes())?, FileMode::Blob);
            changed.push(path);
        }
        if changed.is_empty() {
            return Ok(None);
        }
        let tree = repo.find_tree(update.create_updated(repo, &base)?)?;
        let author = Signature::new(folder::AUTHOR, folder::EMAIL, &Time::new(when.as_second(), 0))?;
        let parents: Vec<_> = parent.iter().collect();
        let id = repo.commit(None, &author, &author, message, &tree, &parents)?;
        folder::mark_work_tree_behind(repo);
        let summary = message.lines().next().unwrap_or_default();
        match &parent {
            Some(parent) => repo.reference_matching(BRANCH, id, true, parent.id(), summary)?,
            None => repo.reference(BRANCH, id, false, summary)?,
        };
        folder::sync_branch(repo);
        folder::update_work_tree(repo, &tree, &changed, self.lock_patience);
        Ok(Some(id))
    }

    /// The newest commit, or `None` while nothing was kept.
    pub fn head(&self) -> Result<Option<String>, SnapshotError> {
        let repo = self.reader()?;
        let head = head_commit(&repo).map_err(|error| self.explain(&error))?;
        Ok(head.map(|commit| commit.id().to_string()))
    }

    /// The text at `path` as it was in `commit`; `None` when that commit has no such file.
    pub fn read(&self, commit: &str, path: &str) -> Result<Option<String>, SnapshotError> {
        path::check(path)?;
        let repo = self.reader()?;
        let commit = self.find_commit(&repo, commit)?;
        text_in(&repo, &commit, path).map_err(|error| self.explain(&error))
    }

    /// The text at `path` in the newest commit.
    pub fn current(&self, path: &str) -> Result<Option<String>, SnapshotError> {
        path::check(path)?;
        let repo = self.reader()?;
        let Some(commit) = head_commit(&repo).map_err(|error| self.explain(&error))? else { return Ok(None) };
        text_in(&repo, &commit, path).map_err(|error| self.explain(&error))
    }

    /// Whether the newest text at `path` has this SHA-256 (lower-case hex).
    pub fn contains_text(&self, path: &str, sha256: &str) -> Result<bool, SnapshotError> {
        Ok(self.current(path)?.is_some_and(|text| sha256_of(&text) == sha256))
    }

    fn writer(&self) -> MutexGuard<'_, git2::Repository> {
        // A panic while writing leaves at most unreferenced objects, so the next writer may go on.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<git2::Repository, SnapshotError> {
        folder::open(&self.folder)
    }

    /// Walks from the branch to the root tree, so that plain damage shows at the start and not in the middle of a run.
    fn check(&self, repo: &git2::Repository) -> Result<(), SnapshotError> {
        let tree = head_commit(repo).and_then(|head| head.map(|commit| commit.tree()).transpose());
        tree.map_err(|error| self.explain(&error))?;
        Ok(())
    }

    fn find_commit<'r>(&self, repo: &'r git2::Repository, id: &str) -> Result<git2::Commit<'r>, SnapshotError> {
        let unknown = || SnapshotError::UnknownCommit { commit: id.to_owned() };
        let oid = Oid::from_str(id).ok().filter(|_| id.len() == 40).ok_or_else(unknown)?;
        repo.find_commit(oid).map_err(|error| match error.code() {
            ErrorCode::NotFound => unknown(),
            _ => self.explain(&error),
        })
    }

    fn explain(&self, error: &git2::Error) -> SnapshotError {
        folder::explain(&self.folder, error)
    }
}

/// The SHA-256 of a text, as lower-case hex: the form [`Repository::contains_text`] compares with.
pub fn sha256_of(text: &str) -> String {
    sha256_of_bytes(text.as_bytes())
}

/// The SHA-256 of bytes, as lower-case hex.
pub fn sha256_of_bytes(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn head_commit(repo: &git2::Repository) -> Result<Option<git2::Commit<'_>>, git2::Error> {
    match repo.find_reference(BRANCH) {
        Ok(branch) => branch.target().map(|id| repo.find_commit(id)).transpose(),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The blob at `path`. Only an absent entry is `None`: a tree object that should be there and is not has another code.
fn blob_at(tree: &Tree<'_>, path: &str) -> Result<Option<Oid>, git2::Error> {
    match tree.get_path(Path::new(path)) {
        Ok(entry) => Ok((entry.kind() == Some(ObjectType::Blob)).then(|| entry.id())),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn text_in(repo: &git2::Repository, commit: &git2::Commit<'_>, path: &str) -> Result<Option<String>, git2::Error> {
    let Some(id) = blob_at(&commit.tree()?, path)? else { return Ok(None) };
    Ok(Some(String::from_utf8_lossy(repo.find_blob(id)?.content()).into_owned()))
}
