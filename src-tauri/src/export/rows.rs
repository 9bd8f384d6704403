//! Rows as text: CSV for spreadsheets, JSON for programs.

use netraven_api::logs::LogEntry;
use netraven_api::native::ExportFormat;
use netraven_api::runs::Run;
use serde::Serialize;

/// A row of a table.
pub trait Row: Serialize {
    /// Names of the columns.
    const COLUMNS: &'static [&'static str];
    /// Where the next page begins.
    fn id(&self) -> i64;
    /// The cells, as many as there are columns.
    fn cells(&self) -> Vec<String>;
}

impl Row for LogEntry {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "timestamp",
        "level",
        "log_type",
        "source",
        "job_id",
        "device_id",
        "device_name",
        "run_id",
        "message",
        "meta",
    ];

    fn id(&self) -> i64 {
        self.id.get()
    }

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.timestamp.to_string(),
            self.level.to_string(),
            self.log_type.to_string(),
            maybe(self.source.as_ref()),
            maybe(self.job_id),
            maybe(self.device_id),
            maybe(self.device_name.as_ref()),
            maybe(self.run_id),
            self.message.clone(),
            maybe(self.meta.as_ref().filter(|meta| !meta.is_null())),
        ]
    }
}

impl Row for Run {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "job_id",
        "job_name",
        "job_type",
        "status",
        "trigger",
        "triggered_by",
        "queued_at",
        "started_at",
        "finished_at",
        "devices",
        "succeeded",
        "failed",
        "causes",
        "message",
    ];

    fn id(&self) -> i64 {
        self.id.get()
    }

    fn cells(&self) -> Vec<String> {
        let causes: Vec<String> =
            self.causes.iter().map(|count| format!("{} {}", count.devices, count.cause.as_str())).collect();
        vec![
            self.id.to_string(),
            self.job_id.to_string(),
            self.job_name.clone(),
            self.job_type.to_string(),
            self.status.as_str().to_owned(),
            self.trigger.as_str().to_owned(),
            maybe(self.triggered_by.as_ref()),
            self.queued_at.to_string(),
            maybe(self.started_at),
            maybe(self.finished_at),
            self.devices.to_string(),
            self.succeeded.to_string(),
            self.failed.to_string(),
            causes.join("; "),
            maybe(self.message.as_ref()),
        ]
    }
}

/// The header line.
pub fn head<R: Row>(format: ExportFormat) -> String {
    match format {
        ExportFormat::Csv => format!("{}\r\n", R::COLUMNS.join(",")),
        ExportFormat::JsonLines => String::new(),
    }
}

/// One row, with its line end.
pub fn line<R: Row>(row: &R, format: ExportFormat) -> String {
    match format {
        ExportFormat::Csv => {
            let cells: Vec<String> = row.cells().iter().map(|cell| quoted(cell)).collect();
            format!("{}\r\n", cells.join(","))
        }
        ExportFormat::JsonLines => {
            format!("{}\n", serde_json::to_string(row).expect("a row is plain data"))
        }
    }
}

fn maybe(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A cell as in RFC 4180. A spreadsheet would evaluate text that begins like a formula: it is marked as text.
fn quoted(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if is_formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (cell, written) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"no\"\nnow", "\"say \"\"no\"\"\nnow\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("-5", "-5"),
            ("@here", "'@here"),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }

    #[test]
    fn every_row_has_a_cell_for_each_column() {
        let text = r#"{"id":7,"timestamp":"2026-11-23T14:05:00.25Z","log_type":"job","level":"INFO","message":"x, y",
            "meta":{"a":1}}"#;
        let entry: LogEntry = serde_json::from_str(text).unwrap();
        assert_eq!(entry.cells().len(), LogEntry::COLUMNS.len());
        let csv = line(&entry, ExportFormat::Csv);
        assert_eq!(csv, "7,2026-11-23T14:05:00.25Z,INFO,job,,,,,,\"x, y\",\"{\"\"a\"\":1}\"\r\n");
        let json: LogEntry = serde_json::from_str(&line(&entry, ExportFormat::JsonLines)).unwrap();
        assert_eq!(json, entry);
        assert!(head::<LogEntry>(ExportFormat::Csv).starts_with("id,timestamp,"));
        assert_eq!(head::<Run>(ExportFormat::JsonLines), "");
    }
}
