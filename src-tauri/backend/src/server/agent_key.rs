//! The key of an SSH agent that a credential names: as people have it, the public half or its fingerprint.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use netraven_api::credentials::CredentialInput;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::http::error::ApiError;

const UNREADABLE: &str = "This is neither a public key nor a SHA-256 fingerprint. Paste the line of a file .pub, such \
                          as `ssh-ed25519 AAAA...`, or a fingerprint as `ssh-add -l` prints it, such as `SHA256:...`.";
const PRIVATE: &str = "This is a private key: it stays with the agent. Paste its public half, the line of the file \
                       .pub, or the fingerprint that `ssh-add -l` prints.";
const MD5: &str = "This fingerprint is made with MD5. Paste the one that `ssh-add -l -E sha256` prints.";
const NO_AGENT: &str = "Only a credential that uses the SSH agent names one of its keys.";

/// What a request says about the key of the agent: nothing, that any serves (`Some(None)`), or a fingerprint.
/// `uses_agent` is whether the credential uses the agent then; without it, there is no key.
pub fn given(input: &CredentialInput, uses_agent: bool) -> Result<Option<Option<String>>, ApiError> {
    let refused = |sentence: &str| ApiError::body_field("agent_key", "value_error", sentence, Value::Null);
    match input.agent_key.as_deref().map(str::trim) {
        None if uses_agent => Ok(None),
        None | Some("") => Ok(Some(None)),
        Some(_) if !uses_agent => Err(refused(NO_AGENT)),
        Some(text) => fingerprint(text).map(|key| Some(Some(key))).map_err(refused),
    }
}

/// The fingerprint of a key in the form of OpenSSH.
fn fingerprint(text: &str) -> Result<String, &'static str> {
    if text.contains("PRIVATE KEY") {
        return Err(PRIVATE);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some(digest) = words.iter().find_map(|word| word.strip_prefix("SHA256:")) {
        let bytes = STANDARD_NO_PAD.decode(digest.trim_end_matches('=')).map_err(|_| UNREADABLE)?;
        return if bytes.len() == 32 { Ok(shown(&bytes)) } else { Err(UNREADABLE) };
    }
    if words.iter().any(|word| word.starts_with("MD5:")) {
        return Err(MD5);
    }
    let blobs = words.windows(2).find_map(|pair| blob_of(pair[0], pair[1]));
    blobs.map(|blob| shown(&Sha256::digest(blob))).ok_or(UNREADABLE)
}

/// The key that stands behind the name of its type, which it begins with.
fn blob_of(kind: &str, encoded: &str) -> Option<Vec<u8>> {
    let blob = STANDARD.decode(encoded).ok()?;
    let (length, rest) = blob.split_first_chunk::<4>()?;
    let name = rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (name == kind.as_bytes() && !name.is_empty()).then_some(blob)
}

fn shown(digest: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIC6Bc+tL7z/O62yGnmKjOXchTzeL1dwih1E6ZvO3U8tn";
    const PRINT: &str = "SHA256:kqtKr7k/2Ca/JNLx9X3WO+X4eVvCGhhkExdgFl8KrVs";

    #[test]
    fn a_public_key_and_its_fingerprint_are_the_same_key() {
        let commented = format!("{PUBLIC} ops@bastion");
        let restricted = format!("no-pty {PUBLIC}");
        let listed = format!("256 {PRINT} ops@bastion (ED25519)");
        for text in [PUBLIC, &commented, &restricted, PRINT, &format!("{PRINT}="), &listed] {
            assert_eq!(fingerprint(text).as_deref(), Ok(PRINT), "{text}");
        }
    }

    #[test]
    fn what_names_no_key_says_what_to_paste() {
        let wrong = |text: &str, told: &str| assert_eq!(fingerprint(text), Err(told), "{text}");
        wrong("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl", PRIVATE);
        wrong("256 MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48 ops (RSA)", MD5);
        wrong("SHA256:abc", UNREADABLE);
        wrong("my key", UNREADABLE);
        wrong(&PUBLIC.replace("ssh-ed25519 ", "ssh-rsa "), UNREADABLE);
    }

    #[test]
    fn only_a_credential_that_uses_the_agent_has_a_key_of_it() {
        let given = |key: Option<&str>, uses_agent: bool| {
            let input = CredentialInput { agent_key: key.map(str::to_owned), ..CredentialInput::default() };
            super::given(&input, uses_agent).map_err(drop)
        };
        assert_eq!(given(Some(PUBLIC), true), Ok(Some(Some(PRINT.to_owned()))));
        assert_eq!((given(None, true), given(Some(" "), true)), (Ok(None), Ok(Some(None))));
        assert_eq!((given(Some(PRINT), false), given(None, false)), (Err(()), Ok(Some(None))));
    }
}
