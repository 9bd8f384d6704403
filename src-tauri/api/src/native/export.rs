//! Exporting filtered rows to a file: the shell reads page after page and writes, the window only asks for progress.

use serde::{Deserialize, Serialize};

use crate::logs::ListLogs;
use crate::problem::Problem;
use crate::runs::ListRuns;

/// What is exported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum ExportWhat {
    /// Every log line that matches a filter; page, size and order of the query are ignored.
    Logs {
        /// The filter.
        query: ListLogs,
    },
    /// Every run that matches a filter; page, size and order of the query are ignored.
    Runs {
        /// The filter.
        query: ListRuns,
    },
}

/// Format of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values with a header, for spreadsheets. A text that a spreadsheet would take for a formula
    /// begins with an apostrophe.
    #[default]
    Csv,
    /// A JSON object on each line, for programs; exactly the server's answer.
    JsonLines,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [ExportFormat; 2] = [ExportFormat::Csv, ExportFormat::JsonLines];

    /// Extension of the file name, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::JsonLines => "jsonl",
        }
    }

    /// Label of the format on a button.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            ExportFormat::Csv => "CSV",
            ExportFormat::JsonLines => "JSON Lines",
        }
    }
}

/// Progress of an export.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportState {
    /// Whether it is running.
    pub active: bool,
    /// Rows written so far.
    pub rows: i64,
    /// Total rows, as counted or estimated by the server at the beginning.
    pub total: Option<i64>,
    /// The file, once it is complete.
    pub file: Option<String>,
    /// Whether the person stopped it; then there is no file.
    pub stopped: bool,
    /// What readers should know about how the rows were found, as a sentence.
    pub note: Option<String>,
    /// Why it ended without a file.
    pub problem: Option<Problem>,
}
