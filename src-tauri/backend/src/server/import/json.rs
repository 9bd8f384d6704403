//! The rows of a JSON file: a list of devices, or one device. An item becomes cells, so that one reader checks them all.

use std::fmt;

use netraven_api::sheet::{Cells, Column, Place, ROWS, Row};
use serde::de::{Deserializer as _, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::server::http::shape::has_more_values;

/// Most values of an item.
const VALUES: usize = 500;

/// Why a file has no rows.
pub enum NoRows {
    /// It is no JSON, or none of this kind.
    Unreadable(String),
    /// It has more rows than a file may.
    TooMany,
}

/// The rows of a file. Items are counted before any is kept, and parsed one by one.
pub fn rows(content: &[u8]) -> Result<impl Iterator<Item = Result<Row, String>>, NoRows> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let unreadable = |error: serde_json::Error| NoRows::Unreadable(error.to_string());
    if is_longer_than(content, usize::try_from(ROWS).unwrap_or(usize::MAX)) {
        return Err(NoRows::TooMany);
    }
    let read: &RawValue = serde_json::from_slice(content).map_err(unreadable)?;
    let items: Vec<&RawValue> = match read.get().as_bytes().first() {
        Some(b'[') => serde_json::from_str(read.get()).map_err(unreadable)?,
        Some(b'{') => vec![read],
        _ => {
            return Err(NoRows::Unreadable(
                "the file contains neither a list of devices nor a single device".to_owned(),
            ));
        }
    };
    Ok((1..).zip(items).map(|(number, item)| Ok(row(number, item))))
}

/// Whether a text is a list of more items than this; they are skipped over, and no further than that.
fn is_longer_than(json: &[u8], most: usize) -> bool {
    struct ItemCount<'a> {
        left: usize,
        longer: &'a mut bool,
    }

    impl<'de> Visitor<'de> for ItemCount<'_> {
        type Value = ();

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {
                let Some(left) = self.left.checked_sub(1) else {
                    *self.longer = true;
                    return Err(A::Error::custom("too many items"));
                };
                self.left = left;
            }
            Ok(())
        }
    }

    let mut longer = false;
    let counted =
        serde_json::Deserializer::from_slice(json).deserialize_seq(ItemCount { left: most, longer: &mut longer });
    counted.is_err() && longer
}

fn row(number: i64, item: &RawValue) -> Row {
    let mut row = Row { place: Place::Row(number), number, cells: Cells::default(), fault: None };
    if has_more_values(item.get().as_bytes(), VALUES) {
        row.fault = Some(format!("it has more than {VALUES} values"));
        return row;
    }
    match serde_json::from_str(item.get()) {
        Ok(Value::Object(fields)) => {
            for column in Column::ALL {
                match fields.get(column.name()).map(|value| cell(column, value)) {
                    None | Some(Ok(None)) => {}
                    Some(Ok(Some(text))) => row.cells.set(column, text),
                    Some(Err(why)) => {
                        row.fault.get_or_insert(why);
                    }
                }
            }
        }
        Ok(other) => row.fault = Some(format!("it is not a device but {}", kind(&other))),
        Err(error) => row.fault = Some(format!("it cannot be read: {error}")),
    }
    row
}

/// The text of a field, if it has one. Numbers stay numbers, and everything else but tags is a text.
fn cell(column: Column, value: &Value) -> Result<Option<String>, String> {
    let name = column.name();
    match (column, value) {
        (_, Value::Null) => Ok(None),
        (Column::Port, Value::Number(port)) => Ok(Some(port.to_string())),
        (Column::Port, _) => Err(format!("{name} is {}: write the number without quotation marks", kind(value))),
        (Column::Tags, Value::Array(tags)) => {
            let tags: Option<Vec<String>> = tags.iter().map(tag).collect();
            tags.map(|tags| Some(tags.join("|"))).ok_or_else(|| "tags are names or numbers".to_owned())
        }
        (Column::Tags, one) => tag(one).map(Some).ok_or_else(|| "tags are names or numbers".to_owned()),
        (_, Value::String(text)) => Ok(Some(text.trim().to_owned())),
        _ => Err(format!("{name} is {}: write it in quotation marks", kind(value))),
    }
}

fn tag(value: &Value) -> Option<String> {
    match value {
        Value::String(name) => Some(name.clone()),
        Value::Number(id) if id.is_u64() => Some(id.to_string()),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
