//! What a credential signs in with: the choice, and the fields of each.

use dioxus::prelude::*;
use netraven_api::credentials::Credential;
use netraven_api::native::Feature;

use super::typed::SignsInWith;
use crate::components::{Segments, TextAreaField, TextField};
use crate::features::form::Form;
use crate::state::session::use_workplace;

/// What the key of an agent is for.
const AGENT_KEY_HINT: &str = "The line of a file .pub, or a fingerprint as ssh-add -l prints it. Leave empty to offer \
                              the keys that the agent holds, five at most.";

/// What was chosen and typed to sign in with; copies are the same.
#[derive(Clone, Copy, PartialEq)]
pub struct Secrets {
    /// The choice.
    pub with: Signal<SignsInWith>,
    /// Password.
    pub password: Signal<String>,
    /// Private key.
    pub private_key: Signal<String>,
    /// Passphrase of the private key.
    pub passphrase: Signal<String>,
    /// The one key of the agent.
    pub agent_key: Signal<String>,
}

/// The choice of password, private key, both or the SSH agent, and their fields.
#[component]
pub fn SecretFields(credential: Option<Credential>, secrets: Secrets, form: Form) -> Element {
    let Secrets { mut with, mut password, mut agent_key, .. } = secrets;
    let workplace = use_workplace();
    let (no_key, no_agent) = (workplace.refusal(Feature::PrivateKey), workplace.refusal(Feature::SshAgent));
    let has_password = credential.as_ref().is_some_and(|known| known.has_password);
    let has_key = credential.as_ref().is_some_and(|known| known.has_private_key);
    let chosen = with();
    let refusals: Vec<String> = [&no_key, &no_agent].into_iter().flatten().cloned().collect();
    let hint = if refusals.is_empty() { said_of(chosen, has_password, has_key).to_owned() } else { refusals.join(" ") };
    let options = SignsInWith::ALL.into_iter().filter(|with| *with != SignsInWith::Agent || no_agent.is_none());
    rsx! {
        div { class: "field",
            span { class: "field-name", "Sign in with" }
            Segments {
                label: "Sign in with",
                options: options.map(|with| (with.title().to_owned(), with.title().to_owned())).collect::<Vec<_>>(),
                selected: chosen.title(),
                refused: no_key,
                onselect: move |word: String| {
                    if let Some(chosen) = SignsInWith::ALL.into_iter().find(|with| with.title() == word) {
                        with.set(chosen);
                    }
                },
            }
            if !hint.is_empty() {
                p { class: "field-hint", "{hint}" }
            }
        }
        if chosen.has_password() {
            TextField {
                id: "credential-password",
                label: "Password",
                kind: "password",
                value: password(),
                required: !has_password,
                autocomplete: "new-password",
                hint: if has_password { "Leave empty to keep the stored password." } else { "" },
                error: form.refusal("password"),
                oninput: move |text| password.set(text),
            }
        }
        if chosen.has_key() {
            KeyFields { credential: credential.clone(), secrets, form }
        }
        if chosen == SignsInWith::Agent {
            TextField {
                id: "credential-agent-key",
                label: "Key of the agent",
                value: agent_key(),
                placeholder: "SHA256:...",
                hint: AGENT_KEY_HINT,
                error: form.refusal("agent_key"),
                oninput: move |text| agent_key.set(text),
            }
        }
    }
}

/// What is said of a choice.
fn said_of(chosen: SignsInWith, has_password: bool, has_key: bool) -> &'static str {
    match (chosen, has_password, has_key) {
        (SignsInWith::Agent, true, _) | (SignsInWith::Agent, _, true) => {
            "What is stored will be removed. The worker has to be started with --allow-ssh-agent."
        }
        (SignsInWith::Agent, ..) => {
            "The SSH agent of the machine that the worker runs on; the worker has to be started with --allow-ssh-agent."
        }
        (SignsInWith::Key, true, _) => "The stored password will be removed.",
        (SignsInWith::Password, _, true) => "The stored private key will be removed.",
        (SignsInWith::Both, ..) => "The key is tried first, then the password; devices may require both.",
        _ => "",
    }
}

/// The private key and its passphrase.
#[component]
fn KeyFields(credential: Option<Credential>, secrets: Secrets, form: Form) -> Element {
    let Secrets { mut private_key, mut passphrase, .. } = secrets;
    let has_key = credential.as_ref().is_some_and(|known| known.has_private_key);
    let key_hint = match (credential.and_then(|known| known.key), has_key) {
        (Some(key), _) => format!("Stored: {key}. Leave empty to keep it, or paste another to replace it."),
        (None, true) => "One is stored. Leave empty to keep it, or paste another to replace it.".to_owned(),
        (None, false) => {
            "Paste the whole file, as OpenSSH or OpenSSL writes it: Ed25519, ECDSA, or RSA of at least 2048 \
                          bits. It is sealed and never shown again."
                .to_owned()
        }
    };
    rsx! {
        TextAreaField {
            id: "credential-key",
            label: "Private key",
            value: private_key(),
            placeholder: "-----BEGIN OPENSSH PRIVATE KEY-----",
            required: !has_key,
            hint: key_hint,
            error: form.refusal("private_key"),
            oninput: move |text| private_key.set(text),
        }
        TextField {
            id: "credential-passphrase",
            label: "Passphrase of the key",
            kind: "password",
            value: passphrase(),
            autocomplete: "new-password",
            hint: "Only if the key is protected by one.",
            error: form.refusal("passphrase"),
            oninput: move |text| passphrase.set(text),
        }
    }
}
