//! One row for each credential, in the order they are tried.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::credentials::Credential;
use netraven_api::native::{AdminAction, Feature};
use netraven_api::sorting::CredentialColumn;

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame};
use crate::features::device::tag_names;
use crate::features::lab::SimulatedTag;
use crate::features::paging::{Head, Sorted};
use crate::format;
use crate::state::session::use_workplace;

/// The heads of the columns, left to right.
const HEADS: [Head<CredentialColumn>; 6] = [
    (CredentialColumn::Username, "User name", ""),
    (CredentialColumn::Priority, "Priority", ""),
    (CredentialColumn::Tags, "Tags", ""),
    (CredentialColumn::HasEnablePassword, "Enable password", ""),
    (CredentialColumn::Devices, "Devices", ""),
    (CredentialColumn::Description, "Description", "wide-only"),
];

/// The credentials of a page.
#[component]
pub fn CredentialsTable(
    page: Rc<Page<Credential>>,
    sorted: Sorted<CredentialColumn>,
    onsort: EventHandler<CredentialColumn>,
    onchange: EventHandler<Credential>,
    ondelete: EventHandler<Credential>,
) -> Element {
    let unknown = use_workplace().refusal(Feature::EnablePassword);
    rsx! {
        TableFrame { id: "credentials-frame",
            table { class: "data-table setup-table", aria_label: "Credentials",
                colgroup {
                    col { class: "col-name" }
                    col { class: "col-number" }
                    col { class: "col-tags" }
                    col { class: "col-word" }
                    col { class: "col-number" }
                    col { class: "wide-only" }
                    col { class: "col-two-actions" }
                }
                thead {
                    tr {
                        for (column, title, class) in HEADS {
                            SortHead {
                                key: "{column}",
                                title,
                                class,
                                sorted: sorted.direction(column),
                                refused: unknown.clone().filter(|_| column == CredentialColumn::HasEnablePassword),
                                onsort: move |()| onsort.call(column),
                            }
                        }
                        th { scope: "col", aria_label: "Actions" }
                    }
                }
                tbody {
                    for credential in page.items.iter().cloned() {
                        Row { key: "{credential.id}", credential, onchange, ondelete }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(credential: Credential, onchange: EventHandler<Credential>, ondelete: EventHandler<Credential>) -> Element {
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
            td { class: "row-actions",
                Button {
                    label: "Change the credential of {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Edit,
                    icon_only: true,
                    small: true,
                    refused: workplace.forbids(AdminAction::ChangeCredential),
                    onclick: move |_| onchange.call(changed.clone()),
                }
                Button {
                    label: "Delete the credential of {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Trash,
                    icon_only: true,
                    small: true,
                    refused: undeletable,
                    onclick: move |_| ondelete.call(doomed.clone()),
                }
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
