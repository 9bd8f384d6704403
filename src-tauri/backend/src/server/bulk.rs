//! Adding devices from a file, CSV or JSON, as NetRaven takes and answers it.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::post;
use netraven_api::bulk::{BULK_IMPORT_PATH, BulkDuplicate, BulkError, BulkImported};
use netraven_api::event::Changed;
use netraven_api::routes::Route;
use netraven_api::{Access, Method};
use serde_json::{Map, Value, json};

use super::Shared;
use super::auth::Caller;
use super::describe::{Operation, Takes};
use super::fault::Fault;
use super::input::body_fault;
use super::large::limit_of;
use super::mount::{Mount, limit};
use super::rows::{self, ROWS, Refused};
use crate::store::approvals::Author;

/// Mounts the import of a file.
pub fn mount(mount: &mut Mount) {
    let route = Route { method: Method::Post, path: BULK_IMPORT_PATH, access: Access::User };
    let summary =
        "Adds the devices of a file, whose name ends in `.csv` or `.json`; each row is taken or refused by itself.";
    let mut operation = Operation::new(summary).replies::<BulkImported>(201);
    operation.takes::<Upload>();
    mount.route(route, operation, post(import).layer(from_fn(limit)));
}

/// The file of a form.
struct Upload {
    name: String,
    content: Bytes,
}

impl Takes for Upload {
    fn takes(operation: &mut Operation) {
        let file = json!({ "type": "string", "format": "binary", "description": "The file." });
        let schema = json!({ "type": "object", "required": ["file"], "properties": { "file": file } });
        operation.body("multipart/form-data", schema);
    }
}

impl FromRequest<Shared> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &Shared) -> Result<Upload, Fault> {
        let missing = || Fault::body_field("file", "missing", "Field required", Value::Null);
        let mut form = Multipart::from_request(request, state).await.map_err(|_| missing())?;
        let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => body_fault(StatusCode::PAYLOAD_TOO_LARGE, limit_of(BULK_IMPORT_PATH)),
            _ => Fault::body_field("file", "value_error", "Value error, the form could not be read", Value::Null),
        };
        while let Some(field) = form.next_field().await.map_err(broken)? {
            if field.name() == Some("file")
                && let Some(name) = field.file_name().map(str::to_lowercase)
            {
                return Ok(Upload { name, content: field.bytes().await.map_err(broken)? });
            }
        }
        Err(missing())
    }
}

/// A row, or why it is none.
type Row = Result<Map<String, Value>, String>;

async fn import(
    State(shared): State<Shared>,
    caller: Caller,
    file: Upload,
) -> Result<(StatusCode, Json<BulkImported>), Fault> {
    let read = match file.name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("csv") => csv_rows(&file.content),
        Some("json") => json_rows(&file.content),
        _ => Err("Unsupported file type. Use .csv or .json.".to_owned()),
    };
    let answer = match read {
        Ok(rows) => {
            let added = add(&shared, rows, &caller.author()).await;
            shared.journal.changed(Changed::Devices).await;
            added
        }
        Err(sentence) => {
            BulkImported::Unreadable { success: Vec::new(), errors: vec![sentence], duplicates: Vec::new() }
        }
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn add(shared: &Shared, rows: Vec<Row>, author: &Author<'_>) -> BulkImported {
    let (mut success_count, mut errors, mut duplicates) = (0, Vec::new(), Vec::new());
    for (row, fields) in (1_i64..).zip(rows) {
        let added = match fields {
            Ok(fields) => rows::add(shared, fields, author).await,
            Err(sentence) => Err(Refused::Wrong(sentence)),
        };
        match added {
            Ok(()) => success_count += 1,
            Err(Refused::Duplicate(reason)) => duplicates.push(BulkDuplicate { row, reason }),
            Err(Refused::Wrong(error)) => errors.push(BulkError { row, error }),
        }
    }
    BulkImported::Rows { success_count, errors, duplicates }
}

fn csv_rows(content: &[u8]) -> Result<Vec<Row>, String> {
    let text =
        std::str::from_utf8(content).map_err(|error| format!("CSV parse error: the file is not UTF-8: {error}"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| format!("CSV parse error: {error}"))?;
    let header: Vec<String> = header.iter().map(str::to_lowercase).collect();
    let row = |record: csv::Result<csv::StringRecord>| match record {
        Ok(record) => Ok(rows::of_cells(&header, |place| record.get(place))),
        Err(error) => Err(format!("The row could not be read: {error}")),
    };
    few(reader.records().take(ROWS + 1).map(row).collect())
}

fn json_rows(content: &[u8]) -> Result<Vec<Row>, String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let read: Value = serde_json::from_slice(content).map_err(|error| format!("JSON parse error: {error}"))?;
    let items = match read {
        Value::Array(items) => items,
        Value::Object(_) => vec![read],
        _ => return Err("JSON parse error: the file holds neither a list of devices nor one device.".to_owned()),
    };
    let row = |item| match item {
        Value::Object(fields) => Ok(fields),
        other => Err(format!("The row is no device: {other}")),
    };
    few(items.into_iter().take(ROWS + 1).map(row).collect())
}

fn few(rows: Vec<Row>) -> Result<Vec<Row>, String> {
    if rows.len() > ROWS { Err(format!("The file has more than {ROWS} rows: import it in parts.")) } else { Ok(rows) }
}
