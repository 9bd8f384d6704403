//! Platforms of a server that does not list its own: the usual ones of Netmiko, and those of its devices.

use std::collections::BTreeSet;

use netraven_api::Problem;
use netraven_api::platforms::{Platform, Platforms};
use serde_json::Value;

use super::row::reply;
use super::{Context, devices};

/// Netmiko's name, name for people, vendor.
const USUAL: &[(&str, &str, &str)] = &[
    ("arista_eos", "Arista EOS", "Arista"),
    ("cisco_asa", "Cisco ASA", "Cisco"),
    ("cisco_ios", "Cisco IOS", "Cisco"),
    ("cisco_nxos", "Cisco NX-OS", "Cisco"),
    ("cisco_xe", "Cisco IOS XE", "Cisco"),
    ("cisco_xr", "Cisco IOS XR", "Cisco"),
    ("dell_os10", "Dell OS10", "Dell"),
    ("dell_os6", "Dell OS6", "Dell"),
    ("dell_os9", "Dell OS9", "Dell"),
    ("f5_tmsh", "F5 TMSH", "F5"),
    ("fortinet", "Fortinet FortiOS", "Fortinet"),
    ("hp_comware", "HPE Comware", "HPE"),
    ("hp_procurve", "HPE ProCurve", "HPE"),
    ("huawei", "Huawei VRP", "Huawei"),
    ("juniper_junos", "Juniper Junos", "Juniper"),
    ("linux", "Linux", "Linux"),
    ("paloalto_panos", "Palo Alto PAN-OS", "Palo Alto"),
];

/// The platforms to choose from.
pub async fn list(context: Context<'_>) -> Result<Value, Problem> {
    let mut items: Vec<Platform> = USUAL.iter().map(|(name, title, vendor)| platform(name, title, vendor)).collect();
    // The usual ones are the fallback when the devices cannot be read.
    let seen: BTreeSet<String> =
        devices::all(context).await.unwrap_or_default().into_iter().map(|device| device.device_type).collect();
    for name in seen {
        if !name.is_empty() && !items.iter().any(|known| known.name == name) {
            items.push(platform(&name, &name, ""));
        }
    }
    items.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(reply(&Platforms { items, ..Platforms::default() }))
}

fn platform(name: &str, title: &str, vendor: &str) -> Platform {
    Platform {
        name: name.to_owned(),
        title: title.to_owned(),
        vendor: vendor.to_owned(),
        custom: false,
        source: None,
        evidence: None,
        extends: None,
        file: None,
        saved: None,
        devices: None,
    }
}
