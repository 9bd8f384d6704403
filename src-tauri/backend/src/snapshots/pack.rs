//! Packing: a commit writes each object as a file of its own, and thousands of them are gathered into one pack.
//!
//! What is loose goes into a new pack; only when that is on disk are the loose files removed, so that a crash leaves every
//! object at least once. Readers meanwhile find an object in one place or the other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::Oid;

use super::{Repository, SnapshotError};

impl Repository {
    /// Gathers the loose objects into a pack if there are more than `most`; says how many were packed.
    pub fn pack(&self, most: usize) -> Result<usize, SnapshotError> {
        let writer = self.writer();
        let objects = writer.path().join("objects");
        let loose = loose_objects(&objects)
            .map_err(|error| SnapshotError::Folder { folder: self.folder.clone(), reason: error.to_string() })?;
        if loose.len() <= most {
            return Ok(0);
        }
        let mut builder = writer.packbuilder().map_err(|error| self.explain(&error))?;
        // A pack is made beside other work: it may take its time.
        builder.set_threads(1);
        for (id, _) in &loose {
            builder.insert_object(*id, None).map_err(|error| self.explain(&error))?;
        }
        builder.write(&objects.join("pack"), 0).map_err(|error| self.explain(&error))?;
        if builder.written() != loose.len() {
            return Err(SnapshotError::Damaged {
                folder: self.folder.clone(),
                reason: format!("{} of {} loose objects could be packed", builder.written(), loose.len()),
            });
        }
        for (_, file) in &loose {
            // One that cannot be removed, because somebody reads it, is packed once more the next time.
            let _ = fs::remove_file(file);
        }
        Ok(loose.len())
    }
}

/// Every loose object and its file.
fn loose_objects(objects: &Path) -> io::Result<Vec<(Oid, PathBuf)>> {
    let mut loose = Vec::new();
    for folder in fs::read_dir(objects)? {
        let folder = folder?;
        let start = folder.file_name().to_string_lossy().into_owned();
        if start.len() != 2 || !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let file = file?;
            let id = format!("{start}{}", file.file_name().to_string_lossy());
            // Files of other names are being written by somebody.
            if id.len() == 40
                && let Ok(id) = Oid::from_str(&id)
            {
                loose.push((id, file.path()));
            }
        }
    }
    Ok(loose)
}
