//! One row of a file becomes a device, or says why not. What the rows are written in is the caller's.

use netraven_api::devices::DeviceInput;
use serde_json::{Map, Value, json};

use super::Shared;
use super::check::Check;
use super::devices::canonical;
use super::fault::Fault;
use super::input::Resource as _;
use super::shape::Shape;
use crate::store::StoreError;
use crate::store::approvals::Author;

/// Most rows of one file.
pub const ROWS: usize = 20_000;
/// Columns a file may have.
pub const COLUMNS: [&str; 10] = [
    "hostname",
    "ip_address",
    "device_type",
    "port",
    "description",
    "tags",
    "serial_number",
    "model",
    "source",
    "notes",
];

/// Why a row was not taken.
pub enum Refused {
    /// There is such a device.
    Duplicate(String),
    /// Anything else, as a sentence.
    Wrong(String),
}

/// A row of cells as JSON: numbers where they belong, tags apart.
pub fn of_cells<'a>(header: &[String], cell: impl Fn(usize) -> Option<&'a str>) -> Map<String, Value> {
    let mut row = Map::new();
    for (place, name) in header.iter().enumerate() {
        let Some(text) = cell(place).map(str::trim).filter(|text| !text.is_empty()) else { continue };
        let value = match name.as_str() {
            "port" => text.parse::<i64>().map_or_else(|_| json!(text), |port| json!(port)),
            "tags" => text.split('|').map(str::trim).filter(|tag| !tag.is_empty()).map(tag_of_text).collect(),
            _ => json!(text),
        };
        row.insert(name.clone(), value);
    }
    row
}

fn tag_of_text(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |id| json!(id))
}

/// Adds the device of a row. Tags are ids or names; a name that no tag has is made one.
pub async fn add(shared: &Shared, mut row: Map<String, Value>, author: &Author<'_>) -> Result<(), Refused> {
    let wrong = |fault: Fault| Refused::Wrong(sentence(fault));
    let missing = DeviceInput::NEEDED.iter().any(|name| row.get(*name).is_none_or(|value| value == ""));
    let tags = row.remove("tags").unwrap_or_default();
    if let Some(Value::String(port)) = row.get("port") {
        return Err(Refused::Wrong(format!("The port '{port}' is not a number from 1 to 65535.")));
    }
    let mut body = Value::Object(row);
    let faults = Shape::of::<DeviceInput>().check(&mut body, DeviceInput::NEEDED);
    if missing {
        let needed = DeviceInput::NEEDED.join(", ");
        return Err(Refused::Wrong(format!(
            "Missing required field(s), of {needed}: {}",
            sentence(Fault::Fields(faults))
        )));
    }
    if !faults.is_empty() {
        return Err(wrong(Fault::Fields(faults)));
    }
    let input: Result<DeviceInput, _> = serde_json::from_value(body);
    let mut input = input.map_err(|error| Refused::Wrong(error.to_string()))?;
    canonical(&mut input).map_err(wrong)?;
    input.source.get_or_insert_with(|| "imported".to_owned());
    input.tags = Some(ids(shared, &tags).await.map_err(Refused::Wrong)?);
    let (hostname, address) =
        (input.hostname.clone().unwrap_or_default(), input.ip_address.clone().unwrap_or_default());
    match shared.store.create_device(&input, author).await {
        Ok(_) => Ok(()),
        Err(StoreError::Conflict(_)) => {
            Err(Refused::Duplicate(format!("Device with hostname or IP already exists: {hostname} / {address}")))
        }
        Err(error) => {
            tracing::error!(%error, "a device could not be imported");
            Err(Refused::Wrong("The database did not take the row: import it again.".to_owned()))
        }
    }
}

async fn ids(shared: &Shared, tags: &Value) -> Result<Vec<i64>, String> {
    let tags = match tags {
        Value::Null => return Ok(Vec::new()),
        Value::Array(tags) => tags.clone(),
        other => vec![other.clone()],
    };
    let mut ids = Vec::new();
    for tag in &tags {
        ids.push(id(shared, tag).await?);
    }
    Ok(ids)
}

async fn id(shared: &Shared, tag: &Value) -> Result<i64, String> {
    let failed = |error: StoreError| format!("The tag {tag} could not be added: {error}.");
    if let Some(id) = tag.as_i64() {
        let found = shared.store.find_tag(id).await.map_err(failed)?;
        return found.ok_or_else(|| format!("Tag(s) not found: [{id}]"));
    }
    let mut body = json!({ "name": tag });
    let faults = Shape::of::<netraven_api::tags::TagInput>().check(&mut body, &["name"]);
    if !faults.is_empty() {
        return Err(format!("The tag {tag}: {}", sentence(Fault::Fields(faults))));
    }
    shared.store.tag_named(tag.as_str().unwrap_or_default()).await.map_err(failed)
}

fn sentence(fault: Fault) -> String {
    match fault {
        Fault::Fields(fields) => {
            let place = |place: &[Value]| place.last().and_then(Value::as_str).unwrap_or_default().to_owned();
            let said = fields.iter().map(|field| format!("{}: {}", place(&field.location), field.message));
            said.collect::<Vec<_>>().join("; ")
        }
        Fault::Detail(_, text) | Fault::Broken(text) => text,
    }
}

/// Refuses a file as a whole.
pub fn refuse(field: &str, message: String) -> Fault {
    let mut check = Check::default();
    check.refuse(field, "value_error", message, Value::Null);
    check.done().err().unwrap_or_else(|| Fault::bad_request("The file was refused."))
}
