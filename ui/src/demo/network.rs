//! The network of the demo: five sites with a dozen devices each, their tags, their credentials, and what ails some of them.

use jiff::{SignedDuration, Timestamp};
use netraven_api::DeviceId;
use netraven_api::credentials::Credential;
use netraven_api::devices::DeviceSource;
use netraven_api::devices::{Approval, Device, HostKey};
use netraven_api::outcome::Cause;
use netraven_api::platforms::{Platform, Platforms};
use netraven_api::tags::Tag;

use super::random::{below, digits, fingerprint, happens};

/// Sites: tag, the short form in hostnames, and the second part of their addresses.
const SITES: [(&str, &str, i64); 5] = [
    ("berlin", "ber", 20),
    ("hamburg", "ham", 21),
    ("frankfurt", "fra", 22),
    ("duesseldorf", "dus", 23),
    ("munich", "muc", 24),
];

/// Roles: tag, the short form in hostnames, how many a site has, platform and model.
const ROLES: [(&str, &str, i64, &str, &str); 5] = [
    ("core", "core", 2, "cisco_nxos", "N9K-C93180YC-FX"),
    ("edge", "edge", 4, "cisco_ios", "ISR4451-X/K9"),
    ("access", "acc", 4, "arista_eos", "DCS-7050TX-64"),
    ("firewall", "fw", 1, "juniper_junos", "SRX345"),
    ("server", "srv", 1, "linux", "PowerEdge R650"),
];

/// The tag every device has.
pub const DEFAULT: i64 = 1;
/// The first tag of a role; the others follow in their order.
pub const CORE: i64 = 7;
/// Edge routers.
pub const EDGE: i64 = 8;
/// Access switches.
pub const ACCESS: i64 = 9;
/// Firewalls.
pub const FIREWALL: i64 = 10;
/// Servers.
pub const SERVER: i64 = 11;
/// What stands in a corner, and has no credential.
pub const LAB: i64 = 12;

/// The tags.
#[must_use]
pub fn tags() -> Vec<Tag> {
    let tag = |id: i64, name: &str, kind: Option<&str>| Tag {
        id: id.into(),
        name: name.into(),
        kind: kind.map(Into::into),
        description: None,
        devices: None,
    };
    let sites = SITES.iter().zip(2..).map(|((name, ..), id)| tag(id, name, Some("site")));
    let roles = ROLES.iter().zip(CORE..).map(|((name, ..), id)| tag(id, name, Some("role")));
    [tag(DEFAULT, "default", None)].into_iter().chain(sites).chain(roles).chain([tag(LAB, "lab", None)]).collect()
}

/// The credentials.
#[must_use]
pub fn credentials(tags: &[Tag]) -> Vec<Credential> {
    let credential = |id: i64, username: &str, priority, description: &str, of: &[i64]| Credential {
        id: id.into(),
        username: username.into(),
        priority,
        description: Some(description.into()),
        is_system: false,
        has_enable_password: of.contains(&EDGE),
        allowed_networks: if of.contains(&CORE) { vec!["10.0.0.0/8".into()] } else { Vec::new() },
        tags: tags.iter().filter(|tag| of.contains(&tag.id.get())).cloned().collect(),
        devices: None,
    };
    vec![
        credential(1, "netbackup", 10, "Read only, on all network devices", &[CORE, EDGE, ACCESS, FIREWALL]),
        credential(2, "admin", 20, "Where netbackup is not known yet", &[EDGE]),
        credential(3, "svc-netraven", 10, "Servers", &[SERVER]),
    ]
}

/// The devices: five dozen, and one in a corner that nobody gave a credential.
#[must_use]
pub fn devices(now: Timestamp, tags: &[Tag]) -> Vec<Device> {
    let mut devices = Vec::new();
    for (site, site_tag) in SITES.iter().zip(2..) {
        for (role, role_tag) in ROLES.iter().zip(CORE..) {
            for number in 1..=role.2 {
                let hostname = format!("{}-{}-{number:02}", role.1, site.1);
                let address = format!("10.{}.{}.{number}", site.2, role_tag);
                devices.push(device(
                    i64::try_from(devices.len()).unwrap_or_default() + 1,
                    now,
                    tags,
                    (&hostname, &address),
                    (role.3, Some(role.4)),
                    &[DEFAULT, site_tag, role_tag],
                ));
            }
        }
    }
    let id = i64::try_from(devices.len()).unwrap_or_default() + 1;
    devices.push(device(id, now, tags, ("lab-muc-99", "10.24.99.1"), ("generic", None), &[DEFAULT, 6, LAB]));
    devices
}

fn device(
    id: i64,
    now: Timestamp,
    tags: &[Tag],
    (hostname, address): (&str, &str),
    (platform, model): (&str, Option<&str>),
    of: &[i64],
) -> Device {
    Device {
        id: id.into(),
        hostname: hostname.into(),
        ip_address: address.into(),
        device_type: platform.into(),
        description: None,
        port: Some(if platform == "linux" { 2222 } else { 22 }),
        serial_number: model.map(|_| format!("FD{}", digits(&[id, 7], 9).to_uppercase())),
        model: model.map(Into::into),
        source: if happens(&[id, 3], 300) { DeviceSource::Imported } else { DeviceSource::Local }.into(),
        notes: None,
        created_at: Some(now - SignedDuration::from_hours(24 * (40 + below(&[id, 4], 300)))),
        last_seen: None,
        tags: tags.iter().filter(|tag| of.contains(&tag.id.get())).cloned().collect(),
        matching_credentials_count: 0,
        last_updated: Some(now - SignedDuration::from_hours(24 * below(&[id, 5], 40))),
        updated_by: Some(if happens(&[id, 6], 500) { "admin" } else { "j.weber" }.into()),
        last_result: None,
        last_cause: None,
        last_result_at: None,
        last_snapshot_at: None,
        approval: Some(approval("admin", now - SignedDuration::from_hours(24 * 40))),
    }
}

/// The approval of a device that waits for nobody.
#[must_use]
pub fn approval(by: &str, at: Timestamp) -> Approval {
    Approval { approved_by: Some(by.into()), approved_at: Some(at), ..Approval::default() }
}

/// Why a device fails at some time; none if it does not. `hours_ago` counts from the demo's start.
#[must_use]
pub fn ails(hostname: &str, hours_ago: i64, place: &[i64]) -> Option<Cause> {
    let since = |hours: i64, cause| (hours_ago < hours).then_some(cause);
    let now_and_then = |per_mille, cause| happens(place, per_mille).then_some(cause);
    match hostname {
        "edge-dus-02" => since(70, Cause::AuthFailed),
        "edge-fra-03" => now_and_then(200, Cause::Truncated),
        "edge-ham-04" => now_and_then(60, Cause::Disconnected),
        "fw-ham-01" => since(44, Cause::HostKeyChanged),
        "acc-muc-04" => since(6, Cause::TimeoutConnect),
        "acc-muc-03" => now_and_then(120, Cause::TimeoutConnect),
        "core-ber-02" => since(26, Cause::CommandRejected),
        "srv-dus-01" => since(150, Cause::Refused).filter(|_| hours_ago > 90),
        "lab-muc-99" => Some(Cause::NoCredentials),
        _ => now_and_then(2, Cause::Timeout),
    }
}

/// The stored host key of a device.
#[must_use]
pub fn host_key(device_id: DeviceId, first_seen: Timestamp) -> HostKey {
    HostKey {
        device_id,
        key_type: "ssh-ed25519".into(),
        sha256: fingerprint(&[device_id.get(), 11]),
        first_seen,
        trusted_by: None,
    }
}

/// The platforms the product comes with.
#[must_use]
pub fn platforms() -> Platforms {
    let platform = |name: &str, title: &str, vendor: &str| Platform {
        name: name.into(),
        title: title.into(),
        vendor: vendor.into(),
        custom: false,
    };
    let items = vec![
        platform("arista_eos", "Arista EOS", "Arista"),
        platform("cisco_ios", "Cisco IOS / IOS XE", "Cisco"),
        platform("cisco_nxos", "Cisco NX-OS", "Cisco"),
        platform("generic", "Generic device", "Any"),
        platform("juniper_junos", "Juniper Junos", "Juniper"),
        platform("linux", "Linux", "Linux"),
    ];
    Platforms { items, refused: Vec::new() }
}
