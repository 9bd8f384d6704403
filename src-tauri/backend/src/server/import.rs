//! Adding devices from CSV: each row is taken or refused by itself, and says why.

use netraven_api::devices::{ImportError, Imported};

use super::Shared;
use super::fault::Fault;
use super::rows::{self, COLUMNS, ROWS, Refused, refuse};
use crate::store::approvals::Author;

/// Adds the devices of a CSV text.
pub async fn import(shared: &Shared, csv: &str, author: &Author<'_>) -> Result<Imported, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(csv.strip_prefix('\u{feff}').unwrap_or(csv).as_bytes());
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| refuse("csv", format!("The first line could not be read as CSV: {error}.")))?
        .iter()
        .map(str::to_lowercase)
        .collect();
    for needed in &COLUMNS[..3] {
        if !header.iter().any(|name| name == needed) {
            let sentence = format!(
                "The first line names no column '{needed}'. It has to name hostname, ip_address and device_type, and may name {}.",
                COLUMNS[3..].join(", ")
            );
            return Err(refuse("csv", sentence));
        }
    }
    if let Some(unknown) = header.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let known = COLUMNS.join(", ");
        return Err(refuse(
            "csv",
            format!("The first line names a column '{unknown}' that is not known: use {known}."),
        ));
    }
    let mut imported = Imported::default();
    for (index, record) in reader.records().enumerate() {
        let line = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(2);
        let mut error = |hostname: Option<&str>, message: String| {
            imported.errors.push(ImportError { line, hostname: hostname.map(str::to_owned), message });
        };
        if index >= ROWS {
            error(None, format!("Only the first {ROWS} rows were read: import the rest by another file."));
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(reason) => {
                error(None, format!("The row could not be read: {reason}."));
                continue;
            }
        };
        let row = rows::of_cells(&header, |place| record.get(place));
        let hostname = row.get("hostname").and_then(|name| name.as_str()).map(str::to_owned);
        match rows::add(shared, row, author).await {
            Ok(()) => imported.added += 1,
            Err(Refused::Duplicate(message) | Refused::Wrong(message)) => error(hostname.as_deref(), message),
        }
    }
    Ok(imported)
}
