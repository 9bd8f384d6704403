//! The description of the API, OpenAPI 3.1, assembled from the mounted handlers: a handler's parameters define its input,
//! its endpoint the answer.

pub mod page;
mod takes;

use std::collections::BTreeMap;

use netraven_api::routes::Route;
use netraven_api::{Access, Endpoint, Method};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::path::canonical;
use super::shape::{Parts, schema_of};

pub use takes::{Describes, Takes};

/// One route, described.
#[derive(Default)]
pub struct Operation {
    summary: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Value>,
    parts: Parts,
}

impl Operation {
    /// What an endpoint's type says about it.
    pub fn of<E: Endpoint<Reply: ToSchema + 'static> + ToSchema>() -> Operation {
        let summary = schema_of::<E>().0["description"].as_str().unwrap_or_default().to_owned();
        let operation = Operation { summary, ..Operation::default() };
        if std::any::TypeId::of::<E::Reply>() == std::any::TypeId::of::<()>() {
            return operation.answers(E::STATUS, json!({ "description": "Done." }));
        }
        operation.replies::<E::Reply>(E::STATUS)
    }

    /// A route without an endpoint type.
    pub fn new(summary: &str) -> Operation {
        Operation { summary: summary.to_owned(), ..Operation::default() }
    }

    /// Adds an answer of a type.
    pub fn replies<R: ToSchema>(mut self, status: u16) -> Operation {
        let mut schema = self.schema::<R>();
        // Named types are kept under their name; the library gives every list the same one.
        let (name, named) = (R::name(), schema["properties"].is_object() || schema["allOf"].is_array());
        if named {
            let path = format!("#/components/schemas/{name}");
            self.parts.insert(name.into_owned(), schema);
            schema = json!({ "$ref": path });
        }
        self.answers(status, json!({ "description": "Done.", "content": { "application/json": { "schema": schema } } }))
    }

    /// Adds any answer.
    pub fn answers(mut self, status: u16, answer: Value) -> Operation {
        self.answers.insert(status, answer);
        self
    }

    /// Adds a refusal.
    pub fn refuses(self, status: u16, why: &str) -> Operation {
        self.answers(status, error(why, "Error"))
    }

    /// Adds what a handler's parameter takes.
    pub fn takes<T: Takes>(&mut self) {
        T::takes(self);
    }

    /// The schema of a type; those it refers to are kept.
    pub fn schema<T: ToSchema>(&mut self) -> Value {
        let (schema, parts) = schema_of::<T>();
        self.parts.extend(parts);
        schema
    }

    /// Adds a parameter.
    pub fn parameter(&mut self, place: &str, name: &str, needed: bool, mut schema: Value) {
        let text = schema.as_object_mut().and_then(|schema| schema.remove("description")).unwrap_or_default();
        let parameter = json!({ "name": name, "in": place, "required": needed, "description": text, "schema": schema });
        self.parameters.push(parameter);
    }

    /// Sets the body.
    pub fn body(&mut self, kind: &str, schema: Value) {
        self.body = Some(json!({ "required": true, "content": { kind: { "schema": schema } } }));
    }

    /// Marks the body as optional.
    pub fn body_may_be_absent(&mut self) {
        if let Some(body) = &mut self.body {
            body["required"] = json!(false);
        }
    }
}

/// Every route, described.
#[derive(Default)]
pub struct Description {
    paths: Map<String, Value>,
    parts: Parts,
}

impl Description {
    /// Adds a route.
    pub fn add(&mut self, route: &Route, mut operation: Operation) {
        let names: Vec<String> = path_names(route.path);
        for name in &names {
            operation.parameter("path", name, true, json!({ "type": "integer", "format": "int64" }));
        }
        self.parts.append(&mut operation.parts);
        let (takes, writes) =
            (!operation.parameters.is_empty() || operation.body.is_some(), route.method != Method::Get);
        let closed = route.access != Access::Open;
        let mut answers = std::mem::take(&mut operation.answers);
        let mut refuse = |status: u16, applies: bool, why: &str| {
            if applies {
                answers.entry(status).or_insert_with(|| error(why, "Error"));
            }
        };
        refuse(400, writes, "The state does not allow it, such as a second one of the same name.");
        refuse(401, closed, "No token, or one that is no longer good.");
        refuse(403, closed, "The user is inactive, lacks the role, or the thing is protected.");
        refuse(404, closed && (writes || !names.is_empty() || takes), "There is no such thing.");
        refuse(413, operation.body.is_some(), "The body is too large.");
        refuse(503, true, "The database is being restarted, the request took too long, or too much is asked at once.");
        if takes {
            answers.entry(422).or_insert_with(|| error("A field was refused.", "HTTPValidationError"));
        }
        let answers: Map<String, Value> =
            answers.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
        let (summary, more) = operation.summary.split_once('\n').unwrap_or((&operation.summary, ""));
        let group = canonical(route.path).split('/').nth(1).unwrap_or_default();
        let mut described = json!({
            "tags": [group], "summary": summary, "operationId": operation_id(route),
            "responses": answers, "x-access": route.access,
        });
        if !more.trim().is_empty() {
            described["description"] = json!(more.trim());
        }
        if !operation.parameters.is_empty() {
            described["parameters"] = Value::Array(operation.parameters);
        }
        if let Some(body) = operation.body {
            described["requestBody"] = body;
        }
        if closed {
            described["security"] = json!([{ "token": [] }]);
        }
        let path = self.paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = described;
    }

    /// The whole description as OpenAPI.
    pub fn document(self) -> Value {
        let mut parts: Map<String, Value> = self.parts.into_iter().collect();
        parts.insert(
            "Error".into(),
            json!({ "type": "object", "required": ["detail"],
            "properties": { "detail": { "type": "string", "description": "What went wrong, as a sentence." } } }),
        );
        parts.insert(
            "ValidationError".into(),
            json!({ "type": "object", "required": ["loc", "msg", "type"],
            "properties": {
                "loc": { "type": "array", "items": { "anyOf": [{ "type": "string" }, { "type": "integer" }] } },
                "msg": { "type": "string" }, "type": { "type": "string" },
                "input": { "description": "What was given; never a secret." },
                "ctx": { "type": "object", "description": "The limit that was passed." } } }),
        );
        parts.insert("HTTPValidationError".into(), json!({ "type": "object", "required": ["detail"],
            "properties": { "detail": { "type": "array", "items": { "$ref": "#/components/schemas/ValidationError" } } } }));
        json!({
            "openapi": "3.1.0",
            "info": {
                "title": "NetRaven API", "version": env!("CARGO_PKG_VERSION"),
                "description": "The REST API of NetRaven, as NetRaven Desktop's backend answers it. Paths are served with and \
                    without a slash at their end, and with and without `/api` before them.",
            },
            "paths": self.paths,
            "components": {
                "schemas": parts,
                "securitySchemes": { "token": { "type": "oauth2", "flows": { "password": {
                    "tokenUrl": "auth/token", "scopes": {} } } } },
            },
        })
    }
}

fn error(why: &str, schema: &str) -> Value {
    let schema = json!({ "$ref": format!("#/components/schemas/{schema}") });
    json!({ "description": why, "content": { "application/json": { "schema": schema } } })
}

fn path_names(path: &str) -> Vec<String> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(str::to_owned).collect()
}

/// A name for generated clients: `get_devices_device_id_host_key`.
fn operation_id(route: &Route) -> String {
    let path: String =
        route.path.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    let mut id = route.method.as_str().to_ascii_lowercase();
    for part in path.split('_').filter(|part| !part.is_empty()) {
        id.push('_');
        id.push_str(part);
    }
    id
}
