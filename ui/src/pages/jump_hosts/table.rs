//! One row for each jump host.

use std::rc::Rc;

use dioxus::prelude::*;
use netraven_api::Page;
use netraven_api::jump_hosts::JumpHost;
use netraven_api::sorting::JumpHostColumn;

use crate::components::{Button, ButtonKind, Glyph, SortHead, TableFrame, Tag, Tone};
use crate::features::jump_host::{ForgetJumpKey, TrustJumpKey};
use crate::features::paging::{Head, Sorted};
use crate::format;
use crate::state::session::use_workplace;

/// The heads of the columns, left to right.
const HEADS: [Head<JumpHostColumn>; 5] = [
    (JumpHostColumn::Name, "Name", ""),
    (JumpHostColumn::Address, "Address", ""),
    (JumpHostColumn::Through, "Reached through", ""),
    (JumpHostColumn::Username, "Signs in as", ""),
    (JumpHostColumn::Devices, "Devices", ""),
];

/// The jump hosts of a page.
#[component]
pub fn JumpHostsTable(
    page: Rc<Page<JumpHost>>,
    sorted: Sorted<JumpHostColumn>,
    onsort: EventHandler<JumpHostColumn>,
    onchange: EventHandler<JumpHost>,
    ondelete: EventHandler<JumpHost>,
) -> Element {
    rsx! {
        TableFrame { id: "jump-hosts-frame",
            table { class: "data-table setup-table", aria_label: "Jump hosts",
                colgroup {
                    col { class: "col-name" }
                    col { class: "col-tags" }
                    col { class: "col-tags" }
                    col { class: "col-tags" }
                    col { class: "col-number" }
                    col {}
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
                                onsort: move |()| onsort.call(column),
                            }
                        }
                        th { scope: "col", "Host key" }
                        th { scope: "col", aria_label: "Actions" }
                    }
                }
                tbody {
                    for host in page.items.iter().cloned() {
                        Row { key: "{host.id}", host, onchange, ondelete }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(host: JumpHost, onchange: EventHandler<JumpHost>, ondelete: EventHandler<JumpHost>) -> Element {
    let (changed, doomed) = (host.clone(), host.clone());
    let name = host.name.clone();
    let note = host.note.clone().unwrap_or_default();
    let address = if host.address.contains(':') { format!("[{}]", host.address) } else { host.address.clone() };
    let admin = use_workplace().is_admin();
    let denied = |what: &str| (!admin).then(|| format!("Only admins may {what} jump hosts."));
    rsx! {
        tr { "data-jump-host": "{host.id}",
            td { class: "name wraps", title: "{note}",
                "{name}"
                if host.is_default {
                    " "
                    span { title: "Devices without another choice are reached through it",
                        Tag { text: "Default" }
                    }
                }
            }
            td { class: "mono wraps", "{address}:{host.port}" }
            td { class: "muted", {host.through_name.clone().unwrap_or_default()} }
            td { class: "muted", "{host.username}" }
            td { class: "muted", {format::number_known(Some(host.devices))} }
            td { class: "wraps", HostKeyCell { host: host.clone() } }
            td { class: "row-actions",
                Button {
                    label: "Change the jump host {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Edit,
                    icon_only: true,
                    small: true,
                    refused: denied("change"),
                    onclick: move |_| onchange.call(changed.clone()),
                }
                Button {
                    label: "Delete the jump host {name}",
                    kind: ButtonKind::Text,
                    glyph: Glyph::Trash,
                    icon_only: true,
                    small: true,
                    refused: denied("delete"),
                    onclick: move |_| ondelete.call(doomed.clone()),
                }
            }
        }
    }
}

/// The stored host key, and what to do about another one that was seen.
#[component]
fn HostKeyCell(host: JumpHost) -> Element {
    let Some(stored) = host.host_key.clone() else {
        return rsx! { span { class: "muted", "stored at the first sign-in" } };
    };
    let by = stored.trusted_by.map(|user| format!(", trusted by {user}")).unwrap_or_default();
    rsx! {
        span { class: "muted", title: "{stored.key}{by}", "{format::short_key(&stored.key)}" }
        if let Some(offered) = &host.offered_key {
            span { title: "{offered.key}",
                Tag { text: "Another key was seen", tone: Tone::Danger, glyph: Glyph::Alert }
            }
            TrustJumpKey { host: host.clone() }
        } else {
            ForgetJumpKey { id: host.id, name: host.name.clone() }
        }
    }
}
