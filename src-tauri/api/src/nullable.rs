//! Fields of a change that null clears: absent is `None`, null is `Some(None)`.

use serde::{Deserialize, Deserializer};

/// Reads a field that is there.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

#[cfg(test)]
mod tests {
    use crate::devices::DeviceInput;

    #[test]
    fn absent_and_null_and_a_value_are_three_things() {
        for (text, read) in
            [("{}", None), (r#"{"jump_host_id":null}"#, Some(None)), (r#"{"jump_host_id":7}"#, Some(Some(7.into())))]
        {
            let input: DeviceInput = serde_json::from_str(text).unwrap();
            assert_eq!(input.jump_host_id, read);
            assert_eq!(serde_json::to_string(&input).unwrap(), text);
        }
    }
}
