//! Sealing of secrets at rest: XChaCha20-Poly1305 under one key per installation, bound to the place where each secret lives.
//!
//! A sealed value is `1` (the version) + 24 bytes of nonce + ciphertext with its tag. The context (for example
//! `credentials.password:17`) is not stored: opening needs the same one, so a sealed value copied to another row stays shut.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use zeroize::Zeroizing;

pub mod password;
#[cfg(test)]
mod tests;

const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 24;
const KEY_LENGTH: usize = 32;

/// Why a sealed value could not be opened. It never says anything about the content.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SealError {
    /// Too short, not base64, or made by a newer version.
    #[error(
        "A stored secret has a format this version of NetRaven does not support. Update NetRaven, or enter the secret again."
    )]
    UnknownForm,
    /// Another key, another context, or changed bytes.
    #[error(
        "A stored secret cannot be opened: it was sealed with another key, or it was altered. Restore the seal key \
         that belongs to this database, or enter the secret again."
    )]
    Refused,
}

/// Why the key file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// It cannot be read or made.
    #[error("The seal key file {} cannot be used: {source}. Check that this user can read and write it.", .path.display())]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It holds something other than a key.
    #[error(
        "The seal key file {} does not contain a key. Restore the right file from a backup: without it no stored \
         secret can be opened. If there are no secrets, remove it and a new key is created.",
        .path.display()
    )]
    NotAKey {
        /// The key file.
        path: PathBuf,
    },
}

/// The key of an installation. It cannot be printed and is wiped from memory when dropped.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; KEY_LENGTH]>);

impl fmt::Debug for SealKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SealKey")
    }
}

impl SealKey {
    /// A new random key.
    pub fn generate() -> Self {
        Self(Zeroizing::new(random()))
    }

    /// The key from its text form (base64), as [`Self::to_text`] gives it; `None` when it is no key.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        let mut key = Self(Zeroizing::new([0; KEY_LENGTH]));
        if bytes.len() != KEY_LENGTH {
            return None;
        }
        key.0.copy_from_slice(&bytes);
        Some(key)
    }

    /// The key as text, for the secret store of the operating system.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0.as_slice()))
    }

    /// Reads the key from `path`; where there is no file, makes one that only this user can read. When two processes come
    /// at once, one of them makes the key and both get it.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyFileError> {
        let io = |source| KeyFileError::Io { path: path.to_path_buf(), source };
        if let Some(key) = Self::load(path)? {
            return Ok(key);
        }
        make_folder_of(path).map_err(io)?;
        let fresh = path.with_added_extension(format!("new-{}", uuid::Uuid::new_v4().simple()));
        // A whole file appears under the name or none: linking fails if somebody else was first.
        let made = write_private(&fresh, fresh_text(&Self::generate()).as_bytes())
            .and_then(|()| std::fs::hard_link(&fresh, path))
            .or_else(|error| match error.kind() {
                std::io::ErrorKind::AlreadyExists => Ok(()),
                std::io::ErrorKind::Unsupported | std::io::ErrorKind::PermissionDenied if fresh.exists() => {
                    rename_if_absent(&fresh, path)
                }
                _ => Err(error),
            });
        let removed = std::fs::remove_file(&fresh);
        made.map_err(io)?;
        if let Err(error) = removed
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(io(error));
        }
        sync_folder(path).map_err(io)?;
        Self::load(path)?.ok_or_else(|| io(std::io::ErrorKind::NotFound.into()))
    }

    /// Reads the key from `path`; none where there is no file.
    pub fn load(path: &Path) -> Result<Option<Self>, KeyFileError> {
        let text = match std::fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(KeyFileError::Io { path: path.to_path_buf(), source }),
        };
        close_to_others(path);
        let key = std::str::from_utf8(&text).ok().and_then(Self::from_text);
        key.map(Some).ok_or_else(|| KeyFileError::NotAKey { path: path.to_path_buf() })
    }

    /// Seals `plaintext` for the place that `context` names.
    pub fn seal(&self, context: &str, plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LENGTH] = random();
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad: &bound(context) })
            .expect("a secret is far below the cipher's limit of 256 GiB");
        let mut out = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what [`Self::seal`] made for the same context.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::UnknownForm)?;
        if *version != VERSION {
            return Err(SealError::UnknownForm);
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(SealError::UnknownForm)?;
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: &bound(context) });
        opened.map(Zeroizing::new).map_err(|_| SealError::Refused)
    }

    /// [`Self::seal`] as base64, for text columns.
    pub fn seal_text(&self, context: &str, plaintext: &str) -> String {
        STANDARD.encode(self.seal(context, plaintext.as_bytes()))
    }

    /// Opens what [`Self::seal_text`] made for the same context.
    pub fn open_text(&self, context: &str, sealed: &str) -> Result<Zeroizing<String>, SealError> {
        let sealed = STANDARD.decode(sealed).map_err(|_| SealError::UnknownForm)?;
        let opened = self.open(context, &sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| SealError::UnknownForm)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// The key under which redacted secrets get their fingerprints, so that a change shows and the value does not.
    pub fn fingerprint_key(&self) -> [u8; 32] {
        self.derive("netraven redaction fingerprint v1")
    }

    /// The key that signs access tokens.
    pub fn jwt_key(&self) -> [u8; 32] {
        self.derive("netraven access token v1")
    }

    fn derive(&self, label: &str) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(label.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// What is authenticated beside the content: the version too, so that it cannot be exchanged.
fn bound(context: &str) -> Vec<u8> {
    let mut bound = vec![VERSION];
    bound.extend_from_slice(context.as_bytes());
    bound
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Makes the folder the key lies in, for this user alone, where there is none.
fn make_folder_of(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    path.parent().map_or(Ok(()), |folder| builder.create(folder))
}

fn fresh_text(key: &SealKey) -> Zeroizing<String> {
    Zeroizing::new(format!("{}\n", *key.to_text()))
}

fn write_private(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// For file systems without hard links.
fn rename_if_absent(fresh: &Path, path: &Path) -> std::io::Result<()> {
    if path.exists() { Ok(()) } else { std::fs::rename(fresh, path) }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A key file that others can read is closed to them, and the log says that it was open.
fn close_to_others(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(data) = std::fs::metadata(path) else { return };
        if data.permissions().mode() & 0o077 == 0 {
            return;
        }
        let closed = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
        tracing::warn!(
            file = %path.display(),
            closed = closed.is_ok(),
            "the seal key file was readable by other users of this computer; they may know the stored secrets"
        );
    }
    #[cfg(not(unix))]
    let _ = path;
}
