//! Adding devices from a file, CSV or JSON, with NetRaven's request and answer.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::post;
use netraven_api::bulk::{BULK_IMPORT_PATH, BulkDuplicate, BulkError, BulkImported};
use netraven_api::routes::Route;
use netraven_api::sheet::{self, LISTED, ROWS, RefusalKind, Sheet, Tally};
use netraven_api::{Access, Method};
use serde_json::{Value, json};

use super::AppState;
use super::http::auth::Caller;
use super::http::body_limit::limit_of;
use super::http::describe::{Operation, Takes};
use super::http::error::ApiError;
use super::http::input::body_error;
use super::http::mount::{Mount, limit};
use super::import::{self, NoRows};
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

impl FromRequest<AppState> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Upload, ApiError> {
        let missing = || ApiError::body_field("file", "missing", "Field required", Value::Null);
        let mut form = Multipart::from_request(request, state).await.map_err(|_| missing())?;
        let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => body_error(StatusCode::PAYLOAD_TOO_LARGE, limit_of(BULK_IMPORT_PATH)),
            _ => ApiError::body_field("file", "value_error", "Value error, the form could not be read", Value::Null),
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

async fn import(
    State(state): State<AppState>,
    caller: Caller,
    file: Upload,
) -> Result<(StatusCode, Json<BulkImported>), ApiError> {
    let (author, content) = (caller.author(), &file.content);
    let read = match file.name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("csv") => csv(&state, &author, content).await?,
        Some("json") => json(&state, &author, content).await?,
        _ => Err("Unsupported file type. Use .csv or .json.".to_owned()),
    };
    let answer = match read {
        Ok(tally) => answer(&tally),
        Err(sentence) => {
            BulkImported::Unreadable { success: Vec::new(), errors: vec![sentence], duplicates: Vec::new() }
        }
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The outcome of a file's rows, or why it could not be read.
type Read = Result<Result<Tally, String>, ApiError>;

async fn csv(state: &AppState, author: &Author<'_>, content: &[u8]) -> Read {
    let unreadable = |why: String| Ok(Err(format!("CSV parse error: {why}")));
    let text = match sheet::decode(content) {
        Ok(text) => text,
        Err(why) => return unreadable(why),
    };
    match Sheet::open(&text) {
        Ok(rows) => Ok(Ok(import::take(state, author, rows).await?)),
        Err(why) => unreadable(why),
    }
}

async fn json(state: &AppState, author: &Author<'_>, content: &[u8]) -> Read {
    match import::json_rows(content) {
        Ok(rows) => Ok(Ok(import::take(state, author, rows).await?)),
        Err(NoRows::Unreadable(why)) => Ok(Err(format!("JSON parse error: {why}"))),
        Err(NoRows::TooMany) => {
            let sentence = format!("The file has more than {ROWS} rows: split it.");
            Err(ApiError::detail(StatusCode::PAYLOAD_TOO_LARGE, sentence))
        }
    }
}

/// The answer in NetRaven's shape, which counts any existing device as a duplicate.
fn answer(tally: &Tally) -> BulkImported {
    let (wrong, listed) = tally.refused(RefusalKind::Wrong);
    let mut errors: Vec<BulkError> =
        listed.iter().map(|row| BulkError { row: row.number, error: row.sentence.clone() }).collect();
    errors.sort_by_key(|error| error.row);
    let ((present, some), (taken, others)) = (tally.refused(RefusalKind::Present), tally.refused(RefusalKind::Taken));
    let mut duplicates: Vec<BulkDuplicate> =
        some.iter().chain(others).map(|row| BulkDuplicate { row: row.number, reason: row.sentence.clone() }).collect();
    duplicates.sort_by_key(|duplicate| duplicate.row);
    duplicates.truncate(LISTED);
    let more = |count: i64, listed: usize| count - i64::try_from(listed).unwrap_or(i64::MAX);
    BulkImported::Rows {
        success_count: tally.added,
        more_errors: more(wrong, errors.len()),
        more_duplicates: more(present + taken, duplicates.len()),
        errors,
        duplicates,
        stopped: tally.stopped().map(str::to_owned),
    }
}
