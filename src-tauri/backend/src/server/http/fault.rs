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
pub struct FieldFault {
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

impl FieldFault {
    /// The same with the limit that was exceeded.
    pub fn with(self, context: Value) -> FieldFault {
        FieldFault { context: Some(Box::new(context)), ..self }
    }
}

/// An error answer.
#[derive(Debug)]
pub enum Fault {
    /// One sentence.
    Detail(StatusCode, String),
    /// Refused fields, 422.
    Fields(Vec<FieldFault>),
    /// Something broke; the sentence is logged, not sent.
    Broken(String),
}

impl Fault {
    /// One sentence.
    pub fn detail(status: StatusCode, sentence: impl Into<String>) -> Fault {
        Fault::Detail(status, sentence.into())
    }

    /// Not signed in, or no longer.
    pub fn unauthenticated(sentence: &str) -> Fault {
        Fault::detail(StatusCode::UNAUTHORIZED, sentence)
    }

    /// No such thing.
    pub fn not_found(sentence: impl Into<String>) -> Fault {
        Fault::detail(StatusCode::NOT_FOUND, sentence)
    }

    /// The current state forbids it; NetRaven answers 400 for duplicates.
    pub fn bad_request(sentence: impl Into<String>) -> Fault {
        Fault::detail(StatusCode::BAD_REQUEST, sentence)
    }

    /// One refused field of the body.
    pub fn body_field(field: &str, kind: &'static str, sentence: impl Into<String>, input: Value) -> Fault {
        Fault::Fields(vec![FieldFault {
            kind,
            location: vec!["body".into(), field.into()],
            message: sentence.into(),
            input,
            context: None,
        }])
    }

    /// One refused parameter of the query.
    pub fn query_field(field: &str, sentence: impl Into<String>, input: impl Into<Value>) -> Fault {
        Fault::Fields(vec![FieldFault {
            kind: "value_error",
            location: vec!["query".into(), field.into()],
            message: sentence.into(),
            input: input.into(),
            context: None,
        }])
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        match error {
            StoreError::NotFound(what) => Fault::not_found(format!("{what} not found")),
            StoreError::Conflict(sentence) => Fault::bad_request(sentence),
            StoreError::Database(error) => database(&error),
        }
    }
}

/// A failure of the database, for the caller: wait a while, correct the input, or a defect.
fn database(error: &sqlx::Error) -> Fault {
    // Values that pass the checks and that Postgres refuses (class 22, data exceptions) are the caller's input.
    if error.as_database_error().and_then(|inner| inner.code()).is_some_and(|code| code.starts_with("22")) {
        tracing::warn!(%error, "the database refused a value that had passed the checks");
        return Fault::bad_request("A value cannot be stored: check for unusual characters and very large numbers.");
    }
    let Some(absence) = Absence::of(error) else { return Fault::Broken(error.to_string()) };
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
    Fault::detail(StatusCode::SERVICE_UNAVAILABLE, sentence)
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Fault::Detail(status, sentence) => {
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
            Fault::Fields(fields) => {
                let detail: Vec<Value> = fields
                    .into_iter()
                    .map(|field| {
                        let mut fault = json!({
                            "type": field.kind, "loc": field.location, "msg": field.message, "input": field.input
                        });
                        // A rule has no limit to name; FastAPI names it regardless.
                        let rule = (field.kind == "value_error").then(|| json!({ "error": {} }));
                        if let Some(context) = field.context.map(|context| *context).or(rule) {
                            fault["ctx"] = context;
                        }
                        fault
                    })
                    .collect();
                (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": detail }))).into_response()
            }
            Fault::Broken(reason) => {
                tracing::error!(%reason, "a request failed");
                let sentence = "Internal Server Error: see the server's own log for the reason.";
                (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "detail": sentence }))).into_response()
            }
        }
    }
}
