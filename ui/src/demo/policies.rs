//! Session policies in the demo: those that a person sets. No session of the tape keeps to one.

use netraven_api::devices::Device;
use netraven_api::event::Changed;
use netraven_api::session_policy::{
    AlgorithmLists, DevicePolicy, HeldPolicy, PolicyScope, ServerPolicy, SessionPolicy, SetPolicy,
};

use super::world::World;

/// The policy of what a path begins with, such as `/tags/1/session-policy`.
#[must_use]
pub fn of(world: &World, parts: &[&str]) -> SessionPolicy {
    world.policies.get(&place(parts)).cloned().unwrap_or_default()
}

/// The policy of the server, with some of the algorithms that one has.
#[must_use]
pub fn of_server(world: &World) -> ServerPolicy {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let supported = AlgorithmLists {
        kex: names(&["curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha1"]),
        host_key: names(&["ssh-ed25519", "rsa-sha2-512", "ssh-rsa"]),
        cipher: names(&["aes256-gcm@openssh.com", "aes256-ctr", "aes128-cbc"]),
        mac: names(&["hmac-sha2-256", "hmac-sha1"]),
    };
    ServerPolicy { policy: of(world, &["session-policy"]), supported }
}

/// The policy of a device, and what holds for it.
#[must_use]
pub fn of_device(world: &World, device: &Device) -> DevicePolicy {
    let set = |scope, name: &str, policy| SetPolicy { scope, name: name.to_owned(), jump_host_id: None, policy };
    let id = device.id.to_string();
    let own = of(world, &["devices", &id, "session-policy"]);
    let mut policies = vec![set(PolicyScope::Device, "", own.clone())];
    for tag in &device.tags {
        let id = tag.id.to_string();
        policies.push(set(PolicyScope::Tag, &tag.name, of(world, &["tags", &id, "session-policy"])));
    }
    policies.push(set(PolicyScope::Server, "", of(world, &["session-policy"])));
    let HeldPolicy { policy: holds, chosen } = HeldPolicy::of_device(&policies);
    DevicePolicy { own, holds, chosen, limits: policies.iter().filter_map(SetPolicy::limit).collect() }
}

/// Sets the policy of what a path begins with.
pub fn set(world: &mut World, parts: &[&str], policy: SessionPolicy) {
    world.policies.insert(place(parts), policy);
    world.changes.push(Changed::Setup);
}

/// The path without its last part.
fn place(parts: &[&str]) -> String {
    parts[..parts.len().saturating_sub(1)].join("/")
}
