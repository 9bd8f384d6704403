//! The configurations of the demo: a snapshot for each change, its text written when it is asked for.

use std::fmt::Write as _;

use jiff::Timestamp;
use netraven_api::configs::{Config, ConfigHead};
use netraven_api::devices::Device;
use serde_json::{Value, json};

use super::random::{below, digits};
use super::story;
use super::world::World;

/// A snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot {
    /// Its id: a thousand times the device's, and which of its snapshots it is.
    pub id: i64,
    /// Its device.
    pub device_id: i64,
    /// The run that read it.
    pub run_id: i64,
    /// The job of the run.
    pub job_id: i64,
    /// When it was read.
    pub at: Timestamp,
}

/// The snapshots of a device, the newest first.
#[must_use]
pub fn history(world: &World, device_id: i64) -> Vec<ConfigHead> {
    let known =
        world.snapshots.iter().rev().filter(|snapshot| snapshot.device_id == device_id && snapshot.at <= world.now);
    known
        .map(|snapshot| ConfigHead {
            id: snapshot.id,
            device_id,
            retrieved_at: snapshot.at,
            config_metadata: Some(metadata(world, snapshot)),
        })
        .collect()
}

/// A snapshot with its text.
#[must_use]
pub fn config(world: &World, id: i64) -> Option<Config> {
    let snapshot = world.snapshots.iter().find(|snapshot| snapshot.id == id && snapshot.at <= world.now)?;
    let device = world.devices.iter().find(|device| device.id == snapshot.device_id)?;
    Some(Config {
        id,
        device_id: snapshot.device_id,
        retrieved_at: snapshot.at,
        config_metadata: Some(metadata(world, snapshot)),
        config_data: text(device, id % 1000),
    })
}

fn metadata(world: &World, snapshot: &Snapshot) -> Value {
    let hostname = world.devices.iter().find(|device| device.id == snapshot.device_id).map(|device| &device.hostname);
    json!({
        "job_id": snapshot.job_id, "run_id": snapshot.run_id, "hostname": hostname, "commit": digits(&[snapshot.id, 1], 40),
        "sha256": digits(&[snapshot.id, 2], 64), "secrets_hidden": 2,
    })
}

/// The text of a device's configuration; each one differs a little from the one before.
#[must_use]
pub fn text(device: &Device, which: i64) -> String {
    let secret = |place: i64| digits(&[device.id, place], 4);
    let mut text = format!(
        "!\nversion {}\nhostname {}\n!\nenable secret 9 ‹secret {}›\n!\n",
        story::version(device),
        device.hostname,
        secret(21)
    );
    for port in 1..=8 {
        let vlan = 10 + below(&[device.id, port, which / 3], 4) * 10;
        let _ = writeln!(text, "interface Ethernet1/{port}\n description to {}-{port:02}", device.hostname);
        let shut = if (port + which) % 5 == 0 { "\n shutdown" } else { "" };
        let _ = writeln!(text, " switchport access vlan {vlan}{shut}\n!");
    }
    let _ = writeln!(text, "router bgp 64512\n neighbor 10.255.3.13 remote-as 64601");
    let _ = writeln!(text, " neighbor 10.255.3.13 password 7 ‹secret {}›\n!", secret(22));
    for server in 1..=1 + which % 3 {
        let _ = writeln!(text, "ntp server 10.0.0.{server}");
    }
    text.push_str("!\nend\n");
    text
}
