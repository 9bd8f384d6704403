//! One row for each credential, in the order they are tried.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::credentials::Credential;
use netraven_api::native::{Deed, Feature};

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame};
use crate::pages::devices::table::tag_names;
use crate::pages::lab::SimulatedTag;
use crate::pages::paging::Sorted;
use crate::pages::tagged_devices::TaggedDevices;
use crate::state::session::use_workplace;

/// The credentials of a page.
#[component]
pub fn CredentialsTable(
    page: Rc<Page<Credential>>,
    sorted: Sorted,
    onsort: EventHandler<&'static str>,
    onchange: EventHandler<Credential>,
    ondelete: EventHandler<Credential>,
) -> Element {
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
                        SortHead { title: "User name", sorted: sorted.direction("username"), onsort: move |()| onsort.call("username") }
                        SortHead { title: "Priority", sorted: sorted.direction("priority"), onsort: move |()| onsort.call("priority") }
                        SortHead { title: "Tags", sorted: sorted.direction("tags"), onsort: move |()| onsort.call("tags") }
                        SortHead {
                            title: "Enable password",
                            sorted: sorted.direction("has_enable_password"),
                            refused: use_workplace().refusal(Feature::EnablePassword),
                            onsort: move |()| onsort.call("has_enable_password"),
                        }
                        SortHead { title: "Devices", sorted: sorted.direction("devices"), onsort: move |()| onsort.call("devices") }
                        SortHead {
                            title: "Description",
                            class: "wide-only",
                            sorted: sorted.direction("description"),
                            onsort: move |()| onsort.call("description"),
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
    let system =
        credential.is_system.then(|| "NetRaven needs this credential itself; it cannot be deleted.".to_owned());
    let workplace = use_workplace();
    let undeletable = workplace.forbids(Deed::DeleteCredential).or(system);
    let tags: Vec<i64> = credential.tags.iter().map(|tag| tag.id).collect();
    rsx! {
        tr { "data-credential": "{credential.id}",
            td { class: "name", title: "{name}", "{name}" }
            td { "{credential.priority}" }
            td { class: "muted wraps",
                SimulatedTag { tags: credential.tags.clone() }
                span { title: tag_names(&credential.tags), " {tag_names(&credential.tags)}" }
                Networks { networks: credential.allowed_networks.clone() }
            }
            td { class: "muted", EnablePassword { stored: credential.has_enable_password } }
            td { class: "muted", TaggedDevices { tags } }
            td { class: "muted wide-only", title: "{description}", "{description}" }
            td { class: "row-actions",
                Button {
                    label: "Change the credential of {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Edit,
                    icon_only: true,
                    small: true,
                    refused: workplace.forbids(Deed::ChangeCredential),
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

/// The networks a credential is confined to, beside its tags.
#[component]
fn Networks(networks: Vec<String>) -> Element {
    if networks.is_empty() {
        return rsx! {};
    }
    let networks = networks.join(", ");
    rsx! {
        span { title: "Sent to no address outside {networks}", " in {networks}" }
    }
}

/// Whether an enable password is stored, as far as the server has such a thing.
#[component]
fn EnablePassword(stored: bool) -> Element {
    match use_workplace().refusal(Feature::EnablePassword) {
        Some(reason) => rsx! { span { title: "{reason}", "not offered" } },
        None if stored => rsx! { "stored" },
        None => rsx! { "none" },
    }
}
