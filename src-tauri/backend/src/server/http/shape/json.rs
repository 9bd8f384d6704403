//! A JSON body against its shape: every refused field at once.

use serde_json::{Map, Value, json};

use super::bounds::{RefusedFields, repeated, repeated_fields};
use super::text::{instant, not_a_time, not_a_word, range, refused_field};
use super::{FieldKind, Shape};
use crate::server::http::error::{Location, RefusedField};

/// What is said of anything else where a list is expected.
const NO_LIST: &str = "Input should be a valid list";

impl Shape {
    /// Checks a body, and converts its values to the form they are decoded from. `needed` are its required fields.
    pub fn check(&self, body: &mut Value, needed: &[&str]) -> Vec<RefusedField> {
        let place = || -> Location { vec!["body".into()] };
        let Value::Object(given) = body else {
            if body.is_null() {
                return vec![refused_field(place(), "missing", "Field required", Value::Null)];
            }
            let message = "Input should be a valid dictionary or object to extract fields from";
            let secret = self.fields.iter().any(|field| self.secret(&field.name));
            let input = if secret { Value::Null } else { repeated(body) };
            return vec![refused_field(place(), "model_attributes_type", message, input)];
        };
        let mut refused_fields = RefusedFields::default();
        for field in &self.fields {
            let location: Location = vec!["body".into(), field.name.as_str().into()];
            let needed = needed.contains(&field.name.as_str());
            match given.get(&field.name) {
                None if needed => {
                    let input = Value::Object(self.shown(given));
                    refused_fields.push(refused_field(location, "missing", "Field required", input));
                }
                None => {}
                Some(Value::Null) if !needed => {}
                Some(value) if field.secret && matches!(field.kind, FieldKind::List(_)) && !value.is_array() => {
                    refused_fields.push(refused_field(location, "list_type", NO_LIST, Value::Null));
                }
                Some(_) => {
                    if let Some(value) = given.get_mut(&field.name) {
                        field.kind.check(value, location, &mut refused_fields);
                    }
                }
            }
        }
        refused_fields.told("body")
    }

    /// The value given, without its secrets, as far as it is echoed.
    pub fn shown(&self, given: &Map<String, Value>) -> Map<String, Value> {
        repeated_fields(given.iter().filter(|(name, _)| !self.secret(name)))
    }
}

impl FieldKind {
    fn check(&self, value: &mut Value, location: Location, refused_fields: &mut RefusedFields) {
        if let (FieldKind::List(kind), Value::Array(items)) = (self, &mut *value) {
            for (index, item) in items.iter_mut().enumerate() {
                let location = location.iter().cloned().chain([index.into()]).collect();
                kind.check(item, location, refused_fields);
            }
            return;
        }
        let input = || repeated(value);
        let found = match (self, &*value) {
            (FieldKind::Text(rule), Value::String(text)) => rule.check(text, location),
            (FieldKind::Text(rule), _) => {
                let input = if rule.secret { Value::Null } else { input() };
                Some(refused_field(location, "string_type", "Input should be a valid string", input))
            }
            (FieldKind::Time, Value::String(text)) => match instant(text) {
                Some(at) => {
                    *value = json!(at.to_string());
                    None
                }
                None => Some(not_a_time(location, input())),
            },
            (FieldKind::Time, _) => {
                Some(refused_field(location, "datetime_type", "Input should be a valid datetime", input()))
            }
            (FieldKind::Integer { least, most }, Value::Number(_)) => match whole(value) {
                Ok(number) => {
                    let found = range(number, *least, *most, location, input());
                    *value = json!(number);
                    found
                }
                Err((kind, message)) => Some(refused_field(location, kind, message, input())),
            },
            (FieldKind::Integer { .. }, _) => {
                Some(refused_field(location, "int_type", "Input should be a valid integer", input()))
            }
            (FieldKind::Flag, Value::Bool(_)) | (FieldKind::Any, _) => None,
            (FieldKind::Flag, _) => {
                Some(refused_field(location, "bool_type", "Input should be a valid boolean", input()))
            }
            (FieldKind::Word(words), Value::String(word)) if words.contains(word) => None,
            (FieldKind::Word(words), _) => Some(not_a_word(words, location, input())),
            (FieldKind::List(_), _) => Some(refused_field(location, "list_type", NO_LIST, input())),
        };
        if let Some(found) = found {
            refused_fields.push(found);
        }
    }
}

/// A number without a fraction, in either notation.
fn whole(value: &Value) -> Result<i64, (&'static str, &'static str)> {
    if let Some(number) = value.as_i64() {
        return Ok(number);
    }
    let number = value.as_f64().unwrap_or(f64::NAN);
    if number.fract() != 0.0 {
        return Err(("int_from_float", "Input should be a valid integer, got a number with a fractional part"));
    }
    // Below 2^53 every whole number is exact.
    if number.abs() > 9_007_199_254_740_992.0 {
        return Err(("int_parsing_size", "Unable to parse input as an integer, exceeded maximum size"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    Ok(number as i64)
}
