//! What comes in: query, path and body, each refused in FastAPI's shape when it is not right.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::Shared;
use super::fault::{Fault, FieldFault};

/// A decoded query; a repeated key is a list, `page` and `size` are within their limits.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Shared> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Query<T>, Fault> {
        let query = parts.uri.query().unwrap_or_default();
        // An empty value is no filter, as in NetRaven.
        let pairs: Vec<(String, String)> = serde_html_form::from_str::<Vec<(String, String)>>(query)
            .map_err(|error| refused("query", &error.to_string()))?
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect();
        limits(&pairs)?;
        let encoded = serde_html_form::to_string(&pairs).map_err(|error| refused("query", &error.to_string()))?;
        let value = serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(encoded.as_bytes()))
            .map_err(|error| {
                let field = error.path().to_string();
                let name = field.split(['[', '.']).next().unwrap_or_default();
                let input = pairs.iter().find(|(key, _)| key == name).map_or(Value::Null, |(_, text)| json!(text));
                Fault::Fields(vec![FieldFault {
                    kind: "value_error",
                    location: vec!["query".into(), name.into()],
                    message: sentence(&error.inner().to_string()),
                    input,
                }])
            })?;
        Ok(Query(value))
    }
}

/// `page` from 1, `size` 1 to 100: refused, not clamped, so that nobody believes to have seen everything.
fn limits(pairs: &[(String, String)]) -> Result<(), Fault> {
    for (key, text) in pairs {
        let (least, most) = match key.as_str() {
            "page" => (1, i64::MAX),
            "size" => (1, netraven_api::page::MAX_SIZE),
            "limit" => (0, 1_000_000),
            "start" => (0, i64::MAX),
            _ => continue,
        };
        let fault = |kind, message: String| {
            Fault::Fields(vec![FieldFault {
                kind,
                location: vec!["query".into(), key.as_str().into()],
                message,
                input: json!(text),
            }])
        };
        match text.parse::<i64>() {
            Err(_) => {
                return Err(fault(
                    "int_parsing",
                    "Input should be a valid integer, unable to parse string as an integer".into(),
                ));
            }
            Ok(number) if number < least => {
                return Err(fault("greater_than_equal", format!("Input should be greater than or equal to {least}")));
            }
            Ok(number) if number > most => {
                return Err(fault("less_than_equal", format!("Input should be less than or equal to {most}")));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The one number in a path.
pub struct Id(pub i64);

impl FromRequestParts<Shared> for Id {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Id, Fault> {
        let Path(values) = Path::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_err(|error| refused("path", &error.to_string()))?;
        let (name, text) = values.into_iter().next().unwrap_or_default();
        text.parse().map(Id).map_err(|_| {
            Fault::Fields(vec![FieldFault {
                kind: "int_parsing",
                location: vec!["path".into(), name.into()],
                message: "Input should be a valid integer, unable to parse string as an integer".to_owned(),
                input: json!(text),
            }])
        })
    }
}

/// A decoded JSON body. What was given is not repeated in the error: it may hold a password.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &Shared) -> Result<Body<T>, Fault> {
        let bytes = bytes(request, state).await?;
        let mut decoder = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut decoder).map(Body).map_err(|error| {
            let inner = error.inner();
            let mut location = vec![Value::from("body")];
            let (kind, message) = if inner.is_syntax() || inner.is_eof() {
                location.push(json!(inner.column()));
                ("json_invalid", "JSON decode error".to_owned())
            } else {
                location.extend(error.path().iter().filter_map(|part| match part {
                    serde_path_to_error::Segment::Map { key } => Some(Value::from(key.as_str())),
                    serde_path_to_error::Segment::Seq { index } => Some(Value::from(*index)),
                    _ => None,
                }));
                ("value_error", sentence(&inner.to_string()))
            };
            Fault::Fields(vec![FieldFault { kind, location, message, input: Value::Null }])
        })
    }
}

/// A decoded form body.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Shared> for Form<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &Shared) -> Result<Form<T>, Fault> {
        let bytes = bytes(request, state).await?;
        let decoder = serde_html_form::Deserializer::from_bytes(&bytes);
        serde_path_to_error::deserialize(decoder).map(Form).map_err(|error| {
            let text = error.inner().to_string();
            let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let field = missing.map_or_else(|| error.path().to_string(), str::to_owned);
            let kind = if missing.is_some() { "missing" } else { "value_error" };
            let message = if missing.is_some() { "Field required".to_owned() } else { sentence(&text) };
            Fault::body_field(&field, kind, message, Value::Null)
        })
    }
}

async fn bytes(request: Request, state: &Shared) -> Result<Bytes, Fault> {
    Bytes::from_request(request, state).await.map_err(|error| match error.into_response_status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Fault::detail(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 16 MiB: send it in parts.")
        }
        status => Fault::detail(status, "The body could not be read: send it again."),
    })
}

trait RejectionStatus {
    fn into_response_status(self) -> StatusCode;
}

impl<R: axum::response::IntoResponse> RejectionStatus for R {
    fn into_response_status(self) -> StatusCode {
        self.into_response().status()
    }
}

fn refused(place: &str, reason: &str) -> Fault {
    Fault::Fields(vec![FieldFault {
        kind: "value_error",
        location: vec![place.into()],
        message: sentence(reason),
        input: Value::Null,
    }])
}

/// A library's message without its line and column, which say nothing to the caller.
fn sentence(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}
