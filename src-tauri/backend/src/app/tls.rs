//! The encryption of the API, by a certificate and a key that somebody gives.

use std::path::Path;

use native_tls::{Identity, Protocol};
use tokio_native_tls::TlsAcceptor;

use crate::config::{Tls, shown};
use crate::start::StartError;

/// Reads certificate and key.
pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, StartError> {
    let (certificate, key) = (read(&tls.certificate, "certificate")?, read(&tls.key, "key")?);
    let bad = |file: &Path, reason: String| StartError::Tls { file: shown(file), reason };
    if !has(&certificate, "BEGIN CERTIFICATE") {
        return Err(bad(&tls.certificate, "it contains no certificate in PEM format".to_owned()));
    }
    if !has(&key, "BEGIN PRIVATE KEY") {
        let reason = "it contains no unencrypted key in PKCS #8 format (\"BEGIN PRIVATE KEY\"). OpenSSL converts \
                      other formats: openssl pkcs8 -topk8 -nocrypt -in KEY -out FILE";
        return Err(bad(&tls.key, reason.to_owned()));
    }
    let identity = Identity::from_pkcs8(&certificate, key.trim_ascii_start());
    let identity = identity.map_err(|error| bad(&tls.key, format!("key and certificate cannot be used: {error}")))?;
    let built = native_tls::TlsAcceptor::builder(identity).min_protocol_version(Some(Protocol::Tlsv12)).build();
    let built = built.map_err(|error| bad(&tls.key, format!("the key does not match the certificate: {error}")))?;
    Ok(TlsAcceptor::from(built))
}

fn read(file: &Path, what: &str) -> Result<Vec<u8>, StartError> {
    std::fs::read(file)
        .map_err(|error| StartError::Tls { file: shown(file), reason: format!("the {what} cannot be read: {error}") })
}

fn has(pem: &[u8], mark: &str) -> bool {
    pem.windows(mark.len()).any(|part| part == mark.as_bytes())
}
