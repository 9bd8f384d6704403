//! The kinds of job, and their properties.

use crate::outcome::Stage;
use crate::words::words;

words! {
    /// What a job does on its devices. The work itself is a file in the backend's `worker/`.
    pub enum JobKind as pattern {
        /// Reads, proves and stores configurations.
        ConfigBackup = "config_backup": "Configuration backup",
        /// Tests whether devices answer.
        Reachability = "reachability": "Reachability",
    }
}

/// What a new job does unless another kind is chosen.
impl Default for JobKind {
    fn default() -> JobKind {
        JobKind::ConfigBackup
    }
}

impl JobKind {
    /// Its short name within a sentence.
    #[must_use]
    pub fn short(self) -> &'static str {
        match self {
            JobKind::ConfigBackup => "backup",
            JobKind::Reachability => "reachability",
        }
    }

    /// Its name in NetRaven's list of kinds.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            JobKind::ConfigBackup => "Configuration Backup",
            JobKind::Reachability => "Reachability Check",
        }
    }

    /// What it does, as a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            JobKind::ConfigBackup => "Reads the configuration and stores it if it has changed.",
            JobKind::Reachability => "Tests whether the device answers on its port.",
        }
    }

    /// Its icon in NetRaven's list of kinds, a name of the Material Design Icons.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            JobKind::ConfigBackup => "mdi-content-save",
            JobKind::Reachability => "mdi-lan-connect",
        }
    }

    /// Whether it reads configurations, and so creates snapshots.
    #[must_use]
    pub fn reads_configurations(self) -> bool {
        match self {
            JobKind::ConfigBackup => true,
            JobKind::Reachability => false,
        }
    }

    /// What a stage of its work is called.
    #[must_use]
    pub fn stage_title(self, stage: Stage) -> &'static str {
        match self {
            JobKind::ConfigBackup => stage.title(),
            // It reads the device's greeting and exchanges no keys.
            JobKind::Reachability if stage == Stage::KeyExchange => "SSH greeting",
            JobKind::Reachability => stage.title(),
        }
    }

    /// The stages a device goes through, in order.
    #[must_use]
    pub fn stages(self) -> &'static [Stage] {
        match self {
            JobKind::ConfigBackup => &Stage::ALL,
            JobKind::Reachability => &[Stage::Prepare, Stage::Reach],
        }
    }
}
