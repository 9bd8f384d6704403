//! A query or a form against its shape: texts become what they stand for.

use serde_json::{Map, Value, json};

use super::bounds::RefusedFields;
use super::text::{instant, not_a_time, not_a_word, range, refused_field};
use super::{FieldKind, Shape};
use crate::server::http::error::{Location, RefusedField};

/// Names and values, in the order they came.
pub type Pairs = Vec<(String, String)>;

impl Shape {
    /// Checks the pairs of a query (`place` is "query") or of a form ("body"), and writes the values in the one form they
    /// are decoded from. For a repeated name a list takes all values, any other field the last. Unknown names are ignored, and
    /// so is an empty text, unless the field is required.
    pub fn pairs(&self, given: &[(String, String)], place: &str) -> Result<Pairs, Vec<RefusedField>> {
        let (mut pairs, mut refused_fields) = (Vec::new(), RefusedFields::default());
        for field in &self.fields {
            let mut values: Vec<&str> =
                given.iter().filter(|(name, _)| *name == field.name).map(|(_, value)| value.as_str()).collect();
            let location = |index: Option<usize>| -> Location {
                let name: [Value; 2] = [place.into(), field.name.as_str().into()];
                name.into_iter().chain(index.map(Value::from)).collect()
            };
            let (kind, list) = match &field.kind {
                FieldKind::List(kind) => (&**kind, true),
                kind => (kind, false),
            };
            if !list {
                values.drain(..values.len().saturating_sub(1));
            }
            if field.needed && values.is_empty() {
                refused_fields.push(refused_field(location(None), "missing", "Field required", Value::Null));
            }
            for (index, value) in values.into_iter().enumerate() {
                let free = matches!(kind, FieldKind::Text(text) if text.pattern.is_none() && text.least.is_none());
                if value.is_empty() && free && !field.needed {
                    continue;
                }
                match kind.parse(value, location(list.then_some(index))) {
                    Ok(text) => pairs.push((field.name.clone(), text)),
                    Err(found) => refused_fields.push(found),
                }
            }
        }
        let refused_fields = refused_fields.told(place);
        if refused_fields.is_empty() { Ok(pairs) } else { Err(refused_fields) }
    }

    /// Checked pairs as the values they stand for. A request that is made of parts is decoded from them: serde hands the fields
    /// of a flattened part on as they come, and would not take a text for a number.
    pub fn typed(&self, pairs: &[(String, String)]) -> Value {
        let mut fields = Map::new();
        for field in &self.fields {
            let mut values =
                pairs.iter().filter(|(name, _)| *name == field.name).map(|(_, text)| text.as_str()).peekable();
            let value = match &field.kind {
                FieldKind::List(kind) => values.peek().is_some().then(|| values.map(|text| kind.typed(text)).collect()),
                kind => values.next().map(|text| kind.typed(text)),
            };
            fields.extend(value.map(|value| (field.name.clone(), value)));
        }
        Value::Object(fields)
    }
}

impl FieldKind {
    fn parse(&self, text: &str, location: Location) -> Result<String, RefusedField> {
        match self {
            FieldKind::Text(rule) => rule.check(text, location).map_or_else(|| Ok(text.to_owned()), Err),
            FieldKind::Integer { least, most } => {
                let number = text.trim().parse::<i64>().map_err(|error| {
                    let (kind, message) = match error.kind() {
                        std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                            ("int_parsing_size", "Unable to parse input string as an integer, exceeded maximum size")
                        }
                        _ => ("int_parsing", "Input should be a valid integer, unable to parse string as an integer"),
                    };
                    refused_field(location.clone(), kind, message, json!(text))
                })?;
                range(number, *least, *most, location, json!(text)).map_or_else(|| Ok(number.to_string()), Err)
            }
            FieldKind::Flag => match text.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" | "on" | "t" | "y" => Ok("true".to_owned()),
                "false" | "0" | "no" | "off" | "f" | "n" => Ok("false".to_owned()),
                _ => {
                    let message = "Input should be a valid boolean, unable to interpret input";
                    Err(refused_field(location, "bool_parsing", message, json!(text)))
                }
            },
            FieldKind::Time => match instant(text) {
                Some(at) => Ok(at.to_string()),
                None => Err(not_a_time(location, json!(text))),
            },
            FieldKind::Word(words) => match words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
                Some(word) => Ok(word.clone()),
                None => Err(not_a_word(words, location, json!(text))),
            },
            FieldKind::List(_) | FieldKind::Any => Ok(text.to_owned()),
        }
    }

    /// The value of a checked text.
    fn typed(&self, text: &str) -> Value {
        match self {
            FieldKind::Integer { .. } => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
            FieldKind::Flag => json!(text == "true"),
            FieldKind::Text(_) | FieldKind::Time | FieldKind::Word(_) | FieldKind::List(_) | FieldKind::Any => {
                json!(text)
            }
        }
    }
}
