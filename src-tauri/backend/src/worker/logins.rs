//! Sealed credentials, opened for a session.

use std::sync::Arc;

use anyhow::Context as _;
use netraven_api::CredentialId;
use secrecy::SecretString;

use super::Worker;
use crate::places::{ANSWER, ENABLE_PASSWORD, PASSWORD, SIGNING_KEY, context, question};
use crate::platforms::question_pattern;
use crate::session::{AgentLogin, Login, LoginAnswer};
use crate::store::approvals::SealedLogin;
use crate::store::credentials::SealedAnswer;

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
        agent: login.uses_agent.then(|| AgentLogin { agent: Arc::clone(&worker.agent), key: login.agent_key }),
        answers: login.answers.iter().map(|sealed| answer(worker, login.id, sealed)).collect::<anyhow::Result<_>>()?,
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

/// Opens the answer to a question.
fn answer(worker: &Worker, id: CredentialId, sealed: &SealedAnswer) -> anyhow::Result<LoginAnswer> {
    let SealedAnswer { pattern, answer } = sealed;
    let opened = worker.seal.open_text(&context(ANSWER, question(id, pattern)), answer)?;
    let pattern = question_pattern(pattern).map_err(anyhow::Error::msg).context("reading the pattern of a question")?;
    Ok(LoginAnswer { pattern, answer: SecretString::from(opened.as_str()) })
}

/// What is typed to sign in. Keys are not; they are among the secrets of the server.
pub fn secrets(logins: &[Login]) -> Vec<String> {
    logins.iter().flat_map(Login::passwords).map(str::to_owned).collect()
}
