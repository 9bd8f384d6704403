//! The dialog that adds one credential, without which a backup cannot sign in, or changes one. Stored passwords never come back.

use dioxus::prelude::*;
use netraven_api::credentials::{CreateCredential, Credential, CredentialInput, UpdateCredential};
use netraven_api::native::Feature;
use netraven_api::{Problem, Secret, TagId};

use crate::components::{CheckField, TextField};
use crate::data::use_api;
use crate::features::form::{FormDialog, refusal_of, use_form};
use crate::features::tags_field::{TagsField, tag_ids};
use crate::state::notices::use_notices;
use crate::state::session::use_workplace;

/// Fields that show their own refusal.
const FIELDS: [&str; 8] =
    ["username", "password", "enable_password", "priority", "allowed_networks", "description", "tags", "new_tag"];
/// What the field of networks is for.
const NETWORKS_HINT: &str = "It is never sent to an address outside these networks. Leave empty to allow any address.";

/// Adds a credential, or changes the one given; `tags` are ticked from the start.
#[component]
pub fn CredentialDialog(credential: Option<Credential>, tags: Vec<TagId>, onclose: EventHandler<()>) -> Element {
    let (api, notices, workplace) = (use_api(), use_notices(), use_workplace());
    let known = credential.clone();
    let mut username = use_signal(|| known.as_ref().map(|known| known.username.clone()).unwrap_or_default());
    let mut password = use_signal(String::new);
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
            password: password.peek().clone(),
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
            TextField {
                id: "credential-password",
                label: "Password",
                kind: "password",
                value: password(),
                required: !changing,
                autocomplete: "new-password",
                hint: if changing { "Leave empty to keep the stored password." } else { "" },
                error: form.refusal("password"),
                oninput: move |text| password.set(text),
            }
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

/// What the form holds.
struct Typed {
    username: String,
    password: String,
    enable: String,
    forget_enable: bool,
    priority: String,
    description: String,
    networks: String,
    known_networks: Vec<String>,
    has_tags: bool,
}

impl Typed {
    /// The credential as typed, or what is missing; what the server alone can know it says itself.
    fn read(self, is_new: bool) -> Result<CredentialInput, Problem> {
        let priority = self.priority.trim().parse::<i64>().ok().filter(|order| (1..=1000).contains(order));
        let mut wrong = Vec::new();
        if self.username.is_empty() {
            wrong.push(("username", "Enter the user name on the devices.".to_owned()));
        }
        if is_new && self.password.is_empty() {
            wrong.push(("password", "Enter the password.".to_owned()));
        }
        if priority.is_none() {
            wrong.push(("priority", "Enter a number from 1 to 1000; the lowest is tried first.".to_owned()));
        }
        if !self.has_tags {
            wrong
                .push(("tags", "Choose at least one tag; a credential is used for devices that share one.".to_owned()));
        }
        if let Some(found) = refusal_of(wrong) {
            return Err(found);
        }
        let networks: Vec<String> = self
            .networks
            .split(|letter: char| letter == ',' || letter == ';' || letter.is_whitespace())
            .filter(|network| !network.is_empty())
            .map(str::to_owned)
            .collect();
        let given = |text: String| Some(text).filter(|text| !text.is_empty());
        Ok(CredentialInput {
            username: Some(self.username),
            password: given(self.password).map(Secret::new),
            // An empty text removes the stored one.
            enable_password: if self.forget_enable {
                Some(Secret::new(""))
            } else {
                given(self.enable).map(Secret::new)
            },
            priority,
            // A description that was taken out is empty, not absent, which would keep it.
            description: if is_new { given(self.description) } else { Some(self.description) },
            tags: None,
            // None at all lifts the limit; what nobody touched is not sent.
            allowed_networks: (networks != self.known_networks).then_some(networks),
        })
    }
}
