//! The private key of a credential, as a request gives it.

mod reading;

use std::time::Duration;

use axum::http::StatusCode;
use netraven_api::Secret;
use netraven_api::credentials::CredentialInput;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio::time::timeout;
use zeroize::Zeroizing;

use self::reading::KeyRefusal;
pub use self::reading::ReadKey;
use super::http::error::ApiError;

/// How long reading a key may take: whoever made it decides how much work opening it with its passphrase is.
const LONGEST: Duration = Duration::from_secs(20);

/// What a request says about the private key: nothing, that it is removed (`Some(None)`), or another key.
pub async fn given(input: &CredentialInput) -> Result<Option<Option<ReadKey>>, ApiError> {
    let passphrase = input.passphrase.as_ref().map_or("", Secret::expose);
    let text = input.private_key.as_ref().map(|key| key.expose().trim());
    if !passphrase.is_empty() && text.is_none_or(str::is_empty) {
        let sentence = "Enter the private key together with its passphrase: a key is opened once, when it is saved.";
        return Err(refused("passphrase", sentence));
    }
    match text {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(text) => Ok(Some(Some(read(text, passphrase).await?))),
    }
}

/// Reads a key on a thread of its own, so that one that takes too long holds up nothing, not even the server's end.
async fn read(text: &str, passphrase: &str) -> Result<ReadKey, ApiError> {
    let (text, passphrase) = (Zeroizing::new(text.to_owned()), Zeroizing::new(passphrase.to_owned()));
    let (sender, receiver) = oneshot::channel();
    let work = move || {
        let _ = sender.send(reading::read(&text, &passphrase));
    };
    if let Err(error) = std::thread::Builder::new().name("private key".to_owned()).spawn(work) {
        tracing::warn!(%error, "no thread could be started to read a private key");
        let sentence = "The server is too busy to read the key. Try again in a few seconds.";
        return Err(ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence));
    }
    match timeout(LONGEST, receiver).await {
        Ok(Ok(Ok(key))) => Ok(key),
        Ok(Ok(Err(KeyRefusal::Key(sentence)))) => Err(refused("private_key", sentence)),
        Ok(Ok(Err(KeyRefusal::Passphrase(sentence)))) => Err(refused("passphrase", sentence)),
        // The thread ended without an answer: a library gave up on what it was given.
        Ok(Err(_)) => Err(refused("private_key", reading::UNREADABLE)),
        Err(_) => {
            let sentence = format!(
                "Opening the key with its passphrase takes longer than {} s. Set the passphrase again with fewer \
                 rounds, such as with `ssh-keygen -p -a 24 -f key`, and enter the new file.",
                LONGEST.as_secs()
            );
            Err(refused("private_key", sentence))
        }
    }
}

fn refused(field: &str, sentence: impl Into<String>) -> ApiError {
    ApiError::body_field(field, "value_error", sentence, Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(private_key: Option<&str>, passphrase: Option<&str>) -> Result<Option<bool>, String> {
        let secret = |text: Option<&str>| text.map(Secret::new);
        let (private_key, passphrase) = (secret(private_key), secret(passphrase));
        match given(&CredentialInput { private_key, passphrase, ..CredentialInput::default() }).await {
            Ok(change) => Ok(change.map(|key| key.is_some())),
            Err(ApiError::Fields(fields)) => Err(fields[0].location[1].as_str().unwrap_or_default().to_owned()),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_is_absent_stays_and_an_empty_text_removes_the_key() {
        assert_eq!(asked(None, None).await, Ok(None));
        assert_eq!(asked(None, Some("")).await, Ok(None));
        assert_eq!(asked(Some(" \n"), None).await, Ok(Some(false)));
    }

    #[tokio::test]
    async fn a_refusal_is_about_its_field_and_a_passphrase_without_its_key_is_refused() {
        assert_eq!(asked(Some("no key"), None).await, Err("private_key".to_owned()));
        assert_eq!(asked(None, Some("sesame")).await, Err("passphrase".to_owned()));
        assert_eq!(asked(Some(""), Some("sesame")).await, Err("passphrase".to_owned()));
    }
}
