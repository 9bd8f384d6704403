//! Devices that wait for an admin: how many there are, and why each does.

use dioxus::prelude::*;
use netraven_api::address::Address;
use netraven_api::devices::{Approval, ApprovalState, Device, ListDevices};
use netraven_api::native::Feature;

use super::filters::DeviceFilter;
use crate::components::{Button, Glyph, Icon, Tag, Time, Tone};
use crate::data::use_query_maybe;
use crate::features::device::place;
use crate::features::jump_host::through;
use crate::format;
use crate::state::session::use_workplace;

/// Why nothing is sent to a device that waits.
const NOTHING_SENT: &str = "No credential is sent to it until an admin approves it.";

/// What is to be done about a device's approval; none if credentials may be sent to it.
#[must_use]
pub fn waiting(device: &Device) -> Option<&Approval> {
    device.approval.as_ref().filter(|approval| approval.waiting)
}

/// Why a device waits, as a sentence: who did what to it.
#[must_use]
pub fn reason(device: &Device, approval: &Approval) -> String {
    let who = approval.changed_by.as_deref().unwrap_or("Someone");
    if approval.approved_at.is_none() {
        return format!("{who} added it.");
    }
    let mut parts = Vec::new();
    let approved = (approval.approved_address.as_ref(), approval.approved_port);
    if approved != (Some(&device.ip_address), device.port) {
        parts.push(match approval.approved_address.clone() {
            Some(ip_address) => {
                let before = Device { ip_address, port: approval.approved_port, ..device.clone() };
                format!("changed its address from {}", place(&before))
            }
            None => "set its address".to_owned(),
        });
    }
    if approval.approved_transport != device.transport {
        parts.push(format!(
            "changed its transport from {} to {}",
            approval.approved_transport.title(),
            device.transport.title()
        ));
    }
    if approval.new_way {
        let how = device.way.as_ref().filter(|way| !way.names.is_empty()).map(|way| through(&way.names));
        parts.push(format!("changed how it is reached, now {}", how.unwrap_or_else(|| "directly".to_owned())));
    }
    if let Some(platform) = approval.approved_type.as_ref().filter(|platform| **platform != device.device_type) {
        parts.push(format!("changed its platform from {platform}"));
    }
    if !approval.new_tags.is_empty() {
        parts.push(format!("added {}", tags(&approval.new_tags)));
    }
    if parts.is_empty() { format!("{who} changed it.") } else { format!("{who} {}.", parts.join(" and ")) }
}

fn tags(names: &[String]) -> String {
    let word = if names.len() == 1 { "the tag" } else { "the tags" };
    format!("{word} {}", names.join(", "))
}

/// Whether a device's address is a name, which leads wherever its owner says.
#[must_use]
pub fn is_a_name(device: &Device) -> bool {
    device.ip_address.parse().map_or(true, |address: Address| address.ip().is_none())
}

/// How many devices wait, beside the title of the page; nothing where none does.
#[component]
pub fn WaitingBadge(onpress: EventHandler<()>) -> Element {
    let workplace = use_workplace();
    let found = use_query_maybe(move || {
        workplace.refusal(Feature::Approvals).is_none().then(|| ListDevices {
            size: Some(1),
            approval: vec![ApprovalState::Waiting],
            ..ListDevices::default()
        })
    });
    // A server that does not know the filter answers with whatever it has.
    let page = found.value().filter(|page| page.items.iter().any(|device| waiting(device).is_some()));
    let Some(page) = page else { return rsx! {} };
    let verb = if page.total == 1 { "waits" } else { "wait" };
    rsx! {
        Button {
            label: "{format::count(page.total, \"device\")} {verb} for approval",
            small: true,
            glyph: Glyph::Lock,
            onclick: move |_| onpress.call(()),
        }
    }
}

/// Says what it means that devices wait, over a list of those that do.
#[component]
pub fn WaitingNote(filter: Store<DeviceFilter>, onapprove: EventHandler<()>) -> Element {
    let admin = use_workplace().is_admin();
    if filter.read().approvals != [ApprovalState::Waiting] {
        return rsx! {};
    }
    rsx! {
        div { class: "band band-warning", role: "note",
            Icon { glyph: Glyph::Lock, size: 14 }
            span { class: "grow",
                "Someone other than an admin added these devices or changed their address, transport, jump host, platform or tags. \
                 No credential is sent to them until an admin approves them."
            }
            if admin {
                Button { label: "Review and approve", small: true, onclick: move |_| onapprove.call(()) }
            }
        }
    }
}

/// The sign of a device that waits.
#[component]
pub fn WaitingTag(device: Device) -> Element {
    let Some(approval) = waiting(&device) else { return rsx! {} };
    rsx! {
        span { title: "{reason(&device, approval)} {NOTHING_SENT}",
            Tag { text: "Needs approval", tone: Tone::Warning, glyph: Glyph::Lock }
        }
    }
}

/// The approval of a device in its panel; nothing where the server asks nobody.
#[component]
pub fn ApprovalPart(device: ReadSignal<Device>, onapprove: EventHandler<Device>) -> Element {
    let (shown, admin) = (device.read().clone(), use_workplace().is_admin());
    let Some(approval) = shown.approval.clone() else { return rsx! {} };
    rsx! {
        section { class: "side-part", aria_label: "Approval",
            h4 { "Approval" }
            if approval.waiting {
                p { WaitingTag { device: shown.clone() } }
                p { "{reason(&shown, &approval)} {NOTHING_SENT}" }
                if admin {
                    Button { label: "Review and approve", small: true, onclick: move |_| onapprove.call(shown.clone()) }
                }
            } else if let (Some(by), Some(at)) = (&approval.approved_by, approval.approved_at) {
                p { class: "muted", "Approved by {by}, " Time { at } }
            } else {
                p { class: "muted", "Added before approval was required." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use netraven_api::Transport;

    use super::*;

    #[test]
    fn a_link_local_address_with_its_zone_is_no_name() {
        let device = |ip_address: &str| {
            let device = serde_json::json!({
                "id": 1, "hostname": "core", "ip_address": ip_address, "device_type": "linux", "description": null,
                "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": null,
                "last_seen": null, "tags": [], "matching_credentials_count": 0, "last_updated": null, "updated_by": null
            });
            serde_json::from_value::<Device>(device).unwrap()
        };
        for (address, is_name) in [("fe80::1%eth0", false), ("10.0.0.1", false), ("::1", false), ("core.example", true)]
        {
            assert_eq!(is_a_name(&device(address)), is_name, "{address}");
        }
        assert_eq!(place(&device("fe80::1%eth0")), "[fe80::1%eth0]:22");
    }

    #[test]
    fn the_reason_says_who_did_what() {
        let device = |approval: Approval| {
            let device = serde_json::json!({
                "id": 1, "hostname": "core", "ip_address": "198.51.100.1", "device_type": "linux", "description": null,
                "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": null,
                "last_seen": null, "tags": [], "matching_credentials_count": 0, "last_updated": null, "updated_by": null
            });
            Device { approval: Some(approval), ..serde_json::from_value(device).unwrap() }
        };
        let said = |approval: Approval| reason(&device(approval.clone()), &approval);
        let new = Approval { waiting: true, changed_by: Some("mallory".into()), ..Approval::default() };
        assert_eq!(said(new.clone()), "mallory added it.");
        let approved = Approval {
            approved_at: Some("2026-11-30T04:00:00Z".parse().unwrap()),
            approved_address: Some("198.51.100.1".into()),
            approved_port: Some(22),
            approved_type: Some("linux".into()),
            ..new
        };
        let moved = Approval { approved_address: Some("2001:db8::1".into()), ..approved.clone() };
        assert_eq!(said(moved.clone()), "mallory changed its address from [2001:db8::1]:22.");
        let other = Approval { approved_type: Some("cisco_ios".into()), new_tags: vec!["core".into()], ..moved };
        assert_eq!(
            said(other),
            "mallory changed its address from [2001:db8::1]:22 and changed its platform from cisco_ios and added the tag core."
        );
        let plain = Device { transport: Transport::Telnet, ..device(approved.clone()) };
        assert_eq!(reason(&plain, &approved), "mallory changed its transport from SSH to Telnet.");
        let tagged = Approval { new_tags: vec!["core".into(), "edge".into()], ..approved };
        assert_eq!(said(tagged), "mallory added the tags core, edge.");
    }
}
