//! One row for each jump host.

use dioxus::prelude::*;
use netraven_api::jump_hosts::JumpHost;
use netraven_api::sorting::JumpHostColumn;

use crate::components::{Glyph, RowButtons, Tag, Tone};
use crate::features::forget_key::{ForgetKey, KeyOwner};
use crate::features::jump_host::TrustJumpKey;
use crate::features::session_policy::{PolicyButton, PolicyOwner};
use crate::features::sorted_table::TableFace;
use crate::format;
use crate::state::session::use_workplace;

/// The table of jump hosts.
pub const TABLE: TableFace<JumpHostColumn> = TableFace {
    name: "jump hosts",
    title: "Jump hosts",
    class: "setup-table",
    heads: &[
        (JumpHostColumn::Name, "Name", "jump-hosts-name", ""),
        (JumpHostColumn::Address, "Address", "jump-hosts-address", ""),
        (JumpHostColumn::Through, "Reached through", "jump-hosts-word", ""),
        (JumpHostColumn::Username, "Signs in as", "jump-hosts-word", ""),
        (JumpHostColumn::Devices, "Devices", "col-number", ""),
    ],
    needs: &[],
    unsorted: &[("", "Host key")],
    turns: &[("col-actions", "Actions")],
};

/// The row of a jump host.
#[component]
pub fn JumpHostRow(host: JumpHost, onchange: EventHandler<JumpHost>, ondelete: EventHandler<JumpHost>) -> Element {
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
            RowButtons {
                row: "the jump host {name}",
                unchangeable: denied("change"),
                undeletable: denied("delete"),
                onchange: move |()| onchange.call(changed.clone()),
                ondelete: move |()| ondelete.call(doomed.clone()),
                PolicyButton { owner: PolicyOwner::JumpHost(host.id, name.clone()), icon: true }
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
            ForgetKey { owner: KeyOwner::JumpHost(host.id), name: host.name.clone() }
        }
    }
}
