//! Looking back: who changed a file when, in which commit a text is, and what changed between two commits.

use git2::{Oid, Patch};
use jiff::Timestamp;

use super::{Repository, SnapshotError, blob_at, head_commit, path, sha256_of, text_in};

/// One commit that changed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitInfo {
    /// The commit's id, 40 hex digits.
    pub id: String,
    /// When it was made.
    pub when: Timestamp,
    /// Its whole message.
    pub message: String,
}

impl Repository {
    /// The commits that changed `path`, newest first, at most `limit`.
    pub fn history(&self, path: &str, limit: usize) -> Result<Vec<CommitInfo>, SnapshotError> {
        path::check(path)?;
        let repo = self.reader()?;
        let mut found = Vec::new();
        walk(&repo, path, |commit| {
            if found.len() < limit {
                found.push(describe(commit));
            }
            Ok(found.len() < limit)
        })
        .map_err(|error| self.explain(&error))?;
        Ok(found)
    }

    /// The newest commit, among the last `limit` that changed `path`, whose text there has this SHA-256 (lower-case hex).
    pub fn find_text(&self, path: &str, sha256: &str, limit: usize) -> Result<Option<CommitInfo>, SnapshotError> {
        path::check(path)?;
        let repo = self.reader()?;
        let mut found = None;
        let mut looked_at = 0;
        walk(&repo, path, |commit| {
            looked_at += 1;
            if text_in(&repo, commit, path)?.is_some_and(|text| sha256_of(&text) == sha256) {
                found = Some(describe(commit));
            }
            Ok(found.is_none() && looked_at < limit)
        })
        .map_err(|error| self.explain(&error))?;
        Ok(found)
    }

    /// What changed at `path` between two commits, as a unified diff; empty when nothing did. A commit without the file
    /// counts as an empty text.
    pub fn diff(&self, from_commit: &str, to_commit: &str, path: &str) -> Result<String, SnapshotError> {
        path::check(path)?;
        let repo = self.reader()?;
        let from = self.find_commit(&repo, from_commit)?;
        let to = self.find_commit(&repo, to_commit)?;
        let patch = || -> Result<String, git2::Error> {
            let from = text_in(&repo, &from, path)?.unwrap_or_default();
            let to = text_in(&repo, &to, path)?.unwrap_or_default();
            if from == to {
                return Ok(String::new());
            }
            let name = Some(std::path::Path::new(path));
            let mut patch = Patch::from_buffers(from.as_bytes(), name, to.as_bytes(), name, None)?;
            Ok(String::from_utf8_lossy(&patch.to_buf()?).into_owned())
        };
        patch().map_err(|error| self.explain(&error))
    }
}

/// Calls `visit` with every commit that changed `path`, newest first, until it says `false`. The history is a line: where
/// somebody merged, the first parent is followed.
fn walk(
    repo: &git2::Repository,
    path: &str,
    mut visit: impl FnMut(&git2::Commit<'_>) -> Result<bool, git2::Error>,
) -> Result<(), git2::Error> {
    let mut next = head_commit(repo)?;
    let mut here: Option<Oid> = match &next {
        Some(commit) => blob_at(&commit.tree()?, path)?,
        None => None,
    };
    while let Some(commit) = next {
        let parent = if commit.parent_count() > 0 { Some(commit.parent(0)?) } else { None };
        let before = match &parent {
            Some(parent) => blob_at(&parent.tree()?, path)?,
            None => None,
        };
        if here != before && !visit(&commit)? {
            break;
        }
        here = before;
        next = parent;
    }
    Ok(())
}

fn describe(commit: &git2::Commit<'_>) -> CommitInfo {
    CommitInfo {
        id: commit.id().to_string(),
        when: Timestamp::from_second(commit.time().seconds()).unwrap_or(Timestamp::UNIX_EPOCH),
        message: String::from_utf8_lossy(commit.message_bytes()).into_owned(),
    }
}
