//! The shape of JSON: names, types and whether null occurs, without a single value.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Fields that hold anything: their inside is not part of the contract.
const FREE: [&str; 6] = ["meta", "details", "config_metadata", "input", "ctx", "args"];

/// The shape of a value, or of several that stand in the same place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Types seen: `null`, `boolean`, `integer`, `number`, `string`, `array`, `object`.
    pub types: BTreeSet<String>,
    /// Fields of objects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Shape>,
    /// Items of arrays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Shape>>,
}

impl Shape {
    /// The shape of a value.
    #[must_use]
    pub fn of(value: &Value) -> Shape {
        let mut shape = Shape::default();
        shape.add(value, "");
        shape
    }

    fn add(&mut self, value: &Value, name: &str) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if FREE.contains(&name) {
            self.types.insert("any".to_owned());
            return;
        }
        self.types.insert(kind.to_owned());
        match value {
            Value::Array(items) => {
                for item in items {
                    self.items.get_or_insert_default().add(item, "");
                }
            }
            // Counts by name: the names are data.
            Value::Object(fields) if matches!(name, "by_type" | "by_level") => {
                for value in fields.values() {
                    self.items.get_or_insert_default().add(value, "");
                }
            }
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.fields.entry(name.clone()).or_default().add(value, name);
                }
            }
            _ => {}
        }
    }

    /// Adds what the description says beyond what was seen: where null may stand, and what may stand where only null did.
    pub fn describe(&mut self, schema: &Value, parts: &Value) {
        let schema = resolved(schema, parts);
        for choice in schema["anyOf"].as_array().into_iter().flatten() {
            if choice["type"] == "null" {
                self.types.insert("null".to_owned());
            } else {
                self.describe(choice, parts);
            }
        }
        if let Some(kind) = schema["type"].as_str() {
            self.types.insert(kind.to_owned());
        }
        if let Some(items) = &mut self.items {
            items.describe(&schema["items"], parts);
        }
        for (name, shape) in &mut self.fields {
            shape.describe(&schema["properties"][name], parts);
        }
    }

    /// What is different in an answer: sentences that begin with the place. Fields that only the answer has are no
    /// difference if they are among `added`.
    #[must_use]
    pub fn differences(&self, answer: &Shape, added: &BTreeSet<String>) -> Vec<String> {
        let mut found = Vec::new();
        self.compare(answer, "", added, &mut found);
        found
    }

    fn compare(&self, answer: &Shape, place: &str, added: &BTreeSet<String>, found: &mut Vec<String>) {
        if self.types.contains("any") {
            return;
        }
        for kind in &answer.types {
            // A whole number is a number.
            let fits = self.types.contains(kind) || (kind == "integer" && self.types.contains("number"));
            if !fits {
                found.push(format!("{place}: {kind}, expected {:?}", self.types));
            }
        }
        if let (Some(expected), Some(items)) = (&self.items, &answer.items) {
            expected.compare(items, &format!("{place}[]"), added, found);
        }
        if !answer.types.contains("object") || !self.types.contains("object") {
            return;
        }
        for (name, expected) in &self.fields {
            match answer.fields.get(name) {
                Some(shape) => expected.compare(shape, &format!("{place}.{name}"), added, found),
                None => found.push(format!("{place}.{name}: missing")),
            }
        }
        for name in answer.fields.keys().filter(|name| !self.fields.contains_key(*name) && !added.contains(*name)) {
            found.push(format!("{place}.{name}: not in the recording"));
        }
    }
}

fn resolved<'a>(schema: &'a Value, parts: &'a Value) -> &'a Value {
    let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    name.map_or(schema, |name| &parts[name])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_types_and_nullability_are_compared_and_values_are_not() {
        let recorded =
            Shape::of(&json!({"items": [{"id": 1, "note": null}, {"id": 2, "note": "x"}], "meta": {"a": 1}}));
        let none = BTreeSet::new();
        let compare = |answer: Value| recorded.differences(&Shape::of(&answer), &none);
        assert_eq!(compare(json!({"items": [{"id": 7, "note": null}], "meta": null})), [""; 0]);
        assert_eq!(compare(json!({"items": [], "meta": []})), [""; 0], "an empty list has any shape");
        assert_eq!(
            compare(json!({"items": [{"id": "7"}], "meta": 1})),
            [".items[].id: string, expected {\"integer\"}", ".items[].note: missing"]
        );
        assert_eq!(compare(json!({"items": null, "meta": 1, "more": 1})).len(), 2);
    }
}
