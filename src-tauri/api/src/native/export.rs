//! Writing what is filtered to a file: the shell reads page after page and writes, the window only asks how far it is.

use serde::{Deserialize, Serialize};

use crate::logs::ListLogs;
use crate::problem::Problem;
use crate::runs::ListRuns;

/// What is written to a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum ExportWhat {
    /// Every log line a filter finds; page, size and order of the query do not matter.
    Logs {
        /// The filter.
        query: ListLogs,
    },
    /// Every run a filter finds; page, size and order of the query do not matter.
    Runs {
        /// The filter.
        query: ListRuns,
    },
}

/// How it is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values with a line of names, for spreadsheets. A text that a spreadsheet would take for a formula
    /// begins with an apostrophe.
    #[default]
    Csv,
    /// A JSON object on each line, for programs; exactly what the server answered.
    JsonLines,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [ExportFormat; 2] = [ExportFormat::Csv, ExportFormat::JsonLines];

    /// Ending of a file's name, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::JsonLines => "jsonl",
        }
    }

    /// The format on a button.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            ExportFormat::Csv => "CSV",
            ExportFormat::JsonLines => "JSON Lines",
        }
    }
}

/// How far an export is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExportState {
    /// Whether it goes on.
    pub active: bool,
    /// Rows written.
    pub rows: i64,
    /// Rows there are, as the server counted or guessed them at the beginning.
    pub total: Option<i64>,
    /// The file, once it is whole.
    pub file: Option<String>,
    /// Whether it was stopped by the person; then there is no file.
    pub stopped: bool,
    /// What a reader should know about how the rows were found, as a sentence.
    pub note: Option<String>,
    /// Why it ended without a file.
    pub problem: Option<Problem>,
}
