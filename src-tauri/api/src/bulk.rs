//! The import of devices from a file, as NetRaven has it.

use serde::{Deserialize, Serialize};

/// Path of the import of a file; it takes a form with a file, so it has no [`crate::Endpoint`].
pub const BULK_IMPORT_PATH: &str = "/devices/bulk_import";

/// Answer to an import of a file: the outcome of its rows, or why it could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum BulkImported {
    /// The file was read.
    Rows {
        /// Devices added.
        success_count: i64,
        /// The first 500 of the rows refused.
        errors: Vec<BulkError>,
        /// The first 500 rows that match an existing device exactly, or whose name or address another device has.
        duplicates: Vec<BulkDuplicate>,
        /// Number of further refused rows; absent if there are none. Not part of NetRaven's answer, as all below.
        #[serde(default, skip_serializing_if = "is_none")]
        more_errors: i64,
        /// Number of further duplicates; absent if there are none.
        #[serde(default, skip_serializing_if = "is_none")]
        more_duplicates: i64,
        /// Why the remaining rows were not read, as a sentence; absent if all were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
    /// The file could not be read.
    Unreadable {
        /// Always empty.
        success: Vec<String>,
        /// Why, as sentences.
        errors: Vec<String>,
        /// Always empty.
        duplicates: Vec<BulkDuplicate>,
    },
}

fn is_none(count: &i64) -> bool {
    *count == 0
}

/// A refused row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkError {
    /// Row number, from 1; a header and blank rows are not counted.
    pub row: i64,
    /// Why, as a sentence.
    pub error: String,
}

/// A row whose device already exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDuplicate {
    /// Row number, from 1; a header and blank rows are not counted.
    pub row: i64,
    /// Which device, as a sentence.
    pub reason: String,
}
