//! The configurations of the demo: a snapshot for each change, its text a recorded one.

use std::rc::Rc;

use jiff::Timestamp;
use netraven_api::configs::{
    BackupCount, Config, ConfigDiff, ConfigHead, DiffConfigs, FoundConfig, SearchConfigs, SnapshotFacts,
};
use netraven_api::{DeviceId, JobId, RunId, SnapshotId};
use similar::TextDiff;

use super::world::World;

/// A snapshot.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its id.
    pub id: SnapshotId,
    /// Its device.
    pub device_id: DeviceId,
    /// The run that read it.
    pub run_id: RunId,
    /// The job of the run.
    pub job_id: JobId,
    /// When it was read.
    pub at: Timestamp,
    /// The recorded one.
    pub config: Rc<Config>,
}

/// The snapshots of a device, the newest first.
#[must_use]
pub fn history(world: &World, device_id: DeviceId) -> Vec<ConfigHead> {
    let there = |snapshot: &&Snapshot| snapshot.device_id == device_id && snapshot.at <= world.now;
    let heads = world.snapshots.iter().rev().filter(there);
    heads
        .map(|snapshot| ConfigHead {
            id: snapshot.id,
            device_id,
            retrieved_at: snapshot.at,
            config_metadata: Some(known(world, snapshot)),
        })
        .collect()
}

/// A snapshot with its text.
#[must_use]
pub fn config(world: &World, id: SnapshotId) -> Option<Config> {
    let snapshot = world.snapshots.iter().find(|snapshot| snapshot.id == id && snapshot.at <= world.now)?;
    Some(Config {
        id,
        device_id: snapshot.device_id,
        retrieved_at: snapshot.at,
        config_metadata: Some(known(world, snapshot)),
        config_data: snapshot.config.config_data.clone(),
    })
}

/// How many snapshots there are.
#[must_use]
pub fn count(world: &World) -> BackupCount {
    let known = world.snapshots.iter().filter(|snapshot| snapshot.at <= world.now).count();
    BackupCount { count: i64::try_from(known).unwrap_or_default() }
}

/// Snapshots that hold a text, the newest first: of each the first line that does.
#[must_use]
pub fn search(world: &World, asked: &SearchConfigs) -> Vec<FoundConfig> {
    let wanted = asked.q.trim().to_lowercase();
    if wanted.is_empty() {
        return Vec::new();
    }
    let known = world.snapshots.iter().rev().filter_map(|snapshot| config(world, snapshot.id));
    let found = known.filter_map(|config| {
        let line = config.config_data.lines().find(|line| line.to_lowercase().contains(&wanted))?;
        // The marked part is found by letters, since small ones may be longer than great ones.
        let at = line.to_lowercase().find(&wanted).filter(|_| line.is_ascii())?;
        let plain = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (before, rest) = line.split_at(at);
        let (hit, after) = rest.split_at(wanted.len());
        Some(FoundConfig {
            id: config.id,
            device_id: config.device_id,
            retrieved_at: config.retrieved_at,
            snippet: format!("{}<b>{}</b>{}", plain(before), plain(hit), plain(after)),
            config_metadata: config.config_metadata,
        })
    });
    found.take(50).collect()
}

/// The difference of two snapshots, none if one of them is not there.
#[must_use]
pub fn diff(world: &World, asked: DiffConfigs) -> Option<ConfigDiff> {
    let (one, other) = (config(world, asked.config_id_a)?, config(world, asked.config_id_b)?);
    let names = (format!("config_{}", one.id), format!("config_{}", other.id));
    let diff = TextDiff::from_lines(&one.config_data, &other.config_data);
    let text = diff.unified_diff().context_radius(3).missing_newline_hint(false).header(&names.0, &names.1).to_string();
    let diff = text.lines().map(str::to_owned).collect();
    Some(ConfigDiff { config_id_a: asked.config_id_a, config_id_b: asked.config_id_b, diff })
}

fn known(world: &World, snapshot: &Snapshot) -> SnapshotFacts {
    let hostname = world.devices.iter().find(|device| device.id == snapshot.device_id).map(|device| &device.hostname);
    SnapshotFacts {
        job_id: Some(snapshot.job_id),
        run_id: Some(snapshot.run_id),
        hostname: hostname.cloned(),
        ..snapshot.config.config_metadata.clone().unwrap_or_default()
    }
}
