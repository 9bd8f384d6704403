//! Objects of which another server, or one of another version, may say more than is known here, or say it otherwise: each
//! part is read by itself, so that what is not understood fails nothing, and is kept.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Makes such an object: its parts, each absent where there is nothing to say, and `other`, which holds whatever else it had
/// by name. A value that is no object is kept there as `value`.
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
            /// What else was said, by name.
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

/// Takes a part out of an object. One in a form that is not known stays there.
pub(crate) fn take<T: DeserializeOwned + Default>(fields: &mut Map<String, Value>, name: &str) -> T {
    let Some(value) = fields.remove(name).filter(|value| !value.is_null()) else { return T::default() };
    T::deserialize(&value).unwrap_or_else(|_| {
        fields.insert(name.to_owned(), value);
        T::default()
    })
}

/// Whether there is nothing to say.
pub(crate) fn is_nothing<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}
