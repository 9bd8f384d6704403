//! The import of devices from a file, as NetRaven has it.

use serde::{Deserialize, Serialize};

/// Path of the import of a file; it takes a form with a file, so it is no [`crate::Endpoint`].
pub const BULK_IMPORT_PATH: &str = "/devices/bulk_import";

/// Answer to an import of a file: of its rows, or why it could not be read.
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
        /// The first 500 of the rows whose device is there already, just so, and of those whose name or place another one has.
        duplicates: Vec<BulkDuplicate>,
        /// Rows refused that are not listed; absent if there are none. Not part of NetRaven's answer, as all below.
        #[serde(default, skip_serializing_if = "is_none")]
        more_errors: i64,
        /// Duplicates that are not listed; absent if there are none.
        #[serde(default, skip_serializing_if = "is_none")]
        more_duplicates: i64,
        /// Why the rows behind one were not read, as a sentence; absent if all were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stopped: Option<String>,
    },
    /// It was not.
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

/// A row refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkError {
    /// Row number, from 1; a header and blank rows are not counted.
    pub row: i64,
    /// Why, as a sentence.
    pub error: String,
}

/// A row whose device is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDuplicate {
    /// Row number, from 1; a header and blank rows are not counted.
    pub row: i64,
    /// Which device, as a sentence.
    pub reason: String,
}
