//! Why a backend did not start, as a sentence with what to do.

use std::net::SocketAddr;

use crate::seal::KeyFileError;
use crate::supervisor::{self, LockError};

/// Why a backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder is in use, or cannot be used.
    #[error(transparent)]
    DataDir(#[from] LockError),
    /// The embedded servers did not start.
    #[error(transparent)]
    Servers(#[from] supervisor::ServerStartError),
    /// The address of the API is taken or not this computer's.
    #[error(
        "The API cannot listen on {address}: {source}. Choose another port with --listen, or stop the program that uses it."
    )]
    Listen {
        /// The address it was to listen on.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The API would be reached from the network without encryption.
    #[error(
        "On {address} the API can be reached from the network, and passwords and tokens would be sent unencrypted. \
         Give a certificate and its key with --tls-cert FILE and --tls-key FILE; or, if a proxy in front of it \
         encrypts, use --behind-proxy; or listen on 127.0.0.1."
    )]
    Unencrypted {
        /// The address it was to listen on.
        address: SocketAddr,
    },
    /// Certificate or key cannot be used.
    #[error("The API cannot be encrypted with {file}: {reason}.")]
    Tls {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A database or queue that somebody else runs did not answer.
    #[error("{what} cannot be reached or used: {reason}. Check its URL and that it is running.")]
    External {
        /// Which one, as the subject of the sentence.
        what: &'static str,
        /// What it said; URLs with passwords are not in it.
        reason: String,
    },
    /// The key file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database was begun with another seal key.
    #[error(
        "The secrets in this database were sealed with a different key than {file}. Copy the seal-key of the first \
         server there (secrets/seal-key in its data folder), or start with an empty database."
    )]
    OtherKey {
        /// The key file.
        file: String,
    },
    /// The database was begun with a seal key that is not here.
    #[error(
        "The secrets in this database were sealed with a key, and {file} is missing. Restore that file from a \
         backup, or copy the seal-key of the first server there (secrets/seal-key in its data folder). Without it no \
         stored secret can be opened: then start with an empty database."
    )]
    KeyLost {
        /// The key file.
        file: String,
    },
    /// Something else in the data folder or the database is not as it has to be.
    #[error("{0}")]
    Other(String),
}

impl StartError {
    /// What another process on the same data folder says of itself, if that is why: the address of its API.
    #[must_use]
    pub fn is_locked(&self) -> Option<String> {
        match self {
            StartError::DataDir(LockError::Locked { info, .. }) => Some(info.clone().unwrap_or_default()),
            _ => None,
        }
    }
}
