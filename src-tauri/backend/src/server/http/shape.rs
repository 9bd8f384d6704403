//! What a type accepts, read from its own description: `/openapi.json` and the checks are one thing.

mod bounds;
mod json;
mod query;
mod text;

use std::any::TypeId;
use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, RwLock};

use regex::Regex;
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

pub use bounds::{VALUES, has_more_values};

/// The fields of a type.
pub struct Shape {
    fields: Vec<Field>,
}

struct Field {
    name: String,
    needed: bool,
    /// Whether it is a secret, or a list of what holds one.
    secret: bool,
    kind: FieldKind,
}

enum FieldKind {
    Text(TextRule),
    Time,
    Integer { least: Option<i64>, most: Option<i64> },
    Flag,
    Word(Vec<String>),
    List(Box<FieldKind>),
    Any,
}

#[derive(Default)]
struct TextRule {
    least: Option<usize>,
    most: Option<usize>,
    pattern: Option<Regex>,
    secret: bool,
}

/// Schemas by name.
pub type Parts = BTreeMap<String, Value>;

/// A type's schema, and those it refers to.
pub fn schema_of<T: ToSchema>() -> (Value, Parts) {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let value = |schema| serde_json::to_value(schema).expect("a schema is plain data");
    let (plain, parts): (Parts, Parts) =
        parts.into_iter().map(|(name, schema)| (name, value(schema))).partition(is_plain);
    let parts: Parts = parts.into_iter().map(|(name, schema)| (name, written_out(schema, &plain))).collect();
    let schema = written_out(value(T::schema()), &plain);
    let flattened: Vec<String> =
        parts.values().chain([&schema]).flat_map(flattened).filter_map(referred).map(str::to_owned).collect();
    let whole = parts.iter().map(|(name, schema)| (name.clone(), side_by_side(schema.clone(), &parts)));
    let whole = whole.filter(|(name, _)| !flattened.contains(name)).collect();
    (side_by_side(schema, &parts), whole)
}

/// The name of the schema this one refers to. A reference with a default is the only one of several choices.
fn referred(schema: &Value) -> Option<&str> {
    let only = schema["oneOf"].as_array().filter(|choices| choices.len() == 1).map_or(schema, |choices| &choices[0]);
    only["$ref"].as_str()?.rsplit('/').next()
}

/// The types flattened into a type, and its own fields after them; none if no type is flattened.
fn flattened(schema: &Value) -> impl Iterator<Item = &Value> {
    schema["allOf"].as_array().into_iter().flatten()
}

/// Puts the fields of flattened types among the type's own, as they are on the wire. A flattened type may have such itself.
fn side_by_side(mut schema: Value, parts: &Parts) -> Value {
    let (mut fields, mut needed) = (serde_json::Map::new(), Vec::new());
    for part in flattened(&schema) {
        let part = side_by_side(referred(part).and_then(|name| parts.get(name)).unwrap_or(part).clone(), parts);
        fields.extend(part["properties"].as_object().cloned().unwrap_or_default());
        needed.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    if let (false, Value::Object(whole)) = (fields.is_empty(), &mut schema) {
        whole.remove("allOf");
        whole.insert("type".to_owned(), json!("object"));
        whole.insert("properties".to_owned(), Value::Object(fields));
        if !needed.is_empty() {
            whole.insert("required".to_owned(), Value::Array(needed));
        }
    }
    schema
}

/// Whether a schema is a number, or a plain text and no closed list: it is inlined, since its name means nothing to readers.
/// The time library describes itself as such a text, too, and under this name.
fn is_plain((name, schema): &(String, Value)) -> bool {
    name == TIME || schema["type"] == "integer" || (schema["type"] == "string" && schema.get("enum").is_none())
}

/// The name under which the time library describes itself, which says less than the description.
const TIME: &str = "String";

/// Inlines references to a plain text or number, also where a reference is one of two because the field may be null.
fn written_out(schema: Value, plain: &Parts) -> Value {
    let text_of = |schema: &Value| {
        let name = referred(schema)?;
        let time = || json!({ "type": "string", "format": "date-time" });
        let mut text = if name == TIME { time() } else { plain.get(name).cloned()? };
        // A field has its description beside its reference.
        let beside = schema.as_object().into_iter().flatten().filter(|(key, _)| *key != "$ref");
        merge(&mut text, beside.map(|(key, value)| (key.clone(), value.clone())));
        Some(text)
    };
    match schema {
        Value::Object(mut fields) => {
            let choices = ["oneOf", "allOf"].into_iter().find(|key| fields.contains_key(*key));
            let chosen = choices.and_then(|key| fields[key].as_array()?.iter().find_map(text_of));
            let is_time = chosen.as_ref().is_some_and(|schema| schema["format"] == "date-time");
            if let (Some(mut text), Some(key), false) = (chosen, choices, is_time) {
                let nullable = key == "oneOf";
                fields.remove(key);
                if nullable {
                    text["type"] = json!([text["type"], "null"]);
                }
                merge(&mut text, fields);
                return text;
            }
            let fields = Value::Object(fields);
            text_of(&fields).unwrap_or_else(|| match fields {
                Value::Object(fields) => {
                    fields.into_iter().map(|(name, value)| (name, written_out(value, plain))).collect()
                }
                other => other,
            })
        }
        Value::Array(items) => items.into_iter().map(|item| written_out(item, plain)).collect(),
        other => other,
    }
}

/// A field's own description replaces its type's.
fn merge(text: &mut Value, fields: impl IntoIterator<Item = (String, Value)>) {
    for (name, value) in fields {
        text[name] = value;
    }
}

/// The fields of a type in the order they are declared, flattened ones last.
fn names<T: ToSchema>() -> Vec<String> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    names_of(&T::schema(), &parts)
}

fn names_of(schema: &RefOr<Schema>, parts: &[(String, RefOr<Schema>)]) -> Vec<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        RefOr::T(Schema::AllOf(all)) => all.items.iter().rev().flat_map(|part| names_of(part, parts)).collect(),
        RefOr::Ref(to) => {
            let part = parts.iter().find(|(name, _)| to.ref_location.rsplit('/').next() == Some(name.as_str()));
            part.map(|(_, part)| names_of(part, parts)).unwrap_or_default()
        }
        RefOr::T(Schema::OneOf(one)) if one.items.len() == 1 => names_of(&one.items[0], parts),
        RefOr::T(_) => Vec::new(),
    }
}

static SHAPES: LazyLock<RwLock<HashMap<TypeId, &'static Shape>>> = LazyLock::new(RwLock::default);

impl Shape {
    /// The shape of a type; computed once and kept, since there are only as many as request types.
    pub fn of<T: ToSchema + 'static>() -> &'static Shape {
        let id = TypeId::of::<T>();
        if let Some(shape) = SHAPES.read().expect("no holder of this lock panics").get(&id) {
            return shape;
        }
        let (schema, parts) = schema_of::<T>();
        let mut shape = Shape::read(&schema, &parts);
        let names = names::<T>();
        shape.fields.sort_by_key(|field| names.iter().position(|name| *name == field.name));
        let shape: &'static Shape = Box::leak(Box::new(shape));
        SHAPES.write().expect("no holder of this lock panics").insert(id, shape);
        shape
    }

    fn read(schema: &Value, parts: &Parts) -> Shape {
        let needed =
            |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name));
        let fields = schema["properties"].as_object().into_iter().flatten().map(|(name, schema)| {
            let kind = FieldKind::read(schema, parts);
            // A list in a query may be absent, even if serde requires it in a body.
            let needed = needed(name) && !matches!(kind, FieldKind::List(_));
            Field { name: name.clone(), needed, secret: holds_secret(schema, parts), kind }
        });
        Shape { fields: fields.collect() }
    }

    /// The required fields.
    pub fn needed(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.needed).map(|field| field.name.as_str()).collect()
    }

    fn secret(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name && field.secret)
    }
}

/// Whether a value may be a secret, or a list of secrets or of objects with one.
fn holds_secret(schema: &Value, parts: &Parts) -> bool {
    let schema = referred(schema).and_then(|name| parts.get(name)).unwrap_or(schema);
    let items = referred(&schema["items"]).and_then(|name| parts.get(name)).unwrap_or(&schema["items"]);
    let mut fields = items["properties"].as_object().into_iter().flatten();
    let is_secret = |schema: &Value| schema["format"] == "password";
    is_secret(schema) || is_secret(items) || fields.any(|(_, field)| is_secret(field))
}

impl FieldKind {
    fn read(schema: &Value, parts: &Parts) -> FieldKind {
        if let Some(name) = referred(schema) {
            return parts.get(name).map_or(FieldKind::Any, |schema| FieldKind::read(schema, parts));
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let other = choices.iter().find(|choice| choice["type"] != "null");
            return other.map_or(FieldKind::Any, |schema| FieldKind::read(schema, parts));
        }
        if let Some(words) = schema["enum"].as_array() {
            return FieldKind::Word(words.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            kind => kind.as_str(),
        };
        match kind {
            Some("string") if schema["format"] == "date-time" => FieldKind::Time,
            Some("string") => FieldKind::Text(TextRule {
                least: schema["minLength"].as_u64().and_then(|length| usize::try_from(length).ok()),
                most: schema["maxLength"].as_u64().and_then(|length| usize::try_from(length).ok()),
                pattern: schema["pattern"]
                    .as_str()
                    .map(|pattern| Regex::new(pattern).expect("the patterns of our own types are regular expressions")),
                secret: schema["format"] == "password",
            }),
            Some("integer") => FieldKind::Integer { least: whole(&schema["minimum"]), most: whole(&schema["maximum"]) },
            Some("boolean") => FieldKind::Flag,
            Some("array") => FieldKind::List(Box::new(FieldKind::read(&schema["items"], parts))),
            _ => FieldKind::Any,
        }
    }
}

/// Limits are written as numbers with or without a fraction.
fn whole(limit: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the limits of our own types are whole numbers")]
    limit.as_i64().or_else(|| limit.as_f64().map(|number| number as i64))
}

#[cfg(test)]
mod tests;
