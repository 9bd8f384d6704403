//! Adding devices from CSV: each row is taken or refused by itself, and says why.

use netraven_api::devices::{DeviceInput, ImportError, Imported};

use super::Shared;
use super::check::{Check, name_letter};
use super::devices::fields;
use super::fault::Fault;
use crate::store::StoreError;

/// Most rows of one import.
const ROWS: usize = 20_000;
const COLUMNS: [&str; 6] = ["hostname", "ip_address", "device_type", "port", "description", "tags"];

/// Adds the devices of a CSV text.
pub async fn import(shared: &Shared, csv: &str, by: &str) -> Result<Imported, Fault> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(csv.strip_prefix('\u{feff}').unwrap_or(csv).as_bytes());
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| refuse(format!("The first line could not be read as CSV: {error}.")))?
        .iter()
        .map(str::to_lowercase)
        .collect();
    for needed in &COLUMNS[..3] {
        if !header.iter().any(|name| name == needed) {
            return Err(refuse(format!(
                "The first line names no column '{needed}'. It has to name hostname, ip_address and device_type, and may name port, description and tags."
            )));
        }
    }
    if let Some(unknown) = header.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        return Err(refuse(format!(
            "The first line names a column '{unknown}' that is not known: use {}.",
            COLUMNS.join(", ")
        )));
    }
    let mut imported = Imported::default();
    for (index, record) in reader.records().enumerate() {
        let line = i64::try_from(index).unwrap_or(i64::MAX).saturating_add(2);
        if index >= ROWS {
            let message = format!("Only the first {ROWS} rows were read: import the rest by another file.");
            imported.errors.push(ImportError { line, hostname: None, message });
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                imported.errors.push(ImportError {
                    line,
                    hostname: None,
                    message: format!("The row could not be read: {error}."),
                });
                continue;
            }
        };
        let cell = |name: &str| {
            let place = header.iter().position(|column| column == name)?;
            record.get(place).filter(|text| !text.is_empty())
        };
        match row(shared, cell, by).await {
            Ok(()) => imported.added += 1,
            Err(message) => {
                let hostname = cell("hostname").map(str::to_owned);
                imported.errors.push(ImportError { line, hostname, message });
            }
        }
    }
    Ok(imported)
}

async fn row<'a>(shared: &Shared, cell: impl Fn(&str) -> Option<&'a str>, by: &str) -> Result<(), String> {
    let mut input = DeviceInput {
        hostname: cell("hostname").map(str::to_owned),
        ip_address: cell("ip_address").map(str::to_owned),
        device_type: cell("device_type").map(str::to_owned),
        description: cell("description").map(str::to_owned),
        source: Some("imported".to_owned()),
        ..DeviceInput::default()
    };
    if let Some(text) = cell("port") {
        input.port = Some(text.parse().map_err(|_| format!("The port '{text}' is not a number from 1 to 65535."))?);
    }
    let mut check = Check::default();
    check.needed("hostname", &input.hostname);
    check.needed("ip_address", &input.ip_address);
    check.needed("device_type", &input.device_type);
    fields(&mut check, &mut input);
    check.done().map_err(sentence)?;
    let mut tags = Vec::new();
    for name in cell("tags").unwrap_or_default().split('|').map(str::trim).filter(|name| !name.is_empty()) {
        tags.push(tag(shared, name).await?);
    }
    input.tags = Some(tags);
    match shared.store.create_device(&input, by).await {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict(message)) => Err(format!("{message}.")),
        Err(error) => {
            tracing::error!(%error, "a device could not be imported");
            Err("The database did not take the row: import it again.".to_owned())
        }
    }
}

/// A tag by its id, or by its name, made if there is none.
async fn tag(shared: &Shared, name: &str) -> Result<i64, String> {
    if let Ok(id) = name.parse::<i64>()
        && shared.store.tag(id).await.is_ok()
    {
        return Ok(id);
    }
    let mut check = Check::default();
    check.length("tags", Some(name), 1, 50);
    check.letters("tags", Some(name), name_letter, "letters, digits, blanks, _ and -");
    check.done().map_err(sentence)?;
    shared.store.tag_named(name).await.map_err(|error| format!("The tag '{name}' could not be added: {error}."))
}

fn sentence(fault: Fault) -> String {
    match fault {
        Fault::Fields(fields) => fields
            .iter()
            .map(|field| {
                format!(
                    "{}: {}",
                    field.location.last().and_then(|part| part.as_str()).unwrap_or_default(),
                    field.message
                )
            })
            .collect::<Vec<_>>()
            .join("; "),
        Fault::Detail(_, text) | Fault::Broken(text) => text,
    }
}

fn refuse(message: String) -> Fault {
    Fault::body_field("csv", "value_error", message, serde_json::Value::Null)
}
