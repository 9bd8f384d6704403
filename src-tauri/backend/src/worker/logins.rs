//! Sealed credentials, opened for a session.

use anyhow::Context as _;
use netraven_api::CredentialId;
use secrecy::SecretString;

use super::Worker;
use crate::places::{ENABLE_PASSWORD, PASSWORD, SIGNING_KEY, context};
use crate::session::Login;
use crate::store::approvals::SealedLogin;

/// Opens a credential.
pub fn opened(worker: &Worker, login: SealedLogin) -> anyhow::Result<Login> {
    let open = |place: &str, id: CredentialId, sealed: &Option<String>| -> anyhow::Result<Option<SecretString>> {
        let opened = sealed.as_deref().map(|sealed| worker.seal.open_text(&context(place, id), sealed)).transpose()?;
        Ok(opened.map(|text| SecretString::from(text.as_str())))
    };
    Ok(Login {
        id: login.id,
        password: open(PASSWORD, login.id, &login.password)?.unwrap_or_default(),
        key: open(SIGNING_KEY, login.id, &login.signing_key)?,
        enable_password: open(ENABLE_PASSWORD, login.id, &login.enable_password)?,
        username: login.username,
        // An unreadable network matches nothing: better to send no credential than to send one anywhere.
        networks: login
            .allowed_networks
            .iter()
            .map(|network| network.parse().with_context(|| format!("reading the network '{network}'")))
            .collect::<anyhow::Result<_>>()?,
    })
}

/// What is typed to sign in. Keys are not; they are among the secrets of the server.
pub fn secrets(logins: &[Login]) -> Vec<String> {
    logins.iter().flat_map(Login::passwords).map(str::to_owned).collect()
}
