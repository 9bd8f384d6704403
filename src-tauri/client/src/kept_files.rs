//! Kept files, part by part.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use netraven_api::kept_files::{DownloadKeptFile, KeptFile};
use netraven_api::problem::Code;
use netraven_api::{KeptFileId, Problem};

use crate::Client;

impl Client {
    /// Downloads a part of a kept file, counted from 1: what is known of the file, and the bytes of the part.
    ///
    /// # Errors
    /// A [`Problem`] if the server refuses, or sends something other than bytes in base64.
    pub async fn kept_file_part(&self, file_id: KeptFileId, part: i64) -> Result<(KeptFile, Vec<u8>), Problem> {
        let answer = self.send(&DownloadKeptFile { file_id, part }).await?;
        let bytes = STANDARD.decode(answer.content.expose()).map_err(|error| {
            let message = format!("Part {part} of the file came damaged ({error}). Try the download again.");
            Problem::new(Code::NotUnderstood, message)
        })?;
        Ok((answer.file, bytes))
    }
}
