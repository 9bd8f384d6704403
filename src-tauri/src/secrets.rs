//! The system's own store for passwords: Secret Service, Keychain or Credential Manager.
//!
//! A locked or hanging store may block for ever, so each request has a thread of its own and a time limit.
//! There is no fallback to a file: a token that cannot be kept here lives in memory until the window closes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use keyring::{Entry, Error};
use netraven_api::Secret;
use tokio::sync::oneshot;

/// Name of the entries in the store.
const SERVICE: &str = "dev.netraven.desktop";
/// Longest wait for the store.
const LIMIT: Duration = Duration::from_secs(5);

/// The store, or the reason why there is none.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// A request went unanswered; later ones are not sent, since they would wait as long.
    silent: Arc<AtomicBool>,
    absent: bool,
}

/// Why a secret was not kept, as the middle of a sentence.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum StoreError {
    /// No store on this computer.
    #[error("this computer offers no password store")]
    Absent,
    /// Locked, or waiting for the person.
    #[error("the system's password store is not responding")]
    Silent,
    /// It refused.
    #[error("the system's password store refused ({0})")]
    Refused(String),
}

impl Secrets {
    /// The system's store.
    #[must_use]
    pub fn system() -> Secrets {
        Secrets { silent: Arc::default(), absent: false }
    }

    /// No store at all, for tests.
    #[cfg(test)]
    pub fn absent() -> Secrets {
        Secrets { silent: Arc::default(), absent: true }
    }

    /// The secret kept under a name. A locked store may look like an empty one.
    pub async fn read(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        let found = self.ask(name, |entry| match entry.get_secret() {
            Err(Error::NoEntry) => Ok(None),
            found => found.map(Some),
        });
        let text =
            |bytes| String::from_utf8(bytes).map_err(|_| StoreError::Refused("it returned something else".to_owned()));
        Ok(found.await?.map(text).transpose()?.map(Secret::new))
    }

    /// Keeps a secret, and makes sure that it is really there.
    pub async fn keep(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        let bytes = secret.expose().as_bytes().to_vec();
        let same = self
            .ask(name, move |entry| {
                entry.set_secret(&bytes)?;
                entry.get_secret().map(|kept| kept == bytes)
            })
            .await?;
        if same { Ok(()) } else { Err(StoreError::Refused("it returned something else".to_owned())) }
    }

    /// Removes a secret, if it is there.
    pub async fn forget(&self, name: &str) {
        if let Err(error) = self.ask(name, |entry| entry.delete_credential()).await {
            tracing::debug!(%error, "no secret was removed");
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        name: &str,
        question: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.absent {
            return Err(StoreError::Absent);
        }
        if self.silent.load(Ordering::Relaxed) {
            return Err(StoreError::Silent);
        }
        let (sender, receiver) = oneshot::channel();
        let name = name.to_owned();
        let work = move || {
            let answer = Entry::new(SERVICE, &name).and_then(|entry| question(&entry));
            let _nobody_waits = sender.send(answer);
        };
        let spawned = std::thread::Builder::new().name("password-store".to_owned()).spawn(work);
        spawned.map_err(|error| StoreError::Refused(error.to_string()))?;
        match tokio::time::timeout(LIMIT, receiver).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(Error::NoDefaultStore | Error::NoStorageAccess(_)))) => Err(StoreError::Absent),
            Ok(Ok(Err(error))) => Err(StoreError::Refused(kind(&error).to_owned())),
            Ok(Err(_)) => Err(StoreError::Refused("it failed".to_owned())),
            Err(_) => {
                self.silent.store(true, Ordering::Relaxed);
                Err(StoreError::Silent)
            }
        }
    }
}

/// Only the kind of an error: its text may contain the secret.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::NoEntry => "no such entry",
        Error::TooLong(..) => "the entry is too long",
        Error::PlatformFailure(_) => "a system failure",
        _ => "no reason given",
    }
}

#[cfg(test)]
mod tests;
