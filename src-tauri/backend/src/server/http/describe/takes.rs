//! What the parameters of handlers take.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Operation;
use crate::server::AppState;
use crate::server::http::auth::Caller;
use crate::server::http::input::{Body, Change, Form, Id, Ids, Maybe, New, Query, Resource};
use crate::server::http::peer::Peer;
use crate::server::http::tokens::SignIn;

/// The parameters of a handler, as axum passes them to the router: a tuple that begins with axum's own marker.
pub trait Describes {
    /// Adds what they take to the description.
    fn describe(operation: &mut Operation);
}

/// One parameter of a handler.
pub trait Takes {
    /// Adds what it takes; the server's own types take nothing.
    fn takes(_: &mut Operation) {}
}

impl Takes for State<AppState> {}
impl Takes for Caller {}
impl Takes for (Caller, SignIn) {}
impl Takes for SignIn {}
impl Takes for Peer {}
impl Takes for HeaderMap {}
// The path itself names its parameters.
impl<T> Takes for Id<T> {}
impl<A, B> Takes for Ids<A, B> {}

impl<T: ToSchema + DeserializeOwned + 'static> Takes for Query<T> {
    fn takes(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let needed =
                schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name.as_str()));
            let needed = needed && field["type"] != "array";
            operation.parameter("query", name, needed, any_time(readable(not_null(field.clone()))));
        }
    }
}

impl<T: ToSchema + DeserializeOwned + 'static> Takes for Form<T> {
    fn takes(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        operation.body("application/x-www-form-urlencoded", each(schema, |field| readable(not_null(field))));
    }
}

impl<T: Resource> Takes for New<T> {
    fn takes(operation: &mut Operation) {
        let mut schema = each(operation.schema::<T>(), readable);
        let always = |name: &&&str| !T::INSTEAD.iter().any(|(field, _)| field == *name);
        let needed: Vec<&str> = T::NEEDED.iter().filter(always).copied().collect();
        for name in &needed {
            let field = schema["properties"][name].take();
            schema["properties"][name] = not_null(field);
        }
        schema["required"] = json!(needed);
        json_body(operation, T::NEW, schema);
    }
}

impl<T: Resource> Takes for Change<T> {
    fn takes(operation: &mut Operation) {
        let schema = each(operation.schema::<T>(), readable);
        json_body(operation, &T::name(), schema);
    }
}

impl<T: ToSchema + DeserializeOwned + 'static> Takes for Body<T> {
    fn takes(operation: &mut Operation) {
        let schema = each(operation.schema::<T>(), readable);
        json_body(operation, &T::name(), schema);
    }
}

impl<T: ToSchema + DeserializeOwned + 'static> Takes for Maybe<T> {
    fn takes(operation: &mut Operation) {
        let schema = each(operation.schema::<T>(), readable);
        json_body(operation, &T::name(), schema);
        operation.body_may_be_absent();
    }
}

/// Sets a JSON body of this name.
fn json_body(operation: &mut Operation, name: &str, schema: Value) {
    operation.parts.insert(name.to_owned(), schema);
    operation.body("application/json", json!({ "$ref": format!("#/components/schemas/{name}") }));
}

fn each(mut schema: Value, change: impl Fn(Value) -> Value) -> Value {
    for (_, field) in schema["properties"].as_object_mut().into_iter().flatten() {
        *field = change(field.take());
    }
    schema
}

/// A value in a query is a text: present or absent, but never null.
fn not_null(mut schema: Value) -> Value {
    if let Value::Array(kinds) = &schema["type"]
        && let Some(kind) = kinds.iter().find(|kind| *kind != "null")
    {
        schema["type"] = kind.clone();
    }
    let other = schema["oneOf"].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null"));
    if let Some(mut other) = other.cloned() {
        if let Some(text) = schema.get("description") {
            other["description"] = text.clone();
        }
        return other;
    }
    if schema["default"].is_null()
        && let Some(fields) = schema.as_object_mut()
    {
        fields.remove("default");
    }
    schema
}

/// A time in a query has several accepted formats.
fn any_time(schema: Value) -> Value {
    if schema["format"] != "date-time" {
        return schema;
    }
    let seconds = json!({ "type": "integer", "description": "Seconds since 1970." });
    let time = json!({ "type": "string", "format": "date-time", "description": "Without a zone it is UTC." });
    let mut any = json!({ "anyOf": [time, { "type": "string", "format": "date" }, seconds] });
    any["description"] = schema["description"].clone();
    any
}

/// Texts hold no NUL, which the checks refuse in every field.
fn readable(mut schema: Value) -> Value {
    let is_text = |schema: &Value| match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        kind => kind == "string",
    };
    if is_text(&schema["items"]) {
        let items = schema["items"].take();
        schema["items"] = readable(items);
    }
    if is_text(&schema)
        && ["pattern", "enum", "format"].iter().all(|rule| schema.get(rule).is_none_or(|r| r == "password"))
    {
        schema["pattern"] = json!("^[^\\x00]*$");
    }
    schema
}

impl Describes for ((),) {
    fn describe(_: &mut Operation) {}
}

macro_rules! describes {
    ($($parameter:ident)*) => {
        impl<M, $($parameter: Takes),*> Describes for (M, $($parameter,)*) {
            fn describe(operation: &mut Operation) {
                $($parameter::takes(operation);)*
            }
        }
    };
}

describes!(A);
describes!(A B);
describes!(A B C);
describes!(A B C D);
