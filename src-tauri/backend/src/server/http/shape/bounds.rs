//! Limits before and during the check of a body: how many values it has, how many refused fields are listed, how much of a
//! refused value is echoed. A body that is wrong a million times must not cost a million times its size.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::server::http::error::RefusedField;

/// Most values a JSON body may have, each item of a list and each field counted.
pub const VALUES: usize = 100_000;
/// Most faults listed.
const MOST_REFUSED: usize = 100;
/// Most values and characters of a refused value that are echoed.
const REPEATED: usize = 100;
const LETTERS: usize = 1_000;

/// Whether a JSON text has more values than this; counted without keeping any of them. Invalid JSON is left to
/// the reader.
pub fn has_more_values(json: &[u8], most: usize) -> bool {
    let mut left = Some(most);
    let counted = Count { left: &mut left }.deserialize(&mut serde_json::Deserializer::from_slice(json));
    counted.is_err() && left.is_none()
}

/// Counts down; none once there were too many.
struct Count<'a> {
    left: &'a mut Option<usize>,
}

impl Count<'_> {
    fn one<E: Error>(&mut self) -> Result<(), E> {
        *self.left = self.left.and_then(|left| left.checked_sub(1));
        self.left.map(drop).ok_or_else(|| E::custom("too many values"))
    }
}

impl<'de> DeserializeSeed<'de> for Count<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Count<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E: Error>(mut self, _: bool) -> Result<(), E> {
        self.one()
    }

    fn visit_i64<E: Error>(mut self, _: i64) -> Result<(), E> {
        self.one()
    }

    fn visit_u64<E: Error>(mut self, _: u64) -> Result<(), E> {
        self.one()
    }

    fn visit_f64<E: Error>(mut self, _: f64) -> Result<(), E> {
        self.one()
    }

    fn visit_str<E: Error>(mut self, _: &str) -> Result<(), E> {
        self.one()
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.one()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        self.one()?;
        while items.next_element_seed(Count { left: self.left })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.one()?;
        while fields.next_key::<IgnoredAny>()?.is_some() {
            fields.next_value_seed(Count { left: self.left })?;
        }
        Ok(())
    }
}

/// The fields refused so far; the first are listed and the rest are counted.
#[derive(Default)]
pub struct RefusedFields {
    listed: Vec<RefusedField>,
    more: usize,
}

impl RefusedFields {
    /// Adds a fault.
    pub fn push(&mut self, refused_field: RefusedField) {
        if self.listed.len() < MOST_REFUSED {
            self.listed.push(refused_field);
        } else {
            self.more += 1;
        }
    }

    /// The faults to report: the first ones, and the number of the rest. `place` is "query" or "body".
    pub fn told(mut self, place: &str) -> Vec<RefusedField> {
        if self.more > 0 {
            self.listed.push(RefusedField {
                kind: "too_many_errors",
                location: vec![place.into()],
                message: format!("{} further errors are not listed: correct these first", self.more),
                input: Value::Null,
                context: None,
            });
        }
        self.listed
    }
}

/// A refused value as it is echoed: whole if it is small, otherwise its beginning.
pub fn repeated(value: &Value) -> Value {
    part(value, &mut { REPEATED })
}

/// A refused text as it is echoed.
pub fn repeated_text(text: &str) -> Value {
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => Value::String(format!("{}…", &text[..end])),
        None => Value::String(text.to_owned()),
    }
}

/// The fields of a refused object as they are echoed.
pub fn repeated_fields<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>) -> Map<String, Value> {
    let mut left = REPEATED;
    let mut taken = Map::new();
    for (name, value) in fields {
        if left == 0 {
            break;
        }
        taken.insert(short(name), part(value, &mut left));
    }
    taken
}

fn short(text: &str) -> String {
    text.chars().take(LETTERS).collect()
}

fn part(value: &Value, left: &mut usize) -> Value {
    *left = left.saturating_sub(1);
    match value {
        Value::String(text) => repeated_text(text),
        Value::Array(items) => {
            let mut taken = Vec::new();
            for item in items {
                if *left == 0 {
                    break;
                }
                taken.push(part(item, left));
            }
            Value::Array(taken)
        }
        Value::Object(fields) => {
            let mut taken = Map::new();
            for (name, value) in fields {
                if *left == 0 {
                    break;
                }
                taken.insert(short(name), part(value, left));
            }
            Value::Object(taken)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_counted_wherever_they_are() {
        let text = br#"{"a": [1, "x", null], "b": {"c": true}}"#;
        assert!(!has_more_values(text, 7));
        assert!(has_more_values(text, 6));
        assert!(!has_more_values(b"[1, 2", 5), "what is no JSON is refused as such");
        assert!(has_more_values(b"[1, 2, 3, 4", 3), "its end need not be reached");
    }

    #[test]
    fn a_refused_value_is_repeated_up_to_a_bound() {
        assert_eq!(repeated(&json!({"a": [1, {"b": null}]})), json!({"a": [1, {"b": null}]}));
        let long = repeated(&json!(vec!["x".repeat(5_000); 5_000])).to_string();
        assert!(long.len() < REPEATED * (LETTERS + 10), "{}", long.len());
        let wide: Map<String, Value> = (0..5_000).map(|number| (number.to_string(), json!(number))).collect();
        assert_eq!(repeated_fields(wide.iter()).len(), REPEATED);
    }

    #[test]
    fn faults_are_listed_up_to_a_number_and_counted_beyond() {
        let mut refused_fields = RefusedFields::default();
        for _ in 0..MOST_REFUSED + 7 {
            let kind = "int_type";
            refused_fields.push(RefusedField {
                kind,
                location: vec![],
                message: String::new(),
                input: Value::Null,
                context: None,
            });
        }
        let told = refused_fields.told("body");
        assert_eq!(told.len(), MOST_REFUSED + 1);
        assert!(told[MOST_REFUSED].message.starts_with("7 further"), "{:?}", told[MOST_REFUSED]);
    }
}
