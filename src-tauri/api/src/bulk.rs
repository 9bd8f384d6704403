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
        /// Rows refused.
        errors: Vec<BulkError>,
        /// Rows whose device is there already.
        duplicates: Vec<BulkDuplicate>,
    },
    /// It was not.
    Unreadable {
        /// Nothing.
        success: Vec<String>,
        /// Why, as sentences.
        errors: Vec<String>,
        /// Nothing.
        duplicates: Vec<BulkDuplicate>,
    },
}

/// A row refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkError {
    /// Row number, from 1, a header not counted.
    pub row: i64,
    /// Why, as a sentence.
    pub error: String,
}

/// A row whose device is there already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkDuplicate {
    /// Row number, from 1, a header not counted.
    pub row: i64,
    /// Which device, as a sentence.
    pub reason: String,
}
