//! The JSON Schema of a platform file, made from the types that read it: with it an editor completes and checks a file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::RawDefinition;

/// What no file may leave out, whatever it extends.
const ALWAYS: [&str; 2] = ["name", "title"];

/// The schemas of the types inside, by name.
type Parts = BTreeMap<String, Value>;

/// The JSON Schema (draft 7) of a platform file.
pub fn json_schema() -> Value {
    let mut parts = Vec::new();
    RawDefinition::schemas(&mut parts);
    let parts: Parts = parts.into_iter().map(|(name, schema)| (name, value(&schema))).collect();
    let mut schema = written_out(value(&RawDefinition::schema()), &parts);
    let steps = schema["properties"]["privilege"].take();
    schema["properties"]["privilege"] = one_or_more(steps);
    let required = complete(&mut schema);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("A platform of NetRaven");
    schema["required"] = json!(ALWAYS);
    schema["if"] = json!({ "required": ["extends"] });
    schema["else"] = required;
    schema
}

fn value(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).expect("a schema is plain data")
}

/// Puts the types inside in the place of their names, and drops what says nothing about a file: TOML has no null, and
/// its integers have no sizes.
fn written_out(schema: Value, parts: &Parts) -> Value {
    let mut fields = match schema {
        Value::Object(fields) => fields,
        Value::Array(items) => return items.into_iter().map(|item| written_out(item, parts)).collect(),
        other => return other,
    };
    if let Some(Value::Array(choices)) = fields.remove("oneOf") {
        let choice = choices.into_iter().find(|choice| choice["type"] != "null").unwrap_or_default();
        return written_out(choice, parts);
    }
    if let Some(Value::String(path)) = fields.remove("$ref") {
        let named = path.rsplit('/').next().and_then(|name| parts.get(name)).cloned();
        let mut part = written_out(named.unwrap_or_default(), parts);
        // What is said of the field says more than what is said of its type.
        for (key, value) in fields {
            part[key] = value;
        }
        return part;
    }
    if let Some(Value::Array(kinds)) = fields.get("type") {
        let kind = kinds.iter().find(|kind| **kind != "null").cloned();
        fields.insert("type".to_string(), kind.unwrap_or_default());
    }
    fields.remove("format");
    Value::Object(fields.into_iter().map(|(name, field)| (name, written_out(field, parts))).collect())
}

/// A list, or one of its items alone.
fn one_or_more(list: Value) -> Value {
    let mut item = list["items"].clone();
    if let Some(item) = item.as_object_mut() {
        item.remove("required");
    }
    json!({ "description": list["description"], "oneOf": [item, list] })
}

/// Takes out what must be there, and returns it: a file that extends another need not say it.
fn complete(schema: &mut Value) -> Value {
    let required = schema["required"].take();
    let required = required.as_array().into_iter().flatten();
    let required: Vec<&Value> = required.filter(|name| !ALWAYS.iter().any(|always| **name == **always)).collect();
    let mut tables = Map::new();
    let properties = schema["properties"].as_object_mut().into_iter().flatten();
    for (name, field) in properties.filter(|(_, field)| field["type"] == "object") {
        if let Some(needed) = field.as_object_mut().and_then(|field| field.remove("required")) {
            tables.insert(name.clone(), json!({ "required": needed }));
        }
    }
    json!({ "required": required, "properties": tables })
}
