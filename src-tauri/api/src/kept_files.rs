//! Files fetched from devices, such as archives of their configuration: kept sealed and never shown. Not part of
//! NetRaven.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;
use crate::ids::{DeviceId, KeptFileId, RunId};
use crate::secret::Secret;

/// One content of a file of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptFile {
    /// Id of this content.
    pub id: KeptFileId,
    /// Id of the device.
    pub device_id: DeviceId,
    /// Id of the run that fetched it first; absent once that was removed.
    #[serde(default)]
    pub run_id: Option<RunId>,
    /// Path of the file on the device.
    pub path: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// In how many parts it is downloaded.
    pub parts: i64,
    /// When it was fetched first.
    pub fetched_at: Timestamp,
    /// When the device was last seen to have it.
    pub seen_at: Timestamp,
}

/// The files kept of a device, by path, the newest content of each first.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListKeptFiles(pub DeviceId);

endpoint! {
    ListKeptFiles: Get "/devices/{device_id}/files" by User => Vec<KeptFile>,
    |it, to| to.param("device_id", it.0)
}

/// Opens a part of a kept file. It may hold secrets: the log records the caller.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DownloadKeptFile {
    /// Id of the content.
    pub file_id: KeptFileId,
    /// Which part, from 1.
    pub part: i64,
}

/// Answer to [`DownloadKeptFile`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeptFilePart {
    /// The file.
    pub file: KeptFile,
    /// Which part this is, from 1.
    pub part: i64,
    /// The bytes of the part, in base64.
    pub content: Secret,
}

endpoint! {
    DownloadKeptFile: Post "/files/{file_id}/parts/{part}/download" by Admin => KeptFilePart,
    |it, to| to.param("file_id", it.file_id).param("part", it.part)
}
