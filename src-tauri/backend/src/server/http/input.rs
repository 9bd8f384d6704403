//! Input: query, path and body, each refused in FastAPI's shape when it does not match its type.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body_limit;
use super::error::{ApiError, RefusedField};
use super::shape::{Shape, VALUES, has_more_values};
use crate::server::AppState;

/// Most fields of a query or a form, repeated ones counted.
const PAIRS: usize = 1_000;

/// A decoded query; a repeated key is a list.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Query<T>, ApiError> {
        decode::<T>(parts.uri.query().unwrap_or_default().as_bytes(), "query").map(Query)
    }
}

/// A decoded form body.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest<AppState> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Form<T>, ApiError> {
        // A body that is no form has none of the fields.
        let kind = request.headers().get(axum::http::header::CONTENT_TYPE).map(|value| value.as_bytes().to_vec());
        let is_form = kind.is_none_or(|kind| kind.starts_with(b"application/x-www-form-urlencoded"));
        let bytes = bytes(request, state).await?;
        decode::<T>(if is_form { &bytes } else { b"" }, "body").map(Form)
    }
}

fn decode<T: DeserializeOwned + ToSchema + 'static>(encoded: &[u8], place: &str) -> Result<T, ApiError> {
    let unreadable = |reason: String| refused(place, &reason, Value::Null);
    if encoded.iter().filter(|byte| **byte == b'&').count() >= PAIRS {
        return Err(unreadable(format!("Value error, more than {PAIRS} fields: send fewer")));
    }
    let given: Vec<(String, String)> =
        serde_html_form::from_bytes(encoded).map_err(|error| unreadable(error.to_string()))?;
    let shape = Shape::of::<T>();
    let pairs = shape.pairs(&given, place).map_err(ApiError::Fields)?;
    serde_json::from_value(shape.typed(&pairs)).map_err(|error| unreadable(error.to_string()))
}

/// The one id in a path.
pub struct Id<T>(pub T);

impl<T: From<i64>> FromRequestParts<AppState> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Id<T>, ApiError> {
        let [id] = numbers(parts, state).await?;
        Ok(Id(id.into()))
    }
}

/// The two ids in a path, in their order.
pub struct Ids<A, B>(pub A, pub B);

impl<A: From<i64>, B: From<i64>> FromRequestParts<AppState> for Ids<A, B> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Ids<A, B>, ApiError> {
        let [first, second] = numbers(parts, state).await?;
        Ok(Ids(first.into(), second.into()))
    }
}

/// The numbers in a path, in their order.
async fn numbers<const COUNT: usize>(parts: &mut Parts, state: &AppState) -> Result<[i64; COUNT], ApiError> {
    let Path(values) = Path::<Vec<(String, String)>>::from_request_parts(parts, state)
        .await
        .map_err(|error| refused("path", &error.to_string(), Value::Null))?;
    let mut numbers = [0; COUNT];
    let mut refused_fields = Vec::new();
    for (number, (name, text)) in numbers.iter_mut().zip(values) {
        match text.parse() {
            Ok(parsed) => *number = parsed,
            Err(_) => refused_fields.push(RefusedField {
                kind: "int_parsing",
                location: vec!["path".into(), name.into()],
                message: "Input should be a valid integer, unable to parse string as an integer".to_owned(),
                input: json!(text),
                context: None,
            }),
        }
    }
    if refused_fields.is_empty() { Ok(numbers) } else { Err(ApiError::Fields(refused_fields)) }
}

/// The fields a new resource must have, and what null means in a change.
pub trait Resource: DeserializeOwned + ToSchema + 'static {
    /// Name of the schema for a new one; empty if none is created.
    const NEW: &'static str;
    /// Fields a new one must have.
    const NEEDED: &'static [&'static str];
    /// Of those, fields that may be absent where another one is given: each with that other.
    const INSTEAD: &'static [(&'static str, &'static str)] = &[];
    /// Fields that null clears; in all others null is the same as absent.
    const EMPTIED: &'static [&'static str];
}

/// The JSON body of a new one.
pub struct New<T>(pub T);

impl<T: Resource> FromRequest<AppState> for New<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<New<T>, ApiError> {
        let body = parsed(&bytes(request, state).await?)?;
        let is_given = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
        let is_replaced = |name: &str| T::INSTEAD.iter().any(|(field, other)| *field == name && is_given(other));
        let needed: Vec<&str> = T::NEEDED.iter().copied().filter(|name| !is_replaced(name)).collect();
        typed(checked::<T>(body, &needed)?).map(New)
    }
}

/// The JSON body of a change: absent fields stay. The names are those of the fields to clear.
pub struct Change<T>(pub T, pub Vec<&'static str>);

impl<T: Resource> FromRequest<AppState> for Change<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Change<T>, ApiError> {
        let body = json_body::<T>(&bytes(request, state).await?, &[])?;
        let emptied = T::EMPTIED.iter().copied().filter(|name| body.get(name).is_some_and(Value::is_null)).collect();
        Ok(Change(typed(body)?, emptied))
    }
}

/// Any other JSON body; its required fields are those of the type.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest<AppState> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Body<T>, ApiError> {
        let needed = Shape::of::<T>().needed();
        typed(json_body::<T>(&bytes(request, state).await?, &needed)?).map(Body)
    }
}

/// An optional JSON body; an absent one has none of its fields.
pub struct Maybe<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest<AppState> for Maybe<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Maybe<T>, ApiError> {
        let given = bytes(request, state).await?;
        typed(json_body::<T>(if given.is_empty() { b"{}" } else { &given }, &[])?).map(Maybe)
    }
}

/// A JSON body that passed the checks of its type.
fn json_body<T: ToSchema + 'static>(bytes: &[u8], needed: &[&str]) -> Result<Value, ApiError> {
    checked::<T>(parsed(bytes)?, needed)
}

fn parsed(bytes: &[u8]) -> Result<Value, ApiError> {
    if has_more_values(bytes, VALUES) {
        let sentence = format!("The body has more than {VALUES} values: send it in parts.");
        return Err(ApiError::detail(StatusCode::PAYLOAD_TOO_LARGE, sentence));
    }
    if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(bytes).map_err(|e| no_json(bytes, &e)) }
}

fn checked<T: ToSchema + 'static>(mut body: Value, needed: &[&str]) -> Result<Value, ApiError> {
    let refused_fields = Shape::of::<T>().check(&mut body, needed);
    if refused_fields.is_empty() { Ok(body) } else { Err(ApiError::Fields(refused_fields)) }
}

fn typed<T: DeserializeOwned>(body: Value) -> Result<T, ApiError> {
    serde_json::from_value(body).map_err(|error| refused("body", &error.to_string(), Value::Null))
}

fn no_json(bytes: &[u8], error: &serde_json::Error) -> ApiError {
    let before: usize =
        bytes.split(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(|line| line.len() + 1).sum();
    let place = before + error.column().saturating_sub(1);
    ApiError::Fields(vec![RefusedField {
        kind: "json_invalid",
        location: vec!["body".into(), json!(place)],
        message: "JSON decode error".to_owned(),
        input: json!({}),
        context: Some(Box::new(json!({ "error": sentence(&error.to_string()) }))),
    }])
}

/// The bytes of a body, within the limit.
pub async fn bytes(request: Request, state: &AppState) -> Result<Bytes, ApiError> {
    let limit = body_limit::limit_of(request.uri().path());
    Bytes::from_request(request, state).await.map_err(|error| body_error(error.status(), limit))
}

/// Why a body with this limit was not read.
pub fn body_error(status: StatusCode, limit: usize) -> ApiError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => body_limit::refusal(limit),
        status => ApiError::detail(status, "The body could not be read: send it again."),
    }
}

fn refused(place: &str, reason: &str, input: Value) -> ApiError {
    ApiError::Fields(vec![RefusedField {
        kind: "value_error",
        location: vec![place.into()],
        message: sentence(reason),
        input,
        context: None,
    }])
}

/// A library's message without its line and column, which mean nothing to the caller.
fn sentence(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}
