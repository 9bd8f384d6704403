//! Adding the devices of a CSV text, and checking the outcome in advance. Not part of NetRaven, whose import takes a
//! file.

use serde::{Deserialize, Serialize};

use crate::endpoint::endpoint;

/// Rows to add at once; each is accepted or refused by itself.
///
/// They are added in batches of 500, each in a transaction of its own: added rows stay, whatever happens to later ones. The
/// same text may be imported again; rows that match an existing device exactly count as present and change nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportDevices {
    /// CSV text whose first line names the columns `hostname`, `ip_address` and `device_type` and any of `port`,
    /// `transport`, `description`, `tags` (names or ids separated by `|`; unknown names are created), `serial_number`,
    /// `model`, `source` and `notes`. Cells are separated by commas, semicolons or tabs.
    #[cfg_attr(feature = "openapi", schema(max_length = 16777216))]
    pub csv: String,
}

endpoint! { ImportDevices: Post "/devices/import" by User => Imported, |it, to| to.json(it) }

/// Reports what an import of the same text would do now, without doing it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckImport {
    /// CSV text, as for an import.
    #[cfg_attr(feature = "openapi", schema(max_length = 16777216))]
    pub csv: String,
}

endpoint! { CheckImport: Post "/devices/import/check" by User => ImportPlan, |it, to| to.json(it) }

/// One refused row of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportError {
    /// Line number in the file, the header being line 1; the first line of a row that spans several.
    pub line: i64,
    /// Hostname of the row, if it had one.
    pub hostname: Option<String>,
    /// Why it was refused, as a sentence that begins with the line.
    pub message: String,
}

/// The outcome of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Imported {
    /// Devices added.
    pub added: i64,
    /// Rows whose device already existed with the same hostname, address, port and platform.
    #[serde(default)]
    pub present: i64,
    /// Rows refused.
    #[serde(default)]
    pub refused: i64,
    /// The first 500 of the refused rows.
    pub errors: Vec<ImportError>,
    /// Why the rows after a line were not read, as a sentence; absent if all were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// The expected outcome of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportPlan {
    /// What separates the cells: `comma`, `semicolon` or `tab`.
    pub separator: String,
    /// The columns, by field name.
    pub columns: Vec<String>,
    /// The first 100 tags that would be created.
    pub new_tags: Vec<String>,
    /// The outcome of the rows.
    pub outcome: Imported,
    /// What this server cannot check before it takes a row, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
