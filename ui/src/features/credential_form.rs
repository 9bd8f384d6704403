//! The dialog that adds one credential, without which a backup cannot sign in, or changes one. Stored secrets never
//! come back.

mod typed;

use dioxus::prelude::*;
use netraven_api::TagId;
use netraven_api::credentials::{CreateCredential, Credential, CredentialInput, UpdateCredential};
use netraven_api::native::Feature;

use self::typed::{SignsInWith, Typed};
use crate::components::{CheckField, Segments, TextAreaField, TextField};
use crate::data::use_api;
use crate::features::form::{Form, FormDialog, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 10] = [
    "username",
    "password",
    "private_key",
    "passphrase",
    "enable_password",
    "priority",
    "allowed_networks",
    "description",
    "tags",
    "new_tag",
];
/// What the field of networks is for.
const NETWORKS_HINT: &str = "It is never sent to an address outside these networks. Leave empty to allow any address.";

/// Adds a credential, or changes the one given; `tags` are ticked from the start.
#[component]
pub fn CredentialDialog(credential: Option<Credential>, tags: Vec<TagId>, onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let known = credential.clone();
    let mut username = use_signal(|| known.as_ref().map(|known| known.username.clone()).unwrap_or_default());
    let secrets = Secrets {
        with: use_signal(|| SignsInWith::of(known.as_ref())),
        password: use_signal(String::new),
        private_key: use_signal(String::new),
        passphrase: use_signal(String::new),
    };
    let stored = known.as_ref().map_or((false, false), |known| (known.has_password, known.has_private_key));
    let mut enable = use_signal(String::new);
    let mut forget_enable = use_signal(|| false);
    let mut priority = use_signal(|| known.as_ref().map_or(100, |known| known.priority).to_string());
    let mut description = use_signal(|| known.as_ref().and_then(|known| known.description.clone()).unwrap_or_default());
    let stored_networks = known.as_ref().map(|known| known.allowed_networks.clone()).unwrap_or_default();
    let mut networks = use_signal(|| stored_networks.join(", "));
    let (chosen, fresh) = (use_signal(move || tags), use_signal(String::new));
    let form = use_form();
    let id = credential.as_ref().map(|known| known.id);

    let submit = move |()| {
        let typed = Typed {
            username: username.peek().trim().to_owned(),
            with: *secrets.with.peek(),
            stored,
            password: secrets.password.peek().clone(),
            private_key: secrets.private_key.peek().clone(),
            passphrase: secrets.passphrase.peek().clone(),
            enable: enable.peek().clone(),
            forget_enable: *forget_enable.peek(),
            priority: priority.peek().clone(),
            description: description.peek().trim().to_owned(),
            networks: networks.peek().clone(),
            known_networks: stored_networks.clone(),
            has_tags: !chosen.peek().is_empty() || !fresh.peek().trim().is_empty(),
        };
        let Some(input) = form.accept(typed.read(id.is_none())) else { return };
        let api = api.clone();
        let sending = async move {
            let tags = Some(tag_ids(&api, chosen, fresh).await?);
            let input = CredentialInput { tags, ..input };
            match id {
                Some(id) => api.send(&UpdateCredential(id, input)).await,
                None => api.send(&CreateCredential(input)).await,
            }
        };
        form.send(sending, move |credential| {
            let done = if id.is_some() { "changed" } else { "added" };
            notices.done(format!("The credential of {} was {done}.", credential.username));
            onclose.call(());
        });
    };

    let changing = id.is_some();
    let has_enable = credential.as_ref().is_some_and(|known| known.has_enable_password);
    let no_networks = workplace.refusal(Feature::AllowedNetworks);
    let no_enable = workplace.refusal(Feature::EnablePassword);
    let enable_hint = no_enable.clone().unwrap_or_else(|| {
        match (changing, has_enable) {
            (true, true) => "One is stored; leave empty to keep it.",
            (true, false) => "Not set. Only needed if it differs from the password.",
            (false, _) => "Only needed if it differs from the password.",
        }
        .to_owned()
    });
    rsx! {
        FormDialog {
            id: "credential",
            title: if changing { "Edit credential" } else { "Add credential" },
            action: if changing { "Save" } else { "Add" },
            form,
            fields: FIELDS.to_vec(),
            onsubmit: submit,
            onclose,
            div { class: "fields-address",
                TextField {
                    id: "credential-username",
                    label: "User name",
                    value: username(),
                    required: true,
                    focus: true,
                    autocomplete: "off",
                    error: form.refusal("username"),
                    oninput: move |text| username.set(text),
                }
                TextField {
                    id: "credential-priority",
                    label: "Priority",
                    kind: "number",
                    value: priority(),
                    hint: "lowest first",
                    error: form.refusal("priority"),
                    oninput: move |text| priority.set(text),
                }
            }
            SecretFields { credential: credential.clone(), secrets, form }
            TextField {
                id: "credential-enable",
                label: "Enable password",
                kind: "password",
                value: enable(),
                autocomplete: "new-password",
                hint: enable_hint,
                disabled: no_enable.is_some() || forget_enable(),
                error: form.refusal("enable_password"),
                oninput: move |text| enable.set(text),
            }
            if has_enable && no_enable.is_none() {
                CheckField {
                    id: "credential-forget-enable",
                    label: "Remove the stored enable password",
                    checked: forget_enable(),
                    onchange: move |yes| forget_enable.set(yes),
                }
            }
            TextField {
                id: "credential-networks",
                label: "Allowed networks",
                value: networks(),
                placeholder: "10.0.0.0/8, 2001:db8::/32",
                hint: no_networks.clone().unwrap_or_else(|| NETWORKS_HINT.to_owned()),
                disabled: no_networks.is_some(),
                error: form.refusal("allowed_networks"),
                oninput: move |text| networks.set(text),
            }
            TextField {
                id: "credential-description",
                label: "Description",
                value: description(),
                error: form.refusal("description"),
                oninput: move |text| description.set(text),
            }
            TagsField {
                id: "credential-tags",
                label: "Used for devices with these tags",
                chosen,
                fresh,
                hint: "Every device has the tag default.",
                form,
            }
        }
    }
}

/// What was chosen and typed to sign in with; copies are the same.
#[derive(Clone, Copy, PartialEq)]
struct Secrets {
    with: Signal<SignsInWith>,
    password: Signal<String>,
    private_key: Signal<String>,
    passphrase: Signal<String>,
}

/// The choice of password, private key or both, and their fields.
#[component]
fn SecretFields(credential: Option<Credential>, secrets: Secrets, form: Form) -> Element {
    let Secrets { mut with, mut password, mut private_key, mut passphrase } = secrets;
    let no_key = use_workplace().refusal(Feature::PrivateKey);
    let has_password = credential.as_ref().is_some_and(|known| known.has_password);
    let has_key = credential.as_ref().is_some_and(|known| known.has_private_key);
    let key = credential.and_then(|known| known.key);
    let chosen = with();
    let removed = match (chosen, has_password, has_key) {
        (SignsInWith::Key, true, _) => "The stored password will be removed.",
        (SignsInWith::Password, _, true) => "The stored private key will be removed.",
        (SignsInWith::Both, ..) => "The key is tried first, then the password; devices may require both.",
        _ => "",
    };
    let hint = no_key.clone().unwrap_or_else(|| removed.to_owned());
    let key_hint = match (key, has_key) {
        (Some(key), _) => format!("Stored: {key}. Leave empty to keep it, or paste another to replace it."),
        (None, true) => "One is stored. Leave empty to keep it, or paste another to replace it.".to_owned(),
        (None, false) => {
            "Paste the whole file, as OpenSSH or OpenSSL writes it: Ed25519, ECDSA, or RSA of at least 2048 \
                          bits. It is sealed and never shown again."
                .to_owned()
        }
    };
    rsx! {
        div { class: "field",
            span { class: "field-name", "Sign in with" }
            Segments {
                label: "Sign in with",
                options: SignsInWith::ALL.map(|with| (with.title().to_owned(), with.title().to_owned())).to_vec(),
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
}
