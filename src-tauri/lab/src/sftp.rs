//! The files of a recording over SFTP, version 3 and read-only: requests in, answers out. Like a shell, it does no
//! input or output itself.

mod wire;

use std::sync::Arc;

use self::wire::{Fields, Framed, Reply, status};
use crate::device::Device;
use crate::recording::RecordedFile;

/// The version that clients of every age speak.
const VERSION: u32 = 3;
/// A longer request is no request: the client has lost its place.
const LONGEST_REQUEST: usize = 64 * 1024;
/// The most that is sent in one answer.
const LONGEST_PIECE: usize = 32 * 1024;

/// What a client asks for.
mod request {
    pub(super) const INIT: u8 = 1;
    pub(super) const OPEN: u8 = 3;
    pub(super) const CLOSE: u8 = 4;
    pub(super) const READ: u8 = 5;
    pub(super) const LSTAT: u8 = 7;
    pub(super) const FSTAT: u8 = 8;
    pub(super) const REALPATH: u8 = 16;
    pub(super) const STAT: u8 = 17;
}

/// What it is answered.
mod reply {
    pub(super) const VERSION: u8 = 2;
    pub(super) const HANDLE: u8 = 102;
    pub(super) const DATA: u8 = 103;
    pub(super) const NAME: u8 = 104;
    pub(super) const ATTRIBUTES: u8 = 105;
}

/// How a request ended, where it brings nothing.
mod code {
    pub(super) const OK: u32 = 0;
    pub(super) const END_OF_FILE: u32 = 1;
    pub(super) const NO_SUCH_FILE: u32 = 2;
    pub(super) const PERMISSION_DENIED: u32 = 3;
    pub(super) const FAILURE: u32 = 4;
    pub(super) const BAD_MESSAGE: u32 = 5;
    pub(super) const UNSUPPORTED: u32 = 8;
}

/// The only way in which a file can be opened.
const TO_READ: u32 = 1;
/// Attributes that are sent: the size and the permissions.
const SHOWN: u32 = 1 | 4;
/// A plain file that everybody may read.
const MODE: u32 = 0o100_444;

/// What a client sent is no SFTP.
#[derive(Debug, PartialEq)]
pub(crate) struct NotSftp;

/// The server's side of one channel.
pub(crate) struct Sftp {
    device: Arc<Device>,
    /// The result of a request that is not whole yet.
    pending: Vec<u8>,
}

impl Sftp {
    /// None where the device has no files.
    pub(crate) fn new(device: &Arc<Device>) -> Option<Sftp> {
        let has_files = device.recording.as_ref().is_some_and(|recording| !recording.files.is_empty());
        has_files.then(|| Sftp { device: Arc::clone(device), pending: Vec::new() })
    }

    /// Takes bytes and returns the answers to the requests that are whole now.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<u8>, NotSftp> {
        self.pending.extend_from_slice(bytes);
        let mut answers = Vec::new();
        while let Some(Framed { kind, body, length }) = Framed::first(&self.pending, LONGEST_REQUEST)? {
            answers.extend(self.answer(kind, Fields(body))?);
            self.pending.drain(..length);
        }
        Ok(answers)
    }

    fn answer(&self, kind: u8, mut fields: Fields<'_>) -> Result<Vec<u8>, NotSftp> {
        // The version of the client, which stands where the others have the number of the request.
        let id = fields.number().ok_or(NotSftp)?;
        let answer = match kind {
            request::INIT => return Ok(Reply::new(reply::VERSION).number(VERSION).done()),
            request::OPEN => self.open(id, &mut fields),
            request::CLOSE => fields.bytes().map(|_| status(id, code::OK)),
            request::READ => self.read(id, &mut fields),
            request::FSTAT => fields.bytes().map(|handle| attributes(id, self.held(handle), code::FAILURE)),
            request::STAT | request::LSTAT => {
                fields.bytes().map(|path| attributes(id, self.named(path).map(|(_, file)| file), code::NO_SUCH_FILE))
            }
            request::REALPATH => fields.bytes().map(|path| real_path(id, path)),
            _ => Some(status(id, code::UNSUPPORTED)),
        };
        Ok(answer.unwrap_or_else(|| status(id, code::BAD_MESSAGE)).done())
    }

    fn open(&self, id: u32, fields: &mut Fields<'_>) -> Option<Reply> {
        let (path, how) = (fields.bytes()?, fields.number()?);
        self.device.note_command(&format!("sftp:{}", String::from_utf8_lossy(path)));
        Some(match self.named(path) {
            None => status(id, code::NO_SUCH_FILE),
            Some(_) if how != TO_READ => status(id, code::PERMISSION_DENIED),
            // Nothing changes, so the place of the file is all that has to be remembered.
            Some((place, _)) => Reply::new(reply::HANDLE).number(id).bytes(&place.to_be_bytes()),
        })
    }

    fn read(&self, id: u32, fields: &mut Fields<'_>) -> Option<Reply> {
        let (handle, from, most) = (fields.bytes()?, fields.long()?, fields.number()?);
        let Some(file) = self.held(handle) else { return Some(status(id, code::FAILURE)) };
        let rest = usize::try_from(from).ok().and_then(|from| file.text.as_bytes().get(from..)).unwrap_or_default();
        let piece = &rest[..rest.len().min(usize::try_from(most).unwrap_or(LONGEST_PIECE)).min(LONGEST_PIECE)];
        Some(match rest.is_empty() {
            true => status(id, code::END_OF_FILE),
            false => Reply::new(reply::DATA).number(id).bytes(piece),
        })
    }

    fn files(&self) -> &[RecordedFile] {
        self.device.recording.as_ref().map(|recording| recording.files.as_slice()).unwrap_or_default()
    }

    /// The file at a path, and its place among all.
    fn named(&self, path: &[u8]) -> Option<(u32, &RecordedFile)> {
        let mut numbered = (0..).zip(self.files());
        numbered.find(|(_, file)| file.path.as_bytes() == path)
    }

    /// The file that a handle stands for.
    fn held(&self, handle: &[u8]) -> Option<&RecordedFile> {
        let place = u32::from_be_bytes(handle.try_into().ok()?);
        self.files().get(usize::try_from(place).ok()?)
    }
}

/// What a file is like, or that there is none.
fn attributes(id: u32, file: Option<&RecordedFile>, otherwise: u32) -> Reply {
    match file {
        None => status(id, otherwise),
        Some(file) => {
            let size = u64::try_from(file.text.len()).unwrap_or(u64::MAX);
            Reply::new(reply::ATTRIBUTES).number(id).number(SHOWN).long(size).number(MODE)
        }
    }
}

/// A path as it is: there are no links and no folders.
fn real_path(id: u32, path: &[u8]) -> Reply {
    let no_attributes = 0;
    Reply::new(reply::NAME).number(id).number(1).bytes(path).bytes(path).number(no_attributes)
}

#[cfg(test)]
mod tests;
