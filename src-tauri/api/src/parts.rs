//! Objects that may have more, or differently typed, fields from another server or another version: each
//! part is read by itself, so that unknown data fails nothing and is kept.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Defines such an object: its parts, each absent if there is nothing to report, and `other`, which holds all other fields
/// by name. A value that is not an object is kept there as `value`.
macro_rules! parts {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $($(#[doc = $about:literal])+ pub $part:ident: $kind:ty,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(from = "serde_json::Value")]
        pub struct $name {
            $($(#[doc = $about])+ #[serde(skip_serializing_if = "crate::parts::is_nothing")] pub $part: $kind,)+
            /// All other fields, by name.
            #[serde(flatten)]
            pub other: serde_json::Map<String, serde_json::Value>,
        }

        impl From<serde_json::Value> for $name {
            fn from(value: serde_json::Value) -> $name {
                let mut other = $crate::parts::fields(value);
                $name { $($part: $crate::parts::take(&mut other, stringify!($part)),)+ other }
            }
        }
    };
}

pub(crate) use parts;

/// The fields of an object.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        odd => Map::from_iter([("value".to_owned(), odd)]),
    }
}

/// Takes a part out of an object. A part in an unknown form stays there.
pub(crate) fn take<T: DeserializeOwned + Default>(fields: &mut Map<String, Value>, name: &str) -> T {
    let Some(value) = fields.remove(name).filter(|value| !value.is_null()) else { return T::default() };
    T::deserialize(&value).unwrap_or_else(|_| {
        fields.insert(name.to_owned(), value);
        T::default()
    })
}

/// Whether the part is empty.
pub(crate) fn is_nothing<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}
