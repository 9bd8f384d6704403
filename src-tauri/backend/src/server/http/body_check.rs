//! Rules between fields, which no field's own schema can express; collected so that a caller sees every refused field at once.

use serde_json::Value;

use super::error::{ApiError, RefusedField};

/// The refused fields of a body so far.
#[derive(Default)]
pub struct BodyCheck {
    refused_fields: Vec<RefusedField>,
}

impl BodyCheck {
    /// Refuses a field.
    pub fn refuse(&mut self, field: &str, kind: &'static str, message: impl Into<String>, input: impl Into<Value>) {
        self.refused_fields.push(RefusedField {
            kind,
            location: vec!["body".into(), field.into()],
            message: message.into(),
            input: input.into(),
            context: None,
        });
    }

    /// Refuses a body as a whole.
    pub fn refuse_all(&mut self, message: &str, input: Value) {
        self.refused_fields.push(RefusedField {
            kind: "value_error",
            location: vec!["body".into()],
            message: message.to_owned(),
            input,
            context: None,
        });
    }

    /// The result: nothing, or every refused field.
    pub fn done(self) -> Result<(), ApiError> {
        if self.refused_fields.is_empty() { Ok(()) } else { Err(ApiError::Fields(self.refused_fields)) }
    }
}
