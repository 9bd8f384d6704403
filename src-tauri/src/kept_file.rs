//! Downloading a kept file: part by part into a file that a person chose. Memory holds one part.

use std::path::{Path, PathBuf};

use netraven_api::problem::Code;
use netraven_api::{KeptFileId, Problem};
use netraven_client::Client;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::connection::Open;

/// Writes a kept file to `path`. There is never half a file: it has another name until it is complete.
pub async fn save(open: &Open, id: KeptFileId, path: &Path) -> Result<(), Problem> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = tokio::select! {
        () = open.scope.cancelled() => Err(Problem::new(Code::Conflict, "The session ended during the download.")),
        written = write(&open.client, id, &part) => written,
    };
    let saved = match written {
        Ok(()) => tokio::fs::rename(&part, path).await.map_err(|error| unwritten(path, &error)),
        Err(problem) => Err(problem),
    };
    if saved.is_err()
        && let Err(error) = tokio::fs::remove_file(&part).await
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "the partly downloaded file was not removed");
    }
    saved
}

async fn write(client: &Client, id: KeptFileId, path: &Path) -> Result<(), Problem> {
    let failed = |error: std::io::Error| unwritten(path, &error);
    let (known, first) = client.kept_file_part(id, 1).await?;
    let mut file = private(path).await.map_err(failed)?;
    file.write_all(&first).await.map_err(failed)?;
    let mut length = first.len();
    for part in 2..=known.parts {
        let (_, bytes) = client.kept_file_part(id, part).await?;
        length += bytes.len();
        file.write_all(&bytes).await.map_err(failed)?;
    }
    if i64::try_from(length) != Ok(known.bytes) {
        let message = format!("The file has {} bytes, but {length} came. Try the download again.", known.bytes);
        return Err(Problem::new(Code::NotUnderstood, message));
    }
    file.sync_all().await.map_err(failed)
}

/// A new file that only its owner can read: what is kept may hold secrets.
async fn private(path: &Path) -> std::io::Result<File> {
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    options.open(path).await
}

fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    let message = format!("\"{}\" cannot be written: {error}. Choose another folder.", path.display());
    Problem::field("file", message)
}
