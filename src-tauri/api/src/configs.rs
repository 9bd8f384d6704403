//! Configurations read from devices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, JobId, RunId, SnapshotId};
use crate::parts::parts;

parts! {
    /// Metadata of a snapshot.
    pub struct SnapshotFacts {
        /// Id of the job that read it.
        pub job_id: Option<JobId>,
        /// Id of the run that read it.
        pub run_id: Option<RunId>,
        /// The device's name when it was read, which is also that of its file.
        pub hostname: Option<String>,
        /// Commit that holds it.
        pub commit: Option<String>,
        /// SHA-256 of the text, hexadecimal.
        pub sha256: Option<String>,
        /// Bytes of the text.
        pub bytes: Option<i64>,
        /// Lines of the text.
        pub lines: Option<i64>,
        /// Secrets hidden in it.
        pub secrets_hidden: Option<i64>,
    }
}

/// A snapshot with its text, secrets hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    /// Id of the snapshot.
    pub id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// Metadata: `job_id`, `run_id`, `hostname`, `commit`, `sha256`, `bytes`, `secrets_hidden`, as far as known.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub config_metadata: Option<SnapshotFacts>,
    /// The text, secrets hidden.
    pub config_data: String,
}

/// A snapshot without its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigHead {
    /// Id of the snapshot.
    pub id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// As in [`Config`].
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub config_metadata: Option<SnapshotFacts>,
}

/// Lists snapshots with their texts, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ListConfigs {
    /// Snapshots of the device with this id.
    pub device_id: Option<DeviceId>,
    /// Rows to skip.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 0))]
    pub start: Option<i64>,
    /// Most rows, 0 to 500; 50 if absent. Larger values return 500 rows.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 50))]
    pub limit: Option<i64>,
}

endpoint! { ListConfigs: Get "/configs/list" by User => Vec<Config>, |it, to| to.query(it) }

/// One snapshot.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetConfig(pub SnapshotId);

endpoint! { GetConfig: Get "/configs/{config_id}" by User => Config, |it, to| to.param("config_id", it.0) }

/// The snapshots of a device without their texts, the newest first.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListConfigHistory(pub DeviceId);

endpoint! {
    ListConfigHistory: Get "/configs/{device_id}/history" by User => Vec<ConfigHead>,
    |it, to| to.param("device_id", it.0)
}

/// Opens the sealed raw text of a snapshot, including its secrets, for a restore. The log records the caller.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportConfig(pub SnapshotId);

/// Answer to [`ExportConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RawConfig {
    /// Id of the snapshot.
    pub id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// The device's hostname.
    pub hostname: String,
    /// The text as the device showed it.
    pub raw: crate::secret::Secret,
}

endpoint! {
    ExportConfig: Post "/configs/{config_id}/export" by Admin => RawConfig,
    |it, to| to.param("config_id", it.0)
}

/// Lists snapshots with their texts, the newest first; the same as [`ListConfigs`] under another path.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListConfigsAtRoot(pub ListConfigs);

endpoint! { ListConfigsAtRoot: Get "/configs" by User => Vec<Config>, |it, to| to.query(&it.0) }

/// Searches the texts of snapshots for words, the newest first, 50 at most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchConfigs {
    /// Text to look for, any case; an empty one finds nothing.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub q: String,
}

/// A snapshot that holds what was searched for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FoundConfig {
    /// Id of the snapshot.
    pub id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// When it was read.
    pub retrieved_at: Timestamp,
    /// The lines around the first match, as HTML: the text is escaped, matches are in `<b>`.
    pub snippet: String,
    /// As in [`Config`].
    #[cfg_attr(feature = "openapi", schema(value_type = Option<serde_json::Value>))]
    pub config_metadata: Option<SnapshotFacts>,
}

/// The result of a search. On the wire it is only the list; with a note it is an object, which only the client builds if a
/// server cannot do what was asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "FoundShape", into = "FoundShape")]
pub struct FoundConfigs {
    /// The snapshots, the newest first.
    pub items: Vec<FoundConfig>,
    /// What readers should know about how they were found, as a sentence.
    pub note: Option<String>,
}

/// The two shapes of [`FoundConfigs`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum FoundShape {
    Plain(Vec<FoundConfig>),
    Noted { items: Vec<FoundConfig>, note: String },
}

impl From<FoundShape> for FoundConfigs {
    fn from(shape: FoundShape) -> FoundConfigs {
        match shape {
            FoundShape::Plain(items) => FoundConfigs { items, note: None },
            FoundShape::Noted { items, note } => FoundConfigs { items, note: Some(note) },
        }
    }
}

impl From<FoundConfigs> for FoundShape {
    fn from(found: FoundConfigs) -> FoundShape {
        match found.note {
            None => FoundShape::Plain(found.items),
            Some(note) => FoundShape::Noted { items: found.items, note },
        }
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for FoundConfigs {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Vec<FoundConfig> as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for FoundConfigs {
    fn name() -> std::borrow::Cow<'static, str> {
        <Vec<FoundConfig> as utoipa::ToSchema>::name()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        <Vec<FoundConfig> as utoipa::ToSchema>::schemas(schemas);
    }
}

endpoint! { SearchConfigs: Get "/configs/search" by User => FoundConfigs, |it, to| to.query(it) }

/// The difference of two snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffConfigs {
    /// The older one.
    pub config_id_a: SnapshotId,
    /// The newer one.
    pub config_id_b: SnapshotId,
}

/// Answer to [`DiffConfigs`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigDiff {
    /// The older one.
    pub config_id_a: SnapshotId,
    /// The newer one.
    pub config_id_b: SnapshotId,
    /// Lines of a unified diff with three lines of context, without their ends; empty if the texts are equal.
    pub diff: Vec<String>,
}

endpoint! { DiffConfigs: Get "/configs/diff" by User => ConfigDiff, |it, to| to.query(it) }

/// Answer to [`DeleteConfig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigDeleted {
    /// Id of the removed snapshot.
    pub deleted_id: SnapshotId,
}

/// Removes a snapshot from the database; the git history keeps its text.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteConfig(pub SnapshotId);

endpoint! {
    DeleteConfig: Delete "/configs/{config_id}" by Admin => ConfigDeleted,
    |it, to| to.param("config_id", it.0)
}

/// Answer to [`RestoreConfig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigRestored {
    /// Id of the snapshot.
    pub restored_id: SnapshotId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// When the snapshot was read, as in NetRaven.
    pub restored_at: Timestamp,
    /// What was done, as a sentence.
    pub message: String,
}

/// Records in the log that a snapshot is the wanted one. Nothing is sent to the device.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreConfig(pub SnapshotId);

endpoint! {
    RestoreConfig: Post "/configs/{config_id}/restore" by User => ConfigRestored,
    |it, to| to.param("config_id", it.0)
}

/// Answer to [`CountBackups`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BackupCount {
    /// Snapshots of all devices.
    pub count: i64,
}

/// Counts the snapshots of all devices.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CountBackups;

endpoint! { CountBackups: Get "/api/backups/count" by User => BackupCount }
