//! What must hold before a host key is trusted, a device's and a jump host's alike.

use netraven_api::devices::TrustedKey;
use netraven_api::evidence::ShownKey;

use super::http::error::ApiError;

/// Refuses every key but the one that was shown last. Only a key that a session met can be trusted: never one that
/// merely appears in a request. `whose` is what has the key, such as "device".
pub(super) fn check(whose: &str, shown: Option<&ShownKey>, key: &TrustedKey) -> Result<(), ApiError> {
    match shown {
        Some(shown) if (&shown.key_type, &shown.sha256) == (&key.key_type, &key.sha256) => Ok(()),
        Some(shown) => Err(ApiError::bad_request(format!(
            "This is not the key the {whose} showed last, which is {shown}. Compare that key with the {whose}'s own."
        ))),
        None => Err(ApiError::bad_request(format!(
            "No session has seen a host key of this {whose} that could be trusted. Run a job first."
        ))),
    }
}

/// Says that another key is stored by now than the one that was to be replaced.
pub(super) fn overtaken() -> ApiError {
    ApiError::bad_request(
        "The stored key has changed since you saw it. Run the device again, then review the key again.",
    )
}
