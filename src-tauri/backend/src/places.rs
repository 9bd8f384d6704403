//! The places sealed secrets live in, written once: sealing and opening must use the same name.

use std::fmt::Display;

/// Password of a credential.
pub const PASSWORD: &str = "credentials.password";
/// Enable password of a credential.
pub const ENABLE_PASSWORD: &str = "credentials.enable_password";
/// Private key of a credential, as it was entered.
pub const PRIVATE_KEY: &str = "credentials.private_key";
/// Passphrase of a credential's private key.
pub const PASSPHRASE: &str = "credentials.passphrase";
/// Private key of a credential as sessions use it, without a passphrase.
pub const SIGNING_KEY: &str = "credentials.signing_key";
/// Answer of a credential to a question, by the credential and [`question`].
pub const ANSWER: &str = "credentials.answers";
/// Raw text of a configuration, by its device.
pub const RAW_CONFIG: &str = "device_configurations.raw";

/// Part of a kept file.
const KEPT_FILE: &str = "kept_file_parts.sealed";

/// What an answer is bound to beside its credential: it must not become the answer to another question.
#[must_use]
pub fn question(id: impl Display, pattern: &str) -> String {
    format!("{id}:{pattern}")
}

/// What a sealed value is bound to: its place and the id of its row.
#[must_use]
pub fn context(place: &str, id: impl Display) -> String {
    format!("{place}:{id}")
}

/// What a part of a kept file is bound to: its device, the checksum of the file, and its place in it, counted from
/// zero.
#[must_use]
pub fn kept_file_context(device_id: impl Display, sha256: &str, place: impl Display) -> String {
    context(KEPT_FILE, format!("{device_id}:{sha256}:{place}"))
}
