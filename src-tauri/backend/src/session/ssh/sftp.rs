//! A file by SFTP, or by SCP where the device offers no SFTP.

use std::io::Read as _;
use std::path::Path;

use netraven_api::outcome::Cause;
use ssh2::{ErrorCode, File, Sftp};

use super::beside::Aside;
use super::channel::is_wait;
use super::exec::CLOSE_LIMIT;
use super::link::is_gone;
use super::scp;
use crate::session::expect::terminal::Brought;
use crate::session::report::SessionError;

/// The largest piece read at once.
const PIECE: usize = 32 * 1024;

/// Fetches a file. One that changes while it is read is read again, once.
pub(super) fn fetch(aside: &mut Aside<'_>, path: &str) -> Result<Brought, SessionError> {
    let Some(sftp) = start(aside)? else { return scp::fetch(aside, path) };
    for _ in 0..2 {
        if let Some(bytes) = read(aside, &sftp, path)? {
            return Ok(whole(bytes));
        }
    }
    Err(unsettled(path))
}

/// Starts SFTP; `None` where the device does not offer it, or closes it again at once.
fn start(aside: &mut Aside<'_>) -> Result<Option<Sftp>, SessionError> {
    let link = aside.link;
    if let Ok(sftp) = aside.attempt(|| link.session.sftp())? {
        return Ok(Some(sftp));
    }
    // The library closes the channel that it opened for this only when it is asked again. If it was the connection that
    // ended, the next channel shows it.
    let _ = link.patiently(aside.idle.min(CLOSE_LIMIT), aside.bounds, || link.session.sftp().map(drop));
    Ok(None)
}

/// Reads a file once; `None` if it changed meanwhile.
fn read(aside: &mut Aside<'_>, sftp: &Sftp, path: &str) -> Result<Option<Vec<u8>>, SessionError> {
    let opened = aside.attempt(|| sftp.open(Path::new(path)))?;
    let mut file = opened.map_err(|error| refused(aside, path, &error))?;
    let before = size(aside, &mut file, path)?;
    if before.is_some_and(|size| size > aside.max_bytes() as u64) {
        return Err(aside.too_large());
    }
    let bytes = contents(aside, &mut file, path)?;
    let after = size(aside, &mut file, path)?;
    // A file that is made while it is read often has the size 0.
    let is_whole = before == after && after.is_none_or(|size| size <= bytes.len() as u64);
    Ok(is_whole.then_some(bytes))
}

/// The file's size, if the device knows it.
fn size(aside: &mut Aside<'_>, file: &mut File, path: &str) -> Result<Option<u64>, SessionError> {
    match aside.attempt(|| file.stat())? {
        Ok(stat) if stat.is_dir() => {
            let message = format!("`{path}` is a folder on the device, not a file.");
            Err(SessionError::new(Cause::CommandRejected, message))
        }
        Ok(stat) => Ok(stat.size),
        Err(error) if matches!(error.code(), ErrorCode::SFTP(_)) => Ok(None),
        Err(error) => Err(refused(aside, path, &error)),
    }
}

fn contents(aside: &mut Aside<'_>, file: &mut File, path: &str) -> Result<Vec<u8>, SessionError> {
    let (mut bytes, mut piece) = (Vec::new(), vec![0; PIECE]);
    loop {
        aside.check()?;
        match file.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(length) => {
                aside.hear();
                bytes.extend_from_slice(&piece[..length]);
                if bytes.len() > aside.max_bytes() {
                    return Err(aside.too_large());
                }
            }
            Err(error) if is_wait(&error) => {}
            Err(error) => {
                let last = ssh2::Error::last_session_error(&aside.link.session);
                return Err(match last.filter(is_gone) {
                    Some(gone) => aside.lost(&gone),
                    None => not_sent(path).quoting(Some(error.to_string())),
                });
            }
        }
    }
}

fn refused(aside: &Aside<'_>, path: &str, error: &ssh2::Error) -> SessionError {
    let why = match error.code() {
        ErrorCode::SFTP(libssh2_sys::LIBSSH2_FX_NO_SUCH_FILE | libssh2_sys::LIBSSH2_FX_NO_SUCH_PATH) => missing(path),
        ErrorCode::SFTP(libssh2_sys::LIBSSH2_FX_PERMISSION_DENIED) => denied(path),
        _ => not_sent(path),
    };
    aside.unless_lost(error, why.quoting(Some(error.message().to_owned())))
}

pub(super) fn whole(bytes: Vec<u8>) -> Brought {
    Brought { bytes, errors: Vec::new(), status: None }
}

pub(super) fn missing(path: &str) -> SessionError {
    SessionError::new(Cause::CommandRejected, format!("The device has no file `{path}`."))
}

pub(super) fn denied(path: &str) -> SessionError {
    SessionError::new(Cause::CommandRejected, format!("The account may not read the file `{path}`."))
}

pub(super) fn not_sent(path: &str) -> SessionError {
    SessionError::new(Cause::CommandRejected, format!("The device does not send the file `{path}`."))
}

pub(super) fn unsettled(path: &str) -> SessionError {
    SessionError::new(Cause::Unsettled, format!("The file `{path}` changed each time while it was read."))
}
