//! Every secret this server holds for devices, unsealed and compiled so that it can be hidden in everything a device says:
//! one device's credential may appear in another's configuration.

use std::sync::{Arc, Mutex, PoisonError};

use netraven_api::CredentialId;
use zeroize::Zeroizing;

use crate::places::{ANSWER, ENABLE_PASSWORD, PASSPHRASE, PASSWORD, PRIVATE_KEY, SIGNING_KEY, context, question};
use crate::platforms::Known;
use crate::seal::SealKey;
use crate::store::credentials::{SealedAnswer, SealedSecrets};
use crate::store::{Store, StoreError};

/// Fewest letters of a line of a private key that is searched for; the last line of a key may have only a few.
const KEY_LINE: usize = 16;

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
        for sealed in store.sealed_secrets().await? {
            let SealedSecrets { id, password, enable_password, private_key, passphrase, signing_key, answers } = sealed;
            let open = |place, sealed: Option<String>| opened(seal, id.into(), &context(place, id), &sealed?);
            let words =
                [open(PASSWORD, password), open(ENABLE_PASSWORD, enable_password), open(PASSPHRASE, passphrase)];
            let answers = answers.0.into_iter().map(|SealedAnswer { pattern, answer }| {
                opened(seal, id.into(), &context(ANSWER, question(id, &pattern)), &answer)
            });
            secrets.extend(words.into_iter().chain(answers).flatten().map(|secret| secret.as_str().to_owned()));
            for key in [open(PRIVATE_KEY, private_key), open(SIGNING_KEY, signing_key)].into_iter().flatten() {
                secrets.extend(lines_of(&key).map(str::to_owned));
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

fn opened(seal: &SealKey, id: CredentialId, bound_to: &str, sealed: &str) -> Option<Zeroizing<String>> {
    match seal.open_text(bound_to, sealed) {
        Ok(secret) => Some(secret),
        // The session with this credential's device reports it; here it merely cannot be searched for.
        Err(error) => {
            tracing::warn!(%error, credential_id = id.get(), "a credential could not be opened");
            None
        }
    }
}

/// The lines of a private key that say something of it, without the marks around it.
fn lines_of(key: &str) -> impl Iterator<Item = &str> {
    key.lines().filter(|line| line.len() >= KEY_LINE && !line.starts_with("-----") && !line.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_hidden_line_by_line_whatever_stands_around_it() {
        let (first, last) = ("MIIEpAIBAAKCAQEAuSvQ9m76zhRB4m0BUKPf17lwccj7KQ1Qtse63AOqP", "bTKMczJ0b9VbnvP1O+Q==");
        let key = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n\n{first}\n{last}\nAAA=\n\
             -----END RSA PRIVATE KEY-----\n"
        );
        assert_eq!(lines_of(&key).collect::<Vec<_>>(), [first, last]);
        let known = Known::new(lines_of(&key).map(str::to_owned), &[7; 32]);
        let hidden = known.hide(&format!("set key \"{first}\"\n  {last}\nset name AAA=\n")).text;
        assert!(!hidden.contains(first) && !hidden.contains(last), "{hidden}");
        assert!(hidden.contains("set name AAA="), "{hidden}");
    }
}
