//! Errors as FastAPI shapes them: `{"detail": "text"}`, or a list of fields with 422.

use axum::Json;
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::store::{Absence, StoreError};

/// Seconds after which a request that failed without a database is worth another try.
const RETRY_S: &str = "5";

/// One part of a field's path.
pub type Location = Vec<Value>;

/// One refused field.
#[derive(Debug)]
pub struct RefusedField {
    /// Kind of error, e.g. `missing`.
    pub kind: &'static str,
    /// Where, e.g. `["body", "hostname"]`.
    pub location: Location,
    /// Why, as a sentence.
    pub message: String,
    /// The value given, unless it is secret.
    pub input: Value,
    /// The limit that was exceeded, by FastAPI's name for it.
    pub context: Option<Box<Value>>,
}

impl RefusedField {
    /// The same with the limit that was exceeded.
    pub fn with(self, context: Value) -> RefusedField {
        RefusedField { context: Some(Box::new(context)), ..self }
    }
}

/// An error answer.
#[derive(Debug)]
pub enum ApiError {
    /// One sentence.
    Detail(StatusCode, String),
    /// Refused fields, 422.
    Fields(Vec<RefusedField>),
    /// Something broke; the sentence is logged, not sent.
    Broken(String),
}

impl ApiError {
    /// One sentence.
    pub fn detail(status: StatusCode, sentence: impl Into<String>) -> ApiError {
        ApiError::Detail(status, sentence.into())
    }

    /// Not signed in, or no longer.
    pub fn unauthenticated(sentence: &str) -> ApiError {
        ApiError::detail(StatusCode::UNAUTHORIZED, sentence)
    }

    /// No such thing.
    pub fn not_found(sentence: impl Into<String>) -> ApiError {
        ApiError::detail(StatusCode::NOT_FOUND, sentence)
    }

    /// The current state forbids it; NetRaven answers 400 for duplicates.
    pub fn bad_request(sentence: impl Into<String>) -> ApiError {
        ApiError::detail(StatusCode::BAD_REQUEST, sentence)
    }

    /// One refused field of the body.
    pub fn body_field(field: &str, kind: &'static str, sentence: impl Into<String>, input: Value) -> ApiError {
        ApiError::Fields(vec![RefusedField {
            kind,
            location: vec!["body".into(), field.into()],
            message: sentence.into(),
            input,
            context: None,
        }])
    }

    /// One refused parameter of the query.
    pub fn query_field(field: &str, sentence: impl Into<String>, input: impl Into<Value>) -> ApiError {
        ApiError::Fields(vec![RefusedField {
            kind: "value_error",
            location: vec!["query".into(), field.into()],
            message: sentence.into(),
            input: input.into(),
            context: None,
        }])
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::NotFound(what) => ApiError::not_found(format!("{what} not found")),
            StoreError::Conflict(sentence) => ApiError::bad_request(sentence),
            StoreError::Database(error) => database(&error),
        }
    }
}

/// A failure of the database, for the caller: wait a while, correct the input, or a defect.
fn database(error: &sqlx::Error) -> ApiError {
    // Values that pass the checks and that Postgres refuses (class 22, data exceptions) are the caller's input.
    if error.as_database_error().and_then(|inner| inner.code()).is_some_and(|code| code.starts_with("22")) {
        tracing::warn!(%error, "the database refused a value that had passed the checks");
        return ApiError::bad_request("A value cannot be stored: check for unusual characters and very large numbers.");
    }
    let Some(absence) = Absence::of(error) else { return ApiError::Broken(error.to_string()) };
    let sentence = match absence {
        Absence::Gone => "The database is not responding; it is being restarted. Try again in a few seconds.",
        Absence::Busy => "The database is busy and gave up on the request. Try again in a few seconds.",
        Absence::Full => "The database has no disk space left: free some, then try again.",
        Absence::Crowded => "The database accepts no more connections. Try again in a few seconds.",
        Absence::ReadOnly => "The database accepts no changes at the moment. Try again in a few seconds.",
        Absence::Shut => "The database accepts no requests at the moment. Try again in a few seconds.",
    };
    if absence == Absence::Gone {
        tracing::debug!(%error, "a request found no database");
    } else {
        tracing::warn!(%error, "the database refused a request");
    }
    ApiError::detail(StatusCode::SERVICE_UNAVAILABLE, sentence)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            ApiError::Detail(status, sentence) => {
                let mut response = (status, Json(json!({ "detail": sentence }))).into_response();
                let headers = response.headers_mut();
                if status == StatusCode::UNAUTHORIZED {
                    headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                }
                if status == StatusCode::SERVICE_UNAVAILABLE {
                    headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_S));
                }
                response
            }
            ApiError::Fields(fields) => {
                let detail: Vec<Value> = fields
                    .into_iter()
                    .map(|field| {
                        let mut refused_field = json!({
                            "type": field.kind, "loc": field.location, "msg": field.message, "input": field.input
                        });
                        // A rule has no limit to name; FastAPI names it regardless.
                        let rule = (field.kind == "value_error").then(|| json!({ "error": {} }));
                        if let Some(context) = field.context.map(|context| *context).or(rule) {
                            refused_field["ctx"] = context;
                        }
                        refused_field
                    })
                    .collect();
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": detail }))).into_response()
            }
            ApiError::Broken(reason) => {
                tracing::error!(%reason, "a request failed");
                let sentence = "Internal Server Error: see the server's own log for the reason.";
                (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "detail": sentence }))).into_response()
            }
        }
    }
}
