//! What a type may hold, read from its own description: what `/openapi.json` says and what is refused are one thing.

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
pub use text::instant;

/// The fields of a type.
pub struct Shape {
    fields: Vec<Field>,
}

struct Field {
    name: String,
    needed: bool,
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
    let parts = parts.into_iter().map(|(name, schema)| (name, written_out(schema, &plain))).collect();
    (written_out(value(T::schema()), &plain), parts)
}

/// Whether a schema is a text and no closed list: nobody looks for it under a name, it is written out where it stands. The
/// library of times describes itself as such a text, too, and under this name.
fn is_plain((name, schema): &(String, Value)) -> bool {
    name == TIME || (schema["type"] == "string" && schema.get("enum").is_none())
}

/// The name under which the library of times describes itself, which says less than what it is.
const TIME: &str = "String";

/// Writes out what refers to a plain text, also where a reference is one of two because the field may be null.
fn written_out(schema: Value, plain: &Parts) -> Value {
    let referred = |schema: &Value| {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())?;
        if name == TIME { Some(json!({ "type": "string", "format": "date-time" })) } else { plain.get(name).cloned() }
    };
    match schema {
        Value::Object(mut fields) => {
            let choices = ["oneOf", "allOf"].into_iter().find(|key| fields.contains_key(*key));
            let chosen = choices.and_then(|key| fields[key].as_array()?.iter().find_map(referred));
            let is_time = chosen.as_ref().is_some_and(|schema| schema["format"] == "date-time");
            if let (Some(mut text), Some(key), false) = (chosen, choices, is_time) {
                let nullable = key == "oneOf";
                fields.remove(key);
                if nullable {
                    text["type"] = json!(["string", "null"]);
                }
                merge(&mut text, fields);
                return text;
            }
            let fields = Value::Object(fields);
            let Some(mut text) = referred(&fields) else {
                let Value::Object(fields) = fields else { return fields };
                return fields.into_iter().map(|(name, value)| (name, written_out(value, plain))).collect();
            };
            if let Value::Object(mut fields) = fields {
                fields.remove("$ref");
                merge(&mut text, fields);
            }
            text
        }
        Value::Array(items) => items.into_iter().map(|item| written_out(item, plain)).collect(),
        other => other,
    }
}

/// What a field says of itself goes before what its type says.
fn merge(text: &mut Value, fields: serde_json::Map<String, Value>) {
    for (name, value) in fields {
        text[name] = value;
    }
}

/// The fields of a type in the order they are written in.
fn names<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

static SHAPES: LazyLock<RwLock<HashMap<TypeId, &'static Shape>>> = LazyLock::new(RwLock::default);

impl Shape {
    /// The shape of a type; worked out once and kept, for there are as many as there are request types.
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
            // A list in a query may be absent, whatever serde says of it in a body.
            let needed = needed(name) && !matches!(kind, FieldKind::List(_));
            Field { name: name.clone(), needed, kind }
        });
        Shape { fields: fields.collect() }
    }

    /// The fields that have to be there.
    pub fn needed(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.needed).map(|field| field.name.as_str()).collect()
    }

    fn secret(&self, name: &str) -> bool {
        let field = self.fields.iter().find(|field| field.name == name);
        field.is_some_and(|field| matches!(&field.kind, FieldKind::Text(text) if text.secret))
    }
}

impl FieldKind {
    fn read(schema: &Value, parts: &Parts) -> FieldKind {
        if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
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
