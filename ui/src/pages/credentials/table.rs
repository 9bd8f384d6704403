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
    let undeletable = workplace.forbids(AdminAction::DeleteCredential).or(system);
    rsx! {
        tr { "data-credential": "{credential.id}",
            td { class: if credential.has_private_key { "name wraps" } else { "name" }, title: "{name}",
                "{name}"
                KeyMark { credential: credential.clone() }
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

/// Which private key a credential has, beside its user name.
#[component]
fn KeyMark(credential: Credential) -> Element {
    if !credential.has_private_key {
        return rsx! {};
    }
    let with = if credential.has_password { "password and key" } else { "key" };
    let (whole, short) = match &credential.key {
        Some(key) => (format!("{with} {key}"), format!("{with} {}", format::short_key(key))),
        None => (with.to_owned(), with.to_owned()),
    };
    rsx! {
        span { class: "muted", title: "{whole}", " {short}" }
    }
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
