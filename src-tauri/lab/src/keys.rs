//! Host keys: ed25519 from a seed, and one fixed RSA key for devices that know nothing newer.

use std::sync::OnceLock;

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;

use crate::dice::Dice;

/// The RSA host key of every device with legacy algorithms; making one takes seconds, so it is fixed. It guards nothing.
const LEGACY: &str = include_str!("keys/legacy_rsa.pem");

/// The key of this seed.
pub(crate) fn ed25519(seed: u64) -> PrivateKey {
    let mut dice = Dice::new(seed);
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&dice.next().to_le_bytes());
    }
    PrivateKey::from(Ed25519Keypair::from_seed(&bytes))
}

/// The fixed RSA key.
pub(crate) fn legacy_rsa() -> PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(|| russh::keys::decode_secret_key(LEGACY, None).expect("the key in this crate is well formed"))
        .clone()
}
