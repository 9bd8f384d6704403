//! Configurations read from devices.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::{Access, Endpoint, Method, Request};
use crate::parts::parts;

parts! {
    /// Metadata of a snapshot.
    pub struct SnapshotFacts {
        /// Id of the job that read it.
        pub job_id: Option<i64>,
        /// Id of the run that read it.
        pub run_id: Option<i64>,
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
    pub id: i64,
    /// Id of the device.
    pub device_id: i64,
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
    pub id: i64,
    /// Id of the device.
    pub device_id: i64,
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
    pub device_id: Option<i64>,
    /// Rows to skip.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 0))]
    pub start: Option<i64>,
    /// Most rows, 0 to 500; 50 if absent. Larger values return 500 rows.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, default = 50))]
    pub limit: Option<i64>,
}

impl Endpoint for ListConfigs {
    type Reply = Vec<Config>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/list";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// One snapshot.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GetConfig(pub i64);

impl Endpoint for GetConfig {
    type Reply = Config;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/{config_id}";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
}

/// The snapshots of a device without their texts, the newest first.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListConfigHistory(pub i64);

impl Endpoint for ListConfigHistory {
    type Reply = Vec<ConfigHead>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/{device_id}/history";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("device_id", self.0)
    }
}

/// Opens the sealed raw text of a snapshot, including its secrets, for a restore. The log records the caller.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportConfig(pub i64);

/// Answer to [`ExportConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RawConfig {
    /// Id of the snapshot.
    pub id: i64,
    /// Id of the device.
    pub device_id: i64,
    /// The device's hostname.
    pub hostname: String,
    /// The text as the device showed it.
    pub raw: crate::secret::Secret,
}

impl Endpoint for ExportConfig {
    type Reply = RawConfig;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/configs/{config_id}/export";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
}

/// Lists snapshots with their texts, the newest first; the same as [`ListConfigs`] under another path.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListConfigsAtRoot(pub ListConfigs);

impl Endpoint for ListConfigsAtRoot {
    type Reply = Vec<Config>;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(&self.0)
    }
}

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
    pub id: i64,
    /// Id of the device.
    pub device_id: i64,
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

impl Endpoint for SearchConfigs {
    type Reply = FoundConfigs;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/search";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// The difference of two snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiffConfigs {
    /// The older one.
    pub config_id_a: i64,
    /// The newer one.
    pub config_id_b: i64,
}

/// Answer to [`DiffConfigs`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigDiff {
    /// The older one.
    pub config_id_a: i64,
    /// The newer one.
    pub config_id_b: i64,
    /// Lines of a unified diff with three lines of context, without their ends; empty if the texts are equal.
    pub diff: Vec<String>,
}

impl Endpoint for DiffConfigs {
    type Reply = ConfigDiff;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/configs/diff";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().query(self)
    }
}

/// Answer to [`DeleteConfig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigDeleted {
    /// Id of the removed snapshot.
    pub deleted_id: i64,
}

/// Removes a snapshot from the database; the git history keeps its text.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteConfig(pub i64);

impl Endpoint for DeleteConfig {
    type Reply = ConfigDeleted;
    const METHOD: Method = Method::Delete;
    const PATH: &'static str = "/configs/{config_id}";
    const ACCESS: Access = Access::Admin;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
}

/// Answer to [`RestoreConfig`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfigRestored {
    /// Id of the snapshot.
    pub restored_id: i64,
    /// Id of the device.
    pub device_id: i64,
    /// When the snapshot was read, as in NetRaven.
    pub restored_at: Timestamp,
    /// What was done, as a sentence.
    pub message: String,
}

/// Records in the log that a snapshot is the wanted one. Nothing is sent to the device.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RestoreConfig(pub i64);

impl Endpoint for RestoreConfig {
    type Reply = ConfigRestored;
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/configs/{config_id}/restore";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>().param("config_id", self.0)
    }
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

impl Endpoint for CountBackups {
    type Reply = BackupCount;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/api/backups/count";
    const ACCESS: Access = Access::User;
    fn request(&self) -> Request {
        Request::to::<Self>()
    }
}
