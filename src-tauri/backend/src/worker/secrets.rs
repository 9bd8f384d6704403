//! Every secret this server holds for devices, unsealed and compiled so that it can be hidden in everything a device says:
//! one device's credential may appear in another's configuration.

use std::sync::{Arc, Mutex, PoisonError};

use crate::places::{ENABLE_PASSWORD, PASSWORD, context};
use crate::platforms::Known;
use crate::seal::SealKey;
use crate::store::{Store, StoreError};

/// The secrets as last compiled. Clones share them.
#[derive(Clone, Default)]
pub struct Secrets {
    made: Arc<Mutex<Option<Made>>>,
}

/// The mark of the credentials, and what was compiled from them.
type Made = (String, Arc<Known>);

impl Secrets {
    /// All current secrets; recompiled only when a credential has changed.
    pub(super) async fn all(&self, store: &Store, seal: &SealKey) -> Result<Arc<Known>, StoreError> {
        let mark = store.credentials_mark().await?;
        if let Some(known) = self.made(&mark) {
            return Ok(known);
        }
        let mut secrets = Vec::new();
        for (id, password, enable_password) in store.sealed_secrets().await? {
            let sealed = [(PASSWORD, Some(password)), (ENABLE_PASSWORD, enable_password)];
            for (place, sealed) in sealed.into_iter().filter_map(|(place, sealed)| Some((place, sealed?))) {
                match seal.open_text(&context(place, id), &sealed) {
                    Ok(secret) => secrets.push(secret.as_str().to_owned()),
                    // The session with this credential's device reports it; here it merely cannot be searched for.
                    Err(error) => tracing::warn!(%error, credential_id = id.get(), "a credential could not be opened"),
                }
            }
        }
        let known = Arc::new(Known::new(secrets, &seal.fingerprint_key()));
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some((mark, Arc::clone(&known)));
        Ok(known)
    }

    fn made(&self, mark: &str) -> Option<Arc<Known>> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().filter(|(made, _)| made == mark).map(|(_, known)| Arc::clone(known))
    }
}
