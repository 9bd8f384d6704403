//! The dialog that adds one credential, without which a backup cannot sign in, or changes one. Stored secrets never
//! come back.

mod answers;
mod secrets;
mod typed;

use dioxus::prelude::*;
use netraven_api::TagId;
use netraven_api::credentials::{CreateCredential, Credential, CredentialInput, UpdateCredential};
use netraven_api::native::Feature;

use self::answers::AnswerFields;
use self::secrets::{SecretFields, Secrets};
use self::typed::{SignsInWith, StoredMeans, Typed, TypedAnswer};
use crate::components::{CheckField, TextField};
use crate::data::use_api;
use crate::features::form::{FormDialog, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 12] = [
    "username",
    "password",
    "private_key",
    "passphrase",
    "agent_key",
    "answers",
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
        agent_key: use_signal(|| known.as_ref().and_then(|known| known.agent_key.clone()).unwrap_or_default()),
    };
    let answers = use_signal(|| TypedAnswer::stored(known.as_ref()));
    let stored = StoredMeans::of(known.as_ref());
    let stored_questions = stored.questions.clone();
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
            stored: stored.clone(),
            password: secrets.password.peek().clone(),
            private_key: secrets.private_key.peek().clone(),
            passphrase: secrets.passphrase.peek().clone(),
            agent_key: secrets.agent_key.peek().clone(),
            answers: answers.peek().clone(),
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
            AnswerFields { answers, stored: stored_questions, form }
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
