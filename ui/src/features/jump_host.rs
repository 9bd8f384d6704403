//! Jump hosts wherever one is chosen or shown: the field of a form, how a device is reached, and the host keys.

use dioxus::prelude::*;
use netraven_api::JumpHostId;
use netraven_api::devices::{Device, TrustedKey};
use netraven_api::jump_hosts::{JumpHost, ListJumpHosts, TrustJumpHostKey};
use netraven_api::native::Feature;
use netraven_api::page::MAX_SIZE;

use super::key_button::KeyButton;
use crate::components::SelectField;
use crate::data::use_query_maybe;
use crate::features::actions::use_change;
use crate::state::session::use_workplace;

/// The choice of a device that is reached without a jump host, whatever its tags and the server say.
pub const DIRECTLY: &str = "direct";

/// What else a device can choose than a jump host.
#[must_use]
pub fn ways() -> Vec<(String, String)> {
    vec![
        (String::new(), "As its tags or the server say".to_owned()),
        (DIRECTLY.to_owned(), "No jump host, directly".to_owned()),
    ]
}

/// The jump hosts there are, as far as they are known.
fn use_jump_hosts() -> Vec<JumpHost> {
    let workplace = use_workplace();
    let known = use_query_maybe(move || {
        let asks = workplace.refusal(Feature::JumpHosts).is_none();
        asks.then(|| ListJumpHosts { size: Some(MAX_SIZE), ..ListJumpHosts::default() })
    });
    known.value().map(|page| page.items.clone()).unwrap_or_default()
}

/// Whether there are jump hosts to choose from.
#[must_use]
pub fn use_has_jump_hosts() -> bool {
    !use_jump_hosts().is_empty()
}

/// The choice of a jump host; nothing where there are none to choose from. `first` are the choices of no jump host, each
/// with what it is called; `except` cannot be chosen.
#[component]
pub fn JumpHostField(
    id: String,
    label: String,
    value: String,
    first: Vec<(String, String)>,
    except: Option<JumpHostId>,
    #[props(default)] hint: String,
    #[props(default)] disabled: bool,
    error: Option<String>,
    onchange: EventHandler<String>,
) -> Element {
    let hosts = use_jump_hosts();
    let others: Vec<(String, String)> = hosts
        .iter()
        .filter(|host| Some(host.id) != except)
        .map(|host| (host.id.to_string(), host.name.clone()))
        .collect();
    if others.is_empty() {
        return rsx! {};
    }
    let options: Vec<(String, String)> = first.into_iter().chain(others).collect();
    rsx! {
        SelectField {
            id,
            label,
            value,
            options,
            hint,
            disabled,
            error,
            onchange: move |word| onchange.call(word),
        }
    }
}

/// The jump host that a choice of [`JumpHostField`] stands for; none for the choices of no jump host.
#[must_use]
pub fn chosen(value: &str) -> Option<JumpHostId> {
    value.parse().ok()
}

/// How a device is reached, in words; none where there are no jump hosts to speak of.
#[must_use]
pub fn way(device: &Device) -> Option<String> {
    let way = device.way.as_ref()?;
    if let Some(disagreement) = &way.disagreement {
        return Some(format!("Not at all: its tags name different jump hosts ({disagreement})"));
    }
    let by = way.chosen_by.as_ref()?;
    let by = by.known().map_or(by.as_str(), |choice| choice.title());
    let how = if way.names.is_empty() { "directly".to_owned() } else { through(&way.names) };
    Some(format!("{how}, {by}"))
}

/// The jump hosts on a way, in words.
#[must_use]
pub fn through(names: &[String]) -> String {
    format!("through {}", names.join(" and "))
}

/// Trusts the other key that a jump host showed, once both were compared.
#[component]
pub fn TrustJumpKey(host: JumpHost) -> Element {
    let mut asking = use_signal(|| false);
    let trust = use_change(move |_| asking.set(false));
    let (Some(stored), Some(offered)) = (host.host_key, host.offered_key) else { return rsx! {} };
    let key = TrustedKey {
        key_type: offered.key.key_type.clone(),
        sha256: offered.key.sha256.clone(),
        replaces: stored.key.sha256.clone(),
    };
    let id = host.id;
    rsx! {
        KeyButton {
            label: "Trust the key seen",
            denied: "Only admins may trust another key.",
            title: "Trust this key of {host.name}?",
            text: "From now on, only this key is accepted of it. Any other key, including the old one, is refused.",
            action: "Trust this key",
            keep: "Cancel",
            asking,
            busy: trust.busy(),
            onconfirm: move |()| {
                trust.make(TrustJumpHostKey(id, key.clone()), "Key trusted. Run the devices again.");
            },
            dl { class: "facts keys-compared",
                dt { "Seen" }
                dd { class: "mono", "{offered.key.sha256}" }
                dt { "Stored" }
                dd { class: "mono", "{stored.key.sha256}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_way_says_who_chose_it() {
        let said = |way: serde_json::Value| {
            let device = serde_json::json!({
                "id": 1, "hostname": "core", "ip_address": "10.0.0.1", "device_type": "linux", "description": null,
                "port": 22, "serial_number": null, "model": null, "source": "local", "notes": null, "created_at": null,
                "last_seen": null, "tags": [], "matching_credentials_count": 0, "last_updated": null,
                "updated_by": null, "way": way
            });
            super::way(&serde_json::from_value(device).unwrap())
        };
        assert_eq!(said(serde_json::Value::Null), None);
        assert_eq!(said(serde_json::json!({"names": []})), None, "nobody chose anything");
        let chain = serde_json::json!({"names": ["bastion-1", "bastion-2"], "chosen_by": "tag"});
        assert_eq!(said(chain).unwrap(), "through bastion-1 and bastion-2, chosen by its tags");
        assert_eq!(said(serde_json::json!({"chosen_by": "device"})).unwrap(), "directly, chosen for this device");
        let torn = serde_json::json!({"chosen_by": "tag", "disagreement": "a says x, b says y"});
        assert!(said(torn).unwrap().contains("a says x, b says y"));
    }
}
