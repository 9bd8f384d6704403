//! A filter on a value in a line's `meta`: its path and the value, `/bytes=4096`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest text of a filter, in bytes.
const LONGEST: usize = 1_000;

/// Matches lines whose `meta` has a value at a path. Written as the path, a JSON Pointer (RFC 6901), then `=` and the value
/// as text: `/peer/port=22`. Without `=` the value is null. A `=` within the path is written `~2`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MetaMatch {
    /// Names of fields and indexes of elements, from the outside in.
    pub path: Vec<String>,
    /// The value as text; none for null.
    pub value: Option<String>,
}

/// Why a text is not a [`MetaMatch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMetaMatch;

impl fmt::Display for NoMetaMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected a path in meta and its value, such as /bytes=4096, of at most {LONGEST} bytes")
    }
}

impl std::error::Error for NoMetaMatch {}

impl MetaMatch {
    /// The filter for a value at a path; none for objects and lists, and for texts too long to be sent.
    #[must_use]
    pub fn of(path: &[String], value: &Value) -> Option<MetaMatch> {
        let value = match value {
            Value::Null => None,
            Value::Object(_) | Value::Array(_) => return None,
            plain => Some(as_text(plain)),
        };
        let found = MetaMatch { path: path.to_vec(), value };
        (!path.is_empty() && found.to_string().len() <= LONGEST).then_some(found)
    }

    /// Whether the `meta` of a line has the value.
    #[must_use]
    pub fn matches(&self, meta: Option<&Value>) -> bool {
        let found = self.path.iter().try_fold(meta, |value, name| match value? {
            Value::Object(fields) => Some(fields.get(name)),
            Value::Array(items) => Some(name.parse::<usize>().ok().and_then(|index| items.get(index))),
            _ => None,
        });
        match (found.flatten(), &self.value) {
            (Some(Value::Null), wanted) => wanted.is_none(),
            (Some(Value::Object(_) | Value::Array(_)) | None, _) | (Some(_), None) => false,
            (Some(found), Some(value)) => as_text(found) == *value,
        }
    }
}

/// A scalar as PostgreSQL's `#>>` returns it.
fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl fmt::Display for MetaMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for name in &self.path {
            write!(f, "/{}", name.replace('~', "~0").replace('/', "~1").replace('=', "~2"))?;
        }
        self.value.as_ref().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

impl TryFrom<String> for MetaMatch {
    type Error = NoMetaMatch;

    fn try_from(text: String) -> Result<MetaMatch, NoMetaMatch> {
        let (place, value) = match text.split_once('=') {
            Some((place, value)) => (place, Some(value.to_owned())),
            None => (text.as_str(), None),
        };
        let place = place.strip_prefix('/').filter(|_| text.len() <= LONGEST).ok_or(NoMetaMatch)?;
        let plain = |name: &str| name.replace("~2", "=").replace("~1", "/").replace("~0", "~");
        Ok(MetaMatch { path: place.split('/').map(plain).collect(), value })
    }
}

impl From<MetaMatch> for String {
    fn from(found: MetaMatch) -> String {
        found.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn every_plain_value_is_found_again_by_its_filter() {
        let meta = json!({ "bytes": 4096, "ok": true, "host": "a=b/c~d", "gone": null, "peer": [{ "x/y=z~": "1.5" }] });
        let places: [(&[&str], Value); 5] = [
            (&["bytes"], json!(4096)),
            (&["ok"], json!(true)),
            (&["host"], json!("a=b/c~d")),
            (&["gone"], json!(null)),
            (&["peer", "0", "x/y=z~"], json!("1.5")),
        ];
        for (place, value) in places {
            let filter = MetaMatch::of(&path(place), &value).expect("plain");
            assert!(filter.matches(Some(&meta)), "{filter}");
            assert_eq!(MetaMatch::try_from(filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn another_value_place_or_kind_is_not_found() {
        let meta = json!({ "bytes": 4096, "peer": { "port": 22 }, "gone": null });
        for text in
            ["/bytes=409", "/bytes", "/byte=4096", "/peer={\"port\":22}", "/peer/port/x=22", "/gone=null", "/gone="]
        {
            assert!(!MetaMatch::try_from(text.to_owned()).expect(text).matches(Some(&meta)), "{text}");
        }
        assert!(!MetaMatch::try_from("/bytes".to_owned()).unwrap().matches(None));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in ["", "bytes=1", "=1", &format!("/{}", "x".repeat(LONGEST))] {
            assert_eq!(MetaMatch::try_from(text.to_owned()), Err(NoMetaMatch), "{text:.20}");
        }
        assert_eq!(MetaMatch::of(&path(&["a"]), &json!({ "b": 1 })), None);
        assert_eq!(MetaMatch::of(&path(&["a"]), &json!("x".repeat(LONGEST))), None);
    }
}
