//! One row for each credential, in the order they are tried.

use dioxus::prelude::*;
use netraven_api::credentials::Credential;
use netraven_api::native::{AdminAction, Feature};
use netraven_api::sorting::CredentialColumn;

use crate::components::RowButtons;
use crate::features::device::tag_names;
use crate::features::lab::SimulatedTag;
use crate::features::sorted_table::TableFace;
use crate::format;
use crate::state::session::use_workplace;

/// The table of credentials.
pub const TABLE: TableFace<CredentialColumn> = TableFace {
    name: "credentials",
    title: "Credentials",
    class: "setup-table",
    heads: &[
        (CredentialColumn::Username, "User name", "col-name", ""),
        (CredentialColumn::Priority, "Priority", "col-number", ""),
        (CredentialColumn::Tags, "Tags", "col-tags", ""),
        (CredentialColumn::HasEnablePassword, "Enable password", "col-word", ""),
        (CredentialColumn::Devices, "Devices", "col-number", ""),
        (CredentialColumn::Description, "Description", "wide-only", "wide-only"),
    ],
    needs: &[(CredentialColumn::HasEnablePassword, Feature::EnablePassword)],
    unsorted: &[],
    turns: &[("col-two-actions", "Actions")],
};

/// The row of a credential.
#[component]
pub fn CredentialRow(
    credential: Credential,
    onchange: EventHandler<Credential>,
    ondelete: EventHandler<Credential>,
) -> Element {
    let (changed, doomed) = (credential.clone(), credential.clone());
    let name = credential.username.clone();
    let description = credential.description.clone().unwrap_or_default();
    let system = credential.is_system.then(|| "NetRaven uses this credential itself; it cannot be deleted.".to_owned());
    let workplace = use_workplace();
    let kind = kind(&credential);
    let class = if kind.is_some() { "name wraps" } else { "name" };
    let undeletable = workplace.forbids(AdminAction::DeleteCredential).or(system);
    rsx! {
        tr { "data-credential": "{credential.id}",
            td { class, title: "{name}",
                "{name}"
                if let Some((whole, short)) = kind {
                    span { class: "muted", title: "{whole}", " {short}" }
                }
            }
            td { "{credential.priority}" }
            td { class: "muted wraps",
                SimulatedTag { tags: credential.tags.clone() }
                span { title: tag_names(&credential.tags), " {tag_names(&credential.tags)}" }
                Networks { networks: credential.allowed_networks.clone() }
            }
            td { class: "muted", EnablePassword { stored: credential.has_enable_password } }
            td { class: "muted", {format::number_known(credential.devices)} }
            td { class: "muted wide-only", title: "{description}", "{description}" }
            RowButtons {
                row: "the credential of {name}",
                unchangeable: workplace.forbids(AdminAction::ChangeCredential),
                undeletable,
                onchange: move |()| onchange.call(changed.clone()),
                ondelete: move |()| ondelete.call(doomed.clone()),
            }
        }
    }
}

/// What a credential signs in with, whole and as short as a row has room for; nothing for a password alone.
fn kind(credential: &Credential) -> Option<(String, String)> {
    let (mut whole, mut short) = (Vec::new(), Vec::new());
    if credential.uses_agent {
        let key = credential.agent_key.as_ref().map(|key| format!(" with {key}")).unwrap_or_default();
        whole.push(format!("SSH agent{key}"));
        short.push("SSH agent".to_owned());
    } else if credential.has_private_key {
        let with = if credential.has_password { "password and key" } else { "key" };
        let named = |key: Option<String>| key.map_or(with.to_owned(), |key| format!("{with} {key}"));
        whole.push(named(credential.key.as_ref().map(ToString::to_string)));
        short.push(named(credential.key.as_ref().map(format::short_key)));
    }
    if !credential.questions.is_empty() {
        let count = credential.questions.len();
        let answers = if count == 1 { "1 answer".to_owned() } else { format!("{count} answers") };
        whole.push(format!("{answers}, to {}", credential.questions.join(", ")));
        short.push(answers);
    }
    (!whole.is_empty()).then(|| (whole.join("; "), short.join(", ")))
}

/// The networks a credential is confined to, beside its tags.
#[component]
fn Networks(networks: Vec<String>) -> Element {
    if networks.is_empty() {
        return rsx! {};
    }
    let networks = networks.join(", ");
    rsx! {
        span { title: "Never sent to an address outside {networks}", " in {networks}" }
    }
}

/// Whether an enable password is stored, as far as the server has such a thing.
#[component]
fn EnablePassword(stored: bool) -> Element {
    match use_workplace().refusal(Feature::EnablePassword) {
        Some(reason) => rsx! { span { title: "{reason}", "not supported" } },
        None if stored => rsx! { "stored" },
        None => rsx! { "none" },
    }
}
